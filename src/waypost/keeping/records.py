"""Deleting a person's rows, a few thousand a transaction, each with its note in the proof.

What names the person without pointing at them goes with it: notices about their records, what is
due for them, bundles made of several people's matches, words in a device's or a shift's history.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from waypost.jobs import due
from waypost.keeping.belonging import declared, loose, of_scope, owned, paths_of, rows_of
from waypost.keeping.proof import Keys, note
from waypost.keeping.values import Scope

AT_ONCE = 2_000  # rows of one transaction: others wait a fraction of a second for SQLite's lock
Stop = Callable[[], None]

# What other tables call a record of this kind: the word of notices and papers about it, and the
# kinds of due rows whose subject is its number.
CALLED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "alerts.Alert": (("alert",), ("alert_clock", "near")),
    "alerts.Suspension": ((), ("suspension",)),
    "contracts.Contract": (("contract",), ()),
    "corrections.Correction": (("correction",), ()),
    "devices.ClinicalRemoval": ((), ("clinical_removal",)),
    "devices.Visit": (("visit",), ()),
    "enforcement.BreachCase": (("breach",), ()),
    "enforcement.StepTaken": (("step",), ()),
    "iom.Task": (("iom_task",), ()),
    "keeping.SubjectRequest": (("subject_access",), ("subject_access",)),
    "monitoring.Violation": (("violation",), ("alert", "tag_alert")),
    "orders.Activation": (("activation",), ()),
    "orders.Person": (("person",), ("judge", "reminder", "atv", "removal")),
    "review.Review": (("review",), ()),
    "policing.Notification": (("notification",), ("notification_clock",)),
    "suitability.Check": (("suitability_check",), ("suitability_check",)),
    "suitability.Proposal": (("suitability",), ()),
    "telling.WeekKept": (("praise",), ()),
    "young_court.Listing": (("young_court",), ()),
}
# Tables of nobody's that go by the day they came, and the column that says it; first those that
# point at others.
DATED: dict[Scope, tuple[tuple[str, str], ...]] = {
    Scope.QUARANTINE: (("devices.QuarantinedMessage", "received_at"),),
    Scope.OFFENCE: (
        ("review.ReviewMove", "review__match__run__made_at"),
        ("review.Opening", "review__match__run__made_at"),
        ("review.ProximityAlert", "review__match__run__made_at"),
        ("review.Review", "match__run__made_at"), ("review.TakenRun", "at"),
        ("matching.Look", "at"), ("matching.Match", "run__made_at"),
        ("matching.MatchChange", "run__made_at"), ("matching.RunOffence", "run__made_at"),
        ("matching.MatchingRun", "made_at"),
        ("offences.OffenceVersion", "batch__received_at"), ("offences.OffenceBatch", "received_at"),
    ),
}  # fmt: skip


def forget_rows(
    deletion_id: int, scope: Scope, person_id: int, *, between: Stop = lambda: None
) -> None:
    """Everything that belongs to them, in the order in which rows may go. Done again, it goes on.

    between   called before each transaction: a test dies there
    """
    if scope is Scope.PERSON:
        between()
        _loosen(deletion_id, person_id)
    for model in of_scope(scope):
        for path in paths_of(model):
            _forget(deletion_id, model, rows_of(model, path, person_id), between)


def forget_dated(
    deletion_id: int, scope: Scope, before: date, held: Collection[str], persons: Collection[int],
    *, between: Stop = lambda: None,
) -> None:  # fmt: skip
    """What came before that day, but for records that are held and what held persons need."""
    for label, column in DATED[scope]:
        model = apps.get_model(label)
        rows = dated_rows(scope, label, column, before, held, persons)
        _forget(deletion_id, model, rows, between)


def dated_rows(
    scope: Scope, label: str, column: str, before: date, held: Collection[str],
    persons: Collection[int],
) -> Any:  # fmt: skip
    """The rows that are to go. A run stays while a match in it does, and an offence with it."""
    manager: Any = apps.get_model(label)._base_manager
    rows = manager.filter(**{f"{column}__date__lt": before})
    kept = [int(one.rpartition(":")[2]) for one in held if one.startswith(f"{label}:")]
    rows = rows.exclude(pk__in=kept)
    matches: Any = apps.get_model("matching.Match")._base_manager
    if label in {"matching.Match", "matching.MatchChange"}:
        rows = rows.exclude(person_id__in=list(persons))
    elif label in {"matching.MatchingRun", "matching.RunOffence"}:
        staying = matches.filter(person_id__in=list(persons))
        changes: Any = apps.get_model("matching.MatchChange")._base_manager
        changed = changes.filter(person_id__in=list(persons))
        name = "pk" if label == "matching.MatchingRun" else "run_id"
        rows = rows.exclude(**{f"{name}__in": staying.values("run_id")})
        rows = rows.exclude(**{f"{name}__in": changed.values("run_id")})
    elif label == "offences.OffenceVersion":
        rows = rows.exclude(pk__in=matches.values("offence_id"))
    elif label == "offences.OffenceBatch":
        rows = rows.filter(offences__isnull=True)
    return rows


def left_of(scope: Scope, person_id: int, numbers: Sequence[int]) -> dict[str, int]:
    """Rows that are still there, by place; empty when all went."""
    found: dict[str, int] = {}
    for model in of_scope(scope):
        if scope is Scope.PERSON:
            count = sum(rows_of(model, path, person_id).count() for path in paths_of(model))
        else:
            worn = declared(model).belongs.endswith("activation__person")
            path = declared(model).belongs.removesuffix("__person")
            wanted = {f"{path}__in": list(numbers)}
            count = model._base_manager.filter(**wanted).count() if worn else 0
        if count:
            found[model._meta.label] = count
    for model in loose() if scope is Scope.PERSON else ():
        if count := model._base_manager.filter(person_id=person_id).count():
            found[model._meta.label] = found.get(model._meta.label, 0) + count
    return found


def secure_deletes() -> None:
    """SQLite overwrites what it deletes from now on, on this connection."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def free_pages() -> None:
    """Bytes of deleted rows leave the database's files: its journal is emptied, or its pages are
    cleaned. Outside a transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for model in owned():
                cursor.execute(f'VACUUM "{model._meta.db_table}"')


def _forget(deletion_id: int, model: type[models.Model], rows: Any, between: Stop) -> None:
    label = model._meta.label
    while True:
        between()
        with transaction.atomic():
            keys = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
            if not keys:
                return
            _what_names(deletion_id, label, keys)
            model._base_manager.filter(pk__in=keys).delete()
            note(deletion_id, label, [(label, one) for one in keys])


def _what_names(deletion_id: int, label: str, keys: Sequence[int]) -> None:
    """Notices and papers about these records, and what is due for them."""
    words, kinds = CALLED.get(label, ((), ()))
    for kind in kinds:
        due.clear(kind, [str(one) for one in keys])
    abouts = [f"{word}:{one}" for word in words for one in keys]
    for named in ("notices.Notice", "documents.Document"):
        manager: Any = apps.get_model(named)._base_manager
        for start in range(0, len(abouts), 500):
            rows = manager.filter(about__in=abouts[start : start + 500])
            gone = list(rows.values_list("pk", flat=True))
            if gone:
                manager.filter(pk__in=gone).delete()
                note(deletion_id, named, [(named, one) for one in gone])


@transaction.atomic
def _loosen(deletion_id: int, person_id: int) -> None:
    """What names the person without pointing at them."""
    person = apps.get_model("orders.Person")._base_manager.filter(pk=person_id).first()
    activations: Any = apps.get_model("orders.Activation")._base_manager
    worn = list(activations.filter(person_id=person_id))
    numbers = {one.pk for one in worn}
    _sign_ins(deletion_id, person_id)
    for model in loose():
        keys = list(model._base_manager.filter(person_id=person_id).values_list("pk", flat=True))
        if keys:
            model._base_manager.filter(pk__in=keys).delete()
            note(deletion_id, model._meta.label, [(model._meta.label, one) for one in keys])
    _device_words(deletion_id, worn)
    _shift_words(deletion_id, person_id)
    _imports(numbers)
    _minutes(deletion_id, person_id)
    if person is not None:
        _bundles(
            deletion_id, [person.reference, person.full_name, *(one.reference for one in worn)]
        )


def _sign_ins(deletion_id: int, person_id: int) -> None:
    """The wearer's own account: what hangs on it stands in the way of it."""
    officers: Any = apps.get_model("access.Officer")._base_manager.filter(person_id=person_id)
    keys = list(officers.values_list("pk", flat=True))
    for name in (
        "AccessToken",
        "SecondFactor",
        "RecoveryCode",
        "FactorReset",
        "AgencyLink",
        "Posting",
    ):
        label = f"access.{name}"
        rows: Any = apps.get_model(label)._base_manager.filter(officer_id__in=keys)
        gone = list(rows.values_list("pk", flat=True))
        rows.delete()
        note(deletion_id, label, [(label, one) for one in gone])


