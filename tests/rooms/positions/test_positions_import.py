"""A fixes file goes into the lake once, however often it is sent and wherever an import dies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from positions_words import NOW, START, fix, minutes, rows_of

from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.clock import to_us, write_instant
from waypost.errors import NoSuchThing, Refused
from waypost.positions import actions, batch, lake, log, seal, staging
from waypost.positions.actions import finish_import, import_fixes
from waypost.positions.archive import archive_once
from waypost.positions.models import LakeImport, SealedRows
from waypost.positions.queries import fixes_between, unfinished_imports

pytestmark = [pytest.mark.database, pytest.mark.django_db]
HEADER = "person_id,time,lat,lon,accuracy_m,mechanism\n"


def line(person: str, minute: float, lat: float = 51.5, accuracy: str = "10") -> str:
    return f"{person},{write_instant(minutes(minute))},{lat},-0.1,{accuracy},GPS\n"


@pytest.fixture
def bring(tmp_path):
    """Import a text; gives (outcome, what was marked)."""

    def act(text, *, header=HEADER, by=MACHINE, **renames):
        path, marked = tmp_path / "fixes.csv", {}
        path.write_text(header + text)
        done = import_fixes(
            str(path), renames=renames, by=by, now=NOW, mark=lambda touched: marked.update(touched)
        )
        return done, marked

    return act


def stored(activations=None):
    return fixes_between(activations, START - timedelta(days=9), START + timedelta(days=99))


def test_fixes_go_to_the_activation_live_at_their_time(worn, bring):
    done, marked = bring(line("P1", 5) + line("P2", 1) + line("P1", 3))
    assert (done.received, done.new, done.refused) == (3, 3, 0)
    rows = stored()
    assert rows["activation"].to_pylist() == [worn[0], worn[0], worn[1]]
    assert rows["measured_at"].to_pylist() == [minutes(3), minutes(5), minutes(1)]
    assert rows["easting_m"][0].as_py() == pytest.approx(531_900, abs=500)
    assert marked == {worn[0]: to_us(minutes(3)), worn[1]: to_us(minutes(1))}


def test_an_import_keeps_each_tags_last_usable_fix_and_receipt(worn, bring):
    header = "person_id,time,lat,lon,received_at\n"
    rows = [("P1", 5, 9), ("P1", 3, 12), ("P1", 60 * 24 * 90, 60 * 24 * 90), ("P2", 2, 2)]
    bring(
        "".join(
            f"{who},{write_instant(minutes(at))},51.5,-0.1,{write_instant(minutes(heard))}\n"
            for who, at, heard in rows
        ),
        header=header,
    )
    assert LakeImport.objects.get().newest == {
        str(worn[0]): [to_us(minutes(5)), to_us(minutes(12))],  # a time to come, no order live
        str(worn[1]): [to_us(minutes(2)), to_us(minutes(2))],
    }


def test_a_second_run_adds_nothing_and_marks_nobody(worn, bring):
    text = line("P1", 1) + line("P1", 2) + line("P2", 60 * 24 * 20)  # the last when no order lives
    bring(text)
    before, version = stored().to_pylist(), lake.snapshot().version
    done, marked = bring(text)
    assert (done.new, done.duplicates, done.sealed, done.sealed_new) == (0, 2, 1, 0)
    assert marked == {}
    assert (stored().to_pylist(), lake.snapshot().version) == (before, version)


def test_what_the_log_or_the_file_itself_says_twice_goes_in_once(worn, bring):
    with transaction.atomic():
        log.append(*batch.build([rows_of(worn[0], fix(1))]), [], source="test", now=NOW)
    archive_once()
    with transaction.atomic():
        log.append(*batch.build([rows_of(worn[0], fix(2))]), [], source="test", now=NOW)
    text = line("P1", 1) + line("P1", 2) + line("P1", 3) + line("P1", 3) + line("P1", 3, 51.7)
    done, marked = bring(text)
    assert (done.new, done.duplicates) == (2, 3)
    assert marked == {worn[0]: to_us(minutes(3))}
    assert stored().num_rows == 4


def test_a_fix_of_nobodys_tag_is_refused_with_its_line(worn, bring):
    done, _ = bring(line("P9", 1) + line("P1", 1) + line("P1", -60) + "P1,bad,51,0,,\n")
    found = [(p.line, p.type, p.field, p.value) for p in done.problems]
    assert sorted(found) == [
        (2, "NO_ACTIVATION", "person_id", "P9"),
        (4, "NO_ACTIVATION", "person_id", "P1"),
        (5, "INVALID_TIME", "time", "bad"),
    ]
    assert (done.received, done.refused, done.new) == (4, 3, 1)


def test_by_activation_a_fix_goes_there_and_nowhere_else(worn, bring):
    header = "tag,time,lat,lon\n"
    at = write_instant(minutes(1))
    done, _ = bring(f"A2,{at},51.5,-0.1\nA7,{at},51.5,-0.1\n", header=header, activation_id="tag")
    assert stored()["activation"].to_pylist() == [worn[1]]
    assert [(p.line, p.field, p.value) for p in done.problems] == [(3, "tag", "A7")]


def test_a_tag_that_is_reused_gives_each_person_their_own_days(worn, bring):
    from waypost.orders.models import Activation, Person

    Activation.objects.filter(pk=worn[0]).update(to_at=minutes(100))
    second = Activation.objects.create(
        reference="A1b", person=Person.objects.get(reference="P1"), device_reference="D2",
        from_at=minutes(200), known_at=START,
    )  # fmt: skip
    done, _ = bring("".join(line("P1", minute) for minute in (99, 100, 199, 200)))
    assert stored()["activation"].to_pylist() == [worn[0], second.pk]
    assert done.refused == 2


def test_fixes_while_no_order_was_live_are_sealed_and_never_read(worn, bring):
    late = 7 * 24 * 60
    done, marked = bring(line("P1", late - 1) + line("P1", late) + line("P1", late + 5))
    assert (done.new, done.sealed, done.sealed_new) == (1, 2, 2)
    assert marked == {worn[0]: to_us(minutes(late - 1))}
    assert stored().num_rows == 1
    row = SealedRows.objects.get()
    assert (row.row_count, row.delete_on) == (2, (NOW + timedelta(days=28)).date())
    assert b"51.5" not in bytes(row.payload)
    fixes, events = seal.opened(row)
    assert fixes["measured_at"].to_pylist() == [minutes(late), minutes(late + 5)]
    assert events.num_rows == 0
    assert seal.delete_due(NOW + timedelta(days=27)) == 0
    assert seal.delete_due(NOW + timedelta(days=28)) == 1


def test_what_is_not_judged_is_kept_with_its_reason(worn, bring):
    done, _ = bring(line("P1", 1) + f"P1,{write_instant(minutes(2))},0,0,,\n")
    assert (done.new, done.set_aside) == (2, 1)
    assert stored()["set_aside"].to_pylist() == [0, 3]


def test_a_time_after_now_is_in_the_future_whatever_the_file_says(worn, bring):
    from waypost.orders.models import Order

    Order.objects.update(to_at=None)
    bring(f"P1,{write_instant(NOW + timedelta(minutes=30))},51.5,-0.1,,\n")
    assert stored()["set_aside"].to_pylist() == [1]


def test_one_audit_line_says_how_many_and_nothing_of_where(worn, bring):
    bring(line("P1", 1) + line("P9", 1))
    body = bytes(AuditLine.objects.get(kind="fixes:imported").body)
    assert b'"new":1' in body
    assert b'"refused":1' in body
    assert b"51.5" not in body


@pytest.mark.parametrize("dies_in", ["append", "_end", "mark"])
def test_an_import_that_dies_is_found_again_and_running_it_again_loses_nothing(
    worn, bring, tmp_path, monkeypatch, dies_in
):
    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    text = line("P1", 1) + line("P2", 2)
    with monkeypatch.context() as patch:
        if dies_in == "append":
            patch.setattr(lake, "append", die)
        elif dies_in == "_end":
            patch.setattr(actions, "_end", die)
        else:
            patch.setattr(actions.audit, "record", die)
        with pytest.raises(KeyboardInterrupt):
            bring(text)
    (waiting,) = unfinished_imports()
    assert waiting.touched == {str(worn[0]): to_us(minutes(1)), str(worn[1]): to_us(minutes(2))}
    done, _ = bring(text)
    assert done.new == (2 if dies_in == "append" else 0)
    assert stored().num_rows == 2
    finish_import(waiting.pk, now=NOW)
    assert unfinished_imports() == []
    assert LakeImport.objects.get(pk=waiting.pk).ended_at == NOW


def test_an_import_at_work_is_not_taken_for_a_dead_one(worn, tmp_path):
    path = tmp_path / "fixes.csv"
    path.write_text(HEADER + line("P1", 1))
    seen = []

    def mark(_touched):
        seen.append((LakeImport.objects.filter(ended_at=None).count(), unfinished_imports()))

    import_fixes(str(path), renames={}, by=MACHINE, now=NOW, mark=mark)
    assert seen == [(1, [])]


def test_ending_an_import_that_never_was_is_refused(worn):
    with pytest.raises(NoSuchThing):
        finish_import(12345)


def test_only_the_machine_itself_imports_fixes(worn, bring):
    officer = Posted(1, "officer", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(Refused, match="waypost import fixes"):
        bring(line("P1", 1), by=officer)


def test_a_file_too_large_for_the_memory_is_spilled_by_activation_and_says_the_same(
    worn, bring, monkeypatch
):
    text = "".join(line(f"P{n % 2 + 1}", n // 2) for n in range(400)) + line("P1", 60 * 24 * 8)
    monkeypatch.setattr(staging, "BUCKET_ROWS", 50)
    monkeypatch.setattr(actions, "PART_ROWS", 100)
    monkeypatch.setattr("waypost.positions.files.BLOCK_BYTES", 2_000)
    done, marked = bring(text)
    assert (done.new, done.sealed) == (400, 1)
    assert marked == {number: to_us(START) for number in worn}
    assert lake.snapshot().version == 2  # made, and a commit for each range of activations
    assert stored().num_rows == 400
    assert not list((staging.home() / "run").glob("staged-*"))
