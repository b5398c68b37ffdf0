"""Offences sent again: what changed in each field, and the same delivery twice changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.offences import version_queries, writing
from waypost.offences.actions import take_delivery
from waypost.offences.models import OffenceBatch, OffenceVersion

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def row(reference: str, *, hour: int = 12, lat: str = "51.5", batch: str = "MPS20260630") -> str:
    times = f"20260630{hour:02d}0000,20260630{hour:02d}3000"
    return f"Metropolitan,RB,,{batch},{reference},{times},,,{lat},-0.1,WGS84,\n"


def take(text: str | bytes, name: str = "a.csv", now: datetime = NOW, **more) -> OffenceBatch:
    data = text if isinstance(text, bytes) else text.encode()
    return take_delivery(data, name, by=MACHINE, now=now, **more)


def mailed(text: str, subject: str) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "desk@force.example", subject
    letter.set_content("Attached.")
    letter.add_attachment(text.encode(), maintype="text", subtype="csv", filename="a.csv")
    return letter.as_bytes()


def counts(batch: OffenceBatch) -> tuple:
    return (batch.new_count, batch.changed_count, batch.accepted_count)


def test_a_resubmission_shows_what_changed_in_each_field():
    take(row("A") + row("B"))
    batch = take(row("A", lat="51.51", batch="MPS20260630-R") + row("B", batch="MPS20260630-R"))
    assert counts(batch) == (0, 1, 2)
    (changed,) = version_queries.resubmitted(batch.pk, MACHINE)
    assert changed.offence.reference == "A"
    assert [(one.field, one.difference) for one in changed.changes or []] == [
        ("latitude, longitude", "moved 1,113 m")
    ]


def test_the_history_of_an_offence_is_newest_first_with_each_change():
    take(row("A"), "one.csv")
    take(row("A", hour=13), "two.csv", NOW + timedelta(days=1))
    take(row("A", hour=13, lat="52"), "three.csv", NOW + timedelta(days=2))
    first = OffenceVersion.objects.get(version=1)
    seen = version_queries.history(first.pk, MACHINE)
    assert [(one.version, one.current, one.file_name) for one in seen] == [
        (3, True, "three.csv"), (2, False, "two.csv"), (1, False, "one.csv"),
    ]  # fmt: skip
    assert [[change.field for change in one.changes or []] for one in seen] == [
        ["latitude, longitude"], ["dateFrom", "dateTo"], [],
    ]  # fmt: skip
    assert version_queries.history_of("Metropolitan", "A", MACHINE) == seen


def test_the_same_csv_in_another_email_is_the_same_delivery():
    first = take(mailed(row("A"), "Crimes of Tuesday"), "one.eml")
    assert take(mailed(row("A"), "Once more"), "two.eml") == first
    assert take(row("A"), "by hand.csv") == first
    assert OffenceBatch.objects.get().file_name == "one.eml"
    assert OffenceVersion.objects.count() == AuditLine.objects.count() == 1


def test_rows_that_say_the_same_in_another_file_change_nothing_and_are_counted_as_known():
    take(row("A") + row("B"))
    batch = take(row("B") + row("A"))
    assert counts(batch) == (0, 0, 2)
    assert OffenceVersion.objects.count() == 2


def test_one_reference_of_two_forces_is_two_offences_each_with_its_versions():
    head = "crime_reference,force,from_time,to_time,lat,lon\n"
    said = "A,{},2026-06-01T00:00Z,2026-06-20T00:00Z,{},-0.1\n"
    take(head + said.format("Kent", 51) + said.format("Essex", 51))
    batch = take(head + said.format("Kent", 51) + said.format("Essex", 52))
    assert counts(batch) == (0, 1, 2)
    current = OffenceVersion.objects.filter(current=True).order_by("force")
    assert [(one.force, one.version, one.lat) for one in current] == [
        ("Essex", 2, 52.0), ("Kent", 1, 51.0),
    ]  # fmt: skip


def test_a_whole_window_moved_by_an_hour_is_noted_on_the_delivery_that_moved_it():
    take(row("A"))
    batch = take(row("A", hour=11))
    assert [(note["type"], note["lines"]) for note in batch.notes] == [("SHIFTED_BY_ONE_HOUR", [1])]
    assert (batch.status, batch.refused_count) == ("SUCCESSFUL", 0)


def test_a_version_kept_for_a_match_after_the_later_one_went_is_followed_by_a_new_one():
    """Retention keeps what a match rests on: its number must not be given a second time."""
    take(row("A"))
    OffenceVersion.objects.update(current=False)
    batch = take(row("A") + row("B"))
    assert counts(batch) == (1, 1, 2)
    versions = OffenceVersion.objects.filter(reference="A").order_by("version")
    assert [(one.version, one.current) for one in versions] == [(1, False), (2, True)]


def test_the_change_against_a_version_that_is_kept_no_longer_is_not_made_up():
    take(row("A"))
    batch = take(row("A", lat="52"))
    OffenceVersion.objects.filter(version=1).delete()
    (changed,) = version_queries.resubmitted(batch.pk, MACHINE)
    assert changed.changes is None
    assert version_queries.history(changed.number, MACHINE)[0].changes is None


def test_two_deliveries_of_one_crime_in_one_moment_keep_the_first_and_say_so(monkeypatch):
    take(row("A"))
    monkeypatch.setattr(writing, "_known", lambda offences: {})  # as one saw that came first
    with pytest.raises(Conflict, match="send it again"):
        take(row("A", lat="52"))
    assert OffenceBatch.objects.count() == OffenceVersion.objects.count() == 1


def test_more_offences_than_one_chunk_are_all_kept_and_compared(monkeypatch):
    monkeypatch.setattr(writing, "CHUNK", 3)
    many = "".join(row(f"R{number}") for number in range(10))
    told: list[tuple[str, int]] = []
    take(many, progress=lambda step, rows: told.append((step, rows)))
    assert told == [("kept", 3), ("kept", 6), ("kept", 9), ("kept", 10)]
    batch = take(many + row("R10"))
    assert counts(batch) == (1, 0, 11)


def test_only_those_who_may_read_offences_see_their_versions():
    batch = take(row("A"))
    number = OffenceVersion.objects.get().pk
    evaluator = Posted(7, "evaluator", frozenset({Role.PROGRAMME_EVALUATOR}))
    for ask in (
        lambda: version_queries.history(number, evaluator),
        lambda: version_queries.history_of("Metropolitan", "A", evaluator),
        lambda: version_queries.resubmitted(batch.pk, evaluator),
    ):
        with pytest.raises(Refused):
            ask()
    for ask in (
        lambda: version_queries.history(number + 1, MACHINE),
        lambda: version_queries.history_of("Kent", "A", MACHINE),
    ):
        with pytest.raises(NoSuchThing):
            ask()
