"""Every kind of paper: which words and slots its template takes. Its own text is in words/.

`KINDS` is the whole of it. Who draws a paper up gives each word and each slot of its kind, a slot
with nothing to show as an empty list: its `empty` sentence then says so on the paper. What stands
in `required` no agency's own template can leave out.

    kind                  drawn up by   about
    warning_letter        enforcement   a warning given, to the person
    breach_report         enforcement   the pack for the court, with exhibits
    recall_request        enforcement   to who decides on recall from a licence
    correction            corrections   a numbered correction of any of these
    breach_notification   policing      to the police, who answer it
    disclosure            disclosure    what a request for location data is answered with
    subject_access        keeping       to a person: what is held about them
    plain_notice          necessity     to a person: what is recorded, why, how long, with whom
    five about a match    review        match_kinds.py
    court_proposal        suitability   suitability_kinds.py
    iom_minutes           iom           of a case conference (meeting_kinds.py)
    progress_report       young_court   for a review in court (meeting_kinds.py)
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from waypost.documents.kind import Kind as Kind
from waypost.documents.kind import Slot as Slot
from waypost.documents.match_kinds import MATCH_KINDS, MATCH_SAMPLE
from waypost.documents.meeting_kinds import MEETING_KINDS, MEETING_SAMPLE
from waypost.documents.suitability_kinds import SUITABILITY_KINDS, SUITABILITY_SAMPLE
from waypost.documents.values import (
    Block,
    Exhibit,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Table,
    signed_by,
)

WORDS = Path(__file__).parent / "words"


def own_text(kind: str) -> str:
    """The code's own template, in English."""
    return (WORDS / f"{kind}.txt").read_text(encoding="utf-8")


# Words that every paper about an order has. Times are wall time with its zone, as people read them.
EVERY: dict[str, str] = {
    "reference": "W-17",  # the paper's own, at the foot of each page
    "agency": "London Monitoring Centre",  # who sends it
    "made_on": "2 March 2026, 12:00 GMT",
    "author": "Robin Clarke",
    "author_role": "probation practitioner",
    "person_name": "Alex Example",
    "person_reference": "P-1042",
    "order": "community order",
    "order_reference": "O-2210",
    "order_from": "5 January 2026",
    "order_until": "4 January 2027",
    "requirement": "Curfew: 19:00 to 07:00 at the home address",
}
SIGNATURE = Slot("where its author signs", "")
VIOLATIONS = Slot(
    "each violation in sentences, with how certain it is", "No violation stands any more."
)
FIXES = Slot("the fixes that bear on it, and no others", "It rests on no fix of the tag.")
MAP = Slot("the map of those fixes, with its words", "There is no map: it rests on no place.")
CONTACT = Slot(
    "who tried to reach the person, when, and what came of it",
    "Nothing else is recorded of anybody trying to reach the person.",
)
ACCOUNT = Slot(
    "what the person says of it, whether that was found reasonable, by whom and why",
    "The person has given no account.",
)
WARNINGS = Slot("warnings given before, each with its date", "No warning was given before.")
CORRECTIONS = Slot("numbered corrections of what this rests on",
                   "Nothing that this rests on has been corrected.")  # fmt: skip
RISK = Slot("risk that is recorded of the person", "No risk is recorded.")

LIMITS = (
    "What is said here of where somebody was comes from a tag’s fixes. Each fix is right within a "
    "distance, given beside it, in 95 of 100 cases. Certain means that the fixes leave no other "
    "reading within that distance; what is only likely is called so. Where the tag could not "
    "tell, nothing is claimed."
)

