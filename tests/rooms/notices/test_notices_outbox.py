"""A notice goes out once however often it is asked for, retried, or its worker dies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from waypost.access.values import Role
from waypost.errors import Unavailable

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = {"alert_id": 17, "kind": "exclusion", "urgency": 80, "raised_at": "2026-03-02 12:00:00 UTC"}


def officer(email: str = "officer@example.org") -> int:
    from waypost.access.actions import make_officer

    return make_officer(
        f"o-{email}", "Officer", None, Role.MONITORING_OFFICER, email=email, now=NOON
    ).pk


class Taking:
    """A channel that hands each message to `send`."""

    def __init__(self, send) -> None:
        self.send_to = send

    def send(self, message):
        from waypost.notices.values import Receipt

        self.send_to(message)
        return Receipt()


def deliver(send, *, now: datetime) -> int:
    from waypost.notices.outbox import deliver

    return deliver({"mail": Taking(send)}, now=now)


def tell(*officers: int) -> None:
    from waypost.notices.outbox import enqueue

    enqueue(
        about="alert:17", step="raised", officer_ids=officers, template="alert_raised",
        words=WORDS, now=NOON,
    )  # fmt: skip


def test_asking_twice_tells_once_and_officers_without_address_are_left_out():
    from waypost.notices.models import Notice

    first, second = officer(), officer("")
    tell(first, second)
    tell(first)
    assert list(Notice.objects.values_list("officer_id", flat=True)) == [first]


def test_a_mail_server_that_is_away_is_tried_again_later_and_given_up_in_the_end():
    from waypost.notices.choosing import ATTEMPTS_MAX
    from waypost.notices.models import Notice

    tell(officer())

    def away(message):
        raise Unavailable("the server for officer@example.org does not answer")

    now = NOON
    for _ in range(ATTEMPTS_MAX):
        assert deliver(away, now=now) == 0
        notice = Notice.objects.get()
        assert deliver(lambda message: pytest.fail("before its back-off"), now=now) == 0
        now += timedelta(hours=3)
    assert notice.status == "failed"
    assert "example.org" not in notice.failure
    assert deliver(lambda message: pytest.fail("given up"), now=now) == 0


def test_one_failure_stops_no_other_notice():
    tell(officer("a@example.org"), officer("b@example.org"))
    sent = []

    def send(message):
        if message.address.startswith("a@"):
            raise OSError
        sent.append(message.address)

    assert deliver(send, now=NOON) == 1
    assert sent == ["b@example.org"]


def test_a_notice_whose_worker_died_is_sent_again_under_the_same_key():
    """Mail has no transaction; the same Message-ID lets a reader's program see the repeat."""
    from waypost.notices.outbox import SENDING_MAX

    tell(officer())
    keys = []

    def die(message):
        keys.append(message.key)
        raise SystemExit

    with pytest.raises(SystemExit):
        deliver(die, now=NOON)
    assert deliver(lambda m: keys.append(m.key), now=NOON + SENDING_MAX / 2) == 0
    assert deliver(lambda m: keys.append(m.key), now=NOON + SENDING_MAX) == 1
    assert len(keys) == 2
    assert keys[0] == keys[1]


def test_by_default_mail_is_written_to_the_home(settings, tmp_path):
    from waypost.notices.mail import Mail

    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    tell(officer())
    assert deliver(Mail().send, now=NOON) == 1
    (written,) = tmp_path.iterdir()
    mail = message_from_bytes(written.read_bytes())
    assert mail["Message-ID"].startswith("<waypost-notice-")
    assert "/alerts/17" in mail.get_payload()
