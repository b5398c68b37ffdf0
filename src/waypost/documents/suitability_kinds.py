"""The paper that proposes monitoring to a court, or to who releases somebody."""

from __future__ import annotations

from waypost.documents.kind import Kind, Slot
from waypost.documents.values import Block, Facts, Heading, Paragraph, Table

SUITABILITY_KINDS: dict[str, Kind] = {
    "court_proposal": Kind(
        "Proposal for monitoring",
        {
            "reference": "S-12/1",
            "agency": "London Probation",
            "made_on": "2 March 2026",
            "author": "Corin Reporter",
            "author_role": "court report officer",
            "person_name": "Alex Example",
            "person_reference": "P-1042",
            "deciding": "Westminster Magistrates’ Court",
            "decision_on": "9 March 2026",
            "order": "community order",
            "programme": "National electronic monitoring",
        },
        {
            "asked": Slot("each thing that is asked, with its hours", "Nothing is asked yet."),
            "words": Slot("the officer’s own words, part by part", "Nothing more is said."),
            "eligibility": Slot("each question of the programme, with its answer",
                                "The programme asks no question."),
            "checked": Slot("what was checked, by whom and when", "Nothing was checked."),
            "not_checked": Slot("what was not checked, or is not known",
                                "Everything that is checked before a proposal was checked."),
            "collides": Slot("hours that collide with what the person must do, odd things in it",
                             "No collision with the person’s known hours was found."),
            "tried": Slot("what it would have meant on the past", "It was not tried on the past."),
            "signature": Slot("where its author signs", ""),
        },
        {
            "held_apart": "What the police and children’s services answered, and what those who "
            "live at an address said, is held apart from this paper. {deciding} may ask for it.",
            "decided_elsewhere": "This proposes and decides nothing: {deciding} decides whether "
            "anything is imposed, and what.",
        },
        frozenset({"person_name", "order", "deciding", "asked", "words", "checked", "not_checked",
                   "collides", "signature", "held_apart", "decided_elsewhere"}),
    ),
}  # fmt: skip
SUITABILITY_SAMPLE: dict[str, tuple[Block, ...]] = {
    "asked": (Facts((("Curfew", "every day 19:00 to 07:00 the next day"),)),),
    "words": (Heading("Why", 3), Paragraph("The offences were committed at night.")),
    "eligibility": (Table("What the programme asks", ("Question", "Answer", "In words"),
                          (("Age", "Met", "25 on the day of the decision."),)),),
    "checked": (Table("What was checked", ("What", "By whom", "When"),
                      (("Domestic abuse", "the police", "answered 2 March 2026"),)),),
    "not_checked": (Paragraph("Signal at the address was not tested."),),
    "collides": (),
    "tried": (Paragraph("On the last 28 days it would have led to two alerts."),),
}  # fmt: skip
