"""waypost alert account ALERT_ID --as-known-at INSTANT -o FOLDER: one alert as known then, signed.

The bundle holds account.json and account.html, and with --purpose fixes.csv; `waypost evidence
verify` checks it without a store.
"""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from waypost import clock
from waypost.access.values import Purpose
from waypost.errors import BadUse, WaypostError

if TYPE_CHECKING:
    from waypost.access.values import Posted
    from waypost.alerts.known import Known
    from waypost.positions.tracks import TrackRow

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("alert_id", type=int, metavar="ALERT_ID")
    parser.add_argument("--as-known-at", required=True, metavar="INSTANT",
                        help="ISO 8601 with offset, such as 2026-03-01T19:00:00Z")  # fmt: skip
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="where it is put")
    whose = "for whom: what they may see is in it (absent: everything)"
    parser.add_argument("--officer", metavar="USERNAME", help=whose)
    parser.add_argument("--purpose", choices=[one.value for one in Purpose], metavar="PURPOSE",
                        help="put the fixes received by then in it, for this purpose of the "
                        "officer's")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    from waypost.alerts.known import alert_known, fixes_known
    from waypost.monitoring.parameter_queries import speeds

    if args.purpose and not args.officer:
        raise BadUse("fixes are shown to somebody: give --officer with --purpose")
    at, now = _instant(args.as_known_at), clock.now()
    by = _officer(args.officer, now)
    known = alert_known(args.alert_id, at, by=by, now=now, kind="alert:exported")
    fixes = None
    if args.purpose:
        purpose = Purpose(args.purpose)
        fixes = fixes_known(known, by=by, purpose=purpose, now=now, speeds=speeds())
    path = Path(args.output) / f"alert-{known.alert_id}-as-known-{at:%Y%m%dT%H%M%SZ}.zip"
    content = _bundle(known, fixes, args.purpose or "")
    _keep(known, path.name, content, by, now)
    _write(path, content)
    print(f"{path}: check it with waypost evidence verify")
    return 0


def _bundle(known: Known, fixes: tuple[TrackRow, ...] | None, purpose: str) -> bytes:
    from django.template.loader import render_to_string

    from waypost.access.purposes import GATEWAYS
    from waypost.documents.actions import sign_bundle
    from waypost.web.presenters.known import data_of, fixes_csv, words_of

    words = words_of(known)
    about = {
        "kind": "alert account",
        "alert": known.alert_id,
        "as_known_at": clock.write_instant(known.at),
        "purpose": purpose,
    }
    files: dict[str, bytes] = {}
    if fixes is not None:
        words |= {"looked": True, "fixes": fixes, "fix_count": len(fixes),
                  "gateway": GATEWAYS[Purpose(purpose)]}  # fmt: skip
        files["fixes.csv"] = fixes_csv(fixes)
    text = json.dumps(data_of(known), indent=1, sort_keys=True, ensure_ascii=False)
    files["account.json"] = text.encode()
    files["account.html"] = render_to_string("waypost/alert_account.html", words).encode()
    return sign_bundle(files, about)


def _keep(known: Known, name: str, content: bytes, by: Posted, now: datetime) -> None:
    from waypost.documents.actions import keep_document

    keep_document(
        "alert_account", f"alert {known.alert_id}", name, "application/zip", content,
        by=by, now=now,
    )  # fmt: skip


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise WaypostError(f"cannot write {path}: {error.strerror}") from None


def _officer(username: str | None, now: datetime) -> Posted:
    from waypost.access.queries import find_officer, posted
    from waypost.access.values import MACHINE

    if username is None:
        return MACHINE
    officer = find_officer(username)
    if officer is None:
        raise BadUse(f"nobody signs in as {username!r}")
    return posted(officer, now=now)


def _instant(text: str) -> datetime:
    try:
        return clock.read_instant(text)
    except ValueError as error:
        raise BadUse(f"--as-known-at: {error}") from None
