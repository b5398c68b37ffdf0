"""After a tag is on: its first fix is seen under one audit line, the notice given is known again,
and the moment its removal falls due is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from devices_words import phone
from fitting_words import (
    EVENING,
    ORDER_ENDS,
    START,
    bring,
    curfew,
    number,
    officer,
    order,
    person,
    stock,
    values,
    window,
)
from waypost.access.models import AuditLine
from waypost.access.values import Role
from waypost.devices.models import Fitting, QuarantinedMessage
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.fitting import actions, removals
from waypost.fitting.after_fitting import fitting_record
from waypost.fitting.first_fix import CHECK_LASTS, look_again, open_check
from waypost.fitting.fitter import FittingSaid, RemovalSaid
from waypost.fitting.induction import notice_for
from waypost.gateway import actions as gateway_actions
from waypost.gateway.intake import Intake
from waypost.jobs.models import Due
from waypost.notices.models import Notice
from waypost.orders.models import Person
from waypost.orders.queries import person_orders

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
IMEI = "860000000000017"


@pytest.fixture
def fitted(db):
    """P1 wears WP-17 since EVENING; gives the officer and the activation's number."""
    bring(person("P1"), person("P2", worn=[("other", START, None)]))
    stock(IMEI, "WP-17")
    by = officer()
    said = FittingSaid(EVENING, "At home", "Left ankle", "Rae Field")
    return by, actions.fit(number(), "WP-17", said, by=by, now=EVENING).activation_id


def say(at, *, device=IMEI, received_at=None, **more) -> None:
    Intake().write([phone(device, at, received_at=received_at or at, **more)])


def watched() -> list[AuditLine]:
    return list(AuditLine.objects.filter(kind="fitting:watched"))


@pytest.mark.database
@pytest.mark.django_db
def test_one_line_is_left_a_check_however_often_it_is_looked(fitted):
    by, activation_id = fitted
    first = open_check(activation_id, by=by, now=EVENING + MINUTE)
    assert (first.fixes, first.first, first.live) == ((), None, True)
    say(EVENING + 2 * MINUTE, more="&batt=81")
    say(EVENING + 2 * MINUTE, device="other")
    now = EVENING + 3 * MINUTE
    found = look_again(activation_id, after=first.position, by=by, now=now)
    assert [row.measured_at for row in found.fixes] == [EVENING + 2 * MINUTE]
    assert found.battery_percent == 81
    assert found.heard_at == EVENING + 2 * MINUTE
    whole = look_again(activation_id, after=0, by=by, now=now)
    assert whole.fixes == found.fixes
    assert look_again(activation_id, after=found.position, by=by, now=now).fixes == ()
    [line] = watched()
    assert (line.purpose, line.person_id) == ("fitting", number())


@pytest.mark.database
@pytest.mark.django_db
def test_a_check_is_ones_own_lasts_half_an_hour_and_is_refused_to_others(fitted):
    by, activation_id = fitted
    other = officer("max")
    open_check(activation_id, by=by, now=EVENING)
    with pytest.raises(Refused, match="half an hour"):
        look_again(activation_id, after=0, by=other, now=EVENING + MINUTE)
    with pytest.raises(Refused, match="half an hour"):
        look_again(activation_id, after=0, by=by, now=EVENING + CHECK_LASTS + MINUTE)
    practitioner = officer("petra", Role.PROBATION_PRACTITIONER)
    with pytest.raises(Refused):
        open_check(activation_id, by=practitioner, now=EVENING)
    with pytest.raises(NoSuchThing):
        open_check(10**9, by=by, now=EVENING)


@pytest.mark.database
@pytest.mark.django_db
def test_what_was_measured_before_the_fitting_or_under_another_is_not_shown(fitted):
    by, activation_id = fitted
    say(EVENING - HOUR, received_at=EVENING + MINUTE)
    say(EVENING + 5 * MINUTE)
    found = open_check(activation_id, by=by, now=EVENING + 10 * MINUTE)
    assert [row.measured_at for row in found.fixes] == [EVENING + 5 * MINUTE]
    late = open_check(activation_id, by=by, now=EVENING + 10 * HOUR)
    assert late.fixes == ()  # the gateway's window is two hours