def _device_words(deletion_id: int, worn: Sequence[Any]) -> None:
    """Why a tag was moved, where it was on them; messages of theirs that nobody could place."""
    moves: Any = apps.get_model("devices.DeviceMove")._base_manager
    mine = moves.filter(activation_id__in=[one.pk for one in worn]).exclude(reason="")
    gone = list(mine.values_list("pk", flat=True))
    mine.update(reason="")
    note(deletion_id, "devices.DeviceMove.reason", [("devices.DeviceMove", one) for one in gone])
    waiting: Any = apps.get_model("devices.QuarantinedMessage")._base_manager
    for one in worn:
        rows = waiting.filter(device_reference=one.device_reference, received_at__gte=one.from_at)
        if one.to_at is not None:
            rows = rows.filter(received_at__lt=one.to_at)
        keys = list(rows.values_list("pk", flat=True))
        waiting.filter(pk__in=keys).delete()
        label = "devices.QuarantinedMessage"
        note(deletion_id, label, [(label, key) for key in keys])


def _shift_words(deletion_id: int, person_id: int) -> None:
    """Why an alert of theirs was open, in what one shift gave the next."""
    alerts: Any = apps.get_model("alerts.Alert")._base_manager.filter(person_id=person_id)
    mine = set(alerts.values_list("pk", flat=True))
    if not mine:
        return
    shifts: Any = apps.get_model("alerts.HandOver")._base_manager
    for shift in shifts.all():
        if mine & set(shift.alert_ids):
            notes = {name: said for name, said in shift.notes.items() if int(name) not in mine}
            kept = [one for one in shift.alert_ids if one not in mine]
            shifts.filter(pk=shift.pk).update(alert_ids=kept, notes=notes)
            note(deletion_id, "alerts.HandOver.notes", [("alerts.HandOver", shift.pk)])


