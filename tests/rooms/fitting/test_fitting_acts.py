"""Tags go on and come off: once however often sent, never on two persons, nothing carried over."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections

from devices_words import phone
from fitting_words import (
    EVENING,
    START,
    bring,
    curfew,
    number,
    officer,
    order,
    person,
    stock,
)
from waypost.access.models import AuditLine
from waypost.access.values import Role
from waypost.devices.models import Device, DeviceMove, Fitting, QuarantinedMessage, Visit
from waypost.devices.values import VisitOutcome, VisitPurpose
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.fitting import actions
from waypost.fitting.fitter import FittingSaid, RemovalSaid
from waypost.gateway.intake import Intake
from waypost.notices.models import Notice
from waypost.orders.estate import Estate
from waypost.orders.models import Activation, ActivationVersion, Order, Person
from waypost.orders.queries import orders_version
from waypost.positions.models import LogEntry, SealedRows

pytestmark = [pytest.mark.database, pytest.mark.django_db]
HOUR = timedelta(hours=1)
SAID = FittingSaid(EVENING, "At home", "Left ankle", "Rae Field")


@pytest.fixture
def town():
    bring(person("P1"), person("P2"))
    stock("860000000000017", "WP-17")
    stock("860000000000025", "WP-25")
    return officer()


def fit(by, name="P1", device="WP-17", said=SAID, now=EVENING):
    return actions.fit(number(name), device, said, by=by, now=now)


def lines(kind: str) -> int:
    return AuditLine.objects.filter(kind=kind).count()


def test_a_fitting_is_the_activation_its_record_the_devices_move_the_visit_and_a_line(town):
    before = orders_version()
    made = fit(town)
    activation = Activation.objects.get(pk=made.activation_id)
    assert (activation.person_id, activation.device_reference) == (number(), "860000000000017")
    assert (activation.from_at, activation.to_at) == (EVENING, None)
    fitting = Fitting.objects.get(pk=activation.pk)
    assert (fitting.fitted_by_id, fitting.fitted_by_name) == (town.officer_id, "Rae Field")
    assert (fitting.fitted_where, fitting.body_site) == ("At home", "Left ankle")
    move = DeviceMove.objects.get(device__serial="WP-17")
    assert (move.from_status, move.to_status) == ("stock", "fitted")
    assert move.activation_id == activation.pk
    visit = Visit.objects.get()
    assert (visit.outcome, visit.order_reference, visit.requirement_reference) == (
        "done",
        "O1",
        "R0",
    )
    assert orders_version() == before + 1
    assert lines("device:fitted") == 1


def test_the_same_form_sent_twice_fits_once(town):
    first, second = fit(town), fit(town, now=EVENING + timedelta(seconds=1))
    assert second.again
    assert first.activation_id == second.activation_id
    assert (Activation.objects.count(), Visit.objects.count(), lines("device:fitted")) == (1, 1, 1)


@pytest.mark.parametrize(
    ("device", "said", "words"),
    [
        ("WP-99", SAID, "inventory"),
        ("WP-17", FittingSaid(EVENING + HOUR), "future"),
        ("WP-17", FittingSaid(START - 5 * HOUR), "No order is live"),
    ],
)
def test_a_fitting_that_cannot_be_is_refused_in_a_sentence(town, device, said, words):
    with pytest.raises(Refused, match=words):
        fit(town, device=device, said=said)
    assert not Activation.objects.exists()
    assert Device.objects.get(serial="WP-17").status == "stock"


def test_without_a_live_order_a_reason_opens_the_way_and_stands_in_the_move(town):
    said = FittingSaid(START - 5 * HOUR, reason="Fitted on leaving prison")
    fit(town, said=said)
    assert DeviceMove.objects.get().reason == "Fitted on leaving prison"


def test_a_device_on_somebody_else_faulty_or_no_tag_is_refused(town):
    fit(town)
    with pytest.raises(Refused, match="on somebody else"):
        fit(town, "P2")
    stock("860000000000033", "WP-33", status="faulty")
    with pytest.raises(Refused, match="faulty"):
        fit(town, "P2", "WP-33")
    stock("860000000000041", "WP-41", kind="home_unit")
    with pytest.raises(Refused, match="home unit"):
        fit(town, "P2", "WP-41")
    assert Activation.objects.count() == 1


def test_who_wears_a_tag_gets_another_by_a_swap_in_one_act(town):
    first = fit(town)
    with pytest.raises(Refused, match="Swap"):
        fit(town, device="WP-25")
    later = EVENING + HOUR
    said = FittingSaid(later, officer_name="Rae Field")
    second = actions.swap(
        first.activation_id, "WP-25", said, why="Faulty tag", faulty=True, by=town, now=later
    )
    old, new = Activation.objects.order_by("from_at")
    assert (old.to_at, new.from_at, new.to_at) == (later, later, None)
    assert new.pk == second.activation_id
    assert Device.objects.get(serial="WP-17").status == "faulty"
    assert Device.objects.get(serial="WP-25").status == "fitted"
    again = actions.swap(
        first.activation_id, "WP-25", said, why="Faulty tag", faulty=True, by=town, now=later
    )
    assert again.again
    assert lines("device:swapped") == 1


def test_a_removal_ends_the_activation_keeps_what_it_said_and_frees_the_device(town):
    made = fit(town)
    off = RemovalSaid(EVENING + HOUR, "The order has ended", "Rae Field")
    actions.remove(made.activation_id, off, by=town, now=EVENING + HOUR)
    activation = Activation.objects.get()
    assert (activation.to_at, activation.version) == (EVENING + HOUR, 2)
    assert ActivationVersion.objects.get().to_at is None
    assert Device.objects.get(serial="WP-17").status == "stock"
    assert Fitting.objects.get().removed_why == "The order has ended"
    assert actions.remove(made.activation_id, off, by=town, now=EVENING + HOUR).again
    with pytest.raises(Conflict):
        actions.remove(made.activation_id, RemovalSaid(EVENING + 2 * HOUR, "Again"), by=town,
                       now=EVENING + 2 * HOUR)  # fmt: skip
    with pytest.raises(Refused, match="before"):
        fit(town, "P2", said=FittingSaid(EVENING), now=EVENING + 2 * HOUR)
    fit(town, "P2", said=FittingSaid(EVENING + HOUR), now=EVENING + 2 * HOUR)
    assert lines("device:removed") == 1


def test_a_tag_that_an_import_put_on_can_be_removed_too(town):
    bring(person("P3", worn=[("D-imported", START, None)]))
    activation = Activation.objects.get(device_reference="D-imported")
    actions.remove(activation.pk, RemovalSaid(EVENING, "Health"), by=town, now=EVENING)
    assert Fitting.objects.get(pk=activation.pk).removed_why == "Health"
    assert Device.objects.get(reference="D-imported").status == "stock"


def test_a_device_moved_to_another_person_carries_nothing_over(town):
    """Through the real intake: before, while and after; backlog goes to whom it belongs."""
    made = fit(town)
    actions.remove(made.activation_id, RemovalSaid(EVENING + HOUR, "Other reason"), by=town,
                   now=EVENING + HOUR)  # fmt: skip
    second = fit(town, "P2", said=FittingSaid(EVENING + 2 * HOUR), now=EVENING + 2 * HOUR)
    now = EVENING + 3 * HOUR
    times = [EVENING + timedelta(minutes=10), EVENING + timedelta(minutes=90),
             EVENING + timedelta(minutes=150)]  # fmt: skip
    Intake().write([phone("860000000000017", at, received_at=now) for at in times])
    from waypost.positions.queries import fixes_between

    by_activation = {
        each: fixes_between([each], START, now).column("measured_at").to_pylist()
        for each in (made.activation_id, second.activation_id)
    }
    assert by_activation[made.activation_id] == [times[0]]
    assert times[2] in by_activation[second.activation_id]
    assert times[0] not in by_activation[second.activation_id]
    assert LogEntry.objects.exists()
    assert not SealedRows.objects.exists()
    assert not QuarantinedMessage.objects.exists()


def test_visits_need_a_reason_and_the_practitioner_learns_of_no_access_within_the_hours(town):
    officer("petra", Role.PROBATION_PRACTITIONER, email="petra@example.org")
    bring(person("P4", officers=["petra"]))

    def visit(outcome, at=EVENING, reason="nobody opened"):
        return actions.record_visit(
            number("P4"), VisitPurpose.FIT, outcome, at=at, reason=reason, by=town,
            now=EVENING + 20 * HOUR,
        )  # fmt: skip

    with pytest.raises(Refused, match="why"):
        visit(VisitOutcome.NO_ACCESS, reason=" ")
    with pytest.raises(Refused, match="future"):
        visit(VisitOutcome.NO_ACCESS, at=EVENING + 30 * HOUR)
    with pytest.raises(Refused, match="fitting or the removal"):
        visit(VisitOutcome.DONE)
    assert not Visit.objects.exists()
    visit(VisitOutcome.NO_ACCESS, at=START + HOUR)  # before 17:00: nobody's fault
    assert not Notice.objects.exists()
    first = visit(VisitOutcome.NO_ACCESS)
    assert visit(VisitOutcome.NO_ACCESS).pk == first.pk
    notice = Notice.objects.get()
    assert (notice.about, notice.template) == (f"visit:{first.pk}", "visit_no_access")
    assert "nobody opened" not in str(notice.words)
    visit(VisitOutcome.REFUSED, at=EVENING + HOUR, reason="says it hurts")
    assert Notice.objects.count() == 2
    assert lines("visit:recorded") == 3


def test_the_words_of_every_notice_are_filled():
    from waypost.notices.templates import fill

    words = {"visit_id": 3, "purpose": "fit", "person_id": 8, "at": "2026-03-02 18:00 UTC",
             "window": "within", "activation_id": 5, "since": "a", "deadline": "b"}  # fmt: skip
    for template in ("visit_no_access", "visit_refused", "removal_due"):
        subject, text = fill(template, words)
        assert "Sign in to Waypost" in text
        assert subject


def test_only_those_who_fit_may_and_a_limited_person_is_not_there(town):
    paul = officer("paul", Role.PROBATION_PRACTITIONER)
    with pytest.raises(Refused):
        fit(paul)
    bring(person("P5", limited=True))
    with pytest.raises(NoSuchThing):
        fit(town, "P5")
    made = fit(town)
    with pytest.raises(Refused):
        actions.remove(made.activation_id, RemovalSaid(EVENING, "x"), by=paul, now=EVENING)
    with pytest.raises(NoSuchThing):
        actions.remove(10**9, RemovalSaid(EVENING, "x"), by=town, now=EVENING)


def test_a_protected_persons_device_is_not_fitted_here(town):
    bring(person("P6", order(curfew())))
    Order.objects.filter(person__reference="P6").update(kind="protection")
    with pytest.raises(Refused, match="protected"):
        fit(town, "P6")


@pytest.mark.parametrize(
    "wanted",
    [(("P1", "WP-17"), ("P2", "WP-17")), (("P1", "WP-17"), ("P1", "WP-25"))],
    ids=["one tag on two persons", "two tags on one person"],
)
@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_fits_and_the_other_is_told(wanted):
    bring(person("P1"), person("P2"))
    stock("860000000000017", "WP-17")
    stock("860000000000025", "WP-25")
    by = officer()
    start = threading.Barrier(2)
    became: list[str] = []

    def act(name: str, device: str) -> None:
        try:
            start.wait()
            fit(by, name, device)
            became.append("fitted")
        except Refused:
            became.append("refused")
        finally:
            close_old_connections()

    threads = [threading.Thread(target=act, args=one) for one in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(became) == ["fitted", "refused"]
    assert Activation.objects.count() == Fitting.objects.count() == 1
    assert Device.objects.filter(status="fitted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_remove_at_once_one_does_and_the_other_is_told():
    bring(person("P1"))
    stock("860000000000017", "WP-17")
    officers = [officer("mona"), officer("max")]
    made = fit(officers[0])
    start = threading.Barrier(2)
    became: list[str] = []

    def act(by) -> None:
        try:
            start.wait()
            actions.remove(made.activation_id, RemovalSaid(EVENING + HOUR, "Health"), by=by,
                           now=EVENING + HOUR)  # fmt: skip
            became.append("removed")
        except Conflict:
            became.append("told")
        finally:
            close_old_connections()

    threads = [threading.Thread(target=act, args=(one,)) for one in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(became) == ["removed", "told"]
    assert ActivationVersion.objects.count() == 1


def test_a_protected_persons_device_is_not_taken_off_here(town):
    bring(person("P6", order(curfew()), worn=[("D6", START, None)]))
    Order.objects.filter(person__reference="P6").update(kind="protection")
    Person.objects.filter(reference="P6").update(protected=True)
    activation = Activation.objects.get(device_reference="D6")
    with pytest.raises(Refused, match="protected"):
        actions.remove(activation.pk, RemovalSaid(EVENING, "x"), by=town, now=EVENING)
    assert Activation.objects.get(pk=activation.pk).to_at is None


def test_whose_tag_goes_on_or_comes_off_is_judged_anew(town):
    """The worker loads whose tag changed, and marks them: nothing else wakes it."""
    estate = Estate()
    estate.refresh()
    made = fit(town)
    assert estate.refresh() == {number()}
    actions.remove(made.activation_id, RemovalSaid(EVENING + HOUR, "Health"), by=town,
                   now=EVENING + HOUR)  # fmt: skip
    assert estate.refresh() == {number()}
    [span] = estate.persons[number()].activations
    assert span.to_at == EVENING + HOUR
