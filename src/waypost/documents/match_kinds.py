"""The papers about a match between an offence and a tag: what each takes, as paper_kinds.py has it.

    proximity_alert      the exhibits, as observed, with what they do not show
    witness_statement    of the analyst who qualified the match: Criminal Justice Act 1967 s.9
    undermining          what might undermine it or assist the wearer, for whoever prosecutes
    alert_approval       the second person's signature, under the hash of what the first signed
    match_opinion        score, base rate and likelihood ratio: a named expert's, in no exhibit

What a match weighs stands in the opinion alone, so that no figure of ours reads as an observation.
"""

from __future__ import annotations

from waypost.documents.kind import Kind, Slot
from waypost.documents.values import Block, Exhibit, Facts, Figure, Paragraph, Table

EVERY: dict[str, str] = {
    "reference": "PX-12/1",
    "agency": "London Monitoring Centre",
    "made_on": "2 March 2026, 12:00:00 GMT",
    "crime_reference": "01/2345/26",
    "force": "Metropolitan",
}
MAKER: dict[str, str] = {"author": "Petra Lane", "author_role": "police analyst"}
OFFENCE: dict[str, str] = {
    "crime": "Burglary in a dwelling",
    "window": "1 March 2026, 21:00:00 GMT to 22:00:00 GMT (2026-03-01 21:00:00 to 22:00:00 UTC)",
}
NAMED: dict[str, str] = {"person_name": "Alex Example", "person_reference": "P-1042"}
LIMITS = {
    "not_shown": "It does not show that the wearer of the tag committed or witnessed a crime.",
    "not_ruled_out": "It does not rule out other wearers of tags, nor anybody without a tag.",
    "programme": "It is limited to wearers of this programme whose orders allow this use, and to "
    "times at which the tag could be monitored: where there is no fix, nothing is known and "
    "nothing is claimed.",
    "of_the_tag": "Every position is the tag’s. Each fix is right within the distance beside it in "
    "95 of 100 cases; a few are further out than they say. Only what was observed is drawn: no "
    "line joins the fixes, and none leads to or from the first and last.",
}
SIGNED = Slot("who signed it when, after proving again that it is they", "")

MATCH_KINDS: dict[str, Kind] = {
    "proximity_alert": Kind(
        "Proximity alert",
        EVERY | MAKER | OFFENCE | NAMED | {
            "place": "51.542200, -0.059500, and 100 m around it",
            "born_on": "14 June 1990",
            "order": "community order, 5 January 2026 to 4 January 2027",
            "match_count": "1",
            "asked_by": "Metropolitan, batch MPS20260302",
        },
        {
            "tracks": Slot("exhibit /01: the fixes about the time, on a map",
                           "No fix was received."),
            "detail": Slot("exhibit /02: the fixes that count, on a map of the place",
                           "No single fix lies at the place."),
            "key": Slot("exhibit /03: what the maps’ signs mean", ""),
            "table": Slot("exhibit /04: every fix on the maps, to the second, UTC and local",
                          "No fix was received."),
            "coverage": Slot("what of the time could be monitored", ""),
        },
        LIMITS,
        frozenset({"crime_reference", "window", "place", "person_name", "match_count", "tracks",
                   "detail", "key", "table", "coverage", *LIMITS}),
    ),
    "witness_statement": Kind(
        "Witness statement",
        EVERY | MAKER | NAMED | {"pages": "2", "alert_sha256": "9f86d081884c7d65"},
        {
            "statement": Slot("the maker’s own words", ""),
            "signature": SIGNED,
        },
        {
            "law": "Criminal Procedure Rules, r.16.2; Criminal Justice Act 1967, s.9",
            "declaration": "This statement (consisting of {pages} pages, each signed by me) is "
            "true to the best of my knowledge and belief and I make it knowing that, if it is "
            "tendered in evidence, I shall be liable to prosecution if I have wilfully stated in "
            "it anything which I know to be false, or do not believe to be true.",
        },
        frozenset({"author", "alert_sha256", "statement", "signature", "law", "declaration"}),
    ),
    "undermining": Kind(
        "Schedule of what might undermine the match, or assist the wearer",
        EVERY,
        {
            "rivals": Slot("other wearers matched with the same offence",
                           "No other wearer in scope is listed for this offence."),
            "decisions": Slot("what was decided of this match, by whom and why, in order",
                              "Nothing was decided before."),
            "earlier": Slot("the same offence and wearer in earlier runs",
                            "No earlier run listed the two."),
            "gaps": Slot("times without a fix about the offence",
                         "No gap of over five minutes lies in the time shown."),
            "tampers": Slot("what the tag reported of itself, a day on either side",
                            "The tag reported nothing of strap, case, battery, jamming or clock."),
            "rates": Slot("how often the method is wrong, as measured", ""),
        },
        {"complete": "This schedule is drawn up by the system from its records, and holds whatever "
         "of these kinds they hold about this match on the day it was made."},
        frozenset({"crime_reference", "rivals", "decisions", "earlier", "gaps", "tampers", "rates",
                   "complete"}),
    ),
    "alert_approval": Kind(
        "Approval of a proximity alert",
        EVERY | MAKER | {"alert_sha256": "9f86d081884c7d65", "maker": "Petra Lane"},
        {"checked": Slot("what was checked", ""), "signature": SIGNED},
        {"second": "I have looked at the match, the exhibits, the statement and the schedule of "
         "what might undermine it. I did not qualify this match."},
        frozenset({"author", "maker", "alert_sha256", "checked", "signature", "second"}),
    ),
    "match_opinion": Kind(
        "Expert’s report on the weight of a match",
        EVERY | MAKER | OFFENCE | {
            "qualifications": "MSc Forensic Science; 8 years’ work with location data",
            "pages": "1",
        },
        {
            "figures": Slot("what the match weighs, and what each figure means", ""),
            "method": Slot("how it was reckoned", ""),
            "rates": Slot("how often the method is wrong, as measured", ""),
            "opinion": Slot("the expert’s own words", ""),
            "signature": SIGNED,
        },
        {
            "duty": "I understand my duty to the court under Part 19 of the Criminal Procedure "
            "Rules, and have complied with it. This report consists of {pages} pages.",
            "no_probability_of_guilt": "No figure here is the probability that the wearer "
            "committed the offence. The likelihood ratio compares how well the fixes fit the tag’s "
            "having been at the place with how often it is there anyway; the score orders "
            "reading.",
        },
        frozenset({"author", "qualifications", "figures", "method", "rates", "opinion",
                   "signature", "duty", "no_probability_of_guilt"}),
    ),
}  # fmt: skip

