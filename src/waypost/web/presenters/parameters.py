"""The rules' numbers as pages show them: revisions, fields of the draft, what a preview found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from waypost.errors import Problem
from waypost.monitoring.parameter_lifecycle import STATUS_WORDS, Act, Status
from waypost.monitoring.parameter_queries import (
    ParameterMoveSeen,
    RevisionPage,
    RevisionSeen,
)
from waypost.rules.comparing import Compared, Example, Tally
from waypost.rules.parameter_form import DEFAULTS, bounds, shown, typed
from waypost.rules.parameter_words import WORDS, Group
from waypost.rules.values import Parameters, RowKind
from waypost.web.templatetags.waypost import when_words
from waypost.web.templatetags.waypost import words as in_plain_words

TAGS = {
    Status.DRAFT: "grey",
    Status.PROPOSED: "blue",
    Status.PUBLISHED: "turquoise",
    Status.IN_FORCE: "green",
    Status.SUPERSEDED: "grey",
    Status.WITHDRAWN: "yellow",
}
SHORT = {Status.PUBLISHED: "approved", Status.DRAFT: "draft"}
KINDS = {
    RowKind.EXCLUSION: "Exclusion zone",
    RowKind.EXCLUSION_WARNING: "Warning ring of an exclusion zone",
    RowKind.INCLUSION: "Inclusion zone",
    RowKind.RESTRICTION: "Restriction zone",
    RowKind.CURFEW: "Curfew",
    RowKind.ATTENDANCE: "Appointments",
    RowKind.TRAIL: "Trail",
}


@dataclass(frozen=True, slots=True)
class ActForm:
    """What one act asks on the page."""

    act: str
    button: str
    label: str
    hint: str
    asks_time: bool = False
    grave: bool = False


ACT_FORMS: dict[Act, ActForm] = {
    Act.PROPOSE: ActForm(
        "propose", "Propose it", "What should whoever approves it know?",
        "Another officer then approves or refuses it. You cannot change it meanwhile.",
    ),
    Act.APPROVE: ActForm(
        "approve", "Approve it", "Why is it right?",
        "From that time on everybody is judged by these numbers. What was judged before stays.",
        asks_time=True,
    ),
    Act.REFUSE: ActForm(
        "refuse", "Refuse it", "Why not?", "It goes back to its author as a draft.",
    ),
    Act.WITHDRAW: ActForm(
        "withdraw", "Withdraw it", "Why?", "It never comes into force. It stays on record.",
        grave=True,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A revision in the list. `tag`: its state and the tag's colour."""

    seen: RevisionSeen
    state: str
    colour: str
    force: str


@dataclass(frozen=True, slots=True)
class MoveLine:
    what: str
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Field:
    """One number of the draft's form, with what is wrong with what was typed."""

    name: str
    label: str
    meaning: str
    unit: str
    typed: str
    bounds: str
    now: str
    default: str
    source: str
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class TableLine:
    """One kind of row in both judgings, as texts."""

    kind: str
    rows: tuple[str, str]
    minutes: tuple[str, str]
    calls: tuple[str, str]
    taken_back: tuple[str, str]
    new: int
    vanished: int
    changed: int
    examples: list[tuple[str, Example]]


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    what: str  # what a row is called
    time: str  # what its minutes are
    lines: list[TableLine]


def line(seen: RevisionSeen) -> Line:
    state = SHORT.get(seen.status) or STATUS_WORDS[seen.status]
    return Line(seen, state.capitalize(), TAGS[seen.status], _force(seen))


def in_words(instant: datetime) -> str:
    return when_words(instant)


def fields(
    sent: Mapping[str, str], base: Parameters, problems: list[Problem]
) -> list[tuple[Group, list[Field]]]:
    """The form's fields by group. base: the numbers that the draft would follow."""
    wrong = {problem.field: problem for problem in problems}
    return [
        (
            group,
            [
                Field(
                    name, words.name, words.meaning, words.unit.value, sent.get(name, ""),
                    bounds(name), shown(name, base), shown(name, DEFAULTS), words.source,
                    wrong.get(name),
                )
                for name, words in WORDS.items()
                if words.group is group
            ],
        )
        for group in Group
    ]  # fmt: skip


def numbers(page: RevisionPage) -> list[tuple[Group, list[tuple[Field, bool]]]]:
    """Every number of a revision, with whether it states it itself."""
    parameters = page.revision.parameters
    grouped = fields(typed(parameters), page.base.parameters if page.base else parameters, [])
    return [
        (group, [(one, one.name not in page.revision.unstated) for one in members])
        for group, members in grouped
    ]


def differences(page: RevisionPage) -> list[tuple[str, str, str]]:
    """(name in words, before, after) of what it has differently from the one it follows."""
    return [(WORDS[one.name].name, one.before, one.after) for one in page.differences]


def moves(page: RevisionPage) -> list[MoveLine]:
    """What has happened to it, and what the clock did, in order."""
    said = [MoveLine(_moved(move), move.by, move.at, move.note) for move in page.moves]
    seen = page.revision
    if seen.status in {Status.IN_FORCE, Status.SUPERSEDED} and seen.effective_from:
        said.append(MoveLine("In force", "", seen.effective_from, ""))
    if seen.status is Status.SUPERSEDED and seen.until_at:
        said.append(MoveLine("Superseded", "", seen.until_at, ""))
    return said


def _moved(move: ParameterMoveSeen) -> str:
    if move.from_status == Status.PROPOSED.value and move.to_status == Status.DRAFT.value:
        return "Refused"
    return {"draft": "Drafted", "published": "Approved"}.get(
        move.to_status, move.to_status.capitalize()
    )


def act_form(act: Act) -> ActForm:
    return ACT_FORMS[act]


def tables(tally: Tally) -> list[Table]:
    """What a preview found, as two tables: what was violated, and what could not be told."""
    return [
        Table("Violations", "violations", "Minutes in violation", _lines(tally.violations)),
        Table(
            "Time of which nothing can be told", "stretches", "Minutes", _lines(tally.unknown)
        ),
    ]  # fmt: skip


def left_out(tally: Tally) -> list[str]:
    """What the figures do not contain, in sentences."""
    said = []
    if tally.failed:
        said.append(f"{tally.failed:,} wearers could not be compared: judging broke, see the log.")
    if tally.unjudged:
        said.append(
            f"{tally.unjudged:,} requirements are judged elsewhere than from a wearer's own fixes, "
            "so not compared."
        )
    return said


def _lines(table: Mapping[RowKind, Compared]) -> list[TableLine]:
    return [
        TableLine(
            KINDS.get(kind) or in_plain_words(kind),
            (f"{one.before.rows:,}", f"{one.after.rows:,}"),
            (_minutes(one.before.minutes), _minutes(one.after.minutes)),
            (f"{one.before.calls:,}", f"{one.after.calls:,}"),
            (f"{one.before.taken_back:,}", f"{one.after.taken_back:,}"),
            one.new.count,
            one.vanished.count,
            one.changed,
            [
                *(("new", example) for example in one.new.examples),
                *(("vanished", example) for example in one.vanished.examples),
            ],
        )
        for kind, one in sorted(table.items())
    ]


def _minutes(minutes: float) -> str:
    return f"{minutes:,.0f}"


def _force(seen: RevisionSeen) -> str:
    """From when to when it is in force, in words."""
    if seen.published_at is None or seen.status is Status.WITHDRAWN:
        return "Not in force"
    since = "the beginning" if seen.effective_from is None else when_words(seen.effective_from)
    until = f" until {when_words(seen.until_at)}" if seen.until_at else ""
    return f"From {since}{until}"
