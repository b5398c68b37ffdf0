"""Words of the tests of asking first and of the person's own voice: one wearer, their officer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from waypost.access.values import MACHINE, Posted, Role

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # a Wednesday; London is on UTC
BEGAN = NOW - timedelta(days=30)
EVERY_DAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
CURFEW = (NOW.replace(hour=19), NOW.replace(hour=19) + timedelta(hours=12))  # tonight's
HOME = (51.5470, -0.0560)


def wearer(reference: str = "P1", **details) -> int:
    """Somebody with a curfew of every night and an appointment on Thursdays at 11:00."""
    from waypost.orders.actions import import_orders
    from waypost.orders.models import Person
    from waypost.orders.values import (
        Appointments,
        Order,
        OrderKind,
        PersonOrders,
        Requirement,
        RequirementKind,
        TimetableRow,
        Zone,
    )
    from waypost.units import OrderRef, PersonRef, RequirementRef

    lat, lon = HOME
    home = Zone({"type": "Point", "coordinates": [lon, lat]}, radius_m=120.0)
    away = Zone({"type": "Point", "coordinates": [lon + 0.05, lat]}, radius_m=300.0)
    meeting = Appointments(
        "DTSTART;TZID=Europe/London:20260205T110000\nRRULE:FREQ=WEEKLY", timedelta(hours=1)
    )
    order = Order(
        OrderRef(f"O-{reference}"), OrderKind.COMMUNITY_ORDER, BEGAN, NOW + timedelta(days=120),
        (
            Requirement(
                RequirementRef("R1"), RequirementKind.CURFEW, (home,),
                (TimetableRow(EVERY_DAY, "19:00", "07:00"),),
            ),
            Requirement(
                RequirementRef("R2"), RequirementKind.ATTENDANCE, (home,), None,
                appointments=(meeting,),
            ),
            Requirement(RequirementRef("R3"), RequirementKind.EXCLUSION, (away,)),
        ),
    )  # fmt: skip
    told = {"name": f"Robin {reference}", **details}
    import_orders([PersonOrders(PersonRef(reference), (order,), details=told)], by=MACHINE,
                  now=BEGAN)  # fmt: skip
    return Person.objects.get(reference=reference).pk


def officer(
    name: str, role: Role = Role.PROBATION_PRACTITIONER, *, of: int | None = None,
    own: int | None = None, when: datetime = NOW,
) -> Posted:  # fmt: skip
    """of: the person they are responsible for; own: the person they are."""
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted
    from waypost.orders.models import Caseload

    made = make_officer(
        name, name.title(), None, role, person_id=own, email=f"{name}@example.org", now=BEGAN
    )
    if of is not None:
        Caseload.objects.create(person_id=of, officer_id=made.pk, from_at=BEGAN)
    return posted(made, now=when)
