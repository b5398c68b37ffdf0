"""A person goes, whole, and nobody else does; killed anywhere and run again; not let in again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from django.apps import apps

from keeping_words import (
    AT_ONCE,
    LATER,
    NAME,
    OTHER,
    OTHER_NAME,
    REFERENCE,
    TAG,
    WORN,
    Archive,
    bytes_of_store,
    person,
    rows_of_others,
    worn_number,
)
from sign_in_words import with_app
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Role
from waypost.errors import Conflict, Refused, Unavailable
from waypost.keeping import actions, forgetting, holds, queries, tombstones
from waypost.keeping.belonging import owned, paths_of, rows_of
from waypost.keeping.models import Deletion, DeletionPart, Hold
from waypost.keeping.values import Scope, Step
from waypost.positions import erasing, lake, raw
from waypost.positions.models import ActivationKey, LogEntry, RawMessage, SealedRows
from waypost.positions.queries import fixes_between
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
START, END = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)


class Killed(BaseException):
    pass


@pytest.fixture
def town() -> Archive:
    made = Archive()
    made.days()
    made.sealed()
    made.breach_of_z()
    made.matched()
    return made


def forget(town: Archive, scope: Scope = Scope.PERSON, **more) -> Deletion:
    number = forgetting.begin(town.z, scope, by=MACHINE, now=LATER)
    forgetting.finish(number, now=LATER, readers_wait=AT_ONCE, **more)
    return Deletion.objects.get(pk=number)


def left(person_id: int) -> dict[str, int]:
    """Worked out by itself: rows of any table that lead to the person in any way."""
    found = {}
    for model in owned():
        for path in paths_of(model):
            if count := rows_of(model, path, person_id).count():
                found[model._meta.label] = count
    return found


def sign_in_in_every_way(wearer, enid) -> None:
    """An app with its codes, a reset that was asked for, an agency's link."""
    from waypost.access.models import AgencyLink, FactorReset

    with_app(wearer, now=at("08:00"))
    given = {"officer_id": wearer.officer_id, "status": "waiting", "words": "Lost."}
    FactorReset.objects.create(**given, asked_by_id=enid.officer_id, asked_at=at("08:00"))
    AgencyLink.objects.create(officer_id=wearer.officer_id, issuer="i", subject="s",
                              made_by_id=enid.officer_id, made_at=at("08:00"))  # fmt: skip


def test_a_person_goes_whole_and_is_left_nowhere(town, own_lake):
    z, number = town.z, worn_number(WORN)
    sign_in_in_every_way(town.wearer(), town.enid)
    assert len(left(z)) > 15
    done = forget(town)
    assert (done.step, done.attempts) == (Step.DONE, 0)
    assert left(z) == {}
    for kind in lake.KINDS:
        assert erasing.left_in_files(kind, [number]) == 0
    assert erasing.left_in_log([number]) == 0
    assert not RawMessage.objects.filter(activation_id=number).exists()
    assert not ActivationKey.objects.filter(pk=number).exists()
    assert not SealedRows.objects.filter(activation_id=number).exists()
    assert not apps.get_model("access.Officer").objects.filter(username="zeb").exists()
    for name in ("SecondFactor", "RecoveryCode", "FactorReset", "AgencyLink"):
        assert not apps.get_model(f"access.{name}").objects.exists(), name
    for label in ("documents.Document", "notices.Notice"):
        text = str(list(apps.get_model(label).objects.values_list()))
        assert REFERENCE not in text


def test_not_one_byte_of_their_name_is_left_in_the_database_or_the_lake(town, own_lake):
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's files are its own; VACUUM cleans its pages")
    assert any(NAME.encode() in content for content in bytes_of_store(own_lake).values())
    forget(town)
    for path, content in bytes_of_store(own_lake).items():
        for said in (NAME, REFERENCE, WORN):
            assert said.encode() not in content, (path, said)


