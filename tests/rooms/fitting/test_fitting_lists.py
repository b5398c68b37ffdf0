"""Who is to be fitted and whose tag is to come off: the rules, and the sets that feed them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitting_words import (
    EVENING,
    ORDER_ENDS,
    START,
    WINDOW_ENDS,
    bring,
    curfew,
    number,
    officer,
    order,
    person,
    values,
    window,
)
from waypost.access.values import Role
from waypost.devices.values import VisitOutcome, VisitPurpose
from waypost.errors import Refused
from waypost.fitting import tasks, windows
from waypost.fitting.windows import Visited
from waypost.orders.values import OrderKind

HOUR = timedelta(hours=1)


def one(*orders, worn=()):
    return values(person("P1", *orders, worn=worn))[0]


def test_an_order_without_a_tag_is_to_be_fitted_by_the_end_of_the_courts_window():
    task = windows.to_fit(one(), [], now=EVENING)
    assert task is not None
    assert (task.since, task.deadline, task.window_set) == (START, WINDOW_ENDS, True)
    assert task.window == (START + 7 * HOUR, START + 14 * HOUR)  # 17:00 to 24:00
    assert task.open_now(EVENING)
    assert not task.overdue(EVENING)
    morning = windows.to_fit(one(), [], now=START + 22 * HOUR)
    assert morning.window[0] == START + 31 * HOUR  # the second evening
    assert not morning.open_now(START + 22 * HOUR)
    late = windows.to_fit(one(), [], now=WINDOW_ENDS + HOUR)
    assert late.overdue(WINDOW_ENDS + HOUR)
    assert late.window is None


def test_without_a_window_two_days_are_the_target():
    task = windows.to_fit(one(order(curfew())), [], now=EVENING)
    assert (task.deadline, task.window_set) == (START + windows.FIT_WITHIN, False)


def test_a_window_alone_needs_no_tag_and_a_requirement_to_come_does():
    assert windows.to_fit(one(order(window())), [], now=EVENING) is None
    later = curfew(**{"from": (START + timedelta(days=20)).isoformat()})
    assert windows.to_fit(one(order(later)), [], now=EVENING).since == START


def test_a_tag_that_came_off_starts_the_clock_anew():
    off = START + timedelta(days=10)
    task = windows.to_fit(one(worn=[("D1", START, off)]), [], now=off + HOUR)
    assert (task.since, task.deadline) == (off, off + windows.FIT_WITHIN)


def test_visits_are_shown_as_within_or_outside_the_window():
    visits = [
        Visited(EVENING, VisitPurpose.FIT, VisitOutcome.NO_ACCESS, "nobody opened", "Rae"),
        Visited(START + HOUR, VisitPurpose.FIT, VisitOutcome.POSTPONED, "no van"),
        Visited(EVENING, VisitPurpose.REPAIR, VisitOutcome.NO_ACCESS, "another matter"),
    ]
    task = windows.to_fit(one(), visits, now=EVENING + HOUR)
    assert [(each.at, each.in_window) for each in task.attempts] == [
        (START + HOUR, False), (EVENING, True),
    ]  # fmt: skip


def test_removal_counts_from_the_end_of_the_last_requirement():
    ends = (START + timedelta(days=30)).isoformat()
    short = one(order(curfew(to=ends)), worn=[("D1", START, None)])
    before, after = START + timedelta(days=29), START + timedelta(days=31)
    assert windows.to_remove(short, [], now=before) is None
    task = windows.to_remove(short, [], now=after)
    assert task.since == START + timedelta(days=30)
    assert task.deadline == task.since + windows.REMOVE_WITHIN
    assert windows.removal_due_at(short, now=before)[1] == task.since
    forever = one(order(curfew(), to=None), worn=[("D1", START, None)])
    assert windows.removal_due_at(forever, now=after) is None


def test_a_tag_with_no_order_at_all_is_to_come_off_since_it_was_fitted():
    fitted = ORDER_ENDS + timedelta(days=3)
    task = windows.to_remove(one(worn=[("D1", fitted, None)]), [], now=fitted + HOUR)
    assert task.since == fitted


def test_an_order_to_come_is_named_beside_the_removal():
    begins = ORDER_ENDS + timedelta(days=5)
    coming = order(curfew(), reference="O2", **{"from": begins.isoformat(), "to": None})
    both = one(order(curfew()), coming, worn=[("D1", START, None)])
    assert windows.to_remove(both, [], now=ORDER_ENDS + HOUR).next_order == begins


def by_consent(person):
    """The same with arrangements in place of orders: no file of a court can say that."""
    orders = tuple(replace(one, kind=OrderKind.PROTECTION) for one in person.orders)
    return replace(person, orders=orders)


def test_a_protected_persons_device_stands_in_neither_list():
    worn = by_consent(one(order(curfew()), worn=[("D1", START, None)]))
    bare = by_consent(one(order(curfew())))
    assert windows.to_fit(bare, [], now=EVENING) is None
    assert windows.to_remove(worn, [], now=ORDER_ENDS + HOUR) is None


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 60), st.booleans()), max_size=4),
    st.booleans(),
    st.integers(0, 160),
)
def test_nobody_stands_in_both_lists_and_who_needs_a_tag_and_has_none_in_one(orders, tagged, day):
    asked = [
        order(curfew() if needs else window(to=None), reference=f"O{n}",
              **{"from": (START + timedelta(days=a)).isoformat(),
                 "to": (START + timedelta(days=a + b)).isoformat()})
        for n, (a, b, needs) in enumerate(orders)
    ]  # fmt: skip
    who = values({"person_id": "P", "orders": asked, "activations": [
        {"activation_id": "A", "device_id": "D", "from": START.isoformat(), "to": None}
    ] if tagged else []})[0]  # fmt: skip
    now = START + timedelta(days=day, hours=1)
    needed = any(needs and a <= day < a + b for a, b, needs in orders)
    assert (windows.to_fit(who, [], now=now) is not None) == (needed and not tagged)
    assert (windows.to_remove(who, [], now=now) is not None) == (tagged and not needed)


@pytest.mark.database
@pytest.mark.django_db
def test_the_sets_find_everybody_whom_the_rules_would():
    """The plain twin: each person decided alone. Versions, withdrawals and ends among them."""
    ends = (START + timedelta(days=30)).isoformat()
    town = [
        person("bare"),
        person("worn", worn=[("D-worn", START, None)]),
        person("ended", order(curfew(to=ends)), worn=[("D-ended", START, None)]),
        person("withdrawn", order(curfew(), window()), worn=[("D-withdrawn", START, None)]),
        person("shorter", order(curfew()), worn=[("D-shorter", START, None)]),
        person("longer", order(curfew(to=ends)), worn=[("D-longer", START, None)]),
        person("window only", order(window()), worn=[("D-window", START, None)]),
        person("off", worn=[("D-off", START, START + timedelta(days=9))]),
        person("over", order(curfew(), to=ends)),
        person("two", order(curfew(to=ends)), order(curfew(), reference="O2"),
               worn=[("D-two", START, None)]),
    ]  # fmt: skip
    bring(*town)
    bring(
        person("withdrawn", order(window()), worn=[("D-withdrawn", START, None)]),
        person("shorter", order(curfew(), to=ends), worn=[("D-shorter", START, None)]),
        person("longer", order(curfew()), worn=[("D-longer", START, None)]),
        now=START + timedelta(days=5),
    )
    from waypost.orders.queries import person_orders

    by = officer()
    for now in (EVENING, START + timedelta(days=20), START + timedelta(days=40), ORDER_ENDS):
        found = tasks.fitting_tasks(by, now=now)
        everybody = person_orders(None)
        assert {each.person.person_id for each in found.to_fit} == {
            each.person_id for each in everybody if windows.to_fit(each, [], now=now)
        }
        assert {each.person.person_id for each in found.to_remove} == {
            each.person_id for each in everybody if windows.to_remove(each, [], now=now)
        }
    assert {each.person.person_id for each in tasks.fitting_tasks(
        by, now=START + timedelta(days=40)).to_remove} == {
            "ended", "withdrawn", "shorter", "window only"}  # fmt: skip


@pytest.mark.database
@pytest.mark.django_db
def test_the_overdue_come_first_and_each_officer_sees_their_own():
    late = order(window(to=(START + 10 * HOUR).isoformat()), curfew())
    officer("petra", Role.PROBATION_PRACTITIONER)
    officer("paul", Role.PROBATION_PRACTITIONER)
    bring(person("P1", officers=["petra"]), person("P2", late), person("P3", limited=True))
    now = START + 20 * HOUR
    found = tasks.fitting_tasks(officer(), now=now)
    assert [each.person.person_id for each in found.to_fit] == ["P2", "P1"]
    assert found.overdue(now) == 1
    petra = officer("petra", Role.PROBATION_PRACTITIONER)
    assert [each.person.person_id for each in tasks.fitting_tasks(petra, now=now).to_fit] == ["P1"]
    paul = officer("paul", Role.PROBATION_PRACTITIONER)
    assert tasks.task_counts(paul, now=now) == (0, 0)
    with pytest.raises(Refused):
        tasks.fitting_tasks(officer("ann", Role.ADMINISTRATOR), now=now)


@pytest.mark.database
@pytest.mark.django_db
def test_one_persons_page_holds_the_window_and_every_visit():
    bring(person())
    found = tasks.fitting_of(number(), by=officer(), now=EVENING)
    assert found.asked[1].requirement_id == "R0"
    assert found.windows[0][1] == datetime(2026, 3, 3, tzinfo=UTC)
    assert found.worn is None
    assert found.to_fit is not None
    assert found.attempts == ()
