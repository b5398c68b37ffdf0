"""Reminders on the real store: told once, never too late, as the wearer chose, and on record."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from telling_words import Telling, fates, officer, person, reach
from waypost.access.values import Posted, Role
from waypost.alerts.suspending import suspend
from waypost.errors import NoSuchThing, Refused
from waypost.notices.models import Notice
from waypost.orders.absences import authorise_absence
from waypost.telling import actions
from waypost.telling.firing import _fire, wind
from waypost.telling.models import Reminder, ReminderWish
from waypost.telling.queries import reminders_before, reminders_of
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Telling:
    settings.LAKE_URI = str(tmp_path / "lake")
    return Telling()


def wearer(number: int = 1) -> Posted:
    return Posted(900 + number, "wearer", frozenset({Role.WEARER}), own_person_id=person(number))


def test_a_wearer_away_from_home_is_told_once_before_the_curfew(town):
    reach()
    town.send(("18:10", "street"), ("18:15", "street"), received="18:16")
    town.tell_through("17:00", "18:50", timedelta(minutes=1))
    assert town.said == [
        "wearer-1: Your curfew begins on Monday 2 March at 19:00. Be home by then."
    ]
    assert fates() == ["P1 curfew soon told"]


def test_it_is_told_in_the_language_that_the_wearer_chose(town):
    reach(language="cy")
    town.tell_through("18:00", "18:40")
    [said] = town.post.taken
    assert said.subject == "Nodyn i'ch atgoffa"
    assert "Mae eich cyrffyw yn dechrau ddydd Llun 2 Mawrth am 19:00." in said.text


def test_no_place_and_no_name_is_in_what_is_told(town):
    from waypost.orders.models import Person

    Person.objects.update(full_name="Ashby Greenwood")
    reach()
    town.tell_through("18:00", "18:40")
    [said] = town.post.taken
    told = f"{said.subject} {said.text} {said.short}"
    assert "Ashby" not in told
    assert "51." not in told
    assert "P1" not in told


def test_who_is_at_home_is_not_told_and_no_page_says_that_they_were(town):
    reach()
    town.send(*((f"18:{minute:02}", "home") for minute in range(0, 20, 2)), received="18:19")
    town.tell_through("18:20", "18:50")
    assert town.said == []
    assert fates() == ["P1 curfew soon not_needed"]
    assert reminders_of(person(), now=at("20:00")) == []


def test_many_workers_and_a_kill_between_tell_once(town):
    reach()
    town.now = at("18:35")
    wind(town.now)
    for _ in range(3):  # each had read before any of them saved
        _fire([person()], town.now)
    town.new_lane().round()
    town.tell()
    town.tell()
    assert len(town.said) == 1
    assert Reminder.objects.count() == Notice.objects.count() == 1


def test_a_worker_that_comes_too_late_tells_nothing_and_says_so(town):
    reach()
    town.tell_through("12:00", "12:10")
    town.now = at("19:01")
    town.tell()
    assert town.said == []
    assert fates() == ["P1 curfew soon missed"]
    [seen] = reminders_of(person(), now=at("20:00"))
    assert (seen.status, seen.went) == ("missed", False)


def test_a_notice_that_cannot_go_out_in_time_is_called_off(town):
    reach()
    town.post.fails = True
    town.tell_through("18:30", "18:58", timedelta(minutes=2))
    town.post.fails = False
    town.tell_through("19:00", "21:00")
    assert town.said == []
    notice = Notice.objects.get()
    assert (notice.status, notice.failure) == (
        "called_off", "too late: what it was for had passed",
    )  # fmt: skip


def test_quiet_hours_hold_a_reminder_unless_its_time_would_pass_in_them(town):
    reach(quiet_from=time(18, 0), quiet_to=time(18, 45))
    town.tell_through("18:00", "18:44", timedelta(minutes=1))
    assert town.said == []
    town.tell_through("18:45", "18:46", timedelta(minutes=1))
    assert len(town.said) == 1


def test_quiet_hours_that_last_past_the_beginning_do_not_hold_it(town):
    reach(quiet_from=time(18, 0), quiet_to=time(20, 0))
    town.tell_through("18:20", "18:40")
    assert len(town.said) == 1


def test_somebody_in_hospital_is_not_reminded(town):
    reach()
    suspend(person(), at("17:00"), at("+1 12:00"), "hospital", by=officer(), now=at("16:30"))
    town.tell_through("17:00", "18:50")
    assert (town.said, fates()) == ([], [])


def test_an_absence_granted_after_it_was_queued_calls_it_off(town):
    reach(quiet_from=time(18, 0), quiet_to=time(18, 50))
    town.tell_through("18:25", "18:35", timedelta(minutes=1))
    assert Notice.objects.get().status == "waiting"
    authorise_absence(
        person(), "R2", at("18:40"), at("23:00"), reason="work", by=officer(), now=at("18:36")
    )
    town.tell_through(
        "18:41", "18:50", timedelta(minutes=1)
    )  # orders are looked at in five minutes
    notice = Notice.objects.get()
    assert (notice.status, notice.failure) == ("called_off", "it is not asked any more")
    assert town.said == []


def test_reminders_turned_off_are_turned_off_and_that_is_on_record(town):
    reach()
    actions.choose_kinds(person(), [], by=wearer(), now=at("10:00"))
    town.tell_through("17:00", "18:50")
    assert (town.said, fates()) == ([], [])
    [wish] = ReminderWish.objects.all()
    assert (wish.kinds, wish.own) == ([], True)


def test_who_chooses_for_somebody_writes_down_how_they_said_it(town):
    by = officer()
    with pytest.raises(Refused, match="Say how they told you"):
        actions.choose_kinds(person(), ["curfew"], by=by, now=at("10:00"))
    actions.choose_kinds(person(), ["curfew"], words="at the visit", by=by, now=at("10:00"))
    assert not ReminderWish.objects.get().own


def test_a_wearer_chooses_for_nobody_else(town):
    with pytest.raises(Refused):
        actions.choose_kinds(person(2), [], by=wearer(1), now=at("10:00"))
    with pytest.raises(Refused):
        actions.end_way(person(2), reach(2), by=wearer(1), now=at("10:00"))


def test_a_contact_of_somebody_else_is_not_ended_through_ones_own_page(town):
    with pytest.raises(NoSuchThing):
        actions.end_way(person(1), reach(2), by=wearer(1), now=at("10:00"))


def test_a_battery_that_is_low_is_told_of_with_how_long_it_lasts(town):
    from waypost.monitoring.models import Violation
    from waypost.positions.values import DecodedEvent, EventKind

    reach()
    levels = [
        DecodedEvent(at("08:00") + n * timedelta(minutes=30), EventKind.BATTERY_LEVEL,
                     {"percent": 38 - 2 * n})
        for n in range(10)
    ]  # fmt: skip
    town.now = at("12:31")
    town.append([town._row(1, town.now, events=levels)])
    Violation.objects.create(
        person_id=person(), requirement_reference="tag:battery", kind="battery", how="low",
        from_at=at("12:30"), certainty="certain", minutes=0, raised_at=at("12:31"),
        known_at=at("12:31"),
    )  # fmt: skip
    town.tell_through("12:32", "13:30", timedelta(minutes=1))
    [said] = town.said
    assert said.startswith("wearer-1: The battery of your tag is low. It may last about 4 hours.")
    assert fates() == ["P1 battery low told"]


def test_an_alert_of_what_was_not_reminded_in_time_says_so(town):
    reach()
    town.post.fails = True
    town.tell_through("18:30", "19:30", timedelta(minutes=5))
    [seen] = reminders_before(person(), "curfew", "R2", at("19:00"))
    assert not seen.went
    assert reminders_before(person(), "curfew", "R1", at("19:00")) == []
    assert reminders_before(person(), "exclusion", "R1", at("19:00")) is None
    assert reminders_before(person(), "curfew", "R2", at("+1 19:00")) == []


def test_nobody_is_reminded_who_gave_no_contact_or_ended_it(town):
    number = reach()
    actions.end_way(person(), number, by=wearer(), now=at("09:00"))
    town.tell_through("17:00", "18:50")
    assert (town.said, fates()) == ([], [])


def test_one_person_of_whom_nothing_can_be_decided_holds_nobody_else_up(town, monkeypatch):
    from waypost.telling import firing

    decide = firing.reminders_due

    def broken_for_one(facts, now):
        if facts.person_id == person(1):
            raise ValueError("a mistake of ours")
        return decide(facts, now)

    reach(1)
    reach(2)
    town.tell_through("12:00", "12:10")
    monkeypatch.setattr(firing, "reminders_due", broken_for_one)
    monkeypatch.setattr(firing, "asks_home", lambda facts, now: None)
    town.now = at("18:40")
    wind(town.now)
    town.tell()
    from waypost.jobs.models import Due

    waits = dict(Due.objects.filter(kind="reminder").values_list("subject", "due_at"))
    assert waits[str(person(1))] == at("19:40")
    assert waits[str(person(2))] > at("18:40")