def test_the_others_rows_stay_byte_for_byte(town):
    """All tables but those that keep a deletion's own traces, before and after, less Z's."""
    traces = ("keeping.Deletion", "keeping.DeletionPart", "positions.Forgotten",
              "orders.OrdersHead", "positions.LogEntry", "positions.LakeImport",
              "devices.DeviceMove", "jobs.Due",
              "documents.Document")  # fmt: skip
    z = town.z
    mine = {
        model._meta.label: {
            str(key) for path in paths_of(model)
            for key in rows_of(model, path, z).values_list("pk", flat=True)
        }
        for model in owned()
    }  # fmt: skip
    before = rows_of_others(*traces)
    w, others = worn_number("ACT-88W2"), fixes_between(None, START, END)
    forget(town)
    after = rows_of_others(*traces)
    for label, rows in before.items():
        place = [field.name for field in apps.get_model(label)._meta.concrete_fields].index(
            apps.get_model(label)._meta.pk.name
        )
        kept = [row for row in rows if row[place] not in mine.get(label, ())]
        if label not in {"notices.Notice"}:
            assert after[label] == kept, label
    now = fixes_between(None, START, END)
    assert now.equals(others.filter(pa.compute.not_equal(others["activation"], worn_number_of(z))))
    assert set(now["activation"].to_pylist()) >= {w}


def worn_number_of(z: int) -> int:
    return int(Deletion.objects.get(person_id=z).numbers[0])


def test_the_proof_counts_what_went_and_stands_in_the_chain(town):
    done = forget(town)
    parts = {one.place: one.count for one in DeletionPart.objects.filter(deletion=done)}
    assert parts["lake fixes"] == 12
    assert parts["log"] >= 1
    assert parts["positions.RawMessage"] >= 13
    assert parts["orders.Person"] == 1
    line = AuditLine.objects.filter(kind="deletion:proved").get()
    said = bytes(line.body).decode()
    assert done.digest in said
    assert NAME not in said
    found = queries.verify(done.pk, by=town.dora, now=LATER)
    assert (found.trouble, found.rows) == ("", sum(parts.values()))


def test_a_proof_that_was_tampered_with_and_rows_that_come_back_are_found(town):
    done = forget(town)
    part = DeletionPart.objects.filter(deletion=done, place="orders.Person").get()
    DeletionPart.objects.filter(pk=part.pk).update(count=0)
    assert "proof" in queries.verify(done.pk, by=town.dora, now=LATER).trouble
    DeletionPart.objects.filter(pk=part.pk).update(count=1)
    town.say("ACT-88W2", datetime(2026, 3, 12, 12, tzinfo=UTC))  # somebody else's tag speaks on
    assert queries.verify(done.pk, by=town.dora, now=LATER).trouble == ""
    apps.get_model("notices.Notice").objects.create(
        about="x:1", step="x", recipient="person", person_id=done.person_id, template="near",
        weight=1, try_after=LATER, made_at=LATER,
    )  # fmt: skip
    found = queries.verify(done.pk, by=town.dora, now=LATER)
    assert found.trouble == "1 left in notices.Notice"
    assert Deletion.objects.get(pk=done.pk).left_again_at == LATER


@pytest.mark.parametrize("dies_at", [0, 2, 5, 9, 13, 17, 25, 40, 90])
def test_killed_anywhere_and_run_again_it_ends_the_same(town, dies_at):
    """Between any two transactions, and between the lake's commit and its note."""
    z = town.z
    number = forgetting.begin(z, Scope.PERSON, by=MACHINE, now=LATER)
    steps = {"left": dies_at}

    def between() -> None:
        if steps["left"] == 0:
            raise Killed
        steps["left"] -= 1

    try:
        forgetting.finish(number, now=LATER, readers_wait=AT_ONCE, between=between)
    except Killed:
        assert Deletion.objects.get(pk=number).step != Step.DONE
    step = forgetting.finish(number, now=LATER, readers_wait=AT_ONCE)
    assert step is Step.DONE
    assert left(z) == {}
    parts = {one.place: one.count for one in DeletionPart.objects.filter(deletion_id=number)}
    assert (parts["lake fixes"], parts["orders.Person"]) == (12, 1)
    assert queries.verify(number, by=town.dora, now=LATER).trouble == ""


