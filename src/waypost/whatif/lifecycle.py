"""Where a try stands: one table, from which code, tests and the diagram come."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


NEXT: dict[Status, frozenset[Status]] = {
    Status.WAITING: frozenset({Status.RUNNING, Status.DONE, Status.FAILED}),
    Status.RUNNING: frozenset({Status.RUNNING, Status.DONE, Status.FAILED}),
    Status.DONE: frozenset(),
    Status.FAILED: frozenset(),
}
OPEN = frozenset({Status.WAITING, Status.RUNNING})
