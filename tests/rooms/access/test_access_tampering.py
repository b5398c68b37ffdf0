"""What somebody with the database in hand may do to the audit lines, and what `verify` says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import DatabaseError, connection, transaction

from waypost.access import anchoring, audit, seals
from waypost.access.chain import FIRST_HASH, canonical, chain_hash, mark_line, sign_head
from waypost.access.models import AuditLine, AuditSeal
from waypost.access.values import MACHINE
from waypost.cli.main import main

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lines(tmp_path, monkeypatch):
    """Six lines in a home of their own."""
    monkeypatch.setenv("WAYPOST_HOME", str(tmp_path))
    for n in range(6):
        with transaction.atomic():
            audit.record("track:viewed", by=MACHINE, at=NOW + timedelta(seconds=n), about=n)
    assert audit.verify().broken is None
    return tmp_path


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def taken(statement: str) -> bool:
    """Whether the store takes it: PostgreSQL keeps to a column's type, SQLite takes anything."""
    try:
        run(statement)
    except DatabaseError:
        assert connection.vendor != "sqlite"
        assert audit.verify().broken is None
        return False
    return True


def without_rules() -> None:
    """The same table made anew without keys and NOT NULL, as only SQLite lets one do at will."""
    if connection.vendor != "sqlite":
        run("ALTER TABLE access_audit_line DROP CONSTRAINT access_audit_line_pkey")
        for name in ("body", "hash", "signature", "previous_hash", "kind", "at"):
            run(f"ALTER TABLE access_audit_line ALTER COLUMN {name} DROP NOT NULL")
        return
    run(
        "CREATE TABLE loose AS SELECT * FROM access_audit_line",
        "ALTER TABLE access_audit_line RENAME TO strict_line",
        "ALTER TABLE loose RENAME TO access_audit_line",
    )


@pytest.fixture
def loose(lines):
    without_rules()
    yield lines
    if connection.vendor == "sqlite":
        run("DROP TABLE access_audit_line", "ALTER TABLE strict_line RENAME TO access_audit_line")
    else:
        run("DELETE FROM access_audit_line",
            "ALTER TABLE access_audit_line ADD PRIMARY KEY (number)")  # fmt: skip
        for name in ("body", "hash", "signature", "previous_hash", "kind", "at"):
            run(f"ALTER TABLE access_audit_line ALTER COLUMN {name} SET NOT NULL")


def test_two_lines_swapped_are_found_at_the_first(lines):
    run("UPDATE access_audit_line SET number = 100 WHERE number = 3",
        "UPDATE access_audit_line SET number = 3 WHERE number = 4",
        "UPDATE access_audit_line SET number = 4 WHERE number = 100")  # fmt: skip
    assert audit.verify().broken == 3


def test_a_body_rewritten_and_hashed_again_breaks_its_mark(lines):
    line = AuditLine.objects.get(number=3)
    body = bytes(line.body).replace(b'"person_id":2', b'"person_id":9')
    AuditLine.objects.filter(number=3).update(
        body=body, person_id=9, hash=chain_hash(line.previous_hash, body)
    )
    assert audit.verify().broken == 3


def test_a_chain_made_anew_with_another_key_is_not_ours(lines):
    key, previous = b"another key", FIRST_HASH
    for line in list(AuditLine.objects.order_by("number")):
        body = canonical(json.loads(bytes(line.body)) | {"person_id": 1})
        line_hash = chain_hash(previous, body)
        AuditLine.objects.filter(pk=line.pk).update(
            body=body, person_id=1, previous_hash=previous, hash=line_hash,
            signature=mark_line(key, line_hash),
        )  # fmt: skip
        previous = line_hash
    assert audit.verify().broken == 1


@pytest.mark.parametrize(
    "forge",
    [
        lambda line_hash: mark_line(b"another key", line_hash),
        lambda line_hash: Ed25519PrivateKey.generate().sign(line_hash.encode()).hex(),
        lambda line_hash: "",
    ],
    ids=["mark", "signature", "nothing"],
)
def test_one_line_marked_with_another_key_is_named(lines, forge):
    line = AuditLine.objects.get(number=5)
    AuditLine.objects.filter(number=5).update(signature=forge(line.hash))
    verdict = audit.verify()
    assert (verdict.broken, "mark" in verdict.why) == (5, True)


@pytest.mark.parametrize(
    ("column", "value"),
    [("at", "'2026-03-09 00:00:00+00'"), ("kind", "'x:y'"), ("officer_id", "7"), ("role", "'a'"),
     ("purpose", "'enforcement'"), ("person_id", "NULL"), ("outcome", "'refused'"),
     ("origin", "'page 192.0.2.1'")],
)  # fmt: skip
def test_a_column_that_differs_from_its_body_is_named(lines, column, value):
    run(f"UPDATE access_audit_line SET {column} = {value} WHERE number = 4")
    verdict = audit.verify()
    assert (verdict.broken, column in verdict.why) == (4, True)


