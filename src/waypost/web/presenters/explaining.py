"""An explanation as its page tells it: each step in words, what mattered, whether it still agrees.

The same steps are drawn by presenters/paths.py; a fix's number joins table, line and map.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from waypost.monitoring.explaining_queries import ExplainedViolation
from waypost.positions.schema import SET_ASIDE_WORDS
from waypost.positions.tracks import TrackRow
from waypost.rules import step as plain
from waypost.rules.evidence import chance_of
from waypost.rules.explaining import Explanation, Step, What
from waypost.rules.step import Happened, Rule, Says, Traced
from waypost.rules.values import RULES_VERSION, Certainty, Containment, JudgedViolation, RowKind
from waypost.web.presenters.violations import chance_words
from waypost.web.presenters.whereabouts import MECHANISM_SIGNS
from waypost.web.templatetags.waypost import length, local, metres, when_words, words

DID: dict[Happened, str] = {
    Happened.NOTHING: "Nothing: as it should be",
    Happened.NOT_REQUIRED: "Nothing: not required then",
    Happened.UNCERTAIN: "Nothing: it could not tell",
    Happened.HELD_BY_BEACON: "Nothing: the home unit had just heard the tag",
    Happened.PASSAGE: "The way from the fix before goes through the zone: possible, not observed",
    Happened.CANDIDATE: "Waits for more: too little to open anything",
    Happened.OPENED: "Opened the violation",
    Happened.SHOWN: "The violation goes on",
    Happened.CONFIRMED: "Confirmed it: surer from here",
    Happened.CLOSED: "Ended the violation",
    Happened.DISTRUSTED: "Not believed: the fixes before and after agree, and not with it",
}
MATTERED = frozenset(
    {
        Happened.CANDIDATE,
        Happened.OPENED,
        Happened.CONFIRMED,
        Happened.CLOSED,
        Happened.PASSAGE,
        Happened.DISTRUSTED,
    }
)
AS_A_WHOLE = (
    "An appointment is judged as a whole: whether they came within the minutes of grace, and "
    "stayed. Below stands what each fix says of the place."
)
LOOKS = {
    Happened.CANDIDATE: "candidate",
    Happened.OPENED: "bad",
    Happened.SHOWN: "bad",
    Happened.CONFIRMED: "bad",
    Happened.CLOSED: "good",
}


@dataclass(frozen=True, slots=True)
class StepShown:
    """A row of the table.

    key     of its anchor; n, the fix's number on map and line
    known   when it came, where that was after the row was raised
    then    what came of it as things were known when the row was raised, where that differs
    """

    key: str
    n: int | None
    look: str
    day: str
    at: datetime
    clock: str
    how: str
    within: str
    edge: str
    circle: str
    evidence: str
    did: str
    known: str
    then: str

    @property
    def is_fix(self) -> bool:
        return self.n is not None


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that mattered, with the row of the table that says more ("" none)."""

    at: datetime
    words: str
    key: str


def steps_shown(found: ExplainedViolation, explanation: Explanation) -> list[StepShown]:
    return [_shown(found, explanation, step, n) for n, step in enumerate(explanation.steps)]


def moments(found: ExplainedViolation, explanation: Explanation) -> list[Moment]:
    """What mattered, in order of time: what opened, confirmed and ended it, when it was raised."""
    told: list[Moment] = []
    for n, step in enumerate(explanation.steps):
        happened = step.traced.happened if step.traced else None
        edge = step.what in (What.BEGINS, What.ENDS)
        long = step.what is What.SILENCE and _is_untold(explanation, step)
        if edge or long or happened in MATTERED:
            told.append(Moment(step.at, _did(explanation, step), _key(n)))
    row = found.page.standing.row
    if found.look.from_at <= row.raised_at < found.look.to_at:
        told.append(Moment(row.raised_at, "Raised by Waypost", ""))
    return sorted(told, key=lambda one: one.at)


def agreement(found: ExplainedViolation) -> list[str]:
    """Whether judging these fixes today gives what is stored; where not, both, and why."""
    row = found.page.standing.row
    if found.explanation is None:
        return []
    if row.kind is RowKind.ATTENDANCE:
        return [AS_A_WHOLE]
    if found.agrees:
        if row.withdrawn:
            return ["Judging these fixes today gives no such row, which is why it was withdrawn."]
        return ["Judging these fixes today gives the same."]
    if row.withdrawn:
        stored = "Stored: withdrawn."
    else:
        stored = f"Stored: {_row_words(row.from_at, row.to_at, row.certainty, row.minutes)}."
    today = f"Today: {_today_words(found.today)}."
    return ["Judging these fixes today gives something else.", stored, today, *_why(found)]


def late_words(found: ExplainedViolation) -> str:
    """What was known when it was raised, where that was less than now."""
    explanation = found.explanation
    if explanation is None or not explanation.late:
        return ""
    before = [
        step
        for step in explanation.steps
        if step.traced and step.traced.fix.at <= explanation.raised_at
    ]
    return (
        f"{explanation.late} of the {len(before)} fixes measured by then came after it was raised: "
        "the table says from when each was known, and what Waypost made of the others without it."
    )