def test_a_hold_keeps_the_person_and_what_others_would_take_along(town):
    with pytest.raises(Refused, match="within the next year"):
        holds.place_hold(town.z, "An inquest is open.", "Coroner 7", LATER.date(), by=town.dora,
                         now=LATER)  # fmt: skip
    hold = holds.place_hold(
        town.z, "An inquest is open.", "Coroner 7", (LATER + timedelta(days=90)).date(),
        by=town.dora, now=LATER,
    )  # fmt: skip
    with pytest.raises(Refused, match="legal hold"):
        forgetting.begin(town.z, Scope.PERSON, by=MACHINE, now=LATER)
    assert town.z not in {one for one, _ in forgetting.due_now(now=LATER)}
    with pytest.raises(Refused, match="somebody else"):
        holds.end_hold(hold, "The inquest has ended.", by=town.dora, now=LATER)
    holds.end_hold(hold, "The inquest has ended.", by=town.enid, now=LATER)
    assert forget(town).step == Step.DONE


def test_a_hold_on_a_record_keeps_the_file_it_is_evidence_in(town):
    alert = apps.get_model("alerts.Alert").objects.filter(person_id=town.z).first().pk
    review = (LATER + timedelta(days=90)).date()
    number = holds.place_hold(None, "A claim was issued.", "Claim 9", review,
                              record=f"alerts.Alert:{alert}", by=town.dora, now=LATER)  # fmt: skip
    assert Hold.objects.get(pk=number).person_id == town.z
    with pytest.raises(Refused, match="legal hold"):
        forgetting.begin(town.z, Scope.PERSON, by=MACHINE, now=LATER)


def test_a_protected_persons_hold_keeps_the_wearer_they_are_kept_safe_from(town):
    safe = town.kept_safe()
    review = (LATER + timedelta(days=90)).date()
    holds.place_hold(safe, "A trial is open.", "Court 3", review, by=town.dora, now=LATER)
    with pytest.raises(Refused, match="hold on somebody else"):
        forgetting.begin(town.z, Scope.PERSON, by=MACHINE, now=LATER)
    assert forgetting.begin(town.z, Scope.WHEREABOUTS, by=MACHINE, now=LATER)


def test_nothing_is_held_once_its_deletion_has_begun(town):
    forgetting.begin(town.z, Scope.PERSON, by=MACHINE, now=LATER)
    with pytest.raises(Conflict, match="begun"):
        holds.place_hold(town.z, "An inquest is open.", "Coroner 7",
                         (LATER + timedelta(days=9)).date(), by=town.dora, now=LATER)  # fmt: skip
    with pytest.raises(Conflict, match="already"):
        forgetting.begin(town.z, Scope.PERSON, by=MACHINE, now=LATER)


def test_it_is_not_due_while_an_order_lasts_or_something_is_asked(town):

    with pytest.raises(Refused, match="not due"):
        forgetting.begin(town.z, Scope.PERSON, by=MACHINE, now=at("18:00"))
    with pytest.raises(Refused, match="order is live"):
        forgetting.begin(
            town.z, Scope.PERSON, by=town.dora, now=at("18:00"), why="They asked for it."
        )
    actions.enter(town.z, LATER - timedelta(days=1), by=town.dora, now=LATER)
    with pytest.raises(Refused, match="request or contest"):
        forgetting.begin(town.z, Scope.PERSON, by=town.dora, now=LATER, why="They asked for it.")


def test_an_erasure_before_its_time_says_why(town):
    soon = datetime(2026, 6, 1, tzinfo=UTC)
    with pytest.raises(Refused, match="it is kept until"):
        forgetting.begin(town.z, Scope.PERSON, by=town.dora, now=soon)
    number = forgetting.begin(
        town.z, Scope.PERSON, by=town.dora, now=soon, why="The order was quashed on appeal."
    )
    assert "quashed" in Deletion.objects.get(pk=number).schedule
    with pytest.raises(Refused):
        forgetting.begin(town.w, Scope.PERSON, by=town.mona, now=LATER)


def test_whereabouts_go_and_the_case_stays(town):
    z, number = town.z, worn_number(WORN)
    done = forget(town, Scope.WHEREABOUTS)
    assert done.step == Step.DONE
    assert person(REFERENCE) == z
    assert apps.get_model("alerts.Alert").objects.filter(person_id=z).exists()
    assert fixes_between([number], START, END).num_rows == 0
    with pytest.raises(Unavailable):
        raw.stored_key(number)