def test_an_old_head_with_the_end_cut_to_fit_is_the_one_thing_only_a_copy_elsewhere_shows(lines):
    """So `audit verify` prints count and hash, to be kept where this machine cannot reach."""
    heads = json.loads((lines / "audit-head.json").read_text())
    assert sorted(head["count"] for head in heads) == [5, 6]
    AuditLine.objects.filter(number=6).delete()
    assert audit.verify().broken == 6
    last = json.dumps([head | {"count": 5} for head in heads])
    (lines / "audit-head.json").write_text(last)
    assert audit.verify().broken == 0
    (lines / "audit-head.json").write_text(json.dumps(heads[0] if heads[0]["count"] == 5
                                                      else heads[1]))  # fmt: skip
    assert audit.verify().broken is None  # the limit that copies of seals are for


@pytest.mark.parametrize("content", ["", "[]", "null", "{}", '{"count": "x"}', "\xff", "7",
                                     '{"count": 99, "hash": "0", "signature": "zz"}'])  # fmt: skip
def test_a_spoilt_head_is_said_to_be_so(lines, content):
    (lines / "audit-head.json").write_text(content, encoding="latin-1")
    assert audit.verify().broken == 0


def test_a_missing_head_is_said_to_be_so(lines):
    (lines / "audit-head.json").unlink()
    assert audit.verify().broken == 0


def test_a_number_given_twice_is_named(loose):
    run("INSERT INTO access_audit_line SELECT * FROM access_audit_line WHERE number = 3")
    assert audit.verify().broken == 4


@pytest.mark.parametrize("column", ["body", "hash", "signature", "previous_hash", "kind", "at"])
def test_an_emptied_column_is_named(loose, column, capsys):
    run(f"UPDATE access_audit_line SET {column} = NULL WHERE number = 4")
    assert audit.verify().broken == 4
    assert main(["audit", "verify"]) == 1
    assert "audit line 4" in capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    ["body = 'text'", "body = 7", "at = 'noon'", "hash = 'zz'", "hash = x'00'",
     "officer_id = 'ann'",
     "at = 5", "signature = 3.5", "person_id = 'x'", "previous_hash = upper(previous_hash)"],
)  # fmt: skip
def test_anything_at_all_in_a_column_is_named(loose, change):
    if taken(f"UPDATE access_audit_line SET {change} WHERE number = 4"):
        assert audit.verify().broken == 4


def test_a_number_that_is_none_is_found(loose):
    if taken("UPDATE access_audit_line SET number = 'four' WHERE number = 4"):
        assert audit.verify().broken == 4


def test_all_lines_cut_is_named_as_the_first_missing(lines, capsys):
    run("DELETE FROM access_audit_line")
    assert main(["audit", "verify"]) == 1
    assert "audit line 1 is missing" in capsys.readouterr().err


@pytest.fixture
def sealed(lines, settings):
    """Three seals over the six lines, copies of which are kept in another folder."""
    outside = lines / "outside.ndjson"
    settings.AUDIT_ANCHOR = f"file:{outside}"
    for n in range(3):
        with transaction.atomic():
            audit.record("track:viewed", by=MACHINE, at=NOW + timedelta(minutes=n), about=n)
        seals.seal(now=NOW + timedelta(minutes=n, seconds=1))
        assert seals.send_copies(now=NOW + timedelta(minutes=n, seconds=2))
    assert audit.verify(anchoring.kept_copies()).broken is None
    return lines


def test_everything_put_back_as_it_was_once_is_shown_by_the_copies_outside(sealed, capsys):
    """Lines, seals and head of an earlier minute: sound, but for what was kept elsewhere."""
    AuditLine.objects.filter(number__gt=7).delete()
    AuditSeal.objects.filter(line__gt=7).delete()
    line = AuditLine.objects.get(number=7)
    old = sign_head(audit.private_key(), 7, line.hash)
    (sealed / "audit-head.json").write_text(
        json.dumps({"count": old.count, "hash": old.hash, "signature": old.signature})
    )
    assert audit.verify().broken is None
    assert audit.verify(anchoring.kept_copies()).broken == 8
    assert main(["audit", "verify"]) == 1
    assert "audit line 8 is missing (seal 3 counts 9 lines)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM access_audit_seal WHERE number = 2",
        "DELETE FROM access_audit_seal WHERE number = 3",
        "UPDATE access_audit_seal SET line = 4 WHERE number = 2",
        "UPDATE access_audit_seal SET at = '2026-03-09 00:00:00+00' WHERE number = 1",
        "UPDATE access_audit_seal SET previous = hash WHERE number = 2",
    ],
)
def test_a_seal_that_was_touched_is_found(sealed, statement):
    run(statement)
    assert audit.verify(anchoring.kept_copies()).broken is not None


def test_a_head_taken_away_is_not_quietly_begun_anew(sealed):
    (sealed / "audit-head.json").unlink()
    with transaction.atomic():
        audit.record("track:viewed", by=MACHINE, at=NOW, about=1)
    assert not (sealed / "audit-head.json").exists()
    assert audit.verify().broken == 0


def test_a_head_that_was_spoilt_stays_as_the_proof(sealed):
    content = (sealed / "audit-head.json").read_bytes()
    (sealed / "audit-head.json").write_bytes(content.replace(b"count", b"counT", 1))
    with transaction.atomic():
        audit.record("track:viewed", by=MACHINE, at=NOW, about=1)
    assert b"counT" in (sealed / "audit-head.json").read_bytes()
    assert audit.verify().broken == 0
