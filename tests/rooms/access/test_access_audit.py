"""Audit lines in the store: chained with the act, kept outside too, found when touched."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from waypost.access import actions, audit, queries
from waypost.access.models import AccessToken, AuditLine, Officer
from waypost.access.values import MACHINE, Permission, Posted, Purpose, Role
from waypost.cli.main import main
from waypost.errors import BadUse, Conflict, Refused

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    """A home of its own: the head file of the shared one belongs to other tests' lines."""
    monkeypatch.setenv("WAYPOST_HOME", str(tmp_path))
    return tmp_path


def write(count=1, **more):
    for n in range(count):
        with transaction.atomic():
            audit.record("track:viewed", by=MACHINE, at=NOW + timedelta(seconds=n), about=n, **more)


def test_lines_are_numbered_chained_and_sound(own_home):
    write(3, purpose=Purpose.SUPERVISION, detail={"rows": 3})
    lines = list(AuditLine.objects.order_by("number"))
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.previous_hash for line in lines[1:]] == [line.hash for line in lines[:-1]]
    assert audit.verify().broken is None
    assert audit.read_head().count == 3
    assert (own_home / "audit-public.pem").read_bytes() == audit.public_pem()


def test_a_line_outside_a_transaction_is_a_mistake_of_ours(own_home):
    with pytest.raises(ValueError, match="needs the transaction"):
        audit.record("track:viewed", by=MACHINE, at=NOW)
    assert not AuditLine.objects.exists()


def test_a_failing_line_undoes_the_act(own_home, monkeypatch):
    def fail(*_):
        raise OSError("no key")

    monkeypatch.setattr(audit, "mark_line", fail)
    with pytest.raises(OSError, match="no key"):
        actions.make_officer("ann", "Ann", None, Role.ADMINISTRATOR, now=NOW)
    assert not Officer.objects.exists()


def test_an_act_that_is_undone_leaves_no_line_and_its_refusal_does(own_home):
    by = Posted(7, "Bob", frozenset({Role.WEARER}))
    with pytest.raises(Refused) as refusal:
        actions.make_officer("ann", "Ann", None, Role.ADMINISTRATOR, by=by, now=NOW)
    audit.record_refusal("officer:made", by=by, at=NOW, why=str(refusal.value))
    line = AuditLine.objects.get()
    assert (line.outcome, line.officer_id, line.role) == ("refused", 7, "wearer")
    assert audit.verify().broken is None


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE access_audit_line SET person_id = 99 WHERE number = 2", 2),
        ("UPDATE access_audit_line SET kind = 'track:seen' WHERE number = 3", 3),
        ("UPDATE access_audit_line SET officer_id = 4 WHERE number = 1", 1),
        ("DELETE FROM access_audit_line WHERE number = 2", 2),
        ("DELETE FROM access_audit_line WHERE number = 1", 1),
        ("DELETE FROM access_audit_line WHERE number >= 4", 4),
        ("DELETE FROM access_audit_line", 1),
    ],
)
def test_what_is_done_to_the_table_is_found(own_home, statement, broken):
    write(5)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert audit.verify().broken == broken


def test_a_cut_end_stays_found_though_new_lines_follow(own_home):
    """Without a look at the head, the next act would number itself over the missing line."""
    write(3)
    AuditLine.objects.filter(number=3).delete()
    write(4)
    assert audit.verify().broken == 3


def test_the_command_names_the_first_broken_line(own_home, capsys):
    write(4)
    assert main(["audit", "verify"]) == 0
    AuditLine.objects.filter(number=2).update(outcome="refused")
    assert main(["audit", "verify"]) == 1
    assert "audit line 2 was changed" in capsys.readouterr().err
    AuditLine.objects.filter(number__gte=2).delete()
    assert main(["audit", "verify"]) == 1
    assert "audit line 2 is missing" in capsys.readouterr().err


def test_many_who_write_at_once_make_one_chain(own_home):
    errors = []

    def run():
        try:
            write(5)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert audit.verify().lines == 20
    assert audit.verify().broken is None
    assert audit.read_head().count == 20


def test_making_an_officer_twice_changes_nothing(own_home):
    team = actions.make_team("London", "probation_region", "Hackney", now=NOW)
    for _ in range(2):
        one = actions.make_officer("ann", "Ann", "a long pass phrase", Role.IOM_COORDINATOR,
                                   team=team, now=NOW)  # fmt: skip
    assert AuditLine.objects.filter(kind__startswith="officer:").count() == 1
    by = queries.posted(one, now=NOW)
    assert (by.roles, by.team_ids) == (frozenset({Role.IOM_COORDINATOR}), frozenset({team.pk}))
    assert one.check_password("a long pass phrase")
    with pytest.raises(Conflict):
        actions.make_officer("ann", "Ann", None, Role.WEARER, person_id=3, now=NOW)


def test_a_posting_that_ended_gives_no_role(own_home):
    one = actions.make_officer("ann", "Ann", None, Role.IOM_COORDINATOR, now=NOW)
    later = NOW + timedelta(days=1)
    actions.end_posting(one.postings.get().pk, now=later)
    assert queries.posted(one, now=NOW).roles == {Role.IOM_COORDINATOR}
    assert queries.posted(one, now=later).roles == frozenset()


def test_a_token_works_until_it_expires_or_is_revoked_and_only_its_hash_is_kept(own_home):
    token = actions.make_token(Role.MONITORING_OFFICER, now=NOW, days=2)
    by = queries.posted_by_token(token, now=NOW)
    assert by.roles == {Role.MONITORING_OFFICER}
    kept = AccessToken.objects.get()
    assert token not in str(kept.__dict__)
    assert kept.last_used_at == NOW
    assert queries.posted_by_token(token + "x", now=NOW) is None
    assert queries.posted_by_token(token, now=NOW + timedelta(days=2)) is None
    actions.revoke_token(kept.pk, now=NOW)
    assert queries.posted_by_token(token, now=NOW) is None


def test_a_token_acts_as_an_officer_only_in_a_role_they_hold(own_home):
    ann = actions.make_officer("ann", "Ann", None, Role.PROBATION_PRACTITIONER, now=NOW)
    token = actions.make_token(Role.PROBATION_PRACTITIONER, officer=ann, now=NOW)
    assert queries.posted_by_token(token, now=NOW).officer_id == ann.pk
    with pytest.raises(BadUse):
        actions.make_token(Role.ADMINISTRATOR, officer=ann, now=NOW)


def test_the_lines_are_read_by_those_who_review_lawful_use(own_home):
    ann = actions.make_officer("ann", "Ann", None, Role.DATA_PROTECTION_OFFICER, now=NOW)
    write(2)
    seen = queries.audit_lines(queries.posted(ann, now=NOW), queries.LinesAsked(person_id=1),
                               known=set, now=NOW)  # fmt: skip
    assert [(line.kind, line.officer) for line in seen] == [("track:viewed", "Waypost")]
    with pytest.raises(Refused):
        queries.audit_lines(Posted(9, "Eve", frozenset({Role.ADMINISTRATOR})), known=set,
                            now=NOW)  # fmt: skip
    assert Permission.AUDIT_READ.value == "audit:read"
