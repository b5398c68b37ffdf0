"""Where copies of audit seals are kept outside, as the agency chose: files and addresses.

A file is added to, a line a seal, and should lie where this machine can add but not change: a share
written once, another organisation's disk. An address gets each seal by POST and may answer with a
receipt of its own. A seal names nobody: numbers, a hash, a time, a signature.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
from django.conf import settings

from waypost.access.chain import Seal
from waypost.clock import read_instant, write_instant
from waypost.errors import BadUse, Unavailable

TIMEOUT_S = 20.0
RECEIPT_MAX = 160
FILE = "file:"


class Anchor(Protocol):
    @property
    def kind(self) -> str: ...

    def take(self, seal: Seal) -> str:
        """Keep it; what is said of that. OSError or Unavailable when it was not kept."""


@dataclass(frozen=True, slots=True)
class FileAnchor:
    path: Path

    @property
    def kind(self) -> str:
        return "a file"

    def take(self, seal: Seal) -> str:
        with open(self.path, "ab") as file:
            file.write(written(seal).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return ""


@dataclass(frozen=True, slots=True)
class AddressAnchor:
    url: str

    @property
    def kind(self) -> str:
        return "an address"

    def take(self, seal: Seal) -> str:
        try:
            answer = httpx.post(
                self.url, content=written(seal), headers={"Content-Type": "application/json"},
                timeout=TIMEOUT_S, follow_redirects=False,
            )  # fmt: skip
        except httpx.HTTPError as error:
            raise Unavailable(f"the address did not answer ({type(error).__name__})") from None
        if answer.status_code not in {200, 201, 202, 204}:
            raise Unavailable(f"the address answered {answer.status_code}")
        return " ".join(answer.text[:RECEIPT_MAX].split())


def anchors() -> list[Anchor]:
    """Those of the setting, in order. BadUse for one that is neither file nor address."""
    return [_anchor(one.strip()) for one in settings.AUDIT_ANCHOR.split(",") if one.strip()]


def _anchor(text: str) -> Anchor:
    if text.startswith(FILE):
        return FileAnchor(Path(text.removeprefix(FILE)))
    if text.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        return AddressAnchor(text)
    raise BadUse(f"WAYPOST_AUDIT_ANCHOR: {text!r} is neither file:PATH nor https://ADDRESS")


def kept_copies(path: Path | None = None) -> list[Seal]:
    """The seals in a file, or in the files of the setting, each number once as it was first kept.

    raises   BadUse for a file that cannot be read, or a line in it that is no seal
    """
    paths = [path] if path else [one.path for one in anchors() if isinstance(one, FileAnchor)]
    found: dict[tuple[int, str], Seal] = {}
    for one in paths:
        for seal in _read(one, must_be_there=path is not None):
            found.setdefault((seal.number, seal.signature), seal)
    return sorted(found.values(), key=lambda seal: seal.number)


def written(seal: Seal) -> str:
    said = {
        "seal": seal.number, "line": seal.line, "hash": seal.hash, "at": write_instant(seal.at),
        "previous": seal.previous, "signature": seal.signature,
    }  # fmt: skip
    return json.dumps(said, separators=(",", ":"))


def _read(path: Path, *, must_be_there: bool) -> list[Seal]:
    if not path.exists() and not must_be_there:
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadUse(f"the copies of the audit seals cannot be read: {error}") from None
    return [_seal(text, number) for number, text in enumerate(lines, 1) if text.strip()]


def _seal(text: str, number: int) -> Seal:
    try:
        said = json.loads(text)
        return Seal(
            int(said["seal"]), int(said["line"]), str(said["hash"]), read_instant(said["at"]),
            str(said["previous"]), str(said["signature"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        raise BadUse(f"line {number} of the copies is no audit seal") from None