@pytest.mark.database
@pytest.mark.django_db
def test_without_a_live_order_the_check_says_so_and_shows_nothing(db):
    bring(person("P1", order(curfew(), to=(EVENING - HOUR).isoformat())))
    stock(IMEI, "WP-17")
    by = officer()
    said = FittingSaid(EVENING, reason="the new order comes tomorrow")
    activation_id = actions.fit(number(), "WP-17", said, by=by, now=EVENING).activation_id
    say(EVENING + MINUTE)
    found = open_check(activation_id, by=by, now=EVENING + 2 * MINUTE)
    assert (found.live, found.fixes) == (False, ())


@pytest.mark.database
@pytest.mark.django_db
def test_the_first_fix_is_confirmed_only_by_who_looked_and_once_it_is_there(fitted):
    by, activation_id = fitted
    with pytest.raises(Refused, match="map"):
        actions.confirm_first_fix(activation_id, by=by, now=EVENING)
    open_check(activation_id, by=by, now=EVENING)
    with pytest.raises(Refused, match="No usable fix"):
        actions.confirm_first_fix(activation_id, by=by, now=EVENING + MINUTE)
    say(EVENING + MINUTE)
    seen = actions.confirm_first_fix(activation_id, by=by, now=EVENING + 2 * MINUTE)
    again = actions.confirm_first_fix(activation_id, by=by, now=EVENING + 4 * MINUTE)
    assert seen == again == Fitting.objects.get().first_fix_seen_at
    assert AuditLine.objects.filter(kind="fitting:first_fix_seen").count() == 1


@pytest.mark.database
@pytest.mark.django_db
def test_the_notice_given_is_known_again_and_a_changed_order_needs_a_new_one(fitted):
    by, activation_id = fitted
    notice = fitting_record(activation_id, by=by, now=EVENING).notice
    given = {"language": "Polish", "how": "interpreter", "by": by, "now": EVENING + MINUTE}
    actions.give_notice(activation_id, sha256=notice.sha256, **given)
    row = Fitting.objects.get()
    assert (row.induction_language, row.induction_how) == ("Polish", "interpreter")
    assert row.induction_sha256 == notice.sha256
    assert row.induction_at == EVENING + MINUTE
    for wrong in ({"how": "shouted"}, {"language": " "}):
        with pytest.raises(Refused, match="Choose"):
            actions.give_notice(activation_id, sha256=notice.sha256, **(given | wrong))
    bring(person("P1", order(window(), curfew(timetable=None))), now=EVENING + HOUR)
    with pytest.raises(Conflict, match="changed"):
        actions.give_notice(activation_id, sha256=notice.sha256, **given)


@pytest.mark.database
@pytest.mark.django_db
def test_what_a_tag_sent_before_its_fitting_was_recorded_is_named_for_release(db):
    bring(person("P1"))
    stock(IMEI, "WP-17")
    say(EVENING - HOUR)
    say(EVENING + MINUTE)
    by, now = officer(), EVENING + 5 * MINUTE
    made = actions.fit(number(), "WP-17", FittingSaid(EVENING), by=by, now=now).activation_id
    assert fitting_record(made, by=by, now=now).unplaced == 1
    waiting = QuarantinedMessage.objects.get(received_at__gte=EVENING)
    assert gateway_actions.release(waiting.pk, by=by, now=now) == 1
    assert fitting_record(made, by=by, now=now).unplaced == 0


