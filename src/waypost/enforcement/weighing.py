"""What the grounds of cases and warnings weigh now: worked out anew from the records each time.

Nothing is stored of it, so that a violation that late fixes withdraw, a contest that is raised or
decided, or an excuse found afterwards changes every count and warning at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.conf import settings
from django.db.models import prefetch_related_objects

from waypost.alerts.contesting import contested, decided
from waypost.alerts.contests import Decided, counts, is_upheld
from waypost.alerts.models import Alert, AlertReport, AlertViolation
from waypost.alerts.notified import unnotified_alerts
from waypost.alerts.values import Status
from waypost.clock import Instant
from waypost.enforcement.models import BreachCase, CaseGround, StepTaken
from waypost.enforcement.proposing import propose
from waypost.enforcement.routes import route_of
from waypost.enforcement.values import Ground, Proposal, Step, Warning, Weighs
from waypost.monitoring.queries import standing

Weights = dict[int, tuple[Weighs, str]]
NOT_TOLD = "it began before notice and induction were proved"


def grounds_of(rows: Collection[CaseGround], *, now: Instant) -> list[Ground]:
    """Each with what it weighs, and in words why it does not count."""
    weights = weigh({row.alert_id for row in rows}, now=now)
    return [_ground(row, weights) for row in rows]


def _ground(row: CaseGround, weights: Weights) -> Ground:
    weighs, why = weights.get(row.alert_id, (Weighs.FELL, "its record is no longer kept"))
    return Ground(row.alert_id, row.failed_at, weighs, row.requirement_reference, why)


def weigh(alert_ids: Collection[int], *, now: Instant) -> Weights:
    """By alert: what it weighs, and why it does not count. A few statements for any number."""
    alerts = list(Alert.objects.filter(pk__in=alert_ids).prefetch_related("contests"))
    gone = _withdrawn({one.pk for one in alerts})
    early = unnotified_alerts({one.pk for one in alerts})
    return {one.pk: _weigh(one, one.pk in gone, one.pk in early, now) for one in alerts}


def _weigh(alert: Alert, withdrawn: bool, early: bool, now: Instant) -> tuple[Weighs, str]:
    contests = contested(alert.contests.all())
    state = decided(alert) if contests else Decided(Status(alert.status), alert.outcome)
    if withdrawn:
        return Weighs.FELL, "what it speaks of was withdrawn"
    if early and is_upheld(state.status, state.outcome):
        return Weighs.UNTOLD, NOT_TOLD
    if counts(state, contests, now):
        return Weighs.COUNTS, ""
    if any(one.decided_at is None for one in contests) and is_upheld(state.status, state.outcome):
        return Weighs.WAITS, ""
    if state.status in {Status.IN_HAND, Status.RAISED, Status.ACKNOWLEDGED}:
        return Weighs.WAITS, "it is looked at again"
    return Weighs.FELL, "it is no longer upheld"


def _withdrawn(alert_ids: Collection[int]) -> set[int]:
    """Alerts that spoke of violations of which none stands, and of no report of the tag itself."""
    links = AlertViolation.objects.filter(alert_id__in=alert_ids)
    spoken = list(links.values_list("alert_id", "violation_id"))
    rows = standing([violation_id for _, violation_id in spoken])
    stands = {
        alert_id for alert_id, violation_id in spoken
        if violation_id in rows and not rows[violation_id].row.withdrawn
    }  # fmt: skip
    reported = AlertReport.objects.filter(alert_id__in=alert_ids)
    kept = stands | set(reported.values_list("alert_id", flat=True))
    return {alert_id for alert_id, _ in spoken} - kept


def warnings_of(person_id: int, order_reference: str, *, now: Instant) -> list[Warning]:
    """Every warning given under the order, oldest first, with what is left of its grounds."""
    given = _given([person_id]).get((person_id, order_reference), [])
    weights = weigh({row.alert_id for row in _all_grounds(given)}, now=now)
    return [_warning(one, weights) for one in given]


def proposal_of(case: BreachCase, *, now: Instant) -> Proposal:
    return proposals_of([case], now=now)[case.pk]


def proposals_of(cases: Sequence[BreachCase], *, now: Instant) -> dict[int, Proposal]:
    """What the machine proposes for each case, worked out anew from how everything stands now. A
    few statements for any number of cases."""
    prefetch_related_objects(cases, "grounds")
    given = _given({one.person_id for one in cases})
    rows = [row for one in cases for row in one.grounds.all()]
    rows += [row for steps in given.values() for row in _all_grounds(steps)]
    weights = weigh({row.alert_id for row in rows}, now=now)
    return {one.pk: _propose(one, given, weights) for one in cases}


def _propose(
    case: BreachCase, given: Mapping[tuple[int, str], Sequence[StepTaken]], weights: Weights
) -> Proposal:
    rows = sorted(case.grounds.all(), key=lambda row: (row.failed_at, row.pk))
    before = given.get((case.person_id, case.order_reference), ())
    return propose(
        route_of(case.order_kind),
        [_ground(row, weights) for row in rows],
        [_warning(one, weights) for one in before if one.case_id != case.pk],
        zone=settings.WALL_ZONE,
    )


def _given(person_ids: Collection[int]) -> dict[tuple[int, str], list[StepTaken]]:
    """Warnings given, by person and order, oldest first."""
    steps = StepTaken.objects.filter(case__person_id__in=person_ids, step=Step.WARNING_GIVEN)
    found: dict[tuple[int, str], list[StepTaken]] = defaultdict(list)
    for one in steps.select_related("case").prefetch_related("case__grounds").order_by("at", "pk"):
        found[one.case.person_id, one.case.order_reference].append(one)
    return found


def _all_grounds(steps: Iterable[StepTaken]) -> list[CaseGround]:
    return [row for one in steps for row in one.case.grounds.all() if row.alert_id in one.counted]


def _warning(step: StepTaken, weights: Weights) -> Warning:
    return Warning(step.at, tuple(_ground(row, weights) for row in _all_grounds([step])), step.pk)


def counted_before(case: BreachCase, *, now: Instant) -> list[int]:
    """What the case rested on when it was decided, as far as it still weighs something."""
    first = StepTaken.objects.filter(case=case).exclude(counted=[]).order_by("pk").first()
    rested = set(first.counted) if first is not None else set()
    stands = grounds_of(list(case.grounds.all()), now=now)
    return sorted(
        one.alert_id for one in stands if one.alert_id in rested and one.weighs is not Weighs.FELL
    )
