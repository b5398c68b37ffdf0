"""Deliveries in the store: kept as sent, versions on resubmission, nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.errors import NoSuchThing, Refused
from waypost.offences import queries
from waypost.offences.actions import take_delivery
from waypost.offences.models import OffenceBatch, OffenceVersion

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def rows(*pairs: tuple[str, str], batch: str = "MPS20260228") -> bytes:
    return "".join(
        f"Metropolitan,RB,,{batch},{reference},20260228120000,20260228123000,,,{lat},-0.1,WGS84,\n"
        for reference, lat in pairs
    ).encode()


def take(data: bytes, name: str = "crimes.csv", by: Posted = MACHINE) -> OffenceBatch:
    return take_delivery(data, name, by=by, now=NOW)


def test_a_delivery_is_kept_with_its_problems_and_its_good_rows():
    batch = take(rows(("A", "51.5"), ("B", "99")))
    assert (batch.status, batch.accepted_count, batch.refused_count) == ("PARTIAL", 1, 1)
    page = queries.batch_page(batch.pk, MACHINE)
    assert [problem["type"] for problem in page.problems] == ["INVALID_LOCATION_DATA_RANGE"]
    assert [(offence.reference, offence.lat) for _, offence in page.offences] == [("A", 51.5)]
    assert bytes(OffenceBatch.objects.get().content) == rows(("A", "51.5"), ("B", "99"))
    assert AuditLine.objects.get().kind == "offences:taken"


def test_the_same_bytes_twice_change_nothing():
    first = take(rows(("A", "51.5")))
    assert take(rows(("A", "51.5")), "again.csv") == first
    assert OffenceVersion.objects.count() == 1
    assert AuditLine.objects.count() == 1


def test_a_resubmission_that_says_something_else_is_a_new_version_and_the_old_one_stays():
    take(rows(("A", "51.5"), ("B", "51.5")))
    take(rows(("A", "51.6"), ("B", "51.5"), batch="MPS20260228-R"))
    versions = OffenceVersion.objects.order_by("reference", "version")
    assert [(row.reference, row.version, row.current, row.lat) for row in versions] == [
        ("A", 1, False, 51.5),
        ("A", 2, True, 51.6),
        ("B", 1, True, 51.5),
    ]
    assert len(queries.current_offences()) == 2


def test_a_repeated_row_in_one_file_is_one_offence():
    take(rows(("A", "51.5"), ("A", "51.5")))
    assert OffenceVersion.objects.count() == 1


def test_a_failed_delivery_is_kept_and_brings_no_offence():
    mixed = rows(("A", "51.5")) + rows(("B", "51.5"), batch="MPS20260227")
    batch = take(mixed)
    assert (batch.status, batch.accepted_count, batch.refused_count) == ("FAILED", 0, 2)
    assert batch.outcome[0]["type"] == "MULTIPLE_BATCH_IDS"
    assert OffenceVersion.objects.count() == 0


def test_a_nul_in_a_field_is_a_problem_of_its_row_on_every_database():
    batch = take(rows(("A\x00", "51.5"), ("B", "51.5")))
    assert batch.outcome[0]["type"] == "INVALID_TEXT"
    assert batch.accepted_count == 1


def test_only_those_who_may_upload_can_and_only_those_who_may_read_can_look():
    evaluator = Posted(7, "evaluator", frozenset({Role.PROGRAMME_EVALUATOR}))
    with pytest.raises(Refused):
        take(rows(("A", "51.5")), by=evaluator)
    with pytest.raises(Refused):
        queries.batches(evaluator)
    assert OffenceBatch.objects.count() == 0


def test_batches_are_listed_newest_first_and_an_unknown_one_is_no_such_thing():
    take(rows(("A", "51.5")), "one.csv")
    take(rows(("B", "51.5")), "two.csv")
    assert [batch.file_name for batch in queries.batches(MACHINE)] == ["two.csv", "one.csv"]
    with pytest.raises(NoSuchThing):
        queries.batch_page(999, MACHINE)