def test_the_notice_says_in_plain_words_what_why_how_long_who_sees_and_whom_to_ring():
    who = values(person("P1", order(
        window(), curfew(), {"requirement_id": "R3", "kind": "trail"},
        {"requirement_id": "R4", "kind": "attendance",
         "zone": {"type": "Point", "coordinates": [-0.07, 51.54], "radius_m": 80},
         "appointments": [{"rrule": "DTSTART;TZID=Europe/London:20260309T100000\nRRULE:FREQ=WEEKLY",
                           "duration": "PT1H"}]},
    )))[0]  # fmt: skip
    notice = notice_for(who, device_id="WP-17", fitted_at=EVENING, zone="Europe/London")
    text = notice.text
    for words in (
        "Tag WP-17 was fitted on Monday 2 March 2026 at 18:00.",
        "Your community order (O1) asks for it, from 2 March 2026 to 1 June 2026.",
        "Be at home (place R1 of your order): every day 19:00 to 07:00 the next day.",
        "Your tag records where you go: all the time.",
        "Monday 9 March 2026 at 10:00, Monday 16 March 2026 at 10:00",
        "Charge the tag for two hours every day",
        "Before anybody looks at where you have been they must say why",
        "ring the monitoring centre",
    ):
        assert words in text, words
    assert "fitted" not in text.split("What you have to do")[1].split("What the tag records")[0]
    same = notice_for(who, device_id="WP-17", fitted_at=EVENING, zone="Europe/London")
    other = notice_for(
        replace(who, orders=()), device_id="WP-17", fitted_at=EVENING, zone="Europe/London"
    )
    assert same.sha256 == notice.sha256 != other.sha256
    assert "No order is in force" in other.text


def follow(now) -> int:
    people = person_orders(None)
    return removals.follow_orders({one.number for one in people}, people, now)


@pytest.mark.database
@pytest.mark.django_db
def test_the_end_of_the_last_requirement_is_told_once_to_the_responsible_officer(db):
    officer("petra", Role.PROBATION_PRACTITIONER, email="petra@example.org")
    bring(
        person("P1", worn=[("D1", START, None)], officers=["petra"]),
        person("P2", order(curfew(), to=None), worn=[("D2", START, None)], officers=["petra"]),
    )
    follow(EVENING)
    [row] = Due.objects.filter(kind=removals.REMOVAL_DUE)
    assert (row.subject, row.due_at) == (str(number()), ORDER_ENDS)
    assert follow(EVENING + HOUR) == 0  # nothing differs, nothing is written
    assert removals.fire_removals(ORDER_ENDS - MINUTE, ORDER_ENDS - MINUTE) == 0
    after = ORDER_ENDS + MINUTE
    assert removals.fire_removals(after, after) == 1
    assert removals.fire_removals(after, after) == 0
    follow(after + HOUR)  # a worker that starts anew looks at everybody
    assert removals.fire_removals(after + HOUR, after + HOUR) == 1
    [notice] = Notice.objects.all()
    assert notice.template == "removal_due"
    assert notice.step == "removal_due 2026-06-01T00:00:00Z"
    assert "P1" not in str(notice.words)


@pytest.mark.database
@pytest.mark.django_db
def test_an_end_that_was_moved_falls_due_then_and_a_tag_taken_off_not_at_all(db):
    bring(person("P1", worn=[("D1", START, None)]), person("P2", worn=[("D2", START, None)]))
    follow(EVENING)
    longer = (ORDER_ENDS + timedelta(days=9)).isoformat()
    bring(person("P1", order(window(), curfew(), to=longer), worn=[("D1", START, None)]),
          now=EVENING)  # fmt: skip
    # The row still says the old end when it fires: the orders decide.
    assert removals.fire_removals(ORDER_ENDS, ORDER_ENDS) == 2
    assert Due.objects.get().due_at == ORDER_ENDS + timedelta(days=9)
    by = officer()
    worn = Person.objects.get(reference="P1").activations.get()
    actions.remove(worn.pk, RemovalSaid(ORDER_ENDS, "Health"), by=by, now=ORDER_ENDS + HOUR)
    follow(ORDER_ENDS + HOUR)
    assert Due.objects.filter(subject=str(number())).count() == 0


@pytest.mark.database
@pytest.mark.django_db
def test_the_worker_sets_and_fires_removals(db):
    from waypost.cli.worker import followers
    from waypost.monitoring.worker import Worker

    officer("petra", Role.PROBATION_PRACTITIONER, email="petra@example.org")
    bring(person("P1", worn=[("D1", START, None)], officers=["petra"]))
    time = [EVENING]
    worker = Worker(followers(), lambda: time[0])
    worker.run_until_idle()
    assert Due.objects.filter(kind=removals.REMOVAL_DUE).exists()
    assert not Notice.objects.filter(template="removal_due").exists()
    time[0] = ORDER_ENDS + MINUTE
    worker.run_until_idle()
    worker.run_until_idle()
    assert Notice.objects.filter(template="removal_due").count() == 1
