"""A proposal's words from the facts, in plain English: parts an officer edits, and parts they do
not. Pure.

    drafted(facts)        [(title, text)] to begin from: why, circumstances, what less was weighed
    blocks_of(sections)   what the officer left, as paper
    checked, not_checked  what was asked of whom and when; never what was answered
    names_in(text, ...)   those who live there whom the text names: the wearer reads this paper

Who answered what, and who agreed, is in none of them: the paper says the same whatever it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from waypost.documents.values import Block, Facts, Heading, Paragraph, Table
from waypost.necessity.values import CheckKind
from waypost.orders.values import Order, RequirementKind
from waypost.orders.words import DAY_WORDS, conditions_words
from waypost.suitability.commitments import Clash, Commitment
from waypost.suitability.eligibility import Answered, summed
from waypost.suitability.values import (
    CHECK_NAMES,
    COMMITMENT_WORDS,
    MET_WORDS,
    SIGNAL_WORDS,
    SUITABLE_WORDS,
    Met,
    Signal,
    Suitable,
)

WHY, CIRCUMSTANCES, LESS = "Why", "The person’s circumstances", "What less was considered"
TITLES = (WHY, CIRCUMSTANCES, LESS)
LESS_TO_WRITE = (
    "[Write which less intrusive options were considered, such as reporting, an unmonitored curfew "
    "or fewer hours, and why each will not do.]"
)
TO_WRITE = re.compile(r"\[Write [^\]]*\]")
TITLES_OF_PEOPLE = frozenset({"mrs", "miss", "mister", "doctor"})
HELD = "what was answered is held apart"


@dataclass(frozen=True, slots=True)
class Asked:
    """A check as the paper tells of it: of whom, when, and whether it is answered. UTC."""

    kind: CheckKind
    asked_of: str
    requested_at: datetime
    answered_at: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Score:
    instrument: str
    score: str
    scored_on: date


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """What a proposal is made from. zone: in which times are said.

    suitable, power, signal, signal_on   of the address, as looked at last; None: nobody has
    living_there, asked_alone            how many live there, and how many of them were asked
    """

    why: str
    eligible: tuple[Answered, ...]
    order: Order
    zone: str
    score: Score | None = None
    notes: tuple[tuple[str, str], ...] = ()
    commitments: tuple[Commitment, ...] = ()
    collides: tuple[Clash, ...] = ()
    odd: tuple[str, ...] = ()
    checks: tuple[Asked, ...] = ()
    suitable: Suitable | None = None
    power: bool | None = None
    signal: Signal = Signal.NOT_TESTED
    signal_on: date | None = None
    living_there: int = 0
    asked_alone: int = 0


def drafted(facts: ProposalFacts) -> list[list[str]]:
    """Where an officer begins: each part with what is known."""
    return [
        [WHY, "\n".join(_why(facts))],
        [CIRCUMSTANCES, "\n".join(_circumstances(facts))],
        [LESS, LESS_TO_WRITE],
    ]


def _why(facts: ProposalFacts) -> Iterator[str]:
    yield facts.why
    if facts.score is not None:
        one = facts.score
        yield f"{one.instrument} gave {one.score} on {day_words(one.scored_on)}."


def _circumstances(facts: ProposalFacts) -> Iterator[str]:
    for title, words in facts.notes:
        yield f"{title}: {words}"
    for one in facts.commitments:
        hours = (
            f" ({', '.join(DAY_WORDS[day] for day in one.days)} {one.start} to {one.end})"
            if one.has_hours
            else ""
        )
        yield f"{COMMITMENT_WORDS[one.kind]}: {one.words}{hours}."
    if not facts.notes and not facts.commitments:
        yield "Nothing is recorded of health, work, care for others or faith."


def asked_blocks(order: Order) -> list[Block]:
    """Each thing that is asked, in words; places are in the order, not here."""
    rows = tuple(
        (one.kind.value.capitalize(), "; ".join(conditions_words(one, order)) or "at all times")
        for one in order.requirements
    )
    return [Facts(rows)] if rows else []


def blocks_of(sections: Sequence[Sequence[str]]) -> list[Block]:
    found: list[Block] = []
    for title, text in sections:
        found += [Heading(title, 2), Paragraph(text)]
    return found


def eligibility_blocks(answers: tuple[Answered, ...]) -> list[Block]:
    if not answers:
        return []
    rows = tuple((one.question, MET_WORDS[one.met], f"{one.words} ({one.source})")
                 for one in answers)  # fmt: skip
    said = {
        Met.MET: "Every question is met.",
        Met.NOT_MET: "Not every question is met.",
        Met.NOT_KNOWN: "Not every answer is known.",
    }[summed(answers)]
    return [Table("What the programme asks", ("Question", "Answer", "In words"), rows),
            Paragraph(said)]  # fmt: skip


def checked_rows(facts: ProposalFacts) -> list[tuple[str, str, str]]:
    """What was done, of whom, when; that an answer came, never which."""
    rows = []
    for one in facts.checks:
        if one.answered_at is None:
            continue
        when = (
            f"asked {at_words(one.requested_at, facts.zone)}, answered "
            f"{at_words(one.answered_at, facts.zone)}; {HELD}"
        )
        rows.append((CHECK_NAMES[one.kind], one.asked_of, when))
    if facts.suitable in {Suitable.SUITABLE, Suitable.NOT_SUITABLE}:
        rows.append(("The address", "the officer who assesses", SUITABLE_WORDS[facts.suitable]))
    if facts.power is not None:
        rows.append(("Power there", "the officer who assesses", "Yes" if facts.power else "No"))
    if facts.signal is not Signal.NOT_TESTED and facts.signal_on is not None:
        words = f"{SIGNAL_WORDS[facts.signal]}, on {day_words(facts.signal_on)}"
        rows.append(("Signal there", "the officer who assesses", words))
    if facts.living_there and facts.asked_alone == facts.living_there:
        rows.append(
            ("Those who live there", "each was asked alone", "what they said is held apart")
        )
    return rows


def not_checked(facts: ProposalFacts, now: datetime) -> list[str]:
    """What nobody has done, or is too old, in sentences."""
    found = []
    for kind in CheckKind:
        mine = [one for one in facts.checks if one.kind is kind]
        name = CHECK_NAMES[kind]
        if not mine:
            found.append(f"{name}: not asked.")
        elif all(one.answered_at is None for one in mine):
            since = at_words(max(one.requested_at for one in mine), facts.zone)
            found.append(f"{name}: asked {since}, not answered yet.")
        elif all(one.valid_until is not None and one.valid_until <= now
                 for one in mine if one.answered_at is not None):  # fmt: skip
            found.append(f"{name}: the answer is too old to rely on.")
    if any(one.kind is RequirementKind.CURFEW for one in facts.order.requirements):
        if facts.suitable not in {Suitable.SUITABLE, Suitable.NOT_SUITABLE}:
            found.append("Whether the address is suitable is not yet known.")
        if facts.power is None:
            found.append("Power at the address was not looked at.")
        if facts.signal is Signal.NOT_TESTED:
            found.append("Signal at the address was not tested.")
        if facts.asked_alone < facts.living_there:
            found.append("Not everybody who lives at the address has been asked.")
        if not facts.living_there:
            found.append("Nobody is recorded as living at the address.")
    if facts.score is None:
        found.append("No score of a risk instrument is recorded.")
    return found


def checked_blocks(facts: ProposalFacts) -> list[Block]:
    rows = tuple(checked_rows(facts))
    return [Table("What was checked", ("What", "By whom", "When"), rows)] if rows else []


def paragraphs(lines: Iterable[str]) -> list[Block]:
    return [Paragraph(one) for one in lines]


def collides_lines(facts: ProposalFacts) -> list[str]:
    return [*(one.words for one in facts.collides), *(f"{one}." for one in facts.odd)]


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Those of the names of which a whole word of three letters or more stands in the text."""
    said = {one.casefold() for one in re.findall(r"\w+", text)}
    return [
        name
        for name in names
        if ({one.casefold() for one in re.findall(r"\w{3,}", name)} - TITLES_OF_PEOPLE) & said
    ]


def left_to_write(sections: Sequence[Sequence[str]]) -> list[str]:
    """Titles of parts in which something is to be written still."""
    return [title for title, text in sections if TO_WRITE.search(text) or not text.strip()]


def at_words(instant: datetime, zone: str) -> str:
    there = instant.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%B %Y}, {there:%H:%M %Z}"


def day_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
