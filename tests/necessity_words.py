"""Proof that people were told, for tests: `told("P1")` is the one line that lets things count."""

from __future__ import annotations

from datetime import datetime, timedelta

from waypost.access.values import MACHINE, Posted

LONG_AGO = timedelta(days=3650)
MONITORING = "The court ordered it after repeated night-time burglaries."
ACCESS = "Somebody must see whether the curfew is kept, and no more than that."
ALTERNATIVES = "Phone calls at night: were missed twice\nReporting daily: he works far away"


def keep_from(at: datetime) -> None:
    """The store keeps proof of notice since then; a fresh one keeps it since it was made."""
    from waypost.necessity.models import KeptSince

    KeptSince.objects.all().delete()
    KeptSince.objects.create(at=at)


def told(
    reference: str, *, at: datetime, notice: bool = True, induction: bool = True,
    by: Posted = MACHINE, now: datetime | None = None,
) -> None:  # fmt: skip
    """Notice and induction of every order of the person are proved, as of `at`."""
    from waypost.necessity.giving import (
        Explained,
        Proved,
        draw_notice,
        prove_induction,
        prove_notice,
    )
    from waypost.necessity.values import Given
    from waypost.orders.queries import person_by_reference, person_orders

    person, moment = person_by_reference(reference).pk, now or at
    late = "Found on paper in the file." if moment - at > timedelta(days=1) else ""
    for order in person_orders([person])[0].orders:
        if notice:
            number = draw_notice(person, order.order_id, "English", by=by, now=moment)
            proved = Proved(Given.HANDED, at, "Sam Ahmed", late_why=late)
            prove_notice(number, proved, by=by, now=moment)
        if induction:
            explained = Explained(
                at, "Sam Ahmed", "English", "Said back when to be at home.", late_why=late
            )
            prove_induction(person, order.order_id, explained, by=by, now=moment)


def written(review_at: datetime, **more: str):
    from waypost.necessity.recording import Written

    given = {"monitoring": MONITORING, "access": ACCESS, "alternatives": ALTERNATIVES, **more}
    return Written(review_at=review_at, **given)
