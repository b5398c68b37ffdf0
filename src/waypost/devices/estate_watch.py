"""What the worker does for the estate of tags, in a thread of its own: signs, health, cadence.

    one_round(now)     follow_imports: files of fixes -> TagSigns           every few seconds
                       follow_log: new entries of the log -> TagSigns       likewise
                       judge_estate: worn tags -> TagFinding                every minute
                       learn_cadence: a day of the log and lake -> Cadence  every six hours

Each part is its own transaction; the cursor lets only one worker save, and a crash repeats nothing.
Pages judge one tag as of now; lists and counts of the estate come from the findings kept here.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
from django.db import transaction
from django.db.models import Q

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.clock import from_us
from waypost.devices import cadence, health, inventory, signs
from waypost.devices.cadence import Seen
from waypost.devices.estate_signs import SAYS, in_chunks, live, signs_of, tag_says, worn_now
from waypost.devices.lifecycle import Status
from waypost.devices.models import Cadence, Device, Pairing, SignsCursor, TagFinding, TagSigns
from waypost.devices.signs import Identified, News, TagSays
from waypost.errors import Refused
from waypost.orders.actions import bump_head
from waypost.orders.models import Activation
from waypost.positions.log import entries_after
from waypost.positions.queries import fixes_between, imports_after
from waypost.upsert import Upsert

ENTRIES_AT_ONCE = 200
IMPORTS_AT_ONCE = 20
JUDGE_EVERY = timedelta(minutes=1)
LEARN_EVERY = timedelta(hours=6)
LEARN_FROM = timedelta(days=1)
TAGS_A_MODEL = 200  # enough for a 95th percentile, few enough to read in a second
MOVES_A_ROUND = 200
SAVED_AT_ONCE = 250  # findings in one transaction: some 10 ms of SQLite's only lock
WORN_ALREADY = "an order's record says that it is worn"
_Key = tuple[int, str]

log = logging.getLogger(__name__)


def one_round(now: datetime) -> bool:
    """What there is to do now; whether there may be more at once."""
    cursor, _ = SignsCursor.objects.get_or_create(pk=1)
    if follow_imports(cursor) or follow_log(cursor, now=now):
        return True
    if cursor.judged_at is None or now - cursor.judged_at >= JUDGE_EVERY:
        judge_estate(now=now)
    if cursor.learnt_at is None or now - cursor.learnt_at >= LEARN_EVERY:
        learn_cadence(now=now)
    return False


def follow_imports(cursor: SignsCursor) -> bool:
    """Take in what imported files say of tags at their last: they never were in the log. Whether
    there may be more at once."""
    imports = imports_after(cursor.import_id, limit=IMPORTS_AT_ONCE)
    if not imports:
        return False
    news: dict[int, News] = {}
    for one in imports:
        for number, (fix_us, heard_us) in one.newest.items():
            news.setdefault(int(number), News()).hear(from_us(heard_us), fix_us and from_us(fix_us))
    rows = _signs_after(news)
    with transaction.atomic():
        mine = SignsCursor.objects.filter(pk=1, import_id=cursor.import_id)
        if mine.update(import_id=imports[-1].pk):
            rows.save()
    return len(imports) == IMPORTS_AT_ONCE


def follow_log(cursor: SignsCursor, *, now: datetime) -> bool:
    """Take in the next entries of the log; whether there may be more at once.

    A few are no reason to come back at once: a busy gateway makes new ones without end, and the
    estate would never be judged.
    """
    entries = entries_after(cursor.position, limit=ENTRIES_AT_ONCE)
    if not entries:
        return False
    events = pa.concat_tables([entry.events for entry in entries])
    news = signs.news_of(pa.concat_tables([entry.fixes for entry in entries]), events)
    stated = signs.identified(events)
    rows = _signs_after(news)
    with transaction.atomic():
        mine = SignsCursor.objects.filter(pk=1, position=cursor.position)
        if mine.update(position=entries[-1].position):
            rows.save()
            _save_identity(stated)
            _note_moved(signs.units_moved(events), now)
    return len(entries) == ENTRIES_AT_ONCE


def judge_estate(*, now: datetime) -> int:
    """Judge every worn tag and keep what is found; how many findings stand.

    Read and judged outside the transaction, which would hold SQLite's only lock for half a second.
    """
    worn = worn_now(now)
    found = signs_of(worn, now)
    wanted: dict[_Key, datetime | None] = {
        (activation, finding.kind.value): finding.since_at
        for activation, (one, expected) in found.items()
        for finding in health.judge(one, expected, now)
    }
    _save_findings(wanted)
    SignsCursor.objects.filter(pk=1).update(judged_at=now)
    _enter_worn(now)
    _take_from_stock(now)
    return len(wanted)


def learn_cadence(*, now: datetime) -> int:
    """Learn what each model's tags do from some of them; how many models were seen."""
    model_of = _sample(now)
    fixes = fixes_between(list(model_of), now - LEARN_FROM, now) if model_of else None
    learnt = cadence.learn(_seen(fixes), model_of) if fixes is not None else []
    with transaction.atomic():
        Cadence.objects.bulk_create(
            [
                Cadence(model=one.model, fix_s=one.fix_s, contact_s=one.contact_s,
                        upload_lag_s=one.upload_lag_s, tags=one.tags, gaps=one.gaps, learnt_at=now)
                for one in learnt
            ],
            update_conflicts=True,
            unique_fields=["model"],
            update_fields=["fix_s", "contact_s", "upload_lag_s", "tags", "gaps", "learnt_at"],
        )  # fmt: skip
        SignsCursor.objects.filter(pk=1).update(learnt_at=now)
    return len(learnt)


