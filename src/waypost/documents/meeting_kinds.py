"""The papers of meetings about people: what each takes, as paper_kinds.py has it.

iom_minutes      the minutes of a case conference: who came, facts, decisions, actions, next date
progress_report  for a review in the Young Adult Court: facts, services, goals, what eases it
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
    "progress_report": Kind(
        "Progress report for the Young Adult Court",
        {
            "person_name": "Jo Sample",
            "reference": "P1",
            "court": "Highbury Corner",
            "sitting_on": "2 March 2026, 10:00 GMT",
            "period": "1 December 2025 to 27 February 2026",
            "share": "of the time that was asked, the tag told 94%",
            "words": "Has begun an apprenticeship, and asks for later hours on two evenings.",
            "made_on": "27 February 2026, 12:00 GMT",
            "author": "Robin Clarke",
        },
        {
            "days_kept": Slot("days and appointments kept, what was explained, upheld and praised",
                         "Nothing was asked in this time."),
            "missed": Slot("what was missed, by its day", "Nothing was found against them."),
            "services": Slot("services, and how many sessions they came to",
                             "No session of a service is written down."),
            "goals": Slot("goals in their own words, where they agreed to have them told",
                          "They did not ask for a goal to be told."),
            "adaptations": Slot("what makes it possible to take part", "Nothing was asked for."),
        },
        {
            "how_read": "The facts are as recorded on {made_on}. A day of which nothing could be "
            "told is called neither kept nor missed.",
        },
        frozenset({"person_name", "sitting_on", "period", "days_kept", "missed", "share",
                   "how_read"}),
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
    "days_kept": (Facts((("Days kept", "80 of 88; of 3 more the tag could not tell"),
                    ("Weeks kept whole", "11; they were praised for 9"))),),
    "missed": (Table("What was missed", ("What", "Day"),
                     (("away in curfew hours", "9 January 2026"),)),),
    "services": (Table("Services", ("Service", "Sessions they came to"),
                       (("Mentors", "7 of 8"),)),),
    "goals": (Paragraph("“Finish the course, and see my sister on Sundays.”"),),
    "adaptations": (Paragraph("Breaks"), Paragraph("A quiet room to wait in")),
}  # fmt: skip
