"""Putting a backup back, so that whatever was deleted since is deleted again before it is served.

    home is empty -> files as they were backed up -> `restoring` in the home -> store brought up to
    date -> every deletion of the list is gone through again -> `restoring` goes

While that file stands, no command but `waypost restore` works on the home: a restore that dies in
between is simply run again. Deletions are known from the list beside the database
(tombstones.py): the home's own, the backup's, and any copy that is given.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.clock import read_instant
from waypost.errors import BadFile, Refused, WaypostError
from waypost.home import home
from waypost.keeping import backup, tombstones
from waypost.keeping.forgetting import finish
from waypost.keeping.models import Deletion
from waypost.keeping.schedules import local_day
from waypost.keeping.values import Step
from waypost.orders.actions import bump_head

MARK = "restoring"  # in the home, while what is in it may hold what was deleted
NOBODY_READS = timedelta(0)


def mark() -> Path:
    return home() / MARK


def restore(
    folder: Path, *, lists: Sequence[Path] = (), no_later: bool = False, now: datetime
) -> int:
    """Put the backup into the empty home; how many deletions were gone through again.

    lists      copies of the list of deletions from elsewhere
    no_later   nobody's data was deleted since: said by whoever has neither the home nor a copy
    raises     BadFile, Refused: it has expired, the home holds a store, the keys are others'
    """
    said = backup.read_manifest(folder)
    _check(folder, said, now)
    own = home() / tombstones.FILE
    if not (own.exists() or lists or no_later):
        raise Refused(
            "Nobody knows what was deleted since: give the copy of deletions.ndjson with "
            "--deletions, or say with --no-later-deletions that there was none."
        )
    beside = [one for one in (own, folder / tombstones.FILE) if one.exists()]
    copies = [*beside, *lists]
    deletions = tombstones.merged(tombstones.read(one) for one in copies)
    if not mark().exists():
        _check_empty()
        mark().write_text(json.dumps({"backup": folder.name}))
    _put_files(folder)
    for one in deletions:
        tombstones.add(one)
    connections.close_all()
    _put_database(folder)
    call_command("migrate", interactive=False, verbosity=0)
    again = [one for one in deletions if _forget_again(one, now)]
    with transaction.atomic():
        audit.record(
            "backup:restored", by=MACHINE, at=now,
            detail={"made_at": said["made_at"], "deletions": len(deletions), "again": len(again)},
        )  # fmt: skip
    mark().unlink()
    return len(again)


def check_not_restoring() -> None:
    """WaypostError while a restore has not ended: what it put back may hold what was deleted."""
    if mark().exists():
        raise WaypostError("a restore has not ended; run it again: waypost restore FOLDER")


def _check(folder: Path, said: dict[str, Any], now: datetime) -> None:
    if date.fromisoformat(said["expires_on"]) < local_day(now):
        raise Refused(
            f"This backup expired on {said['expires_on']}: what was deleted before that is to be "
            "gone from every copy. Delete it."
        )
    if said["database"] != connection.vendor:
        raise BadFile(f"it is of a {said['database']} store; this home is of {connection.vendor}")
    needed = [*backup.KEYS, *(one for one in backup.LATER_KEYS if one in said["keys"])]
    absent = [name for name in needed if not (home() / "keys" / name).exists()]
    if absent:
        raise Refused(
            "Put the folder keys of the home that was backed up into this home first: it is kept "
            "apart from backups, and nothing in one opens without it."
        )
    marks = backup.key_marks()
    other = [name for name in needed if said["keys"].get(name) != marks[name]]
    if other:
        raise Refused(
            f"The keys in this home are not those of the backup ({', '.join(other)}): put the "
            "folder keys of that home here first; it is kept apart from backups."
        )
    backup.check_whole(folder, said)


def _check_empty() -> None:
    lake_there = "://" not in settings.LAKE_URI and any(Path(settings.LAKE_URI).glob("*/*"))
    database = Path(str(settings.DATABASES["default"]["NAME"]))
    there = database.exists() if connection.vendor == "sqlite" else bool(
        connection.introspection.table_names()
    )  # fmt: skip
    if there or lake_there:
        raise Refused("This home holds a store already; move its database and lake away first.")


def _put_files(folder: Path) -> None:
    if "://" in settings.LAKE_URI:
        raise Refused(
            "The lake of this home is not a folder; copy the backup's lake there with the store's "
            "own tools, then restore with WAYPOST_LAKE naming a folder."
        )
    if (folder / "lake").exists():
        shutil.copytree(folder / "lake", settings.LAKE_URI, dirs_exist_ok=True)
    for name in backup.BESIDE[1:]:
        if (folder / name).exists() and not (home() / name).exists():
            shutil.copyfile(folder / name, home() / name)


def _put_database(folder: Path) -> None:
    if connection.vendor != "sqlite":
        if not connection.introspection.table_names():
            backup.run(backup.restore_command(folder / "database.dump"))
        return
    target = Path(str(settings.DATABASES["default"]["NAME"]))
    if target.exists():  # a run before this one came so far
        return
    draft = target.with_name(f".{target.name}.restoring")
    shutil.copyfile(folder / "database.sqlite3", draft)
    draft.replace(target)


def _forget_again(said: dict[str, Any], now: datetime) -> bool:
    """Go through one deletion of the list; False where this store has done it."""
    known = Deletion.objects.filter(
        person_id=said["person"], scope=said["scope"], begun_at=read_instant(said["begun_at"])
    ).first()
    if known is not None and known.done_at is not None:
        return False
    number = known.pk if known is not None else _begun_again(said, now)
    if finish(number, now=now, readers_wait=NOBODY_READS) is not Step.DONE:
        raise WaypostError(f"deletion {number} could not be gone through; run the restore again")
    return True


@transaction.atomic
def _begun_again(said: dict[str, Any], now: datetime) -> int:
    before = said.get("before")
    made = Deletion.objects.create(
        scope=said["scope"], person_id=said["person"], numbers=said["numbers"],
        schedule=said["schedule"], begun_at=read_instant(said["begun_at"]), stepped_at=now,
        before_on=date.fromisoformat(before) if before else None,
        step=(Step.RECORDS if said["person"] is None else Step.LOG).value,
    )  # fmt: skip
    forgotten: Any = apps.get_model("positions.Forgotten").objects
    forgotten.bulk_create(
        [
            forgotten.model(
                number=number, device_reference=device, from_at=read_instant(from_at),
                to_at=read_instant(to_at), deletion=made.pk, made_at=now,
            )
            for number, device, from_at, to_at in said["spans"]
        ]
    )  # fmt: skip
    bump_head()
    audit.record("deletion:begun", by=MACHINE, at=now, about=said["person"],
                 detail={"deletion": made.pk, "scope": said["scope"], "again": True})  # fmt: skip
    return int(made.pk)
