"""A backup of what the store holds, with the day on which it expires; and putting one back.

    FOLDER/waypost-20260302T120000Z/
      manifest.json     when made, when it expires, every file's SHA-256, which keys it needs
      database.sqlite3  by SQLite's online backup (PostgreSQL: database.dump by pg_dump)
      lake/             the files in force and Delta's log       deletions.ndjson, audit-head.json

The keys of the home are not in it: raw messages and sealed rows of a backup open only beside them,
and an activation's key that was destroyed since is brought back by none (see restoring.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.fs
from django.conf import settings
from django.db import connection, transaction

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.clock import write_instant
from waypost.errors import BadFile, BadUse, Unavailable
from waypost.home import home, secret
from waypost.keeping import tombstones
from waypost.keeping.models import Backup
from waypost.keeping.schedules import local_day
from waypost.positions import lake

FORMAT = "waypost-backup-1"
KEPT_DAYS = 28
KEPT_DAYS_MAX = 366
MANIFEST = "manifest.json"
BESIDE = (tombstones.FILE, "audit-head.json", "audit-public.pem")
KEYS = ("raw", "audit", "deletions")
LATER_KEYS = ("identity",)  # needed by backups that name it: those made since ids are kept


def make(folder: Path, *, kept_days: int = KEPT_DAYS, now: datetime) -> Path:
    """A new backup in the folder; those in it that have expired go. Its own folder comes last into
    its place, so that one that was cut short is none."""
    if not 0 < kept_days <= KEPT_DAYS_MAX:
        raise BadUse(f"--days takes a number from 1 to {KEPT_DAYS_MAX}")
    expires_on = local_day(now) + timedelta(days=kept_days)
    target = folder / f"waypost-{now:%Y%m%dT%H%M%SZ}"
    draft = folder / f".{target.name}.{secrets.token_hex(4)}"
    draft.mkdir(parents=True, mode=0o700)
    try:
        with lake.writing():  # no rows go from the log to the lake between the two copies
            waiting = [(kind, path) for kind in lake.KINDS for path in _copy_log(kind, draft)]
            _copy_database(draft)
            for name in BESIDE:
                if (home() / name).exists():
                    shutil.copyfile(home() / name, draft / name)
        for kind, path in waiting:  # they stay for a day, whatever is written meanwhile
            _copy(kind, path, draft)
        manifest = _manifest(draft, expires_on, now)
        (draft / MANIFEST).write_bytes(manifest)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    with transaction.atomic():
        made = Backup.objects.create(
            made_at=now, expires_on=expires_on, digest=hashlib.sha256(manifest).hexdigest(),
            size=sum(one.stat().st_size for one in target.rglob("*") if one.is_file()),
        )  # fmt: skip
        audit.record("backup:made", by=MACHINE, at=now, detail={
            "backup": made.pk, "expires": expires_on.isoformat(), "digest": made.digest,
        })  # fmt: skip
    return target


def remove_expired(folder: Path, *, now: datetime) -> list[str]:
    """Backups of ours in the folder whose day has passed; their names."""
    gone = []
    for one in sorted(folder.glob("waypost-*")):
        try:
            said = read_manifest(one)
        except BadFile:
            continue
        if date.fromisoformat(said["expires_on"]) < local_day(now):
            shutil.rmtree(one)
            gone.append(one.name)
    return gone


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a backup says of itself. BadFile where it is none."""
    try:
        said = json.loads((folder / MANIFEST).read_bytes())
        if said["format"] != FORMAT:
            raise ValueError
        date.fromisoformat(said["expires_on"])
        if not isinstance(said["files"], dict):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise BadFile(
            f"{folder.name} is no backup of Waypost: its {MANIFEST} cannot be read"
        ) from None
    return dict(said)


def check_whole(folder: Path, said: dict[str, Any]) -> None:
    """BadFile naming the first file that is missing or differs."""
    for name, digest in sorted(said["files"].items()):
        path = folder / name
        if ".." in Path(name).parts or not path.is_file():
            raise BadFile(f"{name} is missing in the backup")
        if _digest(path) != digest:
            raise BadFile(f"{name} differs from what was backed up")


def key_marks() -> dict[str, str]:
    """Which keys a backup needs, by fingerprints that say nothing of them."""
    return {
        name: hashlib.sha256(b"mark" + secret(name)).hexdigest()[:16]
        for name in (*KEYS, *LATER_KEYS)
    }


def dump_command(path: Path) -> list[str]:
    """How PostgreSQL is backed up; the password goes by the environment."""
    said = settings.DATABASES["default"]
    return ["pg_dump", "--format=custom", "--no-owner", f"--file={path}", *_where(said)]


def restore_command(path: Path) -> list[str]:
    said = settings.DATABASES["default"]
    return ["pg_restore", "--no-owner", "--exit-on-error", *_where(said), str(path)]


def run(command: Sequence[str]) -> None:
    password = str(settings.DATABASES["default"].get("PASSWORD") or "")
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
    except FileNotFoundError:
        raise Unavailable(
            f"{command[0]} is not on this machine; install PostgreSQL's client programs"
        ) from None
    if done.returncode:
        raise Unavailable(f"{command[0]} failed with exit code {done.returncode}")


def _where(said: dict[str, Any]) -> list[str]:
    parts = {"--host": said["HOST"], "--port": said["PORT"], "--username": said["USER"],
             "--dbname": said["NAME"]}  # fmt: skip
    return [f"{name}={value}" for name, value in parts.items() if value]


def _copy_database(draft: Path) -> None:
    if connection.vendor != "sqlite":
        run(dump_command(draft / "database.dump"))
        return
    source = sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))
    target = sqlite3.connect(draft / "database.sqlite3")
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()


def _copy_log(kind: lake.Kind, draft: Path) -> list[str]:
    """Delta's log of the table as it is now; the files in force are copied afterwards."""
    files, root = pyarrow.fs.FileSystem.from_uri(lake.uri(kind))
    selector = pyarrow.fs.FileSelector(f"{root}/_delta_log", recursive=True, allow_not_found=True)
    for one in files.get_file_info(selector):
        if one.is_file:
            _copy(kind, one.path.removeprefix(f"{root}/"), draft)
    return [str(path) for path in lake.snapshot(kind).files["path"].to_pylist()]


def _copy(kind: lake.Kind, path: str, draft: Path) -> None:
    files, root = pyarrow.fs.FileSystem.from_uri(lake.uri(kind))
    target = draft / "lake" / kind / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with files.open_input_stream(f"{root}/{path}") as source, open(target, "wb") as sink:
            shutil.copyfileobj(source, sink)
    except FileNotFoundError:
        raise Unavailable(
            "the lake was written anew for more than a day while it was copied; try again"
        ) from None


def _manifest(draft: Path, expires_on: date, now: datetime) -> bytes:
    files = {
        str(one.relative_to(draft)): _digest(one)
        for one in _files_of(draft)
    }  # fmt: skip
    return json.dumps(
        {"format": FORMAT, "made_at": write_instant(now), "expires_on": expires_on.isoformat(),
         "database": connection.vendor, "keys": key_marks(), "files": files},
        indent=1, sort_keys=True,
    ).encode()  # fmt: skip


def _files_of(folder: Path) -> Iterator[Path]:
    return (one for one in sorted(folder.rglob("*")) if one.is_file())


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
