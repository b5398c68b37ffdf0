"""Alerts on the real store: raised once, handled by people, seen by those who may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from waypost.access.values import MACHINE, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from worked_town import Town, alerts, at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Town:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Town()
    town.run()
    return town


def officer(role: Role = Role.MONITORING_OFFICER, name: str = "centre", email: str = ""):
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    made = make_officer(name, name.title(), None, role, email=email, now=at("07:00"))
    return posted(made, now=at("12:00"))


def in_the_park(town: Town, *minutes: str, person: int = 2) -> int:
    """Fixes in the park, judged; the id of the person's newest alert."""
    from waypost.alerts.models import Alert

    town.now = at(minutes[-1]) + timedelta(seconds=30)
    town.send(*((minute, "park") for minute in minutes), person=person)
    town.run()
    return Alert.objects.filter(person__reference=f"P{person}").latest("pk").pk


def audit_kinds() -> list[str]:
    from waypost.access.models import AuditLine

    return list(AuditLine.objects.order_by("number").values_list("kind", flat=True))


def test_an_alert_goes_from_raised_to_closed_and_every_step_is_kept(town):
    from waypost.alerts import actions
    from waypost.alerts.models import Alert, AlertMove

    by = officer()
    alert_id = in_the_park(town, "10:00", "10:01")
    actions.acknowledge(alert_id, by=by, now=at("10:03"))
    actions.note(alert_id, by=by, now=at("10:04"), note="Rang the person, no answer.")
    actions.take_in_hand(alert_id, by=by, now=at("10:05"))
    actions.uphold(alert_id, by=by, now=at("10:06"), note="Inside for a minute and more.")
    actions.close(alert_id, by=by, now=at("10:07"), outcome="breach")
    alert = Alert.objects.get(pk=alert_id)
    assert (alert.status, alert.outcome, alert.closed_at) == ("closed", "breach", at("10:07"))
    assert alert.owner_id == by.officer_id
    moves = list(
        AlertMove.objects.filter(alert=alert).order_by("pk").values_list("what", flat=True)
    )
    assert moves == [
        "raised", "acknowledged", "noted", "taken_in_hand", "upheld", "closed",
    ]  # fmt: skip
    assert audit_kinds()[-5:] == [
        "alert:acknowledged", "alert:noted", "alert:taken_in_hand", "alert:upheld", "alert:closed",
    ]  # fmt: skip


def test_two_officers_at_once_the_second_is_told_to_look_again(town):
    from waypost.alerts import actions

    by = officer()
    alert_id = in_the_park(town, "10:00")
    actions.acknowledge(alert_id, by=by, now=at("10:03"), expected_version=1)
    with pytest.raises(Conflict, match="look at it again"):
        actions.note(alert_id, by=by, now=at("10:03"), note="Mine.", expected_version=1)


def test_growing_is_no_news_to_an_officer_who_has_the_page_open(town):
    """Else every fix of a violation would refuse the officer's next step."""
    from waypost.alerts import actions
    from waypost.alerts.models import Alert

    by = officer()
    alert_id = in_the_park(town, "10:00", "10:01")
    seen = Alert.objects.get(pk=alert_id).version
    in_the_park(town, "10:02", "10:03", "10:20")
    actions.acknowledge(alert_id, by=by, now=at("10:21"), expected_version=seen)
    assert alerts() == ["P2 exclusion certain acknowledged"]


def test_a_second_violation_joins_the_open_alert_and_opens_what_was_explained(town):
    from waypost.alerts import actions

    by = officer()
    alert_id = in_the_park(town, "10:00", "10:01")
    actions.acknowledge(alert_id, by=by, now=at("10:02"))
    actions.explain(alert_id, by=by, now=at("10:03"), note="Bus diversion, checked.")
    town.now = at("11:00")
    town.send(("10:05", "street"), ("10:59", "street"), person=2)
    town.run()
    assert in_the_park(town, "11:05", "11:06") == alert_id
    assert alerts() == ["P2 exclusion certain in_hand"]