_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200" width="320" height="200">'
    '<rect width="320" height="200" fill="#f3f2f1"/>'
    '<circle cx="160" cy="100" r="60" fill="none" stroke="#4c2c92" stroke-width="2"/>'
    '<circle cx="150" cy="92" r="4" fill="#0b0c0c"/></svg>'
)
MATCH_SAMPLE: dict[str, tuple[Block, ...]] = {
    "tracks": (Exhibit("PX-12/1/01, the fixes about the time", (
        Figure(_PICTURE, "Every fix received from 19:50 to 23:10 GMT",
               "One fix inside a circle, which is the place of the offence."),)),),
    "detail": (Exhibit("PX-12/1/02, the place", (
        Figure(_PICTURE, "The fixes that count",
               "One fix inside a circle, which is the place of the offence."),)),),
    "key": (Exhibit("PX-12/1/03, key of the maps", (
        Facts((("Dot with a number", "a fix; its row in the table has the same number"),)),)),),
    "table": (Exhibit("PX-12/1/04, table of the fixes", (
        Table("Fixes", ("Fix", "Local time", "Right within"),
              (("1 (A1)", "2026-03-01 21:10:04 GMT", "8 m"),)),)),),
    "coverage": (Paragraph("A fix stands within five minutes of 93 % of the time."),),
    "statement": (Paragraph("I am an analyst of the crime mapping hub. I looked at the fixes."),),
    "rivals": (Table("Other wearers", ("Wearer", "Class", "Decision"),
                     (("Wearer B", "possible", "rejected"),)),
               Paragraph("Who each letter is, is on a list that Avery Hale, authorising officer, "
                         "holds as disclosure officer."),),
    "decisions": (Table("Decisions", ("When", "What", "By", "Why"),
                        (("2 March 2026", "qualified", "Petra Lane", "Two fixes at the door."),)),),
    "earlier": (Table("Earlier runs", ("Run", "Class", "Nearest"), (("3", "possible", "84 m"),)),),
    "gaps": (Table("Gaps", ("From", "To"), (("21:20:00 GMT", "21:34:00 GMT"),)),),
    "tampers": (Table("What the tag reported", ("When", "What"),
                      (("21:00:04 GMT", "battery low"),)),),
    "rates": (Table("Measured", ("What", "How often"),
                    (("A tag that was there is called excluded", "0 of 136,733 cases"),)),),
    "checked": (Paragraph("The two fixes against the table, and the gaps."),),
    "figures": (Facts((("Likelihood ratio", "340"),)),),
    "method": (Paragraph("See the method’s own paper."),),
    "opinion": (Paragraph("The fixes fit the tag’s having been at the door far better than its "
                          "habit does."),),
}  # fmt: skip