def test_readers_of_an_older_version_read_on_and_files_go_a_day_later(town):
    number = worn_number(WORN)
    old = lake.snapshot("fixes")
    paths = old.paths(START, END)
    deletion = forgetting.begin(town.z, Scope.PERSON, by=MACHINE, now=LATER)
    assert forgetting.finish(deletion, now=LATER) is Step.VERSIONS
    assert number in lake.read(paths, "fixes")["activation"].to_pylist()
    assert number not in fixes_between(None, START, END)["activation"].to_pylist()
    assert forgetting.finish(deletion, now=LATER + timedelta(hours=23)) is Step.VERSIONS
    assert not Deletion.objects.get(pk=deletion).done_at
    assert forgetting.finish(deletion, now=LATER, readers_wait=AT_ONCE) is Step.DONE
    assert erasing.left_in_files("fixes", [number]) == 0


def test_what_came_in_while_the_doors_closed_goes_too(town):
    """A gateway that has not read the orders anew lets one more message in; the proof finds it."""
    deletion = forgetting.begin(town.z, Scope.WHEREABOUTS, by=MACHINE, now=LATER)
    town_said = {"done": False}

    def between() -> None:
        step = Deletion.objects.get(pk=deletion).step
        if step == Step.VERSIONS and not town_said["done"]:
            town_said["done"] = True
            town.say(WORN, datetime(2026, 3, 11, 9, tzinfo=UTC))

    forgetting.finish(deletion, now=LATER, readers_wait=AT_ONCE, between=between)
    found = Deletion.objects.get(pk=deletion)
    assert (found.step, found.attempts) == (Step.DONE, 1)
    assert LogEntry.objects.exists()
    assert erasing.left_in_log([worn_number(WORN)]) == 0


def test_a_late_upload_is_not_let_in_again_nor_given_to_who_wears_the_tag_now(town):
    """The tag is on somebody else when it empties its memory."""
    import json

    from keeping_words import person_of
    from waypost.gateway.intake import Intake
    from waypost.gateway.values import TagMessage
    from waypost.positions.values import Decoded, DecodedFix

    forget(town)
    again = person_of("PRN-55", "Nobody Yet", "ACT-55", TAG, "ORD-55")
    again["activations"][0] |= {"from": "2026-03-25T00:00:00Z", "to": None}
    again["orders"][0] |= {"from": "2026-03-25T00:00:00Z", "to": "2036-03-20T00:00:00Z"}
    town.give_orders(json.dumps({"persons": [again]}).encode())
    old = DecodedFix(datetime(2026, 3, 4, 9, 30, tzinfo=UTC), 51.55, -0.06, accuracy_m=5.0)
    new = DecodedFix(LATER, 51.56, -0.05, accuracy_m=5.0)
    intake = Intake()
    before = LogEntry.objects.count()
    intake.write([TagMessage("osmand", b"x", Decoded(TAG, fixes=(old, new)), LATER)])
    mine = fixes_between([worn_number("ACT-55")], START, LATER + timedelta(days=1))
    assert [row["measured_at"] for row in mine.to_pylist()] == [LATER]
    intake.write([TagMessage("osmand", b"x", Decoded(TAG, fixes=(old,)), LATER)])
    assert LogEntry.objects.count() == before + 1
    assert not apps.get_model("devices.QuarantinedMessage").objects.exists()


def test_a_file_with_what_was_deleted_is_refused_row_by_row(town, tmp_path):
    from waypost.positions.actions import import_fixes

    forget(town, Scope.WHEREABOUTS)
    file = tmp_path / "late.csv"
    file.write_text(
        "activation_id,time,lat,lon,accuracy_m,mechanism\n"
        f"{WORN},2026-03-04T10:00:00Z,51.55,-0.06,5,GPS\n"
        "ACT-88W2,2026-03-04T10:00:00Z,51.55,-0.06,5,GPS\n"
    )
    done = import_fixes(str(file), renames={}, by=MACHINE, now=LATER, mark=lambda _: None)
    assert (done.received, done.refused, done.new) == (2, 1, 1)
    assert [one.type for one in done.problems] == ["DELETED"]
    assert fixes_between([worn_number(WORN)], START, END).num_rows == 0


