"""Channels against a server on loopback: what leaves, how it is signed, how it is told once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from notify_words import HOOK_KEY, NOTIFY_KEY, SECRET, SERVICE, FakeServer
from waypost.access.actions import make_officer
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.errors import BadUse, Refused, Unavailable
from waypost.notices import alarms, health
from waypost.notices.actions import add_contact, end_contact
from waypost.notices.channels import channels, check_settings
from waypost.notices.models import Alarm, ChannelState, Notice
from waypost.notices.notify import NotifySms
from waypost.notices.outbox import SENDING_MAX, chase, deliver, enqueue
from waypost.notices.signing import SIGNATURE, TIMESTAMP, is_genuine, signed_headers
from waypost.notices.values import Contact, Fate, Limit, Message, Takes, Undeliverable
from waypost.notices.webhook import Webhook

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WORDS = {"alert_id": 17, "kind": "curfew", "urgency": 60, "raised_at": "2026-03-02 12:00:00 UTC"}
NUMBER = "+44 7700 900123"


@pytest.fixture
def server():
    made = FakeServer()
    yield made
    made.close()


@pytest.fixture
def set_up(settings, server):
    """Text messages and the webhook, as an operator would name them."""
    settings.NOTICES = settings.NOTICES | {
        "sms_key": NOTIFY_KEY, "sms_template": "T-1", "sms_url": server.url,
        "webhook": f"{server.url}/hook", "webhook_key": HOOK_KEY.decode(),
    }  # fmt: skip
    return channels()


def message(key: str = "waypost-notice-1", *, again: bool = False) -> Message:
    return Message(key, NUMBER, "Subject", "Text", "Short", NOON, again=again)


def officer(name: str = "mona", email: str = "mona@example.org", role=Role.MONITORING_OFFICER):
    made = make_officer(name, name.title(), None, role, email=email, now=NOON - timedelta(days=1))
    return posted(made, now=NOON)


def reach(by, channel: str, address: str = NUMBER, **more) -> int:
    contact = Contact(channel, address, **more)
    return add_contact(contact, by=by, now=NOON - MINUTE, officer_id=by.officer_id).pk


def tell(*officers, step: str = "raised", about: str = "alert:17", **words) -> None:
    enqueue(
        about=about, step=step, officer_ids=[one.officer_id for one in officers],
        template="alert_raised", words=WORDS | words, now=NOON,
    )  # fmt: skip


def test_nothing_but_mail_to_a_file_is_there_unless_the_operator_names_it():
    assert set(channels()) == {"mail", "test"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"sms_key": "short", "sms_template": "T"},
        {"sms_key": NOTIFY_KEY},
        {"webhook": "http://127.0.0.1:1/hook"},
        {"limits": "pigeon=3"},
        {"limits": "sms=none"},
        {"duty": "sms"},
    ],
)
def test_a_setting_that_cannot_be_right_stops_the_worker_at_its_start(settings, wrong):
    settings.NOTICES = settings.NOTICES | wrong
    with pytest.raises(BadUse):
        check_settings()


def test_a_text_message_carries_notifys_token_our_reference_and_the_short_text(server):
    channel = NotifySms(server.url, NOTIFY_KEY, "T-1", now=lambda: NOON)
    receipt = channel.send(message())
    [(method, path, headers, body)] = server.asked
    assert (method, path) == ("POST", "/v2/notifications/sms")
    assert json.loads(body) == {
        "phone_number": NUMBER, "template_id": "T-1", "reference": "waypost-notice-1",
        "personalisation": {"message": "Short"},
    }  # fmt: skip
    head, claims, seal = headers["Authorization"].removeprefix("Bearer ").split(".")
    assert json.loads(base64.urlsafe_b64decode(claims + "==")) == {
        "iss": SERVICE, "iat": int(NOON.timestamp()),
    }  # fmt: skip
    right = hmac.new(SECRET.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(seal + "=") == right
    assert channel.ask(receipt.reference) is Fate.ON_ITS_WAY
    server.messages[receipt.reference]["status"] = "delivered"
    assert channel.ask(receipt.reference) is Fate.DELIVERED


def test_a_text_message_that_may_have_gone_is_looked_for_before_it_is_sent_again(server):
    """A worker that died after Notify took it, or an answer that was lost on the way."""
    channel = NotifySms(server.url, NOTIFY_KEY, "T-1")
    server.lose_next = 1
    with pytest.raises(Unavailable):
        channel.send(message())
    again = channel.send(message(again=True))
    assert list(server.messages) == [again.reference]


def test_refusals_of_the_message_and_of_the_moment_are_told_apart_and_quote_no_number(server):
    channel = NotifySms(server.url, NOTIFY_KEY, "T-1")
    for status, kind in ((400, Undeliverable), (403, Unavailable), (429, Unavailable),
                         (500, Unavailable)):  # fmt: skip
        server.fail_next = [status]
        with pytest.raises(kind) as said:
            channel.send(message())
        assert "7700" not in str(said.value)


def test_a_webhooks_body_is_signed_with_its_second_and_an_old_or_changed_one_is_not_genuine(server):
    hook = Webhook(f"{server.url}/hook", HOOK_KEY)
    assert hook.send(message()).delivered
    hook.send(message())
    assert len(server.hooked) == 1  # the receiver knows the repeat by its key
    headers = signed_headers(HOOK_KEY, b"{}", now=NOON)
    signed = {"timestamp": headers[TIMESTAMP], "signature": headers[SIGNATURE]}
    assert is_genuine(HOOK_KEY, b"{}", **signed, now=NOON + 4 * MINUTE)
    assert not is_genuine(HOOK_KEY, b"{}", **signed, now=NOON + 6 * MINUTE)
    assert not is_genuine(HOOK_KEY, b"{ }", **signed, now=NOON)
    assert not is_genuine(b"another", b"{}", **signed, now=NOON)
    later = str(int((NOON + 10 * MINUTE).timestamp()))
    assert not is_genuine(
        HOOK_KEY, b"{}", timestamp=later, signature=headers[SIGNATURE], now=NOON + 10 * MINUTE
    )
    with pytest.raises(Unavailable):
        Webhook(f"{server.url}/hook", b"wrong key").send(message("other"))


def test_an_officer_is_told_once_by_the_contact_they_chose(set_up, server):
    by = officer()
    reach(by, "sms")
    tell(by)
    tell(by)
    assert deliver(set_up, now=NOON) == 1
    assert deliver(set_up, now=NOON + MINUTE) == 0
    assert len(server.messages) == 1
    notice = Notice.objects.get()
    assert (notice.channel, notice.status) == ("sms", "sent")
    server.messages[notice.reference]["status"] = "delivered"
    assert chase(set_up, now=NOON + 2 * MINUTE) == 1
    assert Notice.objects.get().status == "delivered"


def test_a_text_message_that_fails_later_goes_on_by_the_next_contact(set_up, server, mailoutbox):
    by = officer()
    reach(by, "sms")
    reach(by, "mail", "mona@example.org")
    tell(by)
    deliver(set_up, now=NOON)
    server.messages[Notice.objects.get().reference]["status"] = "permanent-failure"
    chase(set_up, now=NOON + 2 * MINUTE)
    assert deliver(set_up, now=NOON + 2 * MINUTE) == 1
    assert len(mailoutbox) == 1
    assert Notice.objects.get().channel == "mail"


def test_a_number_that_is_refused_is_left_at_once_for_the_next_contact(set_up, server, mailoutbox):
    by = officer()
    reach(by, "sms")
    reach(by, "mail", "mona@example.org")
    tell(by)
    server.fail_next = [400]
    deliver(set_up, now=NOON)
    deliver(set_up, now=NOON)
    assert len(mailoutbox) == 1
    assert not ChannelState.objects.filter(failures_in_row__gt=0).exists()


def test_an_ended_contact_is_not_used(set_up, server, mailoutbox):
    by = officer()
    number = reach(by, "sms")
    end_contact(number, by=by, now=NOON - MINUTE / 2)
    tell(by)
    deliver(set_up, now=NOON)
    assert not server.asked
    assert len(mailoutbox) == 1


def test_a_worker_killed_after_the_channel_took_it_tells_nobody_twice(set_up, server, monkeypatch):
    by = officer()
    reach(by, "sms")
    tell(by)
    monkeypatch.setattr("waypost.notices.outbox._mark_sent", lambda *_: (_ for _ in ()).throw(
        SystemExit))  # fmt: skip
    with pytest.raises(SystemExit):
        deliver(set_up, now=NOON)
    monkeypatch.undo()
    assert deliver(set_up, now=NOON + SENDING_MAX) == 1
    assert len(server.messages) == 1


def test_a_limit_delays_and_groups_and_drops_nothing(set_up, server):
    by = officer()
    reach(by, "webhook", "room")
    for number in range(30):
        tell(by, about=f"alert:{number}")
    tell(by, about="alert:99", alert_id=99, kind="sos", urgency=100)
    now, rounds = NOON, 0
    while Notice.objects.filter(status="waiting").exists() and rounds < 50:
        deliver(set_up, now=now, limits={"webhook": Limit(2)})
        now, rounds = now + MINUTE / 6, rounds + 1
    assert Notice.objects.filter(status="delivered").count() == 31
    assert len(server.hooked) == 3  # the call for help alone, and 30 in two messages
    first = next(iter(server.hooked.values()))
    assert "alert 99" in first["subject"]


def test_what_is_less_urgent_comes_as_one_digest_and_the_urgent_at_once(set_up, server):
    by = officer()
    reach(by, "webhook", "room", digest_every=timedelta(hours=1))
    for number in range(3):
        tell(by, about=f"alert:{number}", urgency=20)
    tell(by, about="alert:9", urgency=90)
    later = NOON + timedelta(minutes=30)
    enqueue(about="alert:8", step="raised", officer_ids=[by.officer_id], template="alert_raised",
            words=WORDS | {"urgency": 20, "alert_id": 8}, now=later)  # fmt: skip
    assert deliver(set_up, now=later) == 1
    assert deliver(set_up, now=NOON + timedelta(hours=1)) == 4
    digest = list(server.hooked.values())[1]
    assert digest["subject"] == "Waypost: 4 notices"
    assert len(server.hooked) == 2


def test_a_digest_that_was_lost_on_the_way_is_sent_again_whole_under_the_same_key(set_up, server):
    by = officer()
    reach(by, "webhook", "room", digest_every=timedelta(hours=1))
    for number in range(3):
        tell(by, about=f"alert:{number}", urgency=20)
    server.lose_next = 1
    now = NOON + timedelta(hours=1)
    assert deliver(set_up, now=now) == 0
    tell(by, about="alert:50", urgency=20)
    assert deliver(set_up, now=now + 2 * MINUTE) == 4
    assert [one["subject"] for one in server.hooked.values()] == [
        "Waypost: 3 notices", "Waypost: alert 17 raised",
    ]  # fmt: skip


def test_quiet_hours_hold_what_is_not_urgent_and_never_a_call_for_help(set_up, server):
    from datetime import time

    by = officer()
    reach(by, "webhook", "room", quiet_from=time(11), quiet_to=time(13))
    tell(by, about="alert:1")
    tell(by, about="alert:2", kind="sos protected", urgency=100)
    tell(by, about="alert:3", step="escalated:1", urgency=20)
    assert deliver(set_up, now=NOON) == 2
    assert deliver(set_up, now=NOON + timedelta(hours=1)) == 1


def test_a_dead_channel_raises_an_alarm_told_by_another_and_ends_it_when_it_lives(
    set_up, server, settings, mailoutbox
):
    settings.NOTICES = settings.NOTICES | {"duty": "webhook:duty,mail:duty@example.org"}
    admin = officer("ada", "ada@example.org", Role.ADMINISTRATOR)
    reach(admin, "webhook", "ada")
    reach(admin, "mail", "ada@example.org")
    by = officer()
    reach(by, "webhook", "room")
    for number in range(6):
        tell(by, about=f"alert:{number}")
    server.fail_next = [500] * 12
    now = NOON
    for _ in range(2):
        deliver(set_up, now=now)
        now += 2 * MINUTE
    assert health.watch(set_up, now=now) == ["webhook"]
    assert health.watch(set_up, now=now) == []
    deliver(set_up, now=now)
    assert sorted(mail.to[0] for mail in mailoutbox) == ["ada@example.org", "duty@example.org"]
    assert "webhook takes nothing" in mailoutbox[0].subject
    [alarm] = alarms.alarms()
    assert (alarm.kind, alarm.subject, alarm.to_at) == ("channel_dead", "webhook", None)
    server.fail_next = []
    for _ in range(6):
        now += timedelta(hours=1)
        deliver(set_up, now=now)
    assert Notice.objects.exclude(status__in=("sent", "delivered")).count() == 0
    assert Alarm.objects.get().to_at is not None


def test_nobody_else_writes_an_officers_contacts_and_addresses_are_checked():
    by, other = officer(), officer("max", "max@example.org")
    with pytest.raises(Refused):
        add_contact(Contact("mail", "x@example.org"), by=other, now=NOON, officer_id=by.officer_id)
    for channel, address in (("mail", "nobody"), ("sms", "call me"), ("pigeon", "loft")):
        with pytest.raises(Refused):
            reach(by, channel, address)
    number = reach(by, "mail", "x@example.org", takes=Takes.URGENT)
    with pytest.raises(Refused):
        end_contact(number, by=other, now=NOON)
