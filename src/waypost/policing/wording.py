"""A notification in words: what the machine proposes, and what its paper is filled with. Pure.

The officer edits the three texts; tables, map and sentences come from the facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from waypost.documents import values as blocks
from waypost.documents.map_drawing import Dot, Place, draw_map
from waypost.documents.values import Block, Paragraph, Table, signed_by
from waypost.policing.facts import AccountFact, Facts, Places
from waypost.rules.saying import CERTAINTY_WORDS, HOW_SURE, SUREST_FIRST, wall
from waypost.rules.values import Certainty

NOT_RECORDED = "not recorded"
NO_ENDING = "further order"


@dataclass(frozen=True, slots=True)
class Texts:
    """What the officer answers for."""

    what_happened: str
    certainty: str
    tried: str


@dataclass(frozen=True, slots=True)
class Sender:
    agency: str
    author: str
    author_role: str
    force: str
    reference: str


def proposed(facts: Facts, zone: str) -> Texts:
    """The texts as the facts have them, to be checked and edited."""
    said = [f"{facts.headline}: {one.sentences[0]}" for one in facts.violations]
    if any(one.to_at is None for one in facts.violations):
        said.append(f"It still went on at {wall(facts.taken_at, zone)}.")
    said = said or [f"{facts.headline}."]
    return Texts(
        " ".join([*said, *facts.reports]), certainty_words(facts), _tried_words(facts, zone)
    )


def surest(facts: Facts) -> Certainty:
    """How certain the surest of what it speaks of is; what a tag said itself is certain."""
    found = [Certainty(one.certainty) for one in facts.violations]
    if not found:
        return Certainty.CERTAIN
    return min(found, key=SUREST_FIRST.index)


def certainty_words(facts: Facts) -> str:
    if not facts.violations:
        return "The tag itself reported it."
    sure = surest(facts)
    return f"{CERTAINTY_WORDS[sure]}. {HOW_SURE[sure]}"


def words_of(
    facts: Facts,
    texts: Texts,
    sender: Sender,
    *,
    zone: str,
    now: datetime,
    receive_by: datetime,
    answer_by: datetime,
) -> dict[str, str]:
    """What fills the template of a breach notification (documents.paper_kinds)."""

    def day(instant: datetime) -> str:
        return wall(instant, zone).split(",")[0]

    return {
        "reference": sender.reference,
        "agency": sender.agency,
        "made_on": wall(now, zone, seconds=False),
        "author": sender.author,
        "author_role": sender.author_role,
        "person_name": facts.person_name,
        "person_reference": facts.person_reference,
        "order": facts.order_kind if facts.order_kind.isupper() else facts.order_kind.lower(),
        "order_reference": facts.order_reference,
        "order_from": day(facts.order_from),
        "order_until": day(facts.order_until) if facts.order_until else NO_ENDING,
        "requirement": facts.requirement,
        "force": sender.force,
        "born_on": f"{facts.born_on.day} {facts.born_on:%B %Y}" if facts.born_on else NOT_RECORDED,
        "what_happened": texts.what_happened,
        "certainty": texts.certainty,
        "tried": texts.tried,
        "acknowledge_by": wall(receive_by, zone, seconds=False),
        "answer_by": wall(answer_by, zone, seconds=False),
    }


def slots_of(
    facts: Facts, places: Places, sender: Sender, *, zone: str
) -> Mapping[str, Sequence[Block]]:
    contacts = [(wall(one.at, zone), one.what, one.result) for one in facts.contacts]
    return {
        "violations": [
            *(Paragraph(" ".join(one.sentences)) for one in facts.violations),
            *(Paragraph(one) for one in facts.reports),
        ],
        "fixes": _fixes(places, zone),
        "map": _map(places),
        "contact": [_table("What has been tried", ("When", "What", "What came of it"), contacts)]
        if contacts
        else [],
        "account": [Paragraph(_account(one)) for one in facts.accounts],
        "risk": [
            blocks.Facts(
                tuple((one.what.capitalize(), f"recorded, since {one.since.day} "
                       f"{one.since:%B %Y}") for one in facts.risks)
            )
        ]
        if facts.risks
        else [],
        "signature": [signed_by(sender.author, sender.author_role)],
    }  # fmt: skip


def _tried_words(facts: Facts, zone: str) -> str:
    said = [f"{one.what}, {wall(one.at, zone)}: {one.result}." for one in facts.contacts]
    return " ".join(said)


def _account(one: AccountFact) -> str:
    found = {None: "Not decided yet.", True: "Found reasonable:", False: "Found not reasonable:"}
    return f"{one.given_by.capitalize()}: “{one.words}” {found[one.reasonable]} {one.why}".strip()


def _fixes(places: Places, zone: str) -> list[Block]:
    if places.withheld_why:
        return [Paragraph(places.withheld_why)]
    if not places.fixes:
        return []
    rows = [
        (str(number), wall(one.at, zone), f"{one.lat:.5f}, {one.lon:.5f}",
         f"{one.accuracy_m:.0f} m", f"{one.mechanism}{'' if one.used else ', not judged'}")
        for number, one in enumerate(places.fixes, 1)
    ]  # fmt: skip
    made: list[Block] = [
        _table("Fixes of the breach and 30 minutes around it",
               ("Number", "Measured at", "Latitude, longitude (WGS84)", "Right within", "By"), rows)
    ]  # fmt: skip
    made += [Paragraph(one) for one in what_is_left_out(places, zone)]
    return made


def what_is_left_out(places: Places, zone: str) -> list[str]:
    """Which fixes are not given, and why: nobody is to think that these are all."""
    said = []
    if places.left_out:
        said.append(
            f"{places.left_out} fixes of the time between are left out: one in ten minutes is "
            "shown there, and all around its beginning and end."
        )
    if places.cut_at:
        said.append(f"No fix after {wall(places.cut_at, zone)} is given: one look covers no more.")
    return said


def _map(places: Places) -> list[Block]:
    if places.withheld_why:
        return [Paragraph(places.withheld_why)]
    made = draw_map(
        [
            Dot(number, one.lat, one.lon, one.accuracy_m, one.used)
            for number, one in enumerate(places.fixes, 1)
        ],
        [Place(zone, places.keep_out) for zone in places.zones],
        caption="The fixes and the place of the condition",
    )
    return [made] if made else []


def _table(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    return Table(caption, heads, tuple(rows))