def test_the_list_beside_the_database_is_written_before_anything_goes(town, own_home):
    number = forgetting.begin(town.z, Scope.PERSON, by=MACHINE, now=LATER)
    forgetting.advance(number, now=LATER)
    forgetting._close_doors(Deletion.objects.get(pk=number), LATER, AT_ONCE, lambda: None)
    [said] = tombstones.read(tombstones.list_file())
    assert said["person"] == town.z
    assert NAME not in tombstones.list_file().read_text()
    path = tombstones.list_file()
    path.write_bytes(path.read_bytes() + b'{"said": {')
    assert len(tombstones.read(path)) == 1
    path.write_bytes(b'{"said": {}, "by": "x"}\n' + path.read_bytes())
    with pytest.raises(Exception, match="line 1"):
        tombstones.read(path)


def test_by_default_nothing_goes_and_the_preview_says_what_would(town):
    from waypost.keeping.previewing import coming

    assert not forgetting.is_on()
    assert forgetting.fire_due(now=LATER) == 0
    assert not Deletion.objects.exists()
    found = {one.scope: one for one in coming(town.dora, now=LATER)}
    assert town.z in {one.number for one in found[Scope.PERSON].persons}
    assert found[Scope.OFFENCE].going >= 1


def test_turned_on_by_a_recorded_decision_the_worker_deletes_what_is_due(town):
    from waypost.keeping.lane import KeepingLane

    with pytest.raises(Refused, match="why"):
        actions.switch(True, "", by=town.dora, now=LATER)
    with pytest.raises(Refused):
        actions.switch(True, "The board decided it.", by=town.mona, now=LATER)
    actions.switch(True, "The board decided it.", by=town.dora, now=LATER)
    assert forgetting.is_on()
    KeepingLane(lambda: LATER).round()
    persons = set(Deletion.objects.filter(scope="person").values_list("person_id", flat=True))
    assert len(persons) == 4  # P1, P2, W and Z: every order ended years ago
    assert {one.step for one in Deletion.objects.filter(scope="person")} == {"versions"}
    assert Deletion.objects.get(scope="offence").step == Step.DONE
    assert not apps.get_model("matching.MatchingRun").objects.exists()
    actions.switch(False, "The board stopped it.", by=town.enid, now=LATER)
    assert not forgetting.is_on()


def test_what_is_nobodys_goes_by_its_day_but_for_what_is_held(town):
    waiting = apps.get_model("devices.QuarantinedMessage").objects
    for day in (1, 2, 20):
        waiting.create(
            device_reference=f"D{day}", protocol="osmand", reason="x", payload=b"x",
            received_at=datetime(2026, 5, day, tzinfo=UTC),
        )  # fmt: skip
    now = datetime(2026, 6, 10, tzinfo=UTC)
    kept = waiting.get(device_reference="D1").pk
    holds.place_hold(
        None, "It is an exhibit.", "Court 3", (now + timedelta(days=9)).date(),
        record=f"devices.QuarantinedMessage:{kept}", by=town.dora, now=now,
    )  # fmt: skip
    number = forgetting.forget_dated(Scope.QUARANTINE, by=MACHINE, now=now)
    assert set(waiting.values_list("device_reference", flat=True)) == {"D1", "D20"}
    assert Deletion.objects.get(pk=number).step == Step.DONE
    assert forgetting.forget_dated(Scope.QUARANTINE, by=MACHINE, now=now) is None


def test_periods_of_the_agency_need_a_second_officer(town):
    from waypost.columns import Retention
    from waypost.keeping.facts import period_versions

    day = LATER.date()
    ann = town.officer("ann", Role.ADMINISTRATOR)
    number = actions.propose_period(
        Retention.WHEREABOUTS, "", 12, 0, day, "The board's decision of May.", by=town.dora,
        now=LATER,
    )  # fmt: skip
    assert period_versions() == []
    with pytest.raises(Refused, match="second officer"):
        actions.settle_period(number, approve=True, by=town.dora, now=LATER)
    actions.settle_period(number, approve=True, by=ann, now=LATER)
    assert [one.months for one in period_versions()] == [12]
    with pytest.raises(Conflict):
        actions.settle_period(number, approve=False, by=ann, now=LATER)
    with pytest.raises(Refused, match="class"):
        actions.propose_period(Retention.AUDIT, "", 12, 0, day, "The board's decision.",
                               by=town.dora, now=LATER)  # fmt: skip


def test_nobody_else_is_named_where_z_was(town):
    """W's own data still answers after Z went."""
    forget(town)
    assert person(OTHER) == town.w
    assert apps.get_model("orders.Person").objects.get(pk=town.w).full_name == OTHER_NAME