KINDS: dict[str, Kind] = {
    "warning_letter": Kind(
        "Warning letter",
        EVERY | {
            "warning_number": "first",
            "given_on": "2 March 2026",
            "counts_until": "2 March 2027",
            "allegation": "You were away from home during your curfew on 1 March 2026.",
            "contact": "Ring 020 7946 0000 and ask for your officer.",
        },
        {"violations": VIOLATIONS, "account": ACCOUNT, "signature": SIGNATURE},
        {
            "right_to_contest": "If you think that this warning is wrong, you or your solicitor "
            "can contest it. Somebody who did not decide it will look at it again. You can do it "
            "on your own page of Waypost, or by telling your officer.",
            "what_counts": "This warning counts from {given_on}, the date on which it was given, "
            "until {counts_until}, for any requirement of the same order.",
        },
        frozenset({"person_name", "requirement", "given_on", "violations", "signature",
                   "right_to_contest", "what_counts"}),
    ),
    "breach_report": Kind(
        "Breach report",
        EVERY | {
            "allegation": "Failed to comply with the curfew requirement on 1 March 2026 between "
            "19:00 and 22:15 GMT.",
            "deciding": "Westminster Magistrates’ Court",
        },
        {
            "violations": VIOLATIONS, "fixes": FIXES, "map": MAP, "contact": CONTACT,
            "account": ACCOUNT, "warnings": WARNINGS, "corrections": CORRECTIONS,
            "exhibits": Slot("further exhibits, each with its number", "There is none."),
            "signature": SIGNATURE,
        },
        {
            "limits": LIMITS,
            "declaration": "I, {author}, {author_role}, drew up this report. What it says is true "
            "to the best of my knowledge and belief, and I make it knowing that it is put before "
            "a court.",
        },
        frozenset({"person_name", "order_reference", "requirement", "allegation", "violations",
                   "fixes", "map", "contact", "account", "warnings", "corrections", "exhibits",
                   "signature", "limits", "declaration"}),
    ),
    "recall_request": Kind(
        "Recall request",
        EVERY | {
            "allegation": "Entered the exclusion zone on 1 March 2026 at 21:40 GMT.",
            "deciding": "Public Protection Casework Section",
            "asked_for": "Standard recall",
            "why_recall": "The risk can no longer be managed in the community.",
        },
        {
            "violations": VIOLATIONS, "fixes": FIXES, "map": MAP, "risk": RISK, "contact": CONTACT,
            "account": ACCOUNT, "warnings": WARNINGS, "corrections": CORRECTIONS,
            "signature": SIGNATURE,
        },
        {
            "limits": LIMITS,
            "decided_elsewhere": "This asks for a decision and makes none: {deciding} decides "
            "whether the person is recalled.",
        },
        frozenset({"person_name", "order_reference", "requirement", "allegation", "why_recall",
                   "violations", "fixes", "risk", "contact", "account", "corrections", "signature",
                   "limits", "decided_elsewhere"}),
    ),
    "correction": Kind(
        "Correction",
        EVERY | {
            "number": "1",
            "corrects": "breach report B-9 of 1 March 2026",
            "recipient": "Westminster Magistrates’ Court",
            "what_changed": "The violation of 1 March 2026 is withdrawn.",
            "because": "Fixes that arrived late show that the person was at home.",
        },
        {
            "changes": Slot("what was said and what holds now, side by side",
                            "Nothing of it holds any more."),
            "signature": SIGNATURE,
        },
        {
            "what_to_do": "Do not rely any more on what is corrected here. Tell whoever you passed "
            "it to. Acknowledge this correction in Waypost, or by answering with its number.",
        },
        frozenset({"number", "corrects", "recipient", "what_changed", "changes", "what_to_do"}),
    ),
    "breach_notification": Kind(
        "Breach notification",
        EVERY | {
            "force": "Metropolitan Police",
            "born_on": "14 June 1990",
            "what_happened": "On 1 March 2026 at 21:40 GMT the person entered the exclusion zone "
            "and stayed for 25 minutes.",
            "certainty": "Certain",
            "tried": "Rang the person twice at 21:50 and 21:55 GMT, without an answer.",
            "acknowledge_by": "2 March 2026, 12:15 GMT",
            "answer_by": "3 March 2026, 12:00 GMT",
        },
        {
            "violations": VIOLATIONS, "fixes": FIXES, "map": MAP, "contact": CONTACT,
            "account": ACCOUNT, "risk": RISK, "signature": SIGNATURE,
        },
        {
            "limits": LIMITS,
            "how_to_answer": "Please acknowledge it by {acknowledge_by} and answer it by "
            "{answer_by}: accepted, arrest, no action with the reason, or what more is wanted. "
            "Answer in Waypost, or with the answer file that came with this.",
            "minimum": "It holds what is needed to decide whether to act on this breach, and may "
            "be used for that alone. Fixes are those of the violation and 30 minutes around it.",
        },
        frozenset({"person_name", "order_reference", "requirement", "what_happened", "certainty",
                   "tried", "violations", "fixes", "map", "contact", "risk", "limits",
                   "how_to_answer", "minimum"}),
    ),
    "disclosure": Kind(
        "Answer to a request for location data",
        {
            "reference": "R-12",
            "agency": "London Monitoring Centre",
            "made_on": "2 March 2026, 12:00 GMT",
            "author": "Avery Signwell",
            "author_role": "authorising officer",
            "requester": "Reed Askwell, Metropolitan Police",
            "asked_reference": "01/2345/26",
            "asked_for": "Whether one person’s tag was at a place in a window of time",
            "about": "Alex Example, born 14 June 1990",
            "window": "1 March 2026, 21:00:00 GMT to 1 March 2026, 22:00:00 GMT",
            "law": "Data Protection Act 2018 s.35",
            "until": "16 March 2026, 12:00 GMT",
        },
        {
            "answer": Slot("what is claimed, of the tag, in sentences", "Nothing is claimed."),
            "persons": Slot("whose tags they were, where names were asked for",
                            "No name is released."),
            "fixes": FIXES, "map": MAP, "signature": SIGNATURE,
        },
        {
            "limits": LIMITS,
            "of_the_tag": "It says where a tag was, and not where a person was. It does not show "
            "that anybody committed or witnessed a crime, and it rules out nobody else, wearing a "
            "tag or not.",
            "minimum": "It holds the least that answers the request. It was released under {law} "
            "for that request alone, may be used for nothing else, and can be fetched until "
            "{until}.",
        },
        frozenset({"requester", "asked_for", "window", "answer", "persons", "fixes", "limits",
                   "of_the_tag", "minimum"}),
    ),
    "subject_access": Kind(
        "Your data",
        {
            "reference": "W-17",
            "agency": "London Monitoring Centre",
            "made_on": "2 March 2026",
            "person_name": "Alex Example",
            "person_reference": "P-1042",
            "asked_on": "1 March 2026",
        },
        {
            "held": Slot("what is held, and how many of each", "We hold nothing about you."),
            "near": Slot("days on which a moving zone was come too near, by its letter",
                         "There is no such day."),
            "looks": Slot("who looked, by day, and why", "Nobody has looked."),
            "left_out": Slot("what is not in it, and on which ground", ""),
        },
        {
            "how_it_was_made": "The records themselves are in the files beside this paper: each "
            "row, and where your tag was. They are as they stood on {made_on}.",
            "what_you_may_do": "You may ask us to put right what is wrong, to delete what should "
            "not be kept, or to stop using it. You may complain to the Information Commissioner.",
        },
        frozenset({"person_name", "made_on", "held", "near", "looks", "left_out",
                   "how_it_was_made", "what_you_may_do"}),
    ),
    "plain_notice": Kind(
        "What is recorded about you, and why",
        {
            **{name: EVERY[name] for name in (
                "reference", "agency", "made_on", "person_name", "person_reference", "order",
                "order_reference", "order_from",
            )},
            "order_until": "on 4 January 2027",
            "ask": "Robin Clarke",
        },
        {
            "collected": Slot("what the tag records, and what it is compared with",
                              "Nothing is recorded."),
            "why": Slot("why anybody may look, each with its law", "Nobody may look."),
            "kept": Slot("how long what is held is kept", "How long it is kept is not set."),
            "shared": Slot("who else is told", "It is shared with nobody."),
        },
        {
            "your_rights": "You may ask for a copy of all that is held about you. You may ask that "
            "what is wrong is put right, and that what should not be kept is deleted. You may "
            "complain to us, and to the Information Commissioner.",
            "right_to_contest": "You may say that a decision about you is wrong. Somebody else "
            "then looks at it again, and as a rule it does not count meanwhile. Say it on your own "
            "page, to your officer, or through a solicitor.",
        },
        frozenset({"person_name", "order", "collected", "why", "kept", "shared", "ask",
                   "your_rights", "right_to_contest"}),
    ),
    **MATCH_KINDS,
    **SUITABILITY_KINDS,
    **MEETING_KINDS,
}  # fmt: skip

