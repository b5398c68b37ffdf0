"""The pages of clocks, rota, hand-over, snooze and suspension: what they say, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import strip_tags

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.alerts import actions
from waypost.alerts.calling import fire_clocks
from waypost.alerts.duty import enter_duty
from waypost.alerts.models import Alert, Duty, HandOver, Suspension
from waypost.alerts.raising import raise_alone
from waypost.alerts.values import AlertKind, DutyRole
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.values import PersonOrders
from waypost.web.presenters.fitting import form_time
from waypost.web.templatetags.clocks import clock_line

pytestmark = [pytest.mark.database, pytest.mark.django_db]
HOUR = timedelta(hours=1)


@pytest.fixture
def room():
    """P1 with no alert yet; Mona and Max watch, Ann administers, Pat supervises others."""
    now = clock.now()
    for username, role in (
        ("mona", Role.MONITORING_OFFICER), ("max", Role.MONITORING_OFFICER),
        ("ann", Role.ADMINISTRATOR), ("pat", Role.PROBATION_PRACTITIONER),
    ):  # fmt: skip
        make_officer(username, username.title(), None, role, email=f"{username}@example.test",
                     now=now - HOUR)  # fmt: skip
    import_orders([PersonOrders("P1", details={"name": "Alex P1"})], by=MACHINE, now=now - HOUR)
    return Person.objects.get(reference="P1").pk


def number(username: str) -> int:
    return Officer.objects.get(username=username).pk


def signed_in(username: str = "mona") -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def raised(person: int, kind: AlertKind, *, ago: timedelta = timedelta(0)) -> Alert:
    at = clock.now() - ago
    raise_alone(person, kind, at, now=at, about=kind.value)
    return Alert.objects.order_by("-pk")[0]


def text(answer) -> str:
    return " ".join(strip_tags(answer.content.decode().replace("<", " <")).split())


def test_the_row_says_how_long_is_left_and_how_long_it_is_over(room):
    raised(room, AlertKind.BATTERY_DEAD, ago=timedelta(minutes=10, seconds=-20))
    raised(room, AlertKind.STRAP_TAMPER, ago=timedelta(minutes=9, seconds=5))
    page = text(signed_in().get("/inbox"))
    assert "20 min left" in page
    assert "6 min over" in page
    assert "Over their target 1" in page


def test_the_alert_says_its_target_and_who_was_told(room):
    alert = raised(room, AlertKind.STRAP_TAMPER, ago=timedelta(minutes=5, seconds=1))
    now = clock.now()
    enter_duty(number("max"), DutyRole.FIRST, now - HOUR, now + HOUR, by=MACHINE, now=now)
    fire_clocks(now)
    page = text(signed_in().get(f"/alerts/{alert.pk}"))
    assert "2 min over To be attended by" in page
    assert "Told that nobody has come: officers on shift" in page
    assert "Told: the officers on shift." in page


def test_an_attended_alert_has_no_clock(room):
    alert = raised(room, AlertKind.CURFEW)
    client = signed_in()
    client.post(f"/alerts/{alert.pk}/move", {"act": "acknowledge", "version": 1})
    page = text(client.get("/inbox"))
    assert " left" not in page
    assert "with Mona" in page


def test_an_alert_is_put_off_with_a_reason_and_says_until_when(room):
    alert = raised(room, AlertKind.BATTERY_DEAD)
    client, where = signed_in(), f"/alerts/{alert.pk}/snooze"
    page = client.get(f"/alerts/{alert.pk}").content.decode()
    assert 'id="snooze-why"' in page
    assert client.post(where, {"minutes": "60", "why": " ", "version": 1}).status_code == 403
    assert client.post(where, {"minutes": "61", "why": "x", "version": 1}).status_code == 403
    answer = client.post(where, {"minutes": "60", "why": "charging", "version": 1}, follow=True)
    assert "put off until" in text(answer)
    assert "put off until" in text(client.get("/inbox"))
    assert client.post(where, {"minutes": "60", "why": "x", "version": 1}).status_code == 409


def test_the_form_is_not_offered_for_what_is_gravest_nor_to_who_may_only_read(room):
    strap = raised(room, AlertKind.STRAP_TAMPER)
    assert "snooze-why" not in signed_in().get(f"/alerts/{strap.pk}").content.decode()
    answer = signed_in().post(
        f"/alerts/{strap.pk}/snooze", {"minutes": "60", "why": "x", "version": 1}
    )
    assert answer.status_code == 403
    assert "never put off" in text(answer)


def test_a_suspension_is_agreed_on_the_persons_page_and_ended_there(room):
    client, now = signed_in(), clock.now()
    page = client.get(f"/people/{room}").content.decode()
    assert "Suspension of alerts" in page
    form = {"act": "agree", "from_at": form_time(now), "reason": "in hospital, ward rang"}
    until = form_time(now + 5 * HOUR)
    answer = client.post(f"/people/{room}/suspension", form | {"to_at": until}, follow=True)
    assert "It is agreed." in text(answer)
    assert "in hospital, ward rang" in text(answer)
    alert = raised(room, AlertKind.CURFEW)
    row = text(client.get("/inbox"))
    assert "suspended until" in row
    assert "it has called nobody" in text(client.get(f"/alerts/{alert.pk}"))
    made = Suspension.objects.get()
    answer = client.post(
        f"/people/{room}/suspension", {"act": "end", "suspension": made.pk}, follow=True
    )
    assert "Alerts that call from now on: 1." in text(answer)
    assert "min left" in text(client.get("/inbox"))
    for line in AuditLine.objects.filter(kind__startswith="suspension:"):
        assert line.person_id == room
        assert b"hospital" not in bytes(line.body)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"reason": " "}, "what was agreed"), ({"to_at": ""}, "when the suspension ends"),
     ({"to_at": "2020-01-01T10:00"}, "before it begins")],
)  # fmt: skip
def test_a_suspension_that_is_refused_comes_back_with_what_was_typed(room, wrong, says):
    now = clock.now()
    form = {
        "act": "agree", "from_at": form_time(now), "to_at": form_time(now + HOUR),
        "reason": "funeral on Tuesday",
    }  # fmt: skip
    answer = signed_in().post(f"/people/{room}/suspension", form | wrong)
    assert answer.status_code == 422
    assert says in text(answer)
    if "reason" not in wrong:
        assert 'value="funeral on Tuesday"' in answer.content.decode()
    assert not Suspension.objects.exists()


def test_who_may_not_handle_the_persons_alerts_suspends_nothing(room):
    now = clock.now()
    form = {"act": "agree", "from_at": form_time(now), "to_at": form_time(now + HOUR),
            "reason": "x"}  # fmt: skip
    for username in ("pat", "ann"):
        answer = signed_in(username).post(f"/people/{room}/suspension", form)
        assert answer.status_code in {403, 404}
    assert not Suspension.objects.exists()


def test_the_rota_says_in_words_that_nobody_is_on_duty(room):
    page = text(signed_in().get("/rota"))
    assert page.count("Nobody is on duty now") == 3
    assert "Nobody from" in page
    assert "Enter a duty" not in page


def test_an_administrator_enters_a_duty_and_ends_it(room):
    client, now = signed_in("ann"), clock.now()
    form = {
        "act": "enter", "officer": number("mona"), "role": "first",
        "from_at": form_time(now - HOUR), "to_at": form_time(now + 8 * HOUR),
    }  # fmt: skip
    page = text(client.post("/rota/change", form, follow=True))
    assert "The duty is in the rota." in page
    assert "On duty now: Mona" in page
    again = client.post("/rota/change", form)
    assert again.status_code == 422
    assert "already" in text(again)
    end = {"act": "end", "duty": Duty.objects.get().pk}
    assert "The duty has ended." in text(client.post("/rota/change", end, follow=True))
    assert signed_in("mona").post("/rota/change", form).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"officer": "x"}, "an officer"), ({"role": "third"}, "a rung"), ({"to_at": "soon"}, "ends"),
     ({"officer": "0"}, "whole estate")],
)  # fmt: skip
def test_a_duty_that_cannot_be_comes_back_in_words(room, wrong, says):
    now = clock.now()
    form = {"act": "enter", "officer": number("mona"), "role": "first",
            "from_at": form_time(now), "to_at": form_time(now + HOUR)}  # fmt: skip
    answer = signed_in("ann").post("/rota/change", form | wrong)
    assert answer.status_code == 422
    assert says in text(answer)


@pytest.mark.parametrize("day", ["2026-03-30", "nonsense", "9999-12-31", ""])
def test_any_week_may_be_asked_for(room, day):
    assert signed_in().get(f"/rota?day={day}").status_code == 200


def test_a_shift_is_handed_over_with_what_is_open_and_why(room):
    alert = raised(room, AlertKind.CURFEW)
    mona, max_ = signed_in("mona"), signed_in("max")
    mona.post(f"/alerts/{alert.pk}/move", {"act": "acknowledge", "version": 1, "note": "rang"})
    page = mona.get("/hand-over").content.decode()
    assert "Acknowledged, not yet closed. Last: rang" in page
    form = {"act": "give", "to": number("max"), "words": "a quiet night",
            f"why-{alert.pk}": "rings back at ten"}  # fmt: skip
    assert "It waits to be taken." in text(mona.post("/hand-over/move", form, follow=True))
    told = text(max_.get("/inbox"))
    assert "Hand-over not taken: from Mona to Max, 1 alert" in told
    page = text(max_.get("/hand-over"))
    assert "a quiet night" in page
    assert "rings back at ten" in page
    take = {"act": "take", "hand_over": HandOver.objects.get().pk}
    assert "You have it: 1 alert is with you now." in text(
        max_.post("/hand-over/move", take, follow=True)
    )
    assert "Hand-over not taken" not in text(max_.get("/inbox"))
    assert "with Max" in text(max_.get("/inbox"))
    assert max_.post("/hand-over/move", take).status_code == 409


def test_a_hand_over_is_taken_back_by_who_gave_it(room):
    mona = signed_in("mona")
    raised(room, AlertKind.CURFEW)
    mona.post("/hand-over/move", {"act": "give", "to": number("max"), "words": ""})
    back = {"act": "take-back", "hand_over": HandOver.objects.get().pk}
    assert "Nothing has moved." in text(mona.post("/hand-over/move", back, follow=True))
    assert Alert.objects.get().owner_id is None


@pytest.mark.parametrize("to", ["", "x", "0", "999999"])
def test_a_hand_over_to_nobody_comes_back_in_words(room, to):
    answer = signed_in().post("/hand-over/move", {"act": "give", "to": to, "words": "kept"})
    assert answer.status_code == 422
    assert "kept" in answer.content.decode()


def test_many_untouched_alerts_fit_the_form_and_are_all_handed_over(room, monkeypatch):
    from waypost.web.pages import duty

    monkeypatch.setattr(duty, "LINES_MAX", 2)
    for kind in (AlertKind.CURFEW, AlertKind.BATTERY_LOW, AlertKind.JAMMING):
        raised(room, kind)
    mona = signed_in("mona")
    assert "And 1 more" in text(mona.get("/hand-over"))
    mona.post("/hand-over/move", {"act": "give", "to": number("max"), "words": ""})
    assert len(HandOver.objects.get().alert_ids) == 3


def test_the_inbox_asks_as_little_for_many_rows_as_for_few(room, django_assert_max_num_queries):
    for kind in list(AlertKind)[1:]:
        raised(room, kind)
    client = signed_in()
    with django_assert_max_num_queries(20):
        client.get("/inbox/rows")


def test_a_clock_without_anything_says_nothing(room):
    from waypost.alerts.calling import NO_CLOCK

    assert clock_line(NO_CLOCK) == ""


def test_words_in_a_snooze_are_shown_to_readers_and_in_no_line(room):
    alert = raised(room, AlertKind.BATTERY_DEAD)
    by = Officer.objects.get(username="mona")
    from waypost.access.queries import posted

    who = posted(by, now=clock.now())
    actions.acknowledge(alert.pk, by=who, now=clock.now())
    signed_in().post(
        f"/alerts/{alert.pk}/snooze", {"minutes": "30", "why": "at the dentist", "version": 2}
    )
    assert "at the dentist" in text(signed_in().get(f"/alerts/{alert.pk}"))
    [line] = AuditLine.objects.filter(kind="alert:snoozed")
    assert b"dentist" not in bytes(line.body)