def _signs_after(news: dict[int, News]) -> Upsert:
    """The signs as they will be. Read and made before the transaction, which holds SQLite's only
    lock: whoever has the cursor is the only one that writes signs."""
    rows = []
    for some in in_chunks(sorted(news)):
        before = tag_says(some)
        known = Activation.objects.filter(pk__in=some).values_list("pk", flat=True)
        for one in sorted(known):
            says = signs.after(before.get(one, TagSays()), news[one])
            rows.append((one, *(getattr(says, name) for name in SAYS)))
    names = ["activation_id", *SAYS]
    return Upsert(TagSigns, unique=["activation_id"], names=names, rows=rows)


def _save_identity(stated: dict[int, Identified]) -> None:
    """What tags say they are; an officer's word on the model stands."""
    for number, says in stated.items():
        worn = Activation.objects.filter(pk=number).values_list("device_reference", flat=True)
        device = Device.objects.filter(reference__in=worn).first()
        if device is None:
            continue
        device.firmware = says.firmware or device.firmware
        device.model = device.model or says.model
        device.sim = says.sim or device.sim
        device.save(update_fields=["firmware", "model", "sim"])


def _note_moved(moved: list[tuple[int, str, datetime]], now: datetime) -> None:
    """A home unit that says it was moved tells no place from then on: it may be anywhere."""
    for number, unit, at in sorted(moved, key=lambda one: one[2]):
        standing = Pairing.objects.filter(
            Q(to_at=None) | Q(to_at__gt=at), Q(moved_at=None) | Q(moved_at__gt=at),
            device__reference=unit, from_at__lte=at, person__activations=number,
        )  # fmt: skip
        for pairing in standing:
            Pairing.objects.filter(pk=pairing.pk).update(moved_at=at)
            bump_head()
            audit.record("home_unit:moved", by=MACHINE, at=now, about=pairing.person_id,
                         detail={"pairing": pairing.pk})  # fmt: skip


def _save_findings(wanted: dict[_Key, datetime | None]) -> None:
    """Have the table hold these alone, writing only what differs, some at a time: in an outage
    every tag falls silent in one minute, and the gateway must not wait for all of them."""
    rows = TagFinding.objects.values_list("pk", "activation_id", "kind", "since_at")
    had: dict[_Key, tuple[int, datetime | None]] = {
        (activation, kind): (key, since) for key, activation, kind, since in rows
    }
    gone = [key for one, (key, _) in had.items() if one not in wanted]
    for some in in_chunks(gone):
        TagFinding.objects.filter(pk__in=some).delete()
    fresh = [one for one, since in wanted.items() if one not in had or had[one][1] != since]
    for start in range(0, len(fresh), SAVED_AT_ONCE):
        TagFinding.objects.bulk_create(
            [
                TagFinding(activation_id=one[0], kind=one[1], since_at=wanted[one])
                for one in fresh[start : start + SAVED_AT_ONCE]
            ],
            update_conflicts=True,
            unique_fields=["activation", "kind"],
            update_fields=["since_at"],
        )


def _enter_worn(now: datetime) -> None:
    """A tag that an imported order has somebody wear stands in the inventory, though it never spoke
    and nobody entered it: else nobody would look for it there."""
    known = Device.objects.values("reference")
    rows = live(now).exclude(device_reference__in=known)
    names = sorted(set(rows.values_list("device_reference", flat=True)))
    if not names:
        return
    with transaction.atomic():
        Device.objects.bulk_create(
            [Device(reference=name, status=Status.FITTED, known_at=now) for name in names],
            batch_size=1000,
            ignore_conflicts=True,  # the gateway may have heard one just now
        )
        audit.record("device:entered", by=MACHINE, at=now, detail={"devices": len(names)})


def _take_from_stock(now: datetime) -> None:
    """A device in stock that an imported order has somebody wear is fitted: say so."""
    worn = live(now).values("device_reference")
    shelved = Device.objects.filter(status=Status.STOCK, reference__in=worn).order_by("pk")
    for device in shelved[:MOVES_A_ROUND]:
        activation = live(now).filter(device_reference=device.reference).first()
        try:
            with transaction.atomic():
                inventory.move(
                    device,
                    Status.FITTED,
                    by=MACHINE,
                    now=now,
                    reason=WORN_ALREADY,
                    activation=activation,
                )
                audit.record(
                    "device:moved",
                    by=MACHINE,
                    at=now,
                    detail={"device": device.pk, "to": Status.FITTED},
                )
        except Refused:  # an officer was quicker
            log.info("device %d was moved meanwhile", device.pk)


def _sample(now: datetime) -> dict[int, str]:
    """Some worn tags of each model, spread over the estate: activation -> model."""
    models = dict(Device.objects.values_list("reference", "model"))
    by_model: dict[str, list[int]] = {}
    for one in worn_now(now):
        by_model.setdefault(models.get(one.device_id, ""), []).append(one.activation)
    return {
        activation: model
        for model, several in by_model.items()
        for activation in several[:: max(1, -(-len(several) // TAGS_A_MODEL))]
    }


def _seen(fixes: pa.Table) -> dict[int, Seen]:
    """Each activation's times; what was set aside says nothing of the cadence."""
    numbers = fixes["activation"].to_numpy()
    usable = fixes["set_aside"].to_numpy() == 0
    measured, received = (
        fixes[name].cast(pa.int64()).to_numpy() for name in ("measured_at", "received_at")
    )
    return {
        int(one): Seen(measured[mine], received[mine])
        for one in np.unique(numbers)
        for mine in [usable & (numbers == one)]
    }