SAMPLE_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAMPLE_MAP = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200" width="320" height="200">'
    '<rect width="320" height="200" fill="#f3f2f1"/>'
    '<circle cx="160" cy="100" r="70" fill="none" stroke="#d4351c" stroke-width="2"/>'
    '<circle cx="140" cy="90" r="4" fill="#0b0c0c"/><circle cx="168" cy="112" r="4"/></svg>'
)
SAMPLE: dict[str, tuple[Block, ...]] = {
    "violations": (
        Paragraph("On 1 March 2026, from 19:00 to 22:15 GMT, the person was away from the curfew "
                  "address. This is certain: eleven fixes say so."),
    ),
    "fixes": (
        Table("Fixes from 18:30 to 22:45 GMT on 1 March 2026", ("Time", "Place", "Within"),
              (("18:50:04 GMT", "at the address", "12 m"), ("19:00:04 GMT", "outside", "8 m"))),
    ),
    "map": (Figure(SAMPLE_MAP, "The fixes and the place of the requirement",
                   "Two fixes inside a circle, which is the place of the requirement."),),
    "contact": (Table("What has been tried", ("When", "What", "Result"),
                      (("1 March 2026, 19:20 GMT", "Called the person", "No answer"),)),),
    "account": (Paragraph("“My train was cancelled.” Found not reasonable by Sam Ahmed on 2 March "
                          "2026: the train ran."),),
    "warnings": (Table("Warnings", ("Given on", "For"),
                       (("3 February 2026", "Away during the curfew"),)),),
    "corrections": (),
    "risk": (Facts((("Domestic abuse", "recorded on 5 January 2026"),)),),
    "exhibits": (Exhibit("Record of the call of 1 March 2026", (
        Heading("The call", 3), Paragraph("Rang at 19:20 GMT; nobody answered."))),),
    "answer": (Paragraph("Observed: fixes of the tag lie in the place."),),
    "persons": (),
    "changes": (Table("What is corrected", ("Before", "Now"),
                      (("Away from 19:00 to 22:15 GMT", "At the address"),)),),
    "held": (Table("What we hold, and how many of each", ("What", "How many"),
                   (("Alerts about you", "3"), ("Tags you wore", "1"))),),
    "near": (Paragraph("1 March 2026: Zone A"),),
    "looks": (Table("Who looked, and why", ("Day", "Who", "What", "Why", "Times"),
                    (("2026-03-01", "monitoring officer, London", "track:viewed",
                      "alert_response", "1"),)),),
    "left_out": (Paragraph("Officers are named by their role and agency."),),
    "collected": (Paragraph("Where the tag is, about once a minute, day and night."),),
    "why": (Table("Why anybody may look", ("Why", "The law"),
                  (("To supervise your order", "Offender Management Act 2007 s.1 and s.14"),)),),
    "kept": (Paragraph("Where the tag was: two years from the end of the order."),),
    "shared": (Paragraph("Your probation officer and the monitoring centre see whether you keep to "
                         "your order."),),
    "signature": (signed_by(EVERY["author"], EVERY["author_role"]),),
    **MATCH_SAMPLE,
    **SUITABILITY_SAMPLE,
    **MEETING_SAMPLE,
}  # fmt: skip
