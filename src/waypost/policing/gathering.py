"""The facts of a breach, taken from the records for a notification: as much as it needs, no more.

Taking the fixes is a look at whereabouts for enforcement, with its audit line. Nothing of a
protected person is taken: neither fixes near their device, nor who was told about them, nor notes
of calls, which may speak of anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from waypost.access.purposes import windows
from waypost.access.values import Posted, Purpose
from waypost.alerts.dealing import Dealing, dealing_with
from waypost.alerts.harm import RISK_WORDS
from waypost.alerts.models import Alert, AlertViolation
from waypost.alerts.playbooks import Step, result_words, step_name
from waypost.alerts.risks import risks_of
from waypost.alerts.values import AlertKind
from waypost.errors import Refused
from waypost.monitoring.parameter_queries import speeds
from waypost.monitoring.queries import Standing, standing
from waypost.orders.queries import person_orders
from waypost.orders.values import Order, PersonOrders, Requirement, RequirementKind
from waypost.orders.words import asks_words, conditions_words, order_words
from waypost.policing.facts import (
    AROUND,
    AccountFact,
    ContactFact,
    Facts,
    FixFact,
    Places,
    RiskFact,
    ViolationFact,
    thinned,
)
from waypost.positions.queries import whereabouts
from waypost.rules.saying import sentences, wall

# What was done to reach the person. Whom else somebody rang is nobody's business here.
OF_THE_PERSON = frozenset(
    {Step.CALL_WEARER, Step.VIBRATE, Step.CHECK_HOME_UNIT, Step.SEND_VISIT, Step.ASK_HOST}
)
MOVING = (
    "No place is given: it would tell where somebody who is protected was. Ring the monitoring "
    "centre, whose named staff can say more."
)
WEAR_THE_TAG = "To wear the tag, keep it charged and not to damage it"
STAY_OUT = frozenset({RequirementKind.EXCLUSION})


def gather(
    alert: Alert, *, by: Posted, now: datetime, with_places: bool = True
) -> tuple[Facts, Places]:
    """Facts and places of the alert; leaves the lines of what was looked at.

    with_places   False: no fix is read, and none is given
    raises   Refused where no order of the person was in force, or what is left of it is nothing
    """
    person = person_orders([alert.person_id])[0]
    found = _violations(alert)
    order, requirement = _order_of(person, alert, found)
    dealing = dealing_with(alert.pk, by, now=now)
    reports = list(alert.reports.order_by("measured_at", "pk"))
    alone = not AlertViolation.objects.filter(alert=alert).exists() and not reports
    if not found and not reports and not alone:
        raise Refused("Nothing that this alert speaks of stands any more.")
    zone = settings.WALL_ZONE
    facts = Facts(
        person_reference=alert.person.reference,
        person_name=alert.person.full_name or alert.person.reference,
        born_on=alert.person.born_on,
        order_kind=order_words(order.kind),
        order_reference=order.order_id,
        order_from=order.from_at,
        order_until=order.to_at,
        requirement=_requirement_words(order, requirement),
        headline=alert.headline,
        violations=tuple(
            ViolationFact(
                one.violation_id, one.version, one.row.from_at, one.row.to_at,
                one.row.certainty.value, sentences(one.row, zone),
            )
            for one in found
        ),
        reports=tuple(
            f"The tag reported {one.kind.replace('_', ' ')} on {wall(one.measured_at, zone)}."
            for one in reports
        )
        + ((f"{alert.headline}, on {wall(alert.from_at, zone)}.",) if alone else ()),
        contacts=_contacts(dealing),
        accounts=tuple(
            AccountFact(one.at, one.given_by, one.words, one.reasonable, one.why)
            for one in dealing.accounts
        ),
        risks=tuple(
            RiskFact(RISK_WORDS[one.kind], one.from_at.date())
            for one in risks_of(alert.person_id, by, now=now)
            if one.to_at is None
        ),
        taken_at=now,
    )  # fmt: skip
    if alert.kind == AlertKind.MOVING_EXCLUSION:
        return facts, Places(withheld_why=MOVING)
    if alone or not with_places:  # absences that added up, say, are at no one place
        return facts, Places()
    stretches = [(one.row.from_at, one.row.to_at or now) for one in found]
    stretches += [(one.measured_at, one.measured_at) for one in reports]
    return facts, _places(alert, requirement, stretches, by, now)


def _violations(alert: Alert) -> list[Standing]:
    ids = AlertViolation.objects.filter(alert=alert).values_list("violation_id", flat=True)
    found = [one for one in standing(list(ids)).values() if not one.row.withdrawn]
    return sorted(found, key=lambda one: (one.row.from_at, one.violation_id))


def _order_of(
    person: PersonOrders, alert: Alert, found: Sequence[Standing]
) -> tuple[Order, Requirement | None]:
    """The order that was broken, and what of it; of a tag's own state the order then in force."""
    versions = {one.row.requirement_version_id for one in found} - {None}
    asked = [
        (order, one)
        for order in person.orders
        for one in order.requirements
        if one.requirement_id == alert.requirement_reference
    ]
    if asked:
        return next((one for one in asked if one[1].version_id in versions), asked[-1])
    at = alert.from_at
    live = [
        order
        for order in person.orders
        if order.from_at <= at and (order.to_at is None or at < order.to_at)
    ]
    if not live:
        raise Refused("No order of this person was in force when it happened.")
    return live[0], None


def _requirement_words(order: Order, requirement: Requirement | None) -> str:
    if requirement is None:
        return WEAR_THE_TAG
    said = [asks_words(requirement), *conditions_words(requirement, order)]
    return f"{requirement.requirement_id}: {'; '.join(said)}"


def _contacts(dealing: Dealing) -> tuple[ContactFact, ...]:
    """Times at which somebody tried to reach the person. Notes stay here: see the module's head."""
    return tuple(
        ContactFact(one.at, step_name(one.step), result_words(one.step, one.result))
        for one in dealing.done
        if one.step in OF_THE_PERSON
    )


def _places(
    alert: Alert,
    requirement: Requirement | None,
    stretches: Sequence[tuple[datetime, datetime]],
    by: Posted,
    now: datetime,
) -> Places:
    from_at = min(start for start, _ in stretches) - AROUND
    ends_at = min(max(end for _, end in stretches) + AROUND, now)
    to_at = min(ends_at, from_at + windows()[Purpose.ENFORCEMENT])
    track = whereabouts(
        alert.person_id, from_at, to_at, by=by, purpose=Purpose.ENFORCEMENT, now=now,
        speeds=speeds(), about={"alert": alert.pk},
        opened_from=[(start - AROUND, end + AROUND) for start, end in stretches],
    )  # fmt: skip
    bearing = [
        FixFact(row.measured_at, row.lat, row.lon, row.accuracy_m, row.mechanism.name, row.used)
        for row in track.rows
        if any(start - AROUND <= row.measured_at <= end + AROUND for start, end in stretches)
    ]
    fixes, left_out = thinned(bearing, stretches)
    zones = requirement.zones if requirement is not None else ()
    keep_out = requirement is None or requirement.kind in STAY_OUT
    return Places(fixes, tuple(zones), keep_out, left_out, to_at if to_at < ends_at else None)
