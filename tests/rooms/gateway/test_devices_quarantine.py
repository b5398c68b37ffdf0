"""What an officer sees and does about messages nobody is known to have sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices_words import NOW, import_orders, orders_file, phone
from waypost.access.models import AuditLine
from waypost.access.values import Posted, Role
from waypost.devices.models import QuarantinedMessage
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.gateway import actions, queries
from waypost.gateway.endpoints import _read_batch
from waypost.gateway.intake import Intake
from waypost.positions import log

pytestmark = [pytest.mark.database, pytest.mark.django_db]

OFFICER = Posted(1, "Officer", frozenset({Role.MONITORING_OFFICER}))
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def waiting():
    """A phone message and a batch row, both of a tag nobody wears yet."""
    import_orders(orders_file(("D1",)))
    row = b'{"rows":[{"device_id":"D5","time":"2026-04-10T00:00:00Z","kind":"strap_tamper"}]}'
    Intake().write([phone("D5", NOW), _read_batch(row, "k", None)])
    return list(QuarantinedMessage.objects.order_by("id"))


def test_the_list_shows_who_when_and_why_and_leaves_a_line(waiting):
    found = queries.quarantine_list(OFFICER, now=LATER)
    assert (found.waiting, {row.device_id for row in found.rows}) == (2, {"D5"})
    assert all("no activation" in row.reason for row in found.rows)
    assert AuditLine.objects.latest("number").kind == "quarantine:listed"


def test_only_those_who_may_see_the_list(waiting):
    analyst = Posted(2, "Analyst", frozenset({Role.POLICE_ANALYST}))
    with pytest.raises(Refused):
        queries.quarantine_list(analyst, now=LATER)
    with pytest.raises(Refused):
        actions.release(waiting[0].pk, by=analyst, now=LATER)
    with pytest.raises(Refused):
        actions.dismiss(waiting[0].pk, "spare", by=analyst, now=LATER)


def test_a_message_of_a_tag_given_to_somebody_since_is_released_as_of_its_receipt(waiting):
    import_orders(orders_file(("D1", "D5")), now=LATER)
    assert [actions.release(one.pk, by=OFFICER, now=LATER) for one in waiting] == [1, 1]
    phones, hub = log.entries_after(0, limit=10)
    assert phones.fixes["received_at"].to_pylist() == [NOW]
    assert hub.events["kind"].to_pylist() == ["strap_tamper"]
    assert queries.quarantine_list(OFFICER, now=LATER).waiting == 0
    assert {row.settled_how for row in QuarantinedMessage.objects.all()} == {"released"}
    line = AuditLine.objects.filter(kind="quarantine:released").first()
    assert line.person_id is not None


def test_a_message_of_nobodys_tag_stays(waiting):
    with pytest.raises(Refused, match="no activation of this tag"):
        actions.release(waiting[0].pk, by=OFFICER, now=LATER)
    assert queries.quarantine_list(OFFICER, now=LATER).waiting == 2


def test_dismissing_takes_a_reason_and_happens_once(waiting):
    with pytest.raises(Refused, match="Say why"):
        actions.dismiss(waiting[0].pk, "  ", by=OFFICER, now=LATER)
    actions.dismiss(waiting[0].pk, "a spare in the workshop", by=OFFICER, now=LATER)
    with pytest.raises(Conflict):
        actions.dismiss(waiting[0].pk, "again", by=OFFICER, now=LATER)
    with pytest.raises(Conflict):
        actions.release(waiting[0].pk, by=OFFICER, now=LATER)
    with pytest.raises(NoSuchThing):
        actions.dismiss(10**9, "none", by=OFFICER, now=LATER)
