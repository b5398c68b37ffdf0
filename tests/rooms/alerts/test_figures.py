"""The figures of a control room: what each is a share of, with an interval, or not enough data."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from waypost import clock
from waypost.alerts.figures import ENOUGH, Fate, Raised, figures, poisson, wilson
from waypost.alerts.values import AlertKind

MINUTE = timedelta(minutes=1)


def raised(kind=AlertKind.EXCLUSION, *, called=True, fate=Fate.OPEN, attended=None, waited=90):
    took = None if attended is None else attended * MINUTE
    return Raised(kind, called, fate, took, waited * MINUTE)


def test_intervals_are_those_of_the_books():
    """Wilson 1927 for 8 of 10; Garwood 1936 for 0 and 5 (Poisson tables)."""
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 20)[0] == 0.0
    assert wilson(0, 0) == (0.0, 1.0)
    assert poisson(0) == pytest.approx((0.0, 3.6889), abs=1e-3)
    assert poisson(5) == pytest.approx((1.6235, 11.6683), abs=1e-3)
    assert poisson(1_000)[0] < 1_000 < poisson(1_000)[1]


def test_each_figure_is_a_share_of_what_it_says():
    rows = [
        *(raised(fate=Fate.UPHELD, attended=2) for _ in range(10)),
        *(raised(fate=Fate.EXPLAINED, attended=5) for _ in range(6)),
        *(raised(fate=Fate.WITHDRAWN) for _ in range(4)),
        *(raised(AlertKind.CURFEW, called=False) for _ in range(5)),
        raised(AlertKind.CURFEW, waited=1),  # its target is not past yet
    ]
    found = figures(rows, 100.0, None)
    one = found.overall
    assert (one.raised, one.decided) == (26, 20)
    assert (one.rate.numerator, one.rate.denominator) == (21, 100.0)
    assert (one.withdrawn.numerator, one.withdrawn.denominator) == (4, 26)
    assert (one.explained.numerator, one.explained.denominator) == (6, 20)
    assert (one.upheld.numerator, one.upheld.denominator) == (10, 20)
    assert (one.in_time.numerator, one.in_time.denominator) == (10, 20)
    assert found.meets_rate is True
    assert [group.kind for group in found.kinds] == [AlertKind.CURFEW, AlertKind.EXCLUSION]
    assert sum(group.raised for group in found.kinds) == one.raised


def test_too_little_says_so_and_nothing_divides_by_nothing():
    found = figures([], 0.0, None)
    assert not found.overall.rate.enough
    assert math.isnan(found.overall.rate.value)
    assert found.meets_rate is None
    few = figures([raised(attended=1)] * (ENOUGH - 1), 30.0, None).overall
    assert not few.withdrawn.enough
    assert few.median is None
    more = figures([raised(attended=n) for n in range(1, 21)], 30.0, None).overall
    assert (more.median, more.slow) == (10 * MINUTE, 18 * MINUTE)


def test_a_rate_above_the_target_is_missed():
    assert figures([raised()] * 31, 100.0, None).meets_rate is False
    assert figures([raised()] * 30, 100.0, None).meets_rate is True


@pytest.mark.database
@pytest.mark.django_db
def test_the_store_gives_the_same_figures_and_nobody_hidden_counts():
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted
    from waypost.access.values import Role
    from waypost.alerts.figure_queries import figures_of
    from waypost.alerts.models import Alert, AlertMove
    from waypost.orders.models import Activation, Order, Person

    now = clock.now()
    for n, reference in enumerate(("P1", "PX", "CANARY-QUECLINK")):
        person = Person.objects.create(reference=reference, limited=n > 0, known_at=now)
        begun = now - timedelta(days=10)
        Order.objects.create(
            reference="O", person=person, kind="hdc", from_at=begun, known_at=begun
        )
        for m in range(2):  # two tags on one person count once
            Activation.objects.create(
                reference=f"A{n}{m}", person=person, device_reference=f"D{n}{m}", from_at=begun,
                to_at=now - timedelta(days=5) if m else None, known_at=begun,
            )  # fmt: skip
        for m, (status, outcome, minutes) in enumerate(
            (("raised", "", 400), ("closed", "breach", 2), ("withdrawn", "", 1),
             ("closed", "reasonable_excuse", 9))
        ):  # fmt: skip
            one = Alert.objects.create(
                person=person, subject=f"{n}{m}", kind="exclusion", status=status, outcome=outcome,
                certainty="certain", urgency=85, headline="x", from_at=now, touched_at=now,
                raised_at=now - timedelta(minutes=500),
            )  # fmt: skip
            if m:
                AlertMove.objects.create(
                    alert=one, at=one.raised_at + timedelta(minutes=minutes), what="acknowledged",
                    officer_id=1,
                )  # fmt: skip
    make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, now=now - timedelta(days=1))
    from waypost.access.models import Officer

    by = posted(Officer.objects.get(username="mona"), now=now)
    found = figures_of(by, span=timedelta(days=28), now=now)
    one = found.overall
    assert found.wearer_days == pytest.approx(10.0)
    assert (one.raised, one.decided) == (4, 3)
    assert (one.withdrawn.numerator, one.explained.numerator, one.upheld.numerator) == (1, 1, 1)
    assert (one.in_time.numerator, one.in_time.denominator) == (2, 4)
    assert found.oldest == timedelta(minutes=500)
    short = figures_of(by, span=timedelta(days=2), now=now)
    assert short.wearer_days == pytest.approx(2.0)
