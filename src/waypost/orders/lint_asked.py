"""Odd things asked beside place and hours: on the wrong kind, too long to keep, beyond the law."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from waypost.orders.finding import Said, asked_of, longer_than
from waypost.orders.law import LAW
from waypost.orders.values import (
    AlcoholMode,
    PersonOrders,
    RequirementKind,
)

# The maker's criterion for drinking is a transdermal level above 0.02 g/dl; smaller readings are
# real yet are no confirmed event (Roache and others 2015, doi 10.1111/acer.12750).
LEVEL_TOLD_G_PER_DL = 0.02
# Which kind each of these belongs to; on another kind nothing reads it.
BELONGS = {
    "warning_m": (RequirementKind.EXCLUSION, "warning_ring_misplaced", "a warning ring"),
    "minimum_stay": (RequirementKind.ATTENDANCE, "minimum_stay_misplaced", "a minimum stay"),
    "atv_limit": (RequirementKind.CURFEW, "atv_limit_misplaced", "a limit of added-up absence"),
    "release_day": (RequirementKind.CURFEW, "release_day_misplaced", "a day of release"),
    "alcohol": (RequirementKind.ALCOHOL, "alcohol_rule_misplaced", "an alcohol rule"),
}


def misplaced(person: PersonOrders) -> Iterator[Said]:
    """What stands on a requirement of a kind that knows no such thing."""
    for _, requirement in asked_of(person):
        for name, (kind, finding, words) in BELONGS.items():
            if getattr(requirement, name) is not None and requirement.kind is not kind:
                message = f"{words} belongs to {kind}; on {requirement.kind} it does nothing"
                yield requirement.requirement_id, finding, message


def stays(person: PersonOrders) -> Iterator[Said]:
    """Minimum stays that cannot be kept by whoever comes when they may."""
    for _, requirement in asked_of(person):
        for series in requirement.appointments:
            said = series.minimum_stay or requirement.minimum_stay
            if said is None:
                continue
            if said > series.duration:
                yield (requirement.requirement_id, "minimum_stay_too_long",
                       f"a stay of {_minutes(said)} in an appointment of "
                       f"{_minutes(series.duration)}; its whole length is asked")  # fmt: skip
            elif said > series.duration - series.grace:
                yield (requirement.requirement_id, "minimum_stay_beyond_grace",
                       f"who comes {_minutes(series.grace)} late, as they may, cannot stay "
                       f"{_minutes(said)} of {_minutes(series.duration)}")  # fmt: skip


def alcohol(person: PersonOrders) -> Iterator[Said]:
    """Alcohol asked for longer than the law allows, or to a level that tags do not tell well."""
    for order, requirement in asked_of(person):
        if requirement.kind is not RequirementKind.ALCOHOL:
            continue
        days_max = LAW[order.kind].days_max.get(RequirementKind.ALCOHOL)
        if days_max is not None and longer_than(days_max, order, requirement):
            yield (requirement.requirement_id, "alcohol_over_120_days",
                   f"the law allows {days_max} days of alcohol monitoring on this order; "
                   "send when it ends")  # fmt: skip
        rule = requirement.alcohol
        if rule is None or rule.mode is not AlcoholMode.LEVEL or rule.level_g_per_dl is None:
            continue
        if rule.level_g_per_dl < LEVEL_TOLD_G_PER_DL:
            yield (requirement.requirement_id, "alcohol_level_low",
                   f"{rule.level_g_per_dl:g} g/dl is less than the {LEVEL_TOLD_G_PER_DL:g} above "
                   "which tags confirm that somebody drank")  # fmt: skip


def moving(person: PersonOrders) -> Iterator[Said]:
    """Moving exclusions around the wearer, or with a ring that tells how near somebody is."""
    for _, requirement in asked_of(person):
        if requirement.around is None:
            continue
        if requirement.around == person.person_id:
            yield (requirement.requirement_id, "moving_zone_around_wearer",
                   "nobody can be kept away from themselves")  # fmt: skip
        if requirement.warning_m is not None:
            yield (requirement.requirement_id, "warning_ring_on_moving_zone",
                   "a warning would tell the wearer how near the protected person is")  # fmt: skip


def _minutes(span: timedelta) -> str:
    return f"{span / timedelta(minutes=1):g} minutes"
