"""The papers of meetings about people: what each takes, as paper_kinds.py has it.

iom_minutes   the minutes of a case conference: who came, facts, decisions, actions, next date
"""

from __future__ import annotations

from waypost.documents.kind import Kind, Slot
from waypost.documents.values import Block, Facts, Heading, Paragraph, Table

MEETING_KINDS: dict[str, Kind] = {
    "iom_minutes": Kind(
        "Minutes of a case conference",
        {
            "reference": "IOM-7",
            "agency": "Hackney IOM unit",
            "title": "Case conference, March",
            "held_on": "2 March 2026, 10:00 GMT",
            "place": "Room 4",
            "chair": "Iona Togetherly",
            "next_on": "30 March 2026, 10:00 BST",
            "made_on": "2 March 2026, 12:00 GMT",
            "author": "Iona Togetherly",
        },
        {
            "attendance": Slot("who came, by agency, and who sent apologies",
                               "Nobody is written down as present."),
            "people": Slot("each person: the facts, and what was decided",
                           "Nobody was on the agenda."),
            "actions": Slot("what was agreed: whose it is, and by when",
                            "No action was agreed."),
        },
        {
            "handling": "These minutes are shared between the agencies that were present, for the "
            "purpose of managing and helping the people named in them, and with nobody else. Facts "
            "are as recorded on {made_on}; time that could not be told is never called kept.",
        },
        frozenset({"agency", "held_on", "attendance", "people", "actions", "next_on", "handling"}),
    ),
}  # fmt: skip
MEETING_SAMPLE: dict[str, tuple[Block, ...]] = {
    "attendance": (
        Table("Who came, by agency", ("Agency", "Name", ""),
              (("Probation", "Robin Clarke", "present"), ("Police", "Sam Field", "apologies"))),
    ),
    "people": (
        Heading("Jo Sample", 3),
        Facts((("Days", "24 of 28 kept; 3 broken; 1 could not be told"), ("Open alerts", "1"))),
        Paragraph("Decided: to stay in fixed; the mentor is to meet them before the weekend."),
    ),
    "actions": (
        Table("What was agreed", ("Person", "What", "Whose", "By", "Stands"),
              (("Jo Sample", "Meet the mentor", "Robin Clarke, Probation", "6 March 2026",
                "open"),)),
    ),
}  # fmt: skip
