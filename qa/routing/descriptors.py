# ruff: noqa: E501  (lists of words read better unbroken)
"""What fields and everyday life are about, in words: sentences for a sentence model, beginnings of words for all
languages. The fields are those of the catalog; a project's own domain is compared by its name.

Beginnings of words are of the learned vocabulary that European languages share, then of German, Spanish and French,
Russian and Ukrainian; Chinese words stand as they are. Everyday words are deliberately those of home and free time.
"""

from collections.abc import Mapping

FIELDS: Mapping[str, str] = {
    "finance": "Corporate finance, accounting standards, derivatives, bonds, balance sheets, valuation and interest rate risk",
    "medicine": "Clinical medicine: diagnosis, symptoms, drug dosage, pathology, surgery and treatment guidelines",
    "law": "Law and legal doctrine: contracts, liability, statutes, court jurisdiction, litigation and case law",
    "automotive": "Automotive engineering: powertrains, engine control units, brakes, suspension and vehicle diagnostics",
    "civil-engineering": "Civil and structural engineering: reinforced concrete, loads, foundations, soil mechanics and bridges",
    "philosophy": "Academic philosophy: epistemology, metaphysics, phenomenology, arguments of Kant, Hume and Aristotle",
    "compliance": "Regulatory compliance: anti-money-laundering controls, audits, data protection duties and reporting",
    "education": "Pedagogy and didactics: curriculum design, assessment, learning theory and special education",
    "ethics": "Applied ethics and moral theory: deontology, consequentialism, bioethics and informed consent",
    "history": "Academic history: historiography, treaties, dynasties, primary sources and interpretation of past events",
    "linguistics": "Linguistics: morphology, syntax, phonology, semantics, pragmatics and language typology",
    "logistics": "Logistics and supply chains: freight forwarding, warehousing, incoterms, customs and route planning",
    "manufacturing": "Manufacturing: machining, tolerances, welding, injection moulding, process control and quality assurance",
    "marketing": "Marketing science: segmentation, conversion rates, brand positioning, attribution and campaign analysis",
    "physics": "Physics: quantum mechanics, thermodynamics, electromagnetism, particles, fields and relativity",
    "psychology": "Psychology: cognitive behavioural therapy, personality disorders, psychometrics and experiments",
    "software": "Software engineering: algorithms, databases, APIs, concurrency, compilers and distributed systems",
    "sustainability": "Sustainability: life cycle assessment, carbon accounting, emissions, circular economy and climate policy",
    "telecommunications": "Telecommunications: antennas, spectrum, modulation, 5G networks, latency and optical fibre",
    "chemistry-biology": "Chemistry and molecular biology: enzymes, reactions, genes, proteins, synthesis and spectroscopy",
    "mathematics": "Mathematics and statistics: proofs, linear algebra, regression, differential equations and topology",
}
EVERYDAY: tuple[str, ...] = (
    "Cooking at home, recipes, meals, baking a cake for dinner with friends",
    "Holidays and travel tips, hotels, beaches, packing a suitcase and things to see in a city",
    "Hobbies, games, gardening, crafts and things to do at the weekend",
    "Films, television series, songs, celebrities and popular books",
    "Sport results, football, running, fitness and healthy habits",
    "Pets: dogs and cats, feeding and training them",
    "Family, children, birthday parties, gifts and weddings",
    "Cleaning the house, furniture, moving to a new flat and simple repairs",
    "Shopping, clothes, fashion, and which product to buy",
    "Friends, dating, small talk, personal advice and polite messages",
    "Well-known places, capitals, animals, weather and general knowledge quiz questions",
    "Writing a short story, a poem, a joke or a friendly e-mail",
)
FIELD_STEMS: Mapping[str, str] = {
    "finance": "financ finanz bilan bilanz derivat liquid dividend obligac obligat kredit crédit crédito zins anleihe aktie fiscal amortis abschreib inversión bursátil тариф процентн облигац баланс дивиденд кредит 财务 债券 利率 资产 负债 衍生 折旧 股票 现金流",
    "medicine": "diagnos therap patholog patient klinisch clinic clínic dosier dosag dosis chirurg symptom syndrom pharmak farmac medikament infekt onkolog cardio kardio диагноз пациент терап препарат симптом хирург діагноз пацієнт 诊断 患者 剂量 治疗 症状 手术 药物 病理 临床",
    "law": "jurist jurispr juríd juridi gesetz recht haftung vertrag klage gericht kündigung contrat demanda tribunal sentenc responsabilit litig statut legisl verfass anwalt абзац иск договор суд закон ответственн право юрид позов 合同 法院 诉讼 法律 责任 条款 侵权 判决 管辖",
    "automotive": "drehmoment getriebe motorsteuer fahrwerk bremsscheibe hybridantrieb motordrehz embrague transmisión suspensión couple moteur boîte коробка двигател подвеск крутящ 发动机 变速箱 扭矩 底盘 制动",
    "civil-engineering": "stahlbeton tragwerk fundament statik bewehrung hormigón cimentac estructural béton armé fondation железобетон фундамент несущ арматур 混凝土 钢筋 地基 荷载 结构",
    "philosophy": "epistem metaphys metafís phänomenolog fenomenolog phénoménolog kategorisch transzendent ontolog erkenntnisth эпистем метафиз онтолог категорическ 认识论 形而上学 本体论 现象学",
    "compliance": "complian geldwäsche blanqueo blanchiment datenschutz dsgvo rgpd gdpr audit prüfpflicht aufsicht regulator regulier комплаенс отмыван аудит регулятор 合规 反洗钱 审计 监管",
    "education": "didakt didáct pädagog pedagog curricul lehrplan leistungsbewert inklus unterrichtsmethod evaluación дидакт педагог учебн 教学法 课程设计 教育学",
    "ethics": "deontolog utilitar konsequential bioeth bioét moralphilos этик деонтолог утилитар 伦理 道义论 功利主义",
    "history": "historiogr reichstag dynast westfäl quellenkrit tratado feudal mittelalterl medieval médiéval историограф династ феодал 史料 史学 王朝 条约",
    "linguistics": "morpholog morfolog syntax sintax syntaxe phonem fonem phonolog fonolog kasus ergativ semantik pragmat морфолог синтакс фонем 形态学 句法 音系 语义学 语用",
    "logistics": "logist spedition incoterm zoll lagerhalt lieferkette aduan almacén cadena douane entrepôt fret логист таможен склад 物流 供应链 仓储 报关 清关",
    "manufacturing": "zerspan spritzguss toleranz schweiß fräs mecaniz soldadura tolerancia usinage soudage фрезер сварк литье допуск 加工 公差 焊接 注塑 车床",
    "marketing": "zielgruppensegment konversionsrat conversion attribu positionier markenwert segmentac сегментац конверси позиционир 转化率 市场细分 品牌定位",
    "physics": "quant kvant cuántic thermodynam termodin elektromagnet electromag entrop relativit partik teilchen квант термодинам электромагнит энтроп релятив частиц 量子 热力学 电磁 熵 相对论 粒子",
    "psychology": "kognitiv cognit psychomet psicom verhaltensther persönlichkeitsstör konditionier conditionn когнитив психометр расстройств 认知 人格障碍 心理测量 条件反射",
    "software": "algorith algorit datenbank kompil compil schnittstelle backend api kubernetes nebenläuf thread base datenstruktur concurrenc алгоритм компилят базы поток 算法 数据库 编译 并发 接口 线程",
    "sustainability": "ökobilanz emission kreislaufwirt treibhaus lebenszyklus huella circul nachhaltigkeits carbon эмисси углерод выброс 碳排放 生命周期 循环经济 可持续",
    "telecommunications": "antenn modulat frequenzband glasfaser spektrum mobilfunk latenz espectro fibra bande антенн модуляц частот оптоволок 天线 调制 频谱 光纤 基站",
    "chemistry-biology": "enzym molek protein chromos reaktionsmech oxid katalys catal synth genom фермент молекул белк катализ 酶 分子 蛋白 基因 催化",
    "mathematics": "theorem teorem théorèm differential diferencial différentiel matrix matriz matrice regress integral stochast теорем матриц интеграл регресс 定理 矩阵 回归 微分 积分",
}
EVERYDAY_STEMS = (
    "koch kuchen rezept essen urlaub reise strand hund katze geburtstag party freund familie garten film lied fußball wohnung putzen geschenk wochenende kinder frühstück "
    "cocin receta cena viaje playa perro gato cumpleañ fiesta amig familia jardín película canción fútbol limpi regalo niños desayun "
    "cuisin recette dîner voyage plage chien chat anniversaire fête ami famille jardin chanson football ménage cadeau enfants week-end "
    "ruoka resepti matka ranta koira kissa juhla ystäv perhe puutarha elokuva laulu lahja lapset recept resa strand katt födelsedag vän familj film "
    "ricetta cena viaggio spiaggia cane gatto compleanno festa amic famiglia giardino canzone calcio regalo bambini "
    "рецепт ужин пирог поезд пляж собак кошк день рожд друз семь сад фильм песн футбол подар дет выходн завтрак вечер "
    "菜谱 晚饭 做饭 蛋糕 旅游 海边 小狗 小猫 生日 朋友 家人 花园 电影 歌曲 足球 礼物 孩子 周末 早餐 打扫"
)
