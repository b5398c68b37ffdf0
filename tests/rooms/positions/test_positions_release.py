"""The sealed quarantine when the record of an order comes late."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from positions_words import NOW, START, contact, fix, rows_of

from waypost.access.models import AuditLine
from waypost.access.values import MACHINE
from waypost.orders.models import Activation, Order
from waypost.positions import batch, log, seal
from waypost.positions.models import LogEntry, SealedRows
from waypost.positions.queries import events_between, fixes_between
from waypost.positions.release import release_covered

pytestmark = [pytest.mark.database, pytest.mark.django_db]
WEEK = 7 * 24 * 60.0  # minutes: the orders of `worn` are live for the first


def put_away(*rows, now=NOW) -> None:
    with transaction.atomic():
        seal.seal(*batch.build(rows), now=now)


def minutes_held() -> list[float]:
    held = fixes_between(None, START, NOW + timedelta(days=9)).column("measured_at").to_pylist()
    return [(at - START) / timedelta(minutes=1) for at in held]


def longer(activation: int, to: float) -> None:
    """The order of this activation turns out to last to minute `to`."""
    person_id = Activation.objects.get(pk=activation).person_id
    Order.objects.filter(person_id=person_id).update(to_at=START + timedelta(minutes=to))


def test_what_a_later_record_covers_goes_to_the_log_and_the_rest_stays_to_its_date(worn):
    put_away(rows_of(worn[0], fix(WEEK + 1), fix(WEEK + 60), events=[contact(WEEK + 2)]))
    put_away(rows_of(worn[1], fix(WEEK + 1)))
    assert release_covered(by=MACHINE, now=NOW) == 0
    longer(worn[0], WEEK + 30)
    lines = AuditLine.objects.count()
    assert release_covered(by=MACHINE, now=NOW + timedelta(days=1)) == 2
    assert minutes_held() == [WEEK + 1]
    assert events_between(None, START, NOW).num_rows == 1
    assert LogEntry.objects.get().committed_at == NOW + timedelta(days=1)
    mine, other = SealedRows.objects.order_by("pk")
    assert (mine.row_count, mine.earliest_at, mine.delete_on) == (
        1, START + timedelta(minutes=WEEK + 60), (NOW + seal.KEPT_FOR).date(),
    )  # fmt: skip
    assert [table.num_rows for table in seal.opened(mine)] == [1, 0]
    assert (other.activation_id, other.row_count) == (worn[1], 1)
    assert AuditLine.objects.count() == lines + 1
    said = json.loads(bytes(AuditLine.objects.order_by("pk").last().body))
    assert said["kind"] == "sealed:released"
    assert said["detail"] == {"activation": worn[0], "fixes": 1, "events": 1}
    assert release_covered(by=MACHINE, now=NOW) == 0


def test_a_clock_that_ran_ahead_is_placed_by_when_it_was_received(worn):
    """As intake places it: kept, marked FUTURE, never judged; the sealed row goes."""
    ahead = fix(3 * WEEK)
    put_away(rows_of(worn[0], ahead, received=NOW))
    longer(worn[0], 2 * WEEK)
    assert release_covered(by=MACHINE, now=NOW) == 1
    assert minutes_held() == []  # beyond what was asked for
    assert log.entries_after(0, limit=1)[0].fixes["set_aside"].to_pylist() != [0]
    assert not SealedRows.objects.exists()


def test_what_has_reached_its_date_is_deleted_and_not_let_out(worn):
    put_away(rows_of(worn[0], fix(WEEK + 1)))
    longer(worn[0], 2 * WEEK)
    assert release_covered(by=MACHINE, now=NOW + seal.KEPT_FOR) == 0
    assert seal.delete_due(NOW + seal.KEPT_FOR) == 1


def test_a_release_that_breaks_off_keeps_everything_sealed(worn, monkeypatch):
    from waypost.positions import release

    put_away(rows_of(worn[0], fix(WEEK + 1)))
    longer(worn[0], 2 * WEEK)

    def power_cut(*_args, **_more):
        raise ConnectionAbortedError

    monkeypatch.setattr(release.audit, "record", power_cut)
    with pytest.raises(ConnectionAbortedError):
        release_covered(by=MACHINE, now=NOW)
    assert (SealedRows.objects.count(), LogEntry.objects.count()) == (1, 0)


def test_a_destroyed_key_keeps_nobody_elses_rows_sealed(worn):
    from waypost.positions import raw
    from waypost.positions.models import ActivationKey

    for number in worn:
        put_away(rows_of(number, fix(WEEK + 1)))
        longer(number, 2 * WEEK)
    ActivationKey.objects.filter(activation_id=worn[0]).delete()
    raw.forget_known_keys()
    assert release_covered(by=MACHINE, now=NOW) == 1
    assert SealedRows.objects.get().activation_id == worn[0]
