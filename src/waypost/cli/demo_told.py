"""What the demo's wearers were told, and why they are monitored: most whole, some with a gap.

The store keeps proof since before the first order, so that the gaps show: one in twenty was never
given the notice, and what they did counts towards nothing; one in four has no record yet.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from waypost.access.values import MACHINE

UNTOLD_ONE_IN = 20
UNWRITTEN_ONE_IN = 4
UNCHECKED_ONE_IN = 3
LATE = "Written down when the demo was set up."
WHO = "Perrin Caseworthy"
MONITORING = "The court ordered it; without it nobody could say whether the order is kept."
ACCESS = "Somebody must answer alerts and supervise the order; no more is looked at than that."
ALTERNATIVES = (
    "Visits alone: nobody would know of the hours between\nPhone calls: do not show where"
)
UNDERSTOOD = "Said back in their own words what the order asks, and when to charge the tag."


def tell_everybody(now: datetime) -> int:
    """Prove notice and induction, write records and checks; how many orders were told of. Done
    again it does what is left."""
    from django.db.models import Min

    from waypost.necessity.models import KeptSince, NecessityRecord, NoticeProof
    from waypost.orders.models import Order
    from waypost.orders.queries import person_orders
    from waypost.orders.values import OrderKind

    wearers = Order.objects.exclude(kind=OrderKind.PROTECTION)
    first = wearers.aggregate(at=Min("from_at"))["at"]
    if first is None:
        return 0
    KeptSince.objects.filter(at__gt=first).update(at=first)
    proved = set(NoticeProof.objects.values_list("notice__person_id", "notice__order_reference"))
    written = set(NecessityRecord.objects.values_list("person_id", "order_reference"))
    told = 0
    for number, person in enumerate(person_orders(None), 1):
        assert person.number is not None
        for order in person.orders:
            key = (person.number, str(order.order_id))
            if order.kind is OrderKind.PROTECTION or order.from_at > now:
                continue
            if number % UNWRITTEN_ONE_IN and key not in written:
                _write(key, number, now)
            if number % UNTOLD_ONE_IN and key not in proved:
                _tell(key, order.from_at, now)
                told += 1
    return told


def _tell(key: tuple[int, str], at: datetime, now: datetime) -> None:
    from waypost.necessity.giving import (
        ENGLISH,
        Explained,
        Proved,
        draw_notice,
        prove_induction,
        prove_notice,
    )
    from waypost.necessity.values import Given

    explained = Explained(at, WHO, ENGLISH, UNDERSTOOD, late_why=LATE)
    prove_induction(*key, explained, by=MACHINE, now=now)
    notice = draw_notice(*key, ENGLISH, by=MACHINE, now=now)
    prove_notice(notice, Proved(Given.SIGNED, at, WHO, late_why=LATE), by=MACHINE, now=now)


def _write(key: tuple[int, str], number: int, now: datetime) -> None:
    from waypost.necessity.recording import Written, check_address, write_record
    from waypost.necessity.values import CheckFound, CheckKind

    review = now + timedelta(days=20 + number % 70)
    written = Written(MONITORING, ACCESS, ALTERNATIVES, review)
    write_record(*key, written, expected_version=0, by=MACHINE, now=now)
    if number % UNCHECKED_ONE_IN:
        for kind in CheckKind:
            check_address(
                *key, kind, CheckFound.SUITABLE, "Asked by the secure form; nothing is known.",
                now, by=MACHINE, now=now,
            )  # fmt: skip
