"""Duplicates found among real prompts, similarity against people's judgement, and how varied real prompts are."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.benchmarks.table import Row
from qa.checks import duplicates
from qa.checks.base import Finding, Severity, Subject
from qa.diversity import Diversity, diversity
from qa.engines.embeddings import Embedder, Embedders, NgramEncoder, SentenceEncoder
from qa.vectors.corpus import Entry
from qa.vectors.memory import MemoryCorpus

COMMAND = "manage.py bench quality --topics duplicates"
Say = Callable[[str], None]
Texts = list[dict[str, Any]]

LEXICAL = "0.757 lexical"
PAIRS_PER_LANGUAGE = 400
PARAPHRASES = 1500
# As in the published figures these are compared with.
PROMPTS_MEASURED = 800
TELLS = frozenset(("exact_copy", "near_copy", "same_meaning"))


def run(data: Path, say: Say) -> list[Row]:
    sentences, ngrams = SentenceEncoder(), NgramEncoder()
    return [
        *_dolly(_read(data, "prompts__dolly_en"), Embedders(sentences, ngrams), say),
        *_similarity(_read(data, "pairs__stsb_multi_mt"), sentences, ngrams, say),
        *_paraphrases(_read(data, "pairs__turku_paraphrase"), sentences, ngrams, say),
    ]


def _read(data: Path, name: str) -> Texts:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


# --- duplicates and diversity of real prompts


def _dolly(texts: Texts, embedders: Embedders, say: Say) -> list[Row]:
    say(f"{len(texts):,} prompts with {sum(bool(text['context']) for text in texts):,} contexts are embedded …")
    found = _judged(texts, embedders)
    groups = exact_groups(texts)
    complete = sum(all(_tells_copy(found[key]) for key in group) for group in groups)
    single = [text["id"] for text in texts if text["id"] not in {key for group in groups for key in group}]
    told = Counter(finding.code for key in single for finding in found[key] if finding.severity == Severity.SHOULD)
    alarms = sum(told[code] for code in TELLS)
    return [
        Row(
            "exact groups of Dolly found (prompt and context)", f"all {len(groups)}", "all",
            f"{complete} of {len(groups)}", complete == len(groups), COMMAND,
        ),
        Row(
            "“should” on prompts of Dolly outside these groups", "3.7 % (MinHash)", "–",
            f"{alarms / len(single):.2%}", None, COMMAND,
            f"{alarms} of {len(single):,}; those looked at are the same question in other words",
        ),
        Row(
            "completions of Dolly copied from their context", "–", "–",
            f"{told['copied_from_context'] / len(single):.2%}", None, COMMAND, "summaries that are the passage",
        ),
        *_varieties(texts, embedders.first),
    ]  # fmt: skip


def exact_groups(texts: Texts) -> list[list[str]]:
    """Ids of rows whose prompt and context are the same letter by letter."""
    groups: Mapping[tuple[str, str], list[str]] = defaultdict(list)
    for text in texts:
        groups[text["prompt"], text["context"] or ""].append(text["id"])
    return [group for group in groups.values() if len(group) > 1]


def _judged(texts: Texts, embedders: Embedders) -> dict[str, list[Finding]]:
    """Each row against all others, as the check does it in a project."""
    entries = [Entry("dolly", text["skill"], text["id"], "en", text["prompt"], text["context"] or "") for text in texts]
    check = duplicates.build(MemoryCorpus(entries, embedders), embedders)
    return {text["id"]: check.run(_subject(text)) for text in texts}


def _subject(text: Mapping[str, Any]) -> Subject:
    return Subject(
        text["prompt"], text["completion"], text["context"] or "", skill=text["skill"],
        collection="dolly", group=text["skill"], key=text["id"],
    )  # fmt: skip


def _tells_copy(findings: Iterable[Finding]) -> bool:
    return any(finding.code == "exact_copy" for finding in findings)


def _varieties(texts: Texts, embedder: Embedder) -> list[Row]:
    rows = []
    for skill in ("open_qa", "classification"):
        prompts = [text["prompt"] for text in texts if text["skill"] == skill][:PROMPTS_MEASURED]
        figures = diversity(prompts, embedder.embed(prompts), "en", duplicates.OF_MEANING.family)
        if figures:
            rows.append(_variety_row(skill, figures))
    return rows


def _variety_row(skill: str, figures: Diversity) -> Row:
    return Row(
        f"diversity of {figures.sampled} {skill} prompts of Dolly: Vendi score, share of n", "–", "–",
        f"{figures.vendi:.1f}, {figures.vendi_share:.2f}", None, COMMAND,
        f"mean cosine {figures.mean_cosine:.3f}, distinct-1 {figures.distinct_1:.2f}, distinct-2 "
        f"{figures.distinct_2:.2f}, in templates {figures.template_share:.0%}",
    )  # fmt: skip


# --- similarity against people's judgement


def _similarity(pairs: Texts, sentences: Embedder, ngrams: Embedder, say: Say) -> list[Row]:
    by_language: dict[str, Texts] = defaultdict(list)
    for pair in pairs:
        by_language[pair["lang"]].append(pair)
    english = spearman(_cosines(by_language["en"], sentences), _scores(by_language["en"]))
    say(f"STS-B: {len(by_language['en']):,} English pairs, {english:.3f}")
    rows = [
        Row("STS-B Spearman en, sentence model", LEXICAL, "0.82", f"{english:.3f}", english >= 0.82, COMMAND),
        Row(
            "STS-B Spearman en, character n-grams", LEXICAL, "–",
            f"{spearman(_cosines(by_language['en'], ngrams), _scores(by_language['en'])):.3f}", None, COMMAND,
        ),
    ]  # fmt: skip
    others = [language for language in sorted(by_language) if language != "en"]
    return [*rows, *(_other_language(language, by_language[language], sentences, ngrams) for language in others)]


def _other_language(language: str, pairs: Texts, sentences: Embedder, ngrams: Embedder) -> Row:
    some = sample(pairs, PAIRS_PER_LANGUAGE)
    scores = _scores(some)
    by_ngrams, by_model = (spearman(_cosines(some, embedder), scores) for embedder in (ngrams, sentences))
    return Row(
        f"STS-B Spearman {language}, character n-grams (used)", "–", "–", f"{by_ngrams:.3f}", None, COMMAND,
        f"{len(some)} pairs; the English sentence model {by_model:.3f}",
    )  # fmt: skip


def _paraphrases(pairs: Texts, sentences: Embedder, ngrams: Embedder, say: Say) -> list[Row]:
    """AUROC of paraphrase or not, where the set has enough of both."""
    rows = []
    for language in ("fi", "sv"):
        labelled = [pair for pair in pairs if pair["lang"] == language and pair["label"] is not None]
        counts = Counter(pair["label"] for pair in labelled)
        say(f"Turku paraphrases {language}: {counts[1]:,} paraphrases, {counts[0]:,} others")
        if min(counts[0], counts[1]) >= 50:
            rows.append(_paraphrase_row(language, sample(labelled, PARAPHRASES), sentences, ngrams))
    return rows


def _paraphrase_row(language: str, pairs: Texts, sentences: Embedder, ngrams: Embedder) -> Row:
    labels = np.array([pair["label"] == 1 for pair in pairs])
    by_ngrams, by_model = (auroc(_cosines(pairs, embedder), labels) for embedder in (ngrams, sentences))
    return Row(
        f"Turku paraphrases {language}, AUROC, character n-grams (used)", "–", "–", f"{by_ngrams:.3f}", None, COMMAND,
        f"{len(pairs)} pairs; the English sentence model {by_model:.3f}",
    )  # fmt: skip


def sample(texts: Texts, size: int) -> Texts:
    """The same ones every time, in their order."""
    chosen = np.sort(np.random.default_rng(0).permutation(len(texts))[:size])
    return [texts[at] for at in chosen]


def _cosines(pairs: Sequence[Mapping[str, Any]], embedder: Embedder) -> np.ndarray[Any, np.dtype[np.float64]]:
    one, other = (embedder.embed([pair[name] for pair in pairs]) for name in ("text1", "text2"))
    products: np.ndarray[Any, np.dtype[np.float64]] = (one * other).sum(axis=1, dtype=np.float64)
    return products


def _scores(pairs: Sequence[Mapping[str, Any]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([float(pair["score"]) for pair in pairs])


def spearman(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    """The correlation of ranks, -1 to 1; equal values share their mean rank."""
    return float(np.corrcoef(ranks(one), ranks(other))[0, 1])


def auroc(scores: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> float:
    """How often a positive has the higher score (Mann-Whitney), ties counting half."""
    positives = int(labels.sum())
    rank_sum = ranks(scores)[labels].sum()
    return float((rank_sum - positives * (positives + 1) / 2) / (positives * (len(labels) - positives)))


def ranks(values: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """1 for the least; equal values share their mean rank."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: np.ndarray[Any, np.dtype[np.float64]] = (last - counts + 1 + last) / 2
    return means[places]
