"""Deleting what is due: begun once, then step by step, each of which may be done again.

    begin(...)         doors closed and written down; from here on it only goes forward
    advance(...)       the next step of one deletion; False when it waits or is done
    fire_due(...)      the lane: begin what is due, where deleting is turned on; go on with the rest

A crash at any instant leaves a deletion at a step whose doing again changes nothing that was done.
While it lasts the lake is read as always: each day is one commit, and files of older versions stay
until no reader can be in them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, transaction

from waypost.access import audit, may
from waypost.access.values import MACHINE, Permission, Posted
from waypost.clock import write_instant
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.home import home
from waypost.keeping import lake_forgetting, records, tombstones
from waypost.keeping.belonging import others_pointing
from waypost.keeping.facts import (
    held_person_ids,
    held_records,
    is_switched_on,
    period_versions,
    persons_facts,
)
from waypost.keeping.models import Backup, Deletion
from waypost.keeping.proof import digest_of, note
from waypost.keeping.schedules import CLASS_OF, dated_before, due_on, local_day, period_of
from waypost.keeping.values import NEXT, Scope, Step
from waypost.orders.actions import bump_head
from waypost.positions import raw

READERS_WAIT = timedelta(hours=24)  # as long as vacuum keeps files for readers of older versions
RAW_AT_ONCE = 5_000
NO_SUCH_DELETION = "There is no such deletion."
Stop = Callable[[], None]


def is_on() -> bool:
    """Whether what is due is deleted by itself: by setting, else as last decided; else not."""
    said = str(getattr(settings, "RETENTION", ""))
    return said == "on" if said else bool(is_switched_on())


def begin(
    person_id: int,
    scope: Scope,
    *,
    by: Posted,
    now: datetime,
    why: str = "",
    between: Stop = lambda: None,
) -> int:
    """Begin to delete; the number of the deletion.

    why      an erasure before its time, in words of the officer: for what the schedule says is not
             yet due. The machine deletes what is due alone
    raises   Refused: it is not due, or a hold keeps it; Conflict: it is being deleted already
    """
    may.check(by, Permission.RETENTION_WRITE)
    may.check(by, Permission.RETENTION_READ)
    if scope not in (Scope.PERSON, Scope.WHEREABOUTS):
        raise ValueError(f"{scope} belongs to no person")
    if why and not by.is_machine and len(why.strip()) < 10:
        raise Refused("Say in a sentence why it is deleted before its time.")
    with transaction.atomic():
        persons: Any = apps.get_model("orders.Person").objects.select_for_update()
        if not persons.filter(pk=person_id).exists():
            raise NoSuchThing(may.NO_SUCH_PERSON)
        [facts] = persons_facts([person_id])
        due = due_on(scope, facts, period_versions(), now=now)
        _check_may_go(person_id, scope, due, why, now)
        deletion = _begun(person_id, scope, due, why, by, now)
        audit.record(
            "deletion:begun", by=by, at=now, about=person_id,
            detail={"deletion": deletion.pk, "scope": scope.value, "schedule": deletion.schedule,
                    "activations": len(deletion.numbers)},
        )  # fmt: skip
    between()
    return int(deletion.pk)


def advance(
    deletion_id: int,
    *,
    now: datetime,
    readers_wait: timedelta = READERS_WAIT,
    between: Stop = lambda: None,
) -> bool:
    """Do the deletion's next step; whether there is another to do at once. Safe to run twice; while
    another process is at one, nothing is done."""
    with _alone() as is_alone:
        return is_alone and _advance(deletion_id, now, readers_wait, between)


def _advance(deletion_id: int, now: datetime, readers_wait: timedelta, between: Stop) -> bool:
    deletion = Deletion.objects.filter(pk=deletion_id).first()
    if deletion is None:
        raise NoSuchThing(NO_SUCH_DELETION)
    step = Step(deletion.step)
    if step is Step.DONE or (
        step is Step.VERSIONS and not _readers_are_out(deletion, readers_wait, now)
    ):
        return False
    records.secure_deletes()
    between()
    {
        Step.DOORS: _close_doors,
        Step.LOG: _forget_log,
        Step.RAW: _forget_raw,
        Step.LAKE: _forget_lake,
        Step.RECORDS: _forget_records,
        Step.VERSIONS: _forget_versions,
        Step.PROOF: _prove,
    }[step](deletion, now, readers_wait, between)
    between()
    deletion.refresh_from_db()
    return deletion.step != Step.DONE.value


def finish(
    deletion_id: int, *, now: datetime, readers_wait: timedelta = READERS_WAIT,
    between: Stop = lambda: None,
) -> Step:  # fmt: skip
    """All steps that can be done now; where it stands then."""
    while advance(deletion_id, now=now, readers_wait=readers_wait, between=between):
        pass
    return Step(Deletion.objects.get(pk=deletion_id).step)


def fire_due(*, now: datetime, most: int = 20) -> int:
    """Go on with what has begun; where deleting is on, begin what is due. How many were touched."""
    touched = 0
    for number in open_deletions():
        finish(number, now=now)
        touched += 1
    if not is_on():
        return touched
    for person_id, scope in due_now(now=now)[:most]:
        try:
            number = begin(person_id, scope, by=MACHINE, now=now)
        except (Refused, IntegrityError):  # a hold came meanwhile, or another worker was first
            continue
        finish(number, now=now)
        touched += 1
    for scope in (Scope.QUARANTINE, Scope.OFFENCE):
        touched += forget_dated(scope, by=MACHINE, now=now) is not None
    return touched


def due_now(*, now: datetime) -> list[tuple[int, Scope]]:
    """Whose data is due and not held, and what of it. A whole person goes before their places."""
    versions, held, today = period_versions(), held_person_ids(), local_day(now)
    busy = set(
        Deletion.objects.filter(person_id__isnull=False).exclude(
            scope=Scope.PERSON.value, done_at__isnull=False
        ).filter(done_at=None).values_list("person_id", flat=True)
    )  # fmt: skip
    places_gone = set(
        Deletion.objects.filter(scope=Scope.WHEREABOUTS.value, done_at__isnull=False)
        .values_list("person_id", "due_on")
    )  # fmt: skip
    found: list[tuple[int, Scope]] = []
    for facts in persons_facts():
        if facts.number in held or facts.number in busy:
            continue
        for scope in (Scope.PERSON, Scope.WHEREABOUTS):
            due = due_on(scope, facts, versions, now=now)
            if due is None or due > today:
                continue
            if scope is Scope.WHEREABOUTS and (facts.number, due) in places_gone:
                continue
            if held and scope is Scope.PERSON and set(others_pointing(facts.number)) & held:
                continue
            found.append((facts.number, scope))
            break
    return found


def forget_dated(
    scope: Scope, *, by: Posted, now: datetime, between: Stop = lambda: None
) -> int | None:
    """What is nobody's and has reached its day; the deletion's number, None: there was none."""
    may.check(by, Permission.RETENTION_WRITE)
    versions, today = period_versions(), local_day(now)
    before = dated_before(scope, versions, on=today)
    held, persons = held_records(), held_person_ids()
    waiting = sum(
        records.dated_rows(scope, label, column, before, held, persons).count()
        for label, column in records.DATED[scope]
    )
    if not waiting:
        return None
    period = period_of(CLASS_OF[scope], "", versions, today)
    records.secure_deletes()
    with transaction.atomic():
        deletion = Deletion.objects.create(
            scope=scope.value, schedule=f"{period.words} after it came: {period.source}"[:200],
            due_on=today, before_on=before, begun_at=now, begun_by_id=by.officer_id,
            step=Step.RECORDS.value, stepped_at=now,
        )  # fmt: skip
        audit.record("deletion:begun", by=by, at=now, detail={
            "deletion": deletion.pk, "scope": scope.value, "before": before.isoformat(),
        })  # fmt: skip
    tombstones.add(tombstone_of(deletion))
    finish(deletion.pk, now=now, between=between)
    return int(deletion.pk)


def open_deletions() -> list[int]:
    rows = Deletion.objects.filter(done_at=None).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def tombstone_of(deletion: Deletion) -> dict[str, Any]:
    """The deletion as the list beside the database has it."""
    spans: Any = apps.get_model("positions.Forgotten").objects.filter(deletion=deletion.pk)
    return {
        "deletion": deletion.pk,
        "scope": deletion.scope,
        "person": deletion.person_id,
        "numbers": deletion.numbers,
        "schedule": deletion.schedule,
        "before": deletion.before_on.isoformat() if deletion.before_on else "",
        "begun_at": write_instant(deletion.begun_at),
        "spans": [
            [one.number, one.device_reference, write_instant(one.from_at), write_instant(one.to_at)]
            for one in spans.order_by("number")
        ],
    }


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process of this machine is deleting; the lock dies with its process."""
    folder = home() / "run"
    folder.mkdir(exist_ok=True, mode=0o700)
    handle = os.open(folder / "keeping.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


def _check_may_go(person_id: int, scope: Scope, due: date | None, why: str, now: datetime) -> None:
    held = held_person_ids()
    if person_id in held:
        raise Refused("A legal hold keeps this person's data; end the hold first.")
    if held and scope is Scope.PERSON and set(others_pointing(person_id)) & held:
        raise Refused("A legal hold on somebody else keeps records that this would take along.")
    if Deletion.objects.filter(person_id=person_id, done_at=None).exists():
        raise Conflict("It is being deleted already.")
    if due is not None and due <= local_day(now):
        return
    if not why:
        when = "while an order is live or a request is open" if due is None else f"until {due}"
        raise Refused(f"It is not due: it is kept {when}.")
    if due is None:
        raise Refused("While an order is live, or a request or contest is open, nothing goes.")


def _begun(
    person_id: int, scope: Scope, due: date | None, why: str, by: Posted, now: datetime
) -> Deletion:
    activations: Any = apps.get_model("orders.Activation").objects.filter(person_id=person_id)
    worn = list(activations.order_by("pk"))
    retention = CLASS_OF[scope]
    schedule = f"erased before its time: {why.strip()}" if why else f"{retention.value}, due {due}"
    deletion = Deletion.objects.create(
        scope=scope.value, person_id=person_id, numbers=[one.pk for one in worn],
        schedule=schedule[:200], due_on=due, begun_at=now, begun_by_id=by.officer_id,
        stepped_at=now,
    )  # fmt: skip
    forgotten: Any = apps.get_model("positions.Forgotten").objects
    forgotten.bulk_create(
        [
            forgotten.model(
                number=one.pk, device_reference=one.device_reference, from_at=one.from_at,
                to_at=min(one.to_at, now) if one.to_at else now, deletion=deletion.pk, made_at=now,
            )
            for one in worn
        ]
    )  # fmt: skip
    if scope is Scope.PERSON:
        accounts: Any = apps.get_model("access.Officer").objects.filter(person_id=person_id)
        accounts.update(is_active=False)
    bump_head()  # gateways read again what they must not let in
    return deletion


def _close_doors(deletion: Deletion, now: datetime, wait: timedelta, between: Stop) -> None:
    tombstones.add(tombstone_of(deletion))
    _stepped(deletion, now)


def _forget_log(deletion: Deletion, now: datetime, wait: timedelta, between: Stop) -> None:
    lake_forgetting.forget_in_log(deletion)
    _stepped(deletion, now)


def _forget_raw(deletion: Deletion, now: datetime, wait: timedelta, between: Stop) -> None:
    """The keys in one transaction: whatever copy of the messages there is, nothing opens them."""
    keys: Any = apps.get_model("positions.ActivationKey")._base_manager
    with transaction.atomic():
        mine = keys.filter(activation_id__in=deletion.numbers)
        gone = sorted(mine.values_list("pk", flat=True))
        mine.delete()
        note(deletion.pk, "positions.ActivationKey", [("key", one) for one in gone])
    raw.forget_known_keys()
    for label in ("positions.RawMessage", "positions.SealedRows"):
        rows: Any = apps.get_model(label)._base_manager
        while True:
            between()
            with transaction.atomic():
                mine = rows.filter(activation_id__in=deletion.numbers).order_by("pk")
                some = list(mine.values_list("pk", flat=True)[:RAW_AT_ONCE])
                if not some:
                    break
                rows.filter(pk__in=some).delete()
                note(deletion.pk, label, [(label, one) for one in some])
    _stepped(deletion, now)


def _forget_lake(deletion: Deletion, now: datetime, wait: timedelta, between: Stop) -> None:
    lake_forgetting.forget_in_lake(deletion, between=between)
    Deletion.objects.filter(pk=deletion.pk).update(rows_gone_at=now)
    _stepped(deletion, now)


def _forget_records(deletion: Deletion, now: datetime, wait: timedelta, between: Stop) -> None:
    scope = Scope(deletion.scope)
    if deletion.person_id is not None:
        records.forget_rows(deletion.pk, scope, deletion.person_id, between=between)
        with transaction.atomic():
            bump_head()  # whoever keeps orders in memory reads them anew
    else:
        before = deletion.before_on or local_day(deletion.begun_at)
        records.forget_dated(
            deletion.pk, scope, before, held_records(), held_person_ids(), between=between
        )
    _stepped(deletion, now)


def _forget_versions(deletion: Deletion, now: datetime, wait: timedelta, between: Stop) -> None:
    if deletion.numbers:
        lake_forgetting.forget_old_versions(wait)
    records.free_pages()
    _stepped(deletion, now)


def _prove(deletion: Deletion, now: datetime, wait: timedelta, between: Stop) -> None:
    """Look again; with nothing left the proof stands. What came in while the doors closed goes,
    too: the steps are gone through again."""
    if left_of(deletion):
        again = Deletion.objects.filter(pk=deletion.pk, step=Step.PROOF.value)
        again.update(step=Step.LOG.value, attempts=deletion.attempts + 1, stepped_at=now)
        return
    with transaction.atomic():
        done = Deletion.objects.filter(pk=deletion.pk, step=Step.PROOF.value, done_at=None)
        digest = digest_of(deletion)
        backups = Backup.objects.filter(made_at__lte=deletion.begun_at, expires_on__gte=now.date())
        until = backups.order_by("-expires_on").values_list("expires_on", flat=True).first()
        if not done.update(
            step=Step.DONE.value, done_at=now, stepped_at=now, digest=digest, backups_until=until
        ):
            return
        rows = sum(deletion.parts.values_list("count", flat=True))
        audit.record(
            "deletion:proved", by=MACHINE, at=now, about=deletion.person_id,
            detail={"deletion": deletion.pk, "scope": deletion.scope, "rows": rows,
                    "schedule": deletion.schedule, "digest": digest,
                    "backups_until": until.isoformat() if until else ""},
        )  # fmt: skip


def left_of(deletion: Deletion) -> dict[str, int]:
    """What is still there of what was deleted, by place. Empty: nothing is."""
    if deletion.person_id is None:
        return {}
    found = lake_forgetting.left_in_history(deletion.numbers)
    scope = Scope(deletion.scope)
    return found | records.left_of(scope, deletion.person_id, deletion.numbers)


def _readers_are_out(deletion: Deletion, wait: timedelta, now: datetime) -> bool:
    from_at = records.wait_until(deletion.rows_gone_at, wait)
    return from_at is None or now >= from_at


def _stepped(deletion: Deletion, now: datetime) -> None:
    """On to the next step, unless another worker was there first."""
    step = Step(deletion.step)
    Deletion.objects.filter(pk=deletion.pk, step=step.value).update(
        step=NEXT[step].value, stepped_at=now
    )