def test_after_closing_the_next_violation_makes_a_new_alert(town):
    from waypost.alerts import actions

    by = officer()
    first = in_the_park(town, "10:00", "10:01")
    actions.acknowledge(first, by=by, now=at("10:02"))
    actions.explain(first, by=by, now=at("10:03"), note="Bus diversion, checked.")
    actions.close(first, by=by, now=at("10:04"), outcome="reasonable_excuse")
    town.now = at("11:00")
    town.send(("10:05", "street"), ("10:59", "street"), person=2)
    town.run()
    assert alerts() == ["P2 exclusion certain closed"]
    second = in_the_park(town, "11:05", "11:06")
    assert second != first
    with pytest.raises(Refused, match="go on there"):
        actions.reopen(first, by=by, now=at("11:10"), note="Wrong one.")


def test_closed_while_only_probable_and_then_certain_is_raised_again(town):
    from waypost.alerts import actions

    by = officer()
    alert_id = in_the_park(town, "10:00")
    actions.acknowledge(alert_id, by=by, now=at("10:01"))
    actions.explain(alert_id, by=by, now=at("10:01"), note="One fix only.")
    actions.close(alert_id, by=by, now=at("10:01"), outcome="equipment")
    in_the_park(town, "10:02")
    assert alerts() == ["P2 exclusion certain raised"]


def test_what_the_table_does_not_allow_is_refused_and_leaves_nothing(town):
    from waypost.alerts import actions
    from waypost.alerts.models import AlertMove

    by = officer()
    alert_id = in_the_park(town, "10:00")
    before = (AlertMove.objects.count(), audit_kinds())
    with pytest.raises(Refused, match="raised and cannot be closed now"):
        actions.close(alert_id, by=by, now=at("10:01"), outcome="breach")
    with pytest.raises(Refused, match="reason in words"):
        actions.note(alert_id, by=by, now=at("10:01"), note="  ")
    assert (AlertMove.objects.count(), audit_kinds()) == before


def test_roles_without_the_permission_may_not_handle_alerts(town):
    from waypost.alerts import actions, queries

    alert_id = in_the_park(town, "10:00")
    with pytest.raises(Refused):
        actions.acknowledge(alert_id, by=officer(Role.POLICE_ANALYST), now=at("10:01"))
    evaluator = officer(Role.PROGRAMME_EVALUATOR, "evaluator")
    with pytest.raises(Refused):
        queries.inbox(evaluator, now=at("10:01"))
    with pytest.raises(Refused):
        queries.alert_page(alert_id, evaluator, now=at("10:01"))


def test_a_practitioner_sees_the_alerts_of_their_own_cases_only(town):
    from waypost.alerts import queries
    from waypost.orders.models import Caseload, Person

    by = officer(Role.PROBATION_PRACTITIONER, "practitioner")
    Caseload.objects.create(
        person=Person.objects.get(reference="P2"), officer_id=by.officer_id, from_at=at("07:00")
    )
    in_the_park(town, "10:00", person=1)
    in_the_park(town, "10:02", person=2)
    assert [row.person_reference for row in queries.inbox(by, now=at("10:03")).rows] == ["P2"]
    everybody = queries.inbox(officer(), now=at("10:03"))
    assert {row.person_reference for row in everybody.rows} == {"P1", "P2"}
    assert [row["person_id"] for row in queries.api_alerts(by, now=at("10:03"))] == ["P2"]


def test_the_inbox_holds_every_uncleared_alert_however_old_most_urgent_first(town):
    from waypost.alerts import queries

    in_the_park(town, "10:00", person=1)
    town.now = at("+9 10:00")
    town.report("jamming", "+9 10:00", person=2)
    town.report("sos", "+9 10:00", person=2)
    town.run()
    inbox = queries.inbox(officer(), now=at("+9 10:01"))
    kinds = [row.kind for row in inbox.rows]
    assert kinds.index("sos") < kinds.index("exclusion") < kinds.index("jamming")
    assert inbox.oldest_unattended > timedelta(days=9)
    urgencies = [row.urgency for row in inbox.rows]
    assert urgencies == sorted(urgencies, reverse=True)


