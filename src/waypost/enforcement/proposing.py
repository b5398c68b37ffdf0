"""What the machine proposes for a case: pure, from what is upheld and the warnings given before.

It proposes and never breaches: `must` says where an Act leaves the officer one choice alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.enforcement.clocks import warned_until
from waypost.enforcement.values import Ground, Proposal, Route, Step, Warning, Weighs

HELD = {
    Weighs.WAITS: "does not count while it is contested",
    Weighs.UNTOLD: "does not count",
    Weighs.FELL: "has fallen",
}


def propose(
    route: Route, grounds: Sequence[Ground], warnings: Iterable[Warning], *, zone: str
) -> Proposal:
    """The step to propose, with the reasons in sentences."""
    counted = [one for one in grounds if one.weighs is Weighs.COUNTS]
    left_out = [_left_out(one) for one in grounds if one.weighs is not Weighs.COUNTS]
    if not counted:
        return Proposal(None, False, ("Nothing counts now.", *left_out))
    ids = tuple(one.alert_id for one in counted)
    asks = route.rule(Step.PROPOSED)
    assert asks is not None, "every route begins with a proposal"
    if not route.warns:
        return Proposal(asks.then[0], False, (_counted(counted), *left_out), ids)
    pairs = [(one, before) for before in warnings for one in counted if warns(before, one, zone)]
    if not pairs:
        reasons = (_counted(counted), "No warning counts that was given before.", *left_out)
        return Proposal(Step.WARNING_GIVEN, False, reasons, ids)
    failed, before = min(pairs, key=lambda pair: (pair[0].failed_at, pair[1].given_at))
    given, until = before.given_at, warned_until(before.given_at, zone=zone)
    reason = (
        f"A warning was given on {_day(given, zone)}; alert {failed.alert_id} is of a failure on "
        f"{_day(failed.failed_at, zone)}, and the warning counts until {_day(until, zone)}. "
        f"It must be referred ({route.law} para. 6(2))."
    )
    return Proposal(Step.REFERRED, True, (_counted(counted), reason, *left_out), ids, before)


def warns(before: Warning, failure: Ground, zone: str) -> bool:
    """Whether the failure came after the warning was given, and within its twelve months."""
    until = warned_until(before.given_at, zone=zone)
    return before.counts and before.given_at < failure.failed_at < until


def _counted(counted: Sequence[Ground]) -> str:
    alerts = ", ".join(str(one.alert_id) for one in counted)
    return f"Upheld and counted: alert{'s' if len(counted) > 1 else ''} {alerts}."


def _left_out(one: Ground) -> str:
    return f"Alert {one.alert_id} {HELD[one.weighs]}{f': {one.why}' if one.why else ''}."


def _day(at: datetime, zone: str) -> str:
    there = at.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%B %Y}"
