"""How things of a plan move, what a recall or reset means, what is due, how a period went. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, time, timedelta

from waypost.errors import Refused
from waypost.plans.values import (
    CYCLE_WORDS,
    DUE_WORDS,
    KIND_WORDS,
    LICENCE_WORDS,
    NEXT,
    REVIEW_AFTER_RELEASE,
    STATUS_WORDS,
    Cycle,
    Due,
    DueKind,
    Effect,
    LicenceEvent,
    LicenceKind,
    PersonFacts,
    PlanFacts,
    PlanKind,
)
from waypost.rules.strip import Shade, Strip

PLAN_WITHIN = timedelta(days=15)  # of the order's beginning, working days rounded: OURS
SOON = timedelta(days=7)
BROKEN = frozenset({Shade.VIOLATED, Shade.POSSIBLE})
ASKED = frozenset({Shade.KEPT, Shade.CANNOT_TELL, Shade.NO_TAG}) | BROKEN
ZERO = timedelta(0)
NOTHING = Effect(False, "")


def check_moves(cycle: Cycle, before: str, after: str) -> None:
    """Refused, naming what can be done, where the table has no such move."""
    allowed = NEXT[cycle].get(before, frozenset())
    if after not in allowed:
        choices = " or ".join(sorted(STATUS_WORDS[one].lower() for one in allowed)) or "nothing"
        raise Refused(
            f"{CYCLE_WORDS[cycle]} that is {STATUS_WORDS[before].lower()} can become {choices}."
        )


def effect_of(events: Iterable[LicenceEvent], *, now: datetime) -> Effect:
    """What the newest event that has come says: recalled and reset pause what is due."""
    come = sorted((one for one in events if one.on <= now.date()), key=lambda one: one.on)
    if not come:
        return NOTHING
    last = come[-1]
    since = f"{LICENCE_WORDS[last.kind]} on {last.on:%-d %B %Y}."
    if last.kind is LicenceKind.RECALLED:
        return Effect(True, f"{since} Reviews and visits are due again after release.", last.on)
    if last.kind is LicenceKind.RESET:
        return Effect(True, f"{since} Reviews and visits are not due; requirements are "
                      "monitored on.", last.on)  # fmt: skip
    return Effect(False, f"{since} Plans are to be reviewed within "
                  f"{REVIEW_AFTER_RELEASE.days} days of it.", last.on)  # fmt: skip


def due_of(facts: PersonFacts, *, now: datetime) -> list[Due]:
    """What is due for one person: what is missing, and what is due within a week or was before."""
    effect = effect_of(facts.events, now=now)
    if effect.pauses:
        return []
    found = list(_missing(facts))
    for plan in facts.plans:
        found.append(_due(facts, DueKind.REVIEW, _review_at(plan, effect), plan.kind))
        found += [
            _due(facts, DueKind.ACTION, datetime.combine(day, time(17), UTC), plan.kind)
            for day in plan.actions_due
        ]
    found += [_due(facts, DueKind.VISIT, at, None) for at in facts.visits]
    near = [one for one in found if one.due_at <= now + SOON]
    return sorted(near, key=lambda one: (one.due_at, one.kind))


def _missing(facts: PersonFacts) -> Iterable[Due]:
    by = facts.since + PLAN_WITHIN
    if not any(one.kind is PlanKind.SENTENCE for one in facts.plans):
        yield _due(facts, DueKind.NO_PLAN, by, None)
    for one in facts.plans:
        if facts.wears and not one.purpose:
            yield _due(facts, DueKind.NO_PURPOSE, by, one.kind)


def _review_at(plan: PlanFacts, effect: Effect) -> datetime:
    """The day that the plan names; after a release or a reset's end, no later than that asks."""
    if effect.since is None:
        return plan.review_at
    after = datetime.combine(effect.since, time(9), UTC) + REVIEW_AFTER_RELEASE
    return max(min(plan.review_at, after), datetime.combine(effect.since, time(9), UTC))


def _due(facts: PersonFacts, kind: DueKind, at: datetime, plan: PlanKind | None) -> Due:
    words = f"{DUE_WORDS[kind]}: {KIND_WORDS[plan].lower()}" if plan else DUE_WORDS[kind]
    return Due(facts.person_id, kind, at, words)


def days_of(strips: Sequence[Strip], excused: Collection[int]) -> tuple[int, int, int]:
    """Days on which something was asked, of these kept, and those of which nothing could be told.

    A day is kept when no requirement was found broken on it, and the tag was located in some of
    what was required. Time that cannot be told is not kept time. What was excused breaks no day.
    """
    asked = kept = untold = 0
    for day in zip(*(one.days for one in strips), strict=True):
        segments = [part for one in day for part in one.segments if part.shade in ASKED]
        if not segments:
            continue
        asked += 1
        if any(one.shade in BROKEN and one.violation_id not in excused for one in segments):
            continue
        located = sum((one.length for one in segments if one.shade not in _UNTOLD), ZERO)
        kept, untold = (kept + 1, untold) if located else (kept, untold + 1)
    return asked, kept, untold


def share_of(strips: Sequence[Strip]) -> float | None:
    """Of all required time that is judged, the share in which the tag was located."""
    located = judged = ZERO
    for one in strips:
        figures = one.figures
        judged += figures.required - figures.of(Shade.TO_COME)
        located += figures.of(Shade.KEPT, Shade.VIOLATED)
    return located / judged if judged else None


_UNTOLD = frozenset({Shade.CANNOT_TELL, Shade.NO_TAG})