def test_time_that_nobody_could_monitor_says_so_when_no_tag_is_fitted(town):
    from waypost.alerts import queries
    from waypost.alerts.models import Alert
    from waypost.orders.models import Activation

    town.run_to("+1 01:00")
    dark = Alert.objects.filter(kind="unmonitored", person__reference="P1").latest("pk")
    by, now = officer(), at("+1 01:01")
    said = "Required time that could not be monitored"
    assert queries.alert_page(dark.pk, by, now=now).alert.headline == said
    worn = Activation.objects.filter(person__reference="P1")
    worn.update(to_at=dark.from_at)
    row = queries.alert_page(dark.pk, by, now=now).alert
    assert (row.headline, row.unfitted) == (f"{said}: no tag is fitted", True)
    assert row in queries.inbox(by, now=now).rows
    worn.update(from_at=dark.from_at + timedelta(hours=1), to_at=None)
    assert not queries.alert_page(dark.pk, by, now=now).alert.unfitted  # it is on now


def test_the_inbox_says_loudly_when_judging_falls_behind_or_the_worker_is_silent(town):
    from waypost.alerts import queries

    by = officer()
    town.run_to("08:05")
    assert queries.inbox(by, now=at("08:05:09")).behind is False
    assert queries.inbox(by, now=at("08:05:11")).behind is True  # no sign of life
    inbox = queries.inbox(by, now=at("08:06:30"))
    assert (inbox.behind, inbox.judged_to) == (True, at("08:05"))


def test_opening_an_alert_shows_its_story_and_leaves_an_audit_line(town):
    from waypost.alerts import queries

    alert_id = in_the_park(town, "10:00", "10:01")
    page = queries.alert_page(alert_id, officer(), now=at("10:03"))
    assert page.alert.requirement_reference == "R1"
    assert [one.change for one in page.versions] == ["raised"]
    assert page.violations[0].row.reasons
    assert [act.value for act in page.acts] == ["acknowledge", "note"]
    assert audit_kinds()[-1] == "alert:viewed"
    with pytest.raises(NoSuchThing):
        queries.alert_page(alert_id + 99, officer(), now=at("10:03"))


def test_the_version_rises_when_an_alert_moves_and_rests_when_a_violation_only_grows(town):
    from waypost.alerts import actions, queries

    start = queries.version()
    alert_id = in_the_park(town, "10:00", "10:01")
    raised = queries.version()
    in_the_park(town, "10:02", "10:03")
    assert raised > start
    assert queries.version() == raised
    actions.acknowledge(alert_id, by=officer(), now=at("10:04"))
    assert queries.version() > raised


def test_the_responsible_officer_gets_one_mail_without_names_or_places(town, mailoutbox):
    from waypost.notices.channels import channels
    from waypost.notices.outbox import deliver
    from waypost.orders.models import Caseload, Person

    by = officer(Role.PROBATION_PRACTITIONER, "practitioner", email="practitioner@example.org")
    person = Person.objects.get(reference="P2")
    Person.objects.filter(pk=person.pk).update(full_name="Alex Sample")
    Caseload.objects.create(person=person, officer_id=by.officer_id, from_at=at("07:00"))
    alert_id = in_the_park(town, "10:00")
    assert deliver(channels(), now=at("10:01")) == 1
    assert deliver(channels(), now=at("10:02")) == 0
    (mail,) = mailoutbox
    assert mail.to == ["practitioner@example.org"]
    assert f"/alerts/{alert_id}" in mail.body
    for hidden in ("Alex", "Sample", "P2", "51.5", "-0.04"):
        assert hidden not in mail.subject + mail.body


def test_a_failing_audit_line_undoes_the_act(town, monkeypatch):
    from waypost.access import audit
    from waypost.alerts import actions

    by = officer()
    alert_id = in_the_park(town, "10:00")

    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError, match="disk full"):
        actions.acknowledge(alert_id, by=by, now=at("10:01"))
    assert alerts() == ["P2 exclusion probable raised"]


def test_the_machine_itself_is_no_officer(town):
    """What the machine may do to alerts is to raise, join, confirm and withdraw; never to close."""
    from waypost.alerts.values import NEXT, Status

    in_the_park(town, "10:00")
    assert MACHINE.is_machine
    assert Status.CLOSED not in NEXT[Status.RAISED]
