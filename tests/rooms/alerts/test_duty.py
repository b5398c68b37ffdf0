"""Who is told that nobody came; the rota; snoozes, suspensions and hand-overs on the store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duty_words import Room, due_at, moves, told
from waypost.access.values import MACHINE, Role
from waypost.alerts import actions, handover
from waypost.alerts.calling import fire_clocks, wind_clocks
from waypost.alerts.duty import end_duty, enter_duty, on_duty, rota
from waypost.alerts.snoozing import snooze
from waypost.alerts.suspending import end_suspension, suspend
from waypost.alerts.values import DutyRole
from waypost.errors import Conflict, NoSuchThing, Refused
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def room(tmp_path, settings) -> Room:
    settings.LAKE_URI = str(tmp_path / "lake")
    room = Room()
    room.run()
    return room


@pytest.fixture
def shift(room):
    """Fay is on shift, Lea leads it, Max is on call."""
    found = {name: room.officer(name) for name in ("fay", "lea", "max")}
    for name, role in (("fay", "first"), ("lea", "second"), ("max", "on_call")):
        room.on_duty(found[name], role)
    return found


def lines(kind: str):
    from waypost.access.models import AuditLine

    return list(AuditLine.objects.filter(kind=kind).order_by("number"))


def test_a_strap_that_nobody_attends_climbs_rung_by_rung_each_told_once(room, shift):
    from waypost.alerts.inbox_version import inbox_version

    alert = room.alert("strap_tamper", "10:00")
    assert alert.attend_by == at("10:03")
    room.run_to("10:02")
    assert told(alert.pk) == []
    before = inbox_version()
    room.run_to("10:03")
    assert told(alert.pk) == ["first fay"]
    assert inbox_version() > before
    room.run_to("11:00")
    assert told(alert.pk) == ["first fay", "second lea", "on_call max"]
    assert moves(alert.pk) == ["raised", *["escalated"] * 3]
    alert.refresh_from_db()
    assert (alert.escalated, alert.version, due_at(alert.pk)) == (3, 1, None)
    assert lines("alert:escalated")[0].officer_id is None


@pytest.mark.parametrize("act", ["acknowledge", "note first"])
def test_attending_stops_the_climb_and_words_alone_do_not(room, shift, act):
    alert = room.alert("strap_tamper", "10:00")
    room.run_to("10:03")
    if act == "acknowledge":
        actions.acknowledge(alert.pk, by=shift["fay"], now=at("10:04"))
    else:
        actions.note(alert.pk, by=shift["fay"], now=at("10:04"), note="seen")
    room.run_to("11:00")
    assert (len(told(alert.pk)) == 1) == (act == "acknowledge")
    assert due_at(alert.pk) is None


def test_the_officer_who_comes_after_a_rung_was_told_is_not_refused(room, shift):
    alert = room.alert("strap_tamper", "10:00")
    room.run_to("10:07")
    actions.acknowledge(alert.pk, by=shift["fay"], now=at("10:08"), expected_version=1)


def test_an_alert_raised_again_calls_again(room, shift):
    alert = room.alert("strap_tamper", "10:00")
    by = shift["fay"]
    room.run_to("10:03")
    actions.acknowledge(alert.pk, by=by, now=at("10:04"))
    actions.explain(alert.pk, by=by, now=at("10:05"), note="fitted")
    actions.close(alert.pk, by=by, now=at("10:06"), outcome="equipment")
    actions.reopen(alert.pk, by=by, now=at("10:10"), note="it was not")
    alert.refresh_from_db()
    assert (alert.attend_by, alert.escalated) == (at("10:13"), 0)
    room.now = at("10:13")
    room.run()
    assert told(alert.pk) == ["first fay", "first fay"]


def test_graver_news_calls_somebody_to_what_was_attended(room, shift):
    alert = room.alert("battery_low", "10:00")
    actions.acknowledge(alert.pk, by=shift["fay"], now=at("10:01"))
    room.alert("battery_dead", "11:00")
    alert.refresh_from_db()
    assert alert.attend_by == at("11:30")
    actions.note(alert.pk, by=shift["fay"], now=at("11:05"), note="rang, will charge")
    room.run_to("13:00")
    assert told(alert.pk) == []


def test_where_the_shift_has_no_lead_the_duty_manager_is_told_at_once_and_the_alert_says_so(room):
    from waypost.alerts.models import AlertMove

    fay, max_ = room.officer("fay"), room.officer("max")
    room.on_duty(fay, "first")
    room.on_duty(max_, "on_call")
    alert = room.alert("strap_tamper", "10:00")
    room.run_to("10:06")
    assert told(alert.pk) == ["first fay", "on_call max"]
    last = AlertMove.objects.filter(alert=alert).order_by("pk").last()
    assert last.note == "Told: the duty manager on call. Nobody is on duty as shift's lead."


def test_where_nobody_is_on_duty_it_is_said_once_and_who_comes_is_told(room):
    alert = room.alert("strap_tamper", "10:00")
    room.run_to("10:29")
    assert moves(alert.pk) == ["raised", "nobody_on_duty"]
    assert due_at(alert.pk) > room.now
    room.on_duty(room.officer("fay"), "first", "10:30")
    room.run_to("10:36")
    assert told(alert.pk) == ["first fay"]


def test_an_officer_whose_account_has_ended_is_not_on_duty(room, shift):
    from waypost.access.models import Officer

    Officer.objects.filter(username="fay").update(is_active=False)
    assert set(on_duty(at("10:00"))) == {DutyRole.SECOND, DutyRole.ON_CALL}


def test_two_workers_tell_once(room, shift):
    alert = room.alert("strap_tamper", "10:00")
    fire_clocks(at("10:03"))
    fire_clocks(at("10:03"))
    assert told(alert.pk) == ["first fay"]


def test_a_crash_while_telling_leaves_nothing_and_it_is_told_after(room, shift, monkeypatch):
    from waypost.access import audit

    alert = room.alert("strap_tamper", "10:00")
    record = audit.record
    monkeypatch.setattr(audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fire_clocks(at("10:03"))
    assert told(alert.pk) == []
    assert moves(alert.pk) == ["raised"]
    monkeypatch.setattr(audit, "record", record)
    fire_clocks(at("10:04"))
    assert told(alert.pk) == ["first fay"]


def test_of_somebody_whom_named_staff_alone_may_know_only_those_are_told(room, shift):
    from waypost.orders.models import Person

    Person.objects.filter(reference="P2").update(limited=True)
    room.officer("nia")
    _name_staff("P2", "nia")
    alert = room.alert("strap_tamper", "10:00")
    room.run_to("11:00")
    assert set(told(alert.pk)) == {"on_call nia"}


def _name_staff(reference: str, username: str) -> None:
    from waypost.access.models import Officer
    from waypost.orders.models import Caseload, Person

    Caseload.objects.create(
        named=True,
        person=Person.objects.get(reference=reference),
        officer=Officer.objects.get(username=username),
        from_at=at("07:00"),
    )


def test_alerts_from_before_there_were_clocks_are_given_one(room, shift):
    from waypost.alerts.models import Alert
    from waypost.jobs.models import Due

    alert = room.alert("strap_tamper", "10:00")
    Due.objects.filter(kind="alert_clock").delete()
    Alert.objects.update(attend_by=None)
    assert wind_clocks(at("12:00")) == 1
    assert wind_clocks(at("12:00")) == 0
    assert due_at(alert.pk) == at("12:03")


# The rota


def test_the_rota_shows_who_is_on_and_the_gaps_that_are_to_come(room, shift):
    found = rota(shift["fay"], at("10:00").date(), "Europe/London", now=at("10:00"))
    first = found.rungs[0]
    assert first.on_now == ("Fay",)
    assert first.gaps == ((at("20:00"), at("+7 00:00")),)
    assert found.officers == ()
    later = rota(shift["lea"], at("10:00").date(), "Europe/London", now=at("10:00"))
    assert [name for _, name in later.officers] == ["Fay", "Lea", "Max"]


def test_an_administrator_or_the_lead_on_duty_changes_the_rota_and_nobody_else(room, shift):
    ann = room.officer("ann", Role.ADMINISTRATOR)
    when = (at("+1 08:00"), at("+1 20:00"))
    number = shift["fay"].officer_id
    for by in (ann, shift["lea"], shift["max"]):
        made = enter_duty(number, DutyRole.FIRST, *when, by=by, now=at("10:00"))
        end_duty(made, by=by, now=at("10:00"))
    with pytest.raises(Refused, match="shift's lead"):
        enter_duty(number, DutyRole.FIRST, *when, by=shift["fay"], now=at("10:00"))
    with pytest.raises(Refused, match="shift's lead"):
        enter_duty(number, DutyRole.FIRST, *when, by=shift["lea"], now=at("21:00"))
    assert len(lines("duty:entered")) == 6
    assert len(lines("duty:ended")) == 3


def test_a_duty_that_is_ended_holds_no_longer(room, shift):
    from waypost.alerts.models import Duty

    duty = Duty.objects.get(role="first")
    end_duty(duty.pk, by=MACHINE, now=at("10:00"))
    assert DutyRole.FIRST not in on_duty(at("10:00"))
    with pytest.raises(Conflict):
        end_duty(duty.pk, by=MACHINE, now=at("10:01"))
    with pytest.raises(NoSuchThing):
        end_duty(10**6, by=MACHINE, now=at("10:01"))


def test_only_who_watches_the_whole_estate_can_be_entered(room, shift):
    pat = room.officer("pat", Role.PROBATION_PRACTITIONER)
    with pytest.raises(Refused, match="whole estate"):
        room.on_duty(pat, "first")
    with pytest.raises(Refused, match="already"):
        room.on_duty(shift["fay"], "first")


# Snoozes


def test_a_snooze_is_shown_comes_back_by_itself_and_then_climbs(room, shift):
    from waypost.alerts.queries import inbox

    alert = room.alert("battery_dead", "10:00")
    snooze(alert.pk, at("12:00"), "charging at work", by=shift["fay"], now=at("10:05"))
    [row] = inbox(shift["fay"], now=at("10:06")).rows
    assert (row.clock.snoozed_until, row.clock.left) == (at("12:00"), None)
    room.run_to("11:59")
    assert told(alert.pk) == []
    room.run_to("12:00")
    alert.refresh_from_db()
    assert (alert.snoozed_until, alert.attend_by) == (None, at("12:30"))
    assert moves(alert.pk) == ["raised", "snoozed", "snooze_ended"]
    room.run_to("12:30")
    assert told(alert.pk) == ["first fay"]
    assert lines("alert:snoozed")[0].person_id == alert.person_id


def test_what_somebody_has_in_hand_comes_back_too(room, shift):
    alert = room.alert("battery_dead", "10:00")
    actions.acknowledge(alert.pk, by=shift["fay"], now=at("10:01"))
    snooze(alert.pk, at("11:00"), "rings back", by=shift["fay"], now=at("10:05"))
    room.run_to("11:00")
    room.run_to("11:30")
    assert told(alert.pk) == ["first fay"]
    actions.note(alert.pk, by=shift["fay"], now=at("11:31"), note="charged")
    room.run_to("14:00")
    assert told(alert.pk) == ["first fay"]


def test_the_gravest_cannot_be_snoozed_and_nobody_snoozes_what_moved(room, shift):
    strap = room.alert("strap_tamper", "10:00")
    with pytest.raises(Refused, match="never put off"):
        snooze(strap.pk, at("11:00"), "busy", by=shift["fay"], now=at("10:01"))
    battery = room.alert("battery_low", "10:05")
    actions.acknowledge(battery.pk, by=shift["fay"], now=at("10:06"))
    with pytest.raises(Conflict):
        snooze(battery.pk, at("11:00"), "x", by=shift["fay"], now=at("10:07"), expected_version=1)


def test_graver_news_ends_a_snooze(room, shift):
    alert = room.alert("battery_low", "10:00")
    snooze(alert.pk, at("20:00"), "charges tonight", by=shift["fay"], now=at("10:05"))
    room.alert("battery_dead", "11:00")
    alert.refresh_from_db()
    assert (alert.snoozed_until, alert.attend_by) == (None, at("11:30"))


# Suspensions


def notices(alert_id: int) -> int:
    from waypost.notices.models import Notice

    return Notice.objects.filter(about=f"alert:{alert_id}").count()


def test_a_suspended_persons_alert_is_recorded_and_calls_nobody_until_the_end(room, shift):
    from waypost.alerts.queries import inbox
    from waypost.orders.models import Person

    person = Person.objects.get(reference="P2").pk
    suspend(person, at("09:00"), at("12:00"), "scan", by=shift["fay"], now=at("08:30"))
    alert = room.alert("strap_tamper", "10:00")
    assert (alert.attend_by, moves(alert.pk)) == (None, ["raised", "called_nobody"])
    [row] = inbox(shift["fay"], now=at("10:01")).rows
    assert row.clock.suspended_until == at("12:00")
    room.run_to("11:59")
    assert notices(alert.pk) == 0
    room.run_to("12:00")
    alert.refresh_from_db()
    assert alert.attend_by == at("12:03")
    room.run_to("12:20")
    assert told(alert.pk) == ["first fay", "second lea", "on_call max"]
    agreed, ended = lines("suspension:agreed")[0], lines("suspension:ended")[0]
    assert (agreed.person_id, ended.person_id, ended.officer_id) == (person, person, None)
    assert b"scan" not in bytes(agreed.body)


def test_a_call_for_help_is_never_suspended(room, shift):
    from waypost.orders.models import Person

    person = Person.objects.get(reference="P2").pk
    suspend(person, at("09:00"), at("12:00"), "scan", by=shift["fay"], now=at("08:30"))
    alert = room.alert("sos", "10:00")
    room.run_to("10:03")
    assert told(alert.pk) == ["first fay", "second lea", "on_call max"]


def test_a_suspension_ended_early_calls_at_once_and_one_called_off_never_held(room, shift):
    from waypost.orders.models import Person

    person = Person.objects.get(reference="P2").pk
    made = suspend(person, at("09:00"), at("12:00"), "funeral", by=shift["fay"], now=at("08:30"))
    alert = room.alert("strap_tamper", "10:00")
    assert end_suspension(made, by=shift["lea"], now=at("10:30")) == 1
    with pytest.raises(Conflict):
        end_suspension(made, by=shift["lea"], now=at("10:31"))
    assert due_at(alert.pk) == at("10:33")
    ahead = suspend(person, at("15:00"), at("16:00"), "again", by=shift["fay"], now=at("11:00"))
    assert end_suspension(ahead, by=shift["fay"], now=at("11:01")) == 0
    room.now = at("15:00")
    room.report("case_tamper", "15:00", person=2)
    room.run()
    from waypost.alerts.models import Alert

    assert Alert.objects.get(kind="case_tamper").attend_by == at("15:10")


def test_what_called_before_the_suspension_goes_on_calling(room, shift):
    from waypost.orders.models import Person

    alert = room.alert("strap_tamper", "10:00")
    person = Person.objects.get(reference="P2").pk
    suspend(person, at("10:01"), at("12:00"), "scan", by=shift["fay"], now=at("10:01"))
    room.run_to("10:03")
    assert told(alert.pk) == ["first fay"]


@pytest.mark.parametrize(
    ("start", "end", "why", "says"),
    [
        ("09:00", "12:00", " ", "what was agreed"),
        ("12:00", "12:00", "x", "before it begins"),
        ("06:00", "12:00", "x", "in the past"),
        ("09:00", "+15 09:00", "x", "14 days"),
    ],
)
def test_a_suspension_that_cannot_be_is_refused_in_words(room, shift, start, end, why, says):
    from waypost.orders.models import Person

    person = Person.objects.get(reference="P2").pk
    with pytest.raises(Refused, match=says):
        suspend(person, at(start), at(end), why, by=shift["fay"], now=at("08:30"))


def test_a_second_suspension_over_the_same_time_is_refused(room, shift):
    from waypost.orders.models import Person

    person = Person.objects.get(reference="P2").pk
    suspend(person, at("09:00"), at("12:00"), "scan", by=shift["fay"], now=at("08:30"))
    with pytest.raises(Refused, match="already"):
        suspend(person, at("11:00"), at("13:00"), "scan", by=shift["fay"], now=at("08:31"))


# Hand-over


def test_a_hand_over_moves_all_that_is_open_in_one_go_and_nothing_before(room, shift):
    from waypost.alerts.models import Alert

    fay, lea = shift["fay"], shift["lea"]
    mine = room.alert("battery_dead", "10:00")
    actions.acknowledge(mine.pk, by=fay, now=at("10:01"), note="rang, no answer")
    waits = room.alert("battery_low", "10:05", person=1)
    found = {one.alert_id: one.why for one in handover.draft(fay, now=at("19:50"))}
    assert found == {
        mine.pk: "Acknowledged, not yet closed. Last: rang, no answer",
        waits.pk: "Nobody has attended it, and it is over its target.",
    }
    given, left_out = handover.give(
        lea.officer_id, "quiet day", {mine.pk: "ring again at 21:00"}, by=fay, now=at("19:55")
    )
    assert left_out == 0
    assert Alert.objects.get(pk=mine.pk).owner_id == fay.officer_id
    [seen] = handover.unfinished(lea, now=at("19:56"), whole=True)
    assert (seen.count, seen.may_take, seen.words) == (2, True, "quiet day")
    assert handover.take(given, by=lea, now=at("20:00")) == 2
    for number in (mine.pk, waits.pk):
        assert Alert.objects.get(pk=number).owner_id == lea.officer_id
        assert moves(number)[-1] == "handed_over"
    assert Alert.objects.get(pk=waits.pk).status == "raised"
    assert handover.unfinished(lea, now=at("20:01")) == []
    with pytest.raises(Conflict):
        handover.take(given, by=lea, now=at("20:01"))
    assert len(lines("hand_over:given")) == len(lines("hand_over:taken")) == 1


def test_what_a_third_took_on_meanwhile_stays_theirs_and_what_is_closed_stays_closed(room, shift):
    from waypost.alerts.models import Alert

    fay, lea, max_ = shift["fay"], shift["lea"], shift["max"]
    first = room.alert("battery_dead", "10:00")
    second = room.alert("strap_tamper", "10:05", person=1)
    given, _ = handover.give(lea.officer_id, "", {}, by=fay, now=at("10:10"))
    actions.acknowledge(first.pk, by=max_, now=at("10:11"))
    actions.acknowledge(second.pk, by=fay, now=at("10:11"))
    actions.explain(second.pk, by=fay, now=at("10:12"), note="x")
    actions.close(second.pk, by=fay, now=at("10:12"), outcome="equipment")
    assert handover.take(given, by=lea, now=at("10:15")) == 0
    assert Alert.objects.get(pk=first.pk).owner_id == max_.officer_id


def test_only_whom_it_is_for_takes_it_and_giving_again_replaces_it(room, shift):
    fay, lea, max_ = shift["fay"], shift["lea"], shift["max"]
    room.alert("battery_dead", "10:00")
    given, _ = handover.give(lea.officer_id, "", {}, by=fay, now=at("10:10"))
    with pytest.raises(Refused, match="somebody else"):
        handover.take(given, by=max_, now=at("10:11"))
    again, _ = handover.give(max_.officer_id, "", {}, by=fay, now=at("10:12"))
    assert len(handover.unfinished(fay, now=at("10:13"))) == 1
    with pytest.raises(Refused):
        handover.take_back(again, by=lea, now=at("10:13"))
    handover.take_back(again, by=fay, now=at("10:13"))
    assert handover.unfinished(fay, now=at("10:14")) == []


def test_whom_the_other_may_not_know_of_stays_with_the_giver(room, shift):
    from waypost.alerts.models import Alert
    from waypost.orders.models import Person

    fay, lea = shift["fay"], shift["lea"]
    alert = room.alert("battery_dead", "10:00")
    _name_staff("P2", "fay")
    Person.objects.filter(reference="P2").update(limited=True)
    given, left_out = handover.give(lea.officer_id, "", {}, by=fay, now=at("10:10"))
    assert left_out == 1
    assert handover.take(given, by=lea, now=at("10:11")) == 0
    assert Alert.objects.get(pk=alert.pk).owner_id is None


def test_nobody_hands_over_to_themselves_or_to_who_sees_only_some(room, shift):
    pat = room.officer("pat", Role.PROBATION_PRACTITIONER)
    for other in (shift["fay"], pat):
        with pytest.raises(Refused, match="whole estate"):
            handover.give(other.officer_id, "", {}, by=shift["fay"], now=at("10:10"))


@pytest.mark.parametrize(
    ("night", "seven"),
    [("+26", "+27 06:00"), ("+236", "+237 07:00")],
    ids=["clocks go forward", "clocks go back"],
)
def test_over_a_clock_change_night_rungs_and_snoozes_come_to_the_minute(room, shift, night, seven):
    """2 March and 26 days is 28 March; 236 days is 24 October."""
    from waypost.alerts.models import Alert
    from waypost.orders.models import Person

    person = Person.objects.get(reference="P2").pk
    room.on_duty(shift["fay"], "first", f"{night} 19:00", seven)
    with_id = {"person_id": person, "certainty": "certain", "urgency": 50, "headline": "x"}
    from waypost.alerts.calling import Spoke, heard

    start = at(f"{night} 23:30")
    made = Alert.objects.create(
        **with_id, subject="tag:x", open_subject="x", kind="curfew", status="raised",
        from_at=start, raised_at=start, touched_at=start,
    )  # fmt: skip
    heard(made, "", Spoke.of(made), start)
    snooze(made.pk, start + timedelta(hours=4), "asleep", by=shift["fay"], now=start)
    for minute in range(300):
        fire_clocks(start + timedelta(minutes=minute))
    assert told(made.pk) == ["first fay"]  # grave: told at its target although snoozed
    made.refresh_from_db()
    assert made.snoozed_until is None
    assert set(on_duty(at(seven) - timedelta(minutes=1))) == {DutyRole.FIRST}
    assert on_duty(at(seven)) == {}
