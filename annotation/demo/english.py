"""The English cells of the demo project and their pairs."""

from annotation.demo.texts import CellPlan, Flaw, Pair, Source

ENGLISH: tuple[CellPlan, ...] = (
    CellPlan(
        "en", "law", "open_qa", 40,
        "Questions a practitioner would ask a colleague. Name the rule before you apply it.",
        pairs=(
            Pair(
                "expert", "accepted",
                "When may a landlord keep part of a deposit, and what must the landlord show?",
                "A landlord may keep as much of the deposit as covers unpaid rent or damage beyond ordinary wear. The "
                "landlord must show the condition at the start and at the end, usually with two signed records, and "
                "what the repair cost. Without that evidence the deposit goes back in full.",
            ),
            Pair(
                "expert", "edited",
                "What makes an oral agreement harder to enforce than a written one?",
                "An oral agreement is usually just as binding, but its terms are difficult to prove. Whoever relies on "
                "it has got to name witnesses, messages or conduct from which the terms follow. A short written "
                "confirmation right after the talk avoids most of these disputes.",
                Flaw("has got to name", "language", "Too colloquial for legal writing.", "must name"),
            ),
            Pair(
                "expert", "returned",
                "How long does a consumer have to withdraw from a contract concluded online?",
                "The consumer has thirty days from the delivery of the goods. No reason is needed; a clear statement "
                "by letter or e-mail is enough. The seller then pays back the price within fourteen days.",
                Flaw(
                    "thirty days from the delivery", "factually_wrong",
                    "The usual period is fourteen days; say which law you rely on if you mean another.",
                    "fourteen days from the delivery",
                ),
            ),
            Pair(
                "expert", "writing",
                "Which duties does an employer have before it monitors the e-mail of its staff?",
                "The employer needs a lawful purpose, has to tell staff beforehand, and must choose the mildest",
            ),
        ),
    ),
    CellPlan(
        "en", "law", "extraction", 30,
        "The answer is one JSON object whose keys the prompt names.",
        format="json",
        sources=(
            Source(
                "Tenancy agreement, harbor flat",
                "This agreement is made between Harbor Homes Ltd (landlord) and the tenant named below. The tenancy "
                "begins on 1 March 2025 and runs for two years. The monthly rent is 840 crowns, payable on the third "
                "working day. The tenant pays a deposit of two monthly rents. Either side may end the tenancy with "
                "three months' notice in writing.",
                "Riverland",
            ),
            Source(
                "Notice of a hearing",
                "The Tribunal of Riverland will hear the appeal of the Northgate Cycling Club against the City of "
                "Northgate on 14 May 2025 at 9.30 in room 12. The appeal concerns the refusal of a permit for a race. "
                "Written statements must reach the registry by 30 April 2025.",
                "Riverland",
            ),
        ),
        waiting=(
            Source(
                "Terms of a tool library",
                "Members may borrow up to four tools for ten days. A tool that comes back late costs one crown a "
                "day. Who "
                "breaks a tool tells the desk at once and pays half of its price. Power saws are lent only to "
                "members who "
                "have taken the safety course.",
                "Riverland",
            ),
        ),
        pairs=(
            Pair(
                "expert-2", "accepted",
                "Extract the landlord, the monthly rent, the first day and the notice period as JSON with the keys "
                "landlord, rent, begins and notice_months.",
                '{\n  "landlord": "Harbor Homes Ltd",\n  "rent": "840 crowns",\n  "begins": "2025-03-01",\n'
                '  "notice_months": 3\n}',
            ),
            Pair(
                "expert", "bounced",
                "Extract the court, the parties and the date of the hearing as JSON with the keys court, parties and "
                "date.",
                '{"court": "Tribunal of Riverland", "parties": ["Northgate Cycling Club", "City of Northgate"], '
                '"date": "2025-05-14",',
            ),
        ),
    ),
    CellPlan(
        "en", "finance", "summarization", 30,
        "Two or three sentences. Every figure that matters, no figure that does not.",
        sources=(
            Source(
                "Quarterly letter of a ferry line",
                "Blue Line Ferries carried 412,000 passengers in the second quarter, eight percent more than a year "
                "ago. Fuel cost rose by fifteen percent, so that the operating profit stayed at 3.1 million crowns. "
                "Two of the six ships will be refitted with battery drives by autumn. The board expects the refit to "
                "save a fifth of the fuel of these ships. The dividend is unchanged at 0.40 crowns a share.",
            ),
            Source(
                "Annual note of a savings cooperative",
                "The cooperative gained 1,900 members last year and now counts 24,300. Deposits grew to 96 million "
                "crowns, loans to 71 million. Three loans of together 0.8 million crowns were written off. The "
                "members' assembly kept the interest on savings at 1.5 percent and put half of the surplus into the "
                "reserve.",
            ),
            Source(
                "Report on a bakery chain",
                "Golden Crust opened four shops and closed two. Sales rose to 18 million crowns, but flour and rent "
                "took most of the gain, and the margin fell from seven to five percent. The owners plan no new shops "
                "before the ovens of the old ones are replaced.",
            ),
        ),
        waiting=(
            Source(
                "Letter of a wind farm cooperative",
                "The nine turbines produced 61 gigawatt hours, four percent below plan, because February was "
                "calm. Revenue "
                "reached 5.2 million crowns. One gearbox was replaced under warranty. The cooperative repaid 1.1 "
                "million of "
                "its loan ahead of time.",
            ),
        ),
        pairs=(
            Pair(
                "expert-2", "accepted",
                "Summarize the letter for shareholders in two sentences.",
                "Blue Line Ferries carried eight percent more passengers in the second quarter, but higher fuel cost "
                "kept the operating profit at 3.1 million crowns. Two ships get battery drives by autumn to save a "
                "fifth of their fuel, and the dividend stays at 0.40 crowns a share.",
            ),
            Pair(
                "expert", "reworked",
                "Summarize the note for a member who has one minute.",
                "Membership rose to 24,300 and deposits to 96 million crowns, which makes the cooperative the largest "
                "in the region. Interest on savings stays at 1.5 percent; half of the surplus goes into the reserve.",
                Flaw(
                    ", which makes the cooperative the largest in the region", "adds_facts",
                    "The note does not say so.", "; loans reached 71 million",
                ),
            ),
            Pair(
                "expert-2", "one_accept",
                "Summarize the report in two sentences for an investor.",
                "Golden Crust grew to sales of 18 million crowns with two more shops than before, yet flour and rent "
                "pushed its margin down from seven to five percent. No further shops will open until the old ovens "
                "have been replaced.",
            ),
        ),
    ),
    CellPlan(
        "en", "finance", "classification", 20,
        "Name the class first, then the reason in one sentence.",
        pairs=(
            Pair(
                "expert-2", "accepted",
                "Classify this expense as fixed, variable or one-off: the yearly insurance premium of a bakery.",
                "Fixed. The premium is agreed for the year and does not change with the number of loaves sold.",
            ),
            Pair(
                "expert-2", "disputed",
                "Classify this message as complaint, question or praise: “Your app shows my balance twice. Is that "
                "meant to be so?”",
                "Question. The customer asks whether the display is intended and does not demand anything.",
                Flaw(
                    "Question.", "factually_wrong", "It reports a fault: by our clause CLS-2 that is a complaint.",
                    "Complaint.",
                ),
            ),
            Pair(
                "expert", "waiting",
                "Classify the risk of this loan as low, medium or high: a dentist with a steady income wants to "
                "borrow a third of a yearly salary over five years, with her fully paid flat as security.",
                "Low. The income is steady, the sum is small beside it, and the flat covers the loan several times.",
            ),
        ),
    ),
    CellPlan(
        "en", "medicine", "closed_qa", 30,
        "Answer from the leaflet alone. If it does not say, say that it does not.",
        sources=(
            Source(
                "Leaflet of a cough syrup",
                "Take ten milliliters three times a day after meals, for no longer than five days. Shake the bottle "
                "before use. Do not take the syrup if you are allergic to thyme. Children under six should take it "
                "only when a doctor says so. Tell your doctor if the cough lasts longer than a week. Keep the bottle "
                "below 25 degrees and use it within three months of opening.",
            ),
            Source(
                "Instructions after a blood donation",
                "Keep the bandage on for four hours. Drink at least two glasses of water in the first hour and avoid "
                "heavy lifting with that arm until the next day. If you feel faint, lie down and raise your legs. "
                "Call the donation service if the bruise grows larger than a coin.",
            ),
        ),
        waiting=(
            Source(
                "Leaflet on an eye ointment",
                "Apply a thin line to the lower lid in the evening. Sight may be blurred for half an hour; do "
                "not drive during "
                "that time. Take contact lenses out before. Throw the tube away four weeks after opening.",
            ),
        ),
        pairs=(
            Pair(
                "expert", "accepted",
                "How long may the syrup be taken, and when should a doctor hear about the cough?",
                "The syrup may be taken for at most five days. A doctor should be told when the cough lasts longer "
                "than a week.",
            ),
            Pair(
                "expert", "edited_meaning",
                "What should a donor do who feels faint, and when should the service be called?",
                "The donor should sit down and raise the arms. The donation service should be called if the bruise "
                "grows larger than a coin.",
                Flaw(
                    "sit down and raise the arms", "factually_wrong", "The instructions say something else.",
                    "lie down and raise the legs",
                ),
            ),
        ),
    ),
    CellPlan(
        "en", "medicine", "inference", 20,
        "The context and general medical knowledge together; show which is which.",
        sources=(
            Source(
                "A hiker's diary",
                "Second day, 3,400 meters. I slept badly and woke with a headache that water did not cure. I could "
                "not finish my breakfast. Our guide looked at me for a long time and said that we would rest here "
                "today and not climb to the upper hut.",
            ),
        ),
        pairs=(
            Pair(
                "expert-2", "first_reject",
                "What does the guide probably suspect, and why is resting the right decision?",
                "The guide suspects a cold. Resting is right because colds get better with rest and warm tea.",
                Flaw(
                    "The guide suspects a cold.", "factually_wrong",
                    "Headache, poor sleep and loss of appetite at 3,400 meters point to altitude sickness.",
                    "The guide suspects altitude sickness.",
                ),
            ),
        ),
    ),
    CellPlan(
        "en", "software", "rewriting", 30,
        "Keep every fact. Change what the prompt names and nothing else.",
        pairs=(
            Pair(
                "expert-2", "accepted",
                "Rewrite this message for a customer without technical words: “The request timed out because the "
                "upstream service exhausted its connection pool.”",
                "Your request took too long because one of our systems was too busy to answer. Please try again in a "
                "few minutes.",
            ),
            Pair(
                "expert", "in_editing",
                "Rewrite as one polite sentence: “Send the logs. We cannot help without them. Today, please.”",
                "Could you please be so kind as to possibly send us the logs today, as we cannot help without them, "
                "which would be very helpful?",
                Flaw(
                    "be so kind as to possibly send us", "too_long", "Polite is enough; this is buried in padding.",
                    "send us",
                ),
            ),
            Pair(
                "expert-2", "waiting",
                "Rewrite this commit message in the imperative: “Fixed the bug where empty files were uploaded "
                "twice.” The project's rules are at http://example.org/rules for reference.",
                "Stop uploading empty files twice",
            ),
        ),
    ),
    CellPlan(
        "en", "general", "open_qa", 40,
        "Everyday questions with answers that a careful friend would give.",
        pairs=(
            Pair(
                "expert-2", "accepted",
                "Why does bread go stale faster in the refrigerator than on the table?",
                "Staling is mostly the starch in the crumb turning firm again, and that goes fastest a little above "
                "freezing. A refrigerator is just that cold. Bread keeps better in a box at room temperature, or in "
                "the freezer when it has to last.",
            ),
            Pair(
                "expert-2", "rejected",
                "Tell me something about the sea.",
                "The sea is big and blue and there are many fish in it. Many people like the sea.",
                Flaw(
                    "The sea is big and blue", "unclear_prompt", "A trivial prompt with a trivial answer.",
                    "The sea holds most of the water of the Earth",
                ),
            ),
            Pair(
                "expert", "set_aside",
                "How can I keep a shared kitchen clean without a quarrel every week?",
                "Agree on a few rules that everybody can see at a glance. Whoever cooks",
            ),
        ),
    ),
)  # fmt: skip
