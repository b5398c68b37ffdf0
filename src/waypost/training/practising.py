"""A practice's home, as its pages know it: whose it is, and the ticket where it counts.

`waypost practise` writes practice.json into a home of its own; a real store has none, and its pages
say so. Results that are handed in lie in results/ beside it, until they are taken in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from waypost.access.values import Role
from waypost.home import home
from waypost.training import sealing

FILE, RESULTS = "practice.json", "results"


@dataclass(frozen=True, slots=True)
class Practice:
    role: Role
    username: str
    pass_phrase: str
    ticket: tuple[sealing.Ticket, bytes] | None  # None: it is for oneself, and counts nowhere


def find_practice() -> Practice | None:
    """None in a store that is no practice."""
    file = home() / FILE
    if not file.exists():
        return None
    said = json.loads(file.read_bytes())
    ticket = said.get("ticket")
    return Practice(
        Role(said["role"]), said["username"], said["pass_phrase"],
        sealing.read_ticket(ticket.encode()) if ticket else None,
    )  # fmt: skip


def keep_practice(folder: Path, practice: Practice) -> None:
    ticket = sealing.write_ticket(*practice.ticket).decode() if practice.ticket else None
    said = {
        "role": practice.role.value, "username": practice.username,
        "pass_phrase": practice.pass_phrase, "ticket": ticket,
    }  # fmt: skip
    file = folder / FILE
    file.touch(mode=0o600)
    file.write_text(json.dumps(said))


def keep_result(data: bytes) -> Path:
    """Put a handed-in result where whoever runs the practice finds it."""
    folder = home() / RESULTS
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / f"{sealing.digest_of(data)[:16]}.json"
    draft = path.with_suffix(".part")
    draft.write_bytes(data)
    draft.replace(path)
    return path