def _imports(numbers: Collection[int]) -> None:
    """Times of their fixes, in what is kept of an import."""
    imports: Any = apps.get_model("positions.LakeImport")._base_manager
    for one in imports.exclude(touched={}, newest={}):
        names = {str(number) for number in numbers} & (set(one.touched) | set(one.newest))
        if names:
            kept = [
                {name: at for name, at in said.items() if name not in names}
                for said in (one.touched, one.newest)
            ]
            imports.filter(pk=one.pk).update(touched=kept[0], newest=kept[1])


def _minutes(deletion_id: int, person_id: int) -> None:
    """Minutes of meetings about several people go with the first of them that goes: what was
    decided of the others stands in their own records."""
    items: Any = apps.get_model("iom.AgendaItem")._base_manager.filter(person_id=person_id)
    abouts = [f"iom_conference:{one}" for one in items.values_list("conference_id", flat=True)]
    documents: Any = apps.get_model("documents.Document")._base_manager.filter(about__in=abouts)
    gone = list(documents.values_list("pk", flat=True))
    if gone:
        documents.filter(pk__in=gone).delete()
        note(deletion_id, "documents.Document", [("documents.Document", one) for one in gone])


def _bundles(deletion_id: int, names: Sequence[str]) -> None:
    """Files about several people that name this one: they go with the first of them that goes. Our
    bundles are stored without compression, so that their bytes can be searched."""
    sought = [re.escape(one.encode()) for one in names if len(one) > 1]
    if not sought:
        return
    pattern = re.compile(rb"(?<![\w-])(?:" + b"|".join(sought) + rb")(?![\w-])")
    documents: Any = apps.get_model("documents.Document")._base_manager
    for key in list(documents.filter(person=None).values_list("pk", flat=True)):
        content = bytes(documents.values_list("content", flat=True).get(pk=key))
        if pattern.search(content):
            documents.filter(pk=key).delete()
            note(deletion_id, "documents.Document", [("documents.Document", key)])


def wait_until(rows_gone_at: datetime | None, readers_wait: timedelta) -> datetime | None:
    """From when older versions of the lake may go: until then a reader may be in them."""
    return None if rows_gone_at is None else rows_gone_at + readers_wait


__all__ = [
    "DATED", "Keys", "dated_rows", "forget_dated", "forget_rows", "free_pages", "left_of",
    "secure_deletes", "wait_until",
]  # fmt: skip