def circle_words(traced: Traced, rule: Rule) -> str:
    """The circle test of one fix."""
    containment = traced.fix.containment
    if containment is Containment.UNCERTAIN:
        return "Crosses the edge"
    side = "inside" if containment is Containment.INSIDE else "outside"
    if traced.says is Says.UNCERTAIN:
        return f"Whole circle {side}, too near the edge to count"
    wrong = traced.says is Says.BAD
    return f"Whole circle {side}{': the wrong side' if wrong else ''}"


def edge_words(d_m: float) -> str:
    if abs(d_m) < 0.5:
        return "On the edge"
    return f"{metres(abs(d_m))} {'outside' if d_m > 0 else 'inside'}"


def _shown(found: ExplainedViolation, explanation: Explanation, step: Step, n: int) -> StepShown:
    fix = found.track.rows[step.n] if step.n is not None else None
    traced = step.traced
    late = explanation.came_late(step)
    edge = edge_words(step.d_m) if step.d_m is not None else ""
    return StepShown(
        key=_key(n),
        n=step.n,
        look=_look(step),
        day=_day(step.at),
        at=step.at,
        clock=f"{local(step.at):%H:%M:%S}",
        how=MECHANISM_SIGNS[fix.mechanism][1] if fix else "",
        within=_within(fix) if fix else "",
        edge=edge,
        circle=circle_words(traced, explanation.rule) if traced and edge else "",
        evidence=_evidence(traced, explanation.rule),
        did=_did(explanation, step),
        known=_known(fix) if late and fix else "",
        then=_then(explanation, step),
    )


def _did(explanation: Explanation, step: Step) -> str:
    if step.traced is not None:
        opened = step.traced.violation
        if step.traced.happened is Happened.OPENED and opened and opened.from_at < step.at:
            return f"Opened the violation, from {local(opened.from_at):%H:%M:%S} on"
        return DID[step.traced.happened]
    if step.what is What.BEGINS:
        return "Required time begins" + (
            ": in violation, as last seen shortly before" if step.opens else ""
        )
    if step.what is What.ENDS:
        return "Required time ends" + (", and with it the violation" if step.ends else "")
    if step.what is What.SILENCE:
        assert step.until is not None
        until = f"{local(step.until):%H:%M:%S}"
        told = ": cannot tell" if _is_untold(explanation, step) else ""
        return f"Nothing known for {length(step.until - step.at)}, to {until}{told}"
    return f"Set aside: {SET_ASIDE_WORDS[step.aside]}"


def _is_untold(explanation: Explanation, step: Step) -> bool:
    """Whether so much required time lies in the silence that nothing can be told of it."""
    if step.until is None:
        return False
    least = explanation.rule.numbers(step.at).gap_min
    return any(
        min(end, step.until) - max(start, step.at) >= least
        for start, end in explanation.rule.windows
    )


def _then(explanation: Explanation, step: Step) -> str:
    """What came of the fix as known when the row was raised, where later fixes changed that."""
    if step.traced is None or step.then is None:
        return ""
    return DID[step.then.happened] if step.then.happened is not step.traced.happened else ""


def _evidence(traced: Traced | None, rule: Rule) -> str:
    """The chance, by the fixes so far, that all of them were on the right side."""
    if traced is None or traced.says is not Says.BAD or not traced.total:
        return ""
    return chance_words(chance_of(traced.total, rule.numbers(traced.fix.at))).capitalize()


def _within(fix: TrackRow) -> str:
    return f"{metres(fix.accuracy_m)}{'' if fix.accuracy_stated else ' (assumed)'}"


def _known(fix: TrackRow) -> str:
    same = local(fix.received_at).date() == local(fix.measured_at).date()
    return f"Known only from {when_words(fix.received_at, 'clock' if same else 'seconds')}"


def _look(step: Step) -> str:
    if step.traced is not None:
        return LOOKS.get(step.traced.happened, "fix")
    looks = {What.SILENCE: "gap", What.ASIDE: "aside"}
    return looks.get(step.what, "event")


def _key(n: int) -> str:
    return f"step-{n}"


def _day(at: datetime) -> str:
    there = local(at)
    return f"{there:%A} {there.day} {there:%B %Y}, {there:%Z}"


def _today_words(today: plain.Row | None) -> str:
    if today is None:
        return "nothing"
    return _row_words(
        today.from_at, today.to_at, today.certainty, today.counted.total_seconds() / 60
    )


def _row_words(
    from_at: datetime, to_at: datetime | None, certainty: Certainty, minutes: float
) -> str:
    end = when_words(to_at, "clock") if to_at else "still open"
    told = "" if certainty is Certainty.CANNOT_TELL else f", {minutes:.1f} minutes"
    return f"{when_words(from_at, 'seconds')} to {end}, {words(certainty).lower()}{told}"


def _why(found: ExplainedViolation) -> Iterable[str]:
    """What has changed since, as far as it is on record."""
    row: JudgedViolation = found.page.standing.row
    if found.page.rules_version not in ("", RULES_VERSION):
        yield (
            f"It was judged by rules version {found.page.rules_version}; "
            f"today they are version {RULES_VERSION}."
        )
    elif found.page.requirement is None and row.requirement_version_id is not None:
        yield "The version of the requirement by which it was judged binds no more."
    else:
        yield "Fixes, the order or the numbers have changed since it was last judged."
