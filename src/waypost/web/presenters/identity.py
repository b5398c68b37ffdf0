"""Two records, and a merge of them, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from waypost.identity.queries import Side
from waypost.identity.values import KIND_WORDS, STATUS_WORDS, MergeAct, MergeStatus

ACTS: dict[MergeAct, str] = {
    MergeAct.CONFIRM: "Confirm: they are one person",
    MergeAct.REFUSE: "Refuse: they are two people",
    MergeAct.TAKE_BACK: "Take the proposal back",
    MergeAct.DOUBT: "Propose its reversal",
    MergeAct.CONFIRM_REVERSAL: "Confirm the reversal: they are two people",
    MergeAct.KEEP: "Keep it: they are one person after all",
}
COLOURS: dict[MergeStatus, str] = {
    MergeStatus.PROPOSED: "yellow",
    MergeStatus.IN_FORCE: "green",
    MergeStatus.DOUBTED: "orange",
}


@dataclass(frozen=True, slots=True)
class SideShown:
    """facts: what is compared, name and value; "not recorded" where there is nothing."""

    person_id: int
    reference: str
    who: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StatusShown:
    words: str
    colour: str


def side_shown(one: Side) -> SideShown:
    born = f"{one.born.day} {one.born:%B %Y}" if one.born else ""
    facts = [("Name", one.name), ("Born", born), ("Area", one.area)]
    facts += [(KIND_WORDS[known.kind], known.value) for known in one.ids]
    shown = tuple((name, value or "not recorded") for name, value in facts)
    return SideShown(one.person_id, one.reference, one.name or one.reference, shown)


def status_shown(status: MergeStatus) -> StatusShown:
    words = STATUS_WORDS[status]
    return StatusShown(f"{words[0].upper()}{words[1:]}", COLOURS.get(status, "grey"))
