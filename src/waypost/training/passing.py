"""Who has passed what, what is due, and whether an act may be done without it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from waypost.access.values import Permission, Posted, Role
from waypost.training.exercises import COURSES
from waypost.training.values import (
    ACT_WORDS,
    DUE_BEFORE,
    NEEDED,
    PASSED,
    VALID_FOR,
    Due,
    Pass,
    Policy,
    Standing,
)

COURSE_WORDS: dict[Role, str] = {role: role.value.replace("_", " ") for role in COURSES}


def valid_until(at: datetime, *, passed: bool) -> datetime | None:
    return at + VALID_FOR if passed else None


def stands(role: Role, passes: Iterable[Pass], *, now: datetime) -> Due:
    """How somebody stands to a course; a later failure takes no pass away, and neither lasts."""
    mine = sorted((one for one in passes if one.role is role), key=lambda one: one.at)
    last = mine[-1] if mine else None
    until = max((one.valid_until for one in mine if one.valid_until is not None), default=None)
    if until is None:
        return Due(role, Standing.FAILED if mine else Standing.NEVER, None, last)
    if until <= now:
        return Due(role, Standing.EXPIRED, until, last)
    soon = until - now <= DUE_BEFORE
    return Due(role, Standing.DUE_SOON if soon else Standing.VALID, until, last)


def due_of(roles: Iterable[Role], passes: Sequence[Pass], *, now: datetime) -> list[Due]:
    """One row for each of their roles that has a course."""
    return [stands(role, passes, now=now) for role in sorted(set(roles)) if role in COURSES]


def why_not(
    by: Posted, permission: Permission, passes: Sequence[Pass], policy: Policy, *, now: datetime
) -> str:
    """Why an act of approval is refused for want of a pass, in words; "" where it is not.

    The machine approves nothing of itself: what it does is done for somebody who was asked.
    """
    role = NEEDED.get(permission)
    if role is None or by.is_machine or policy is not Policy.REQUIRED:
        return ""
    found = stands(role, passes, now=now)
    if found.standing in PASSED:
        return ""
    return (
        f"To {ACT_WORDS[permission]} you need a valid pass of the {COURSE_WORDS[role]} practice; "
        f"{_said(found)}. Ask your administrator for a practice, and look under Training."
    )


def _said(found: Due) -> str:
    if found.standing is Standing.EXPIRED:
        assert found.until is not None
        return f"yours ended on {found.until:%Y-%m-%d}"
    return {
        Standing.FAILED: "you have taken it and not passed",
        Standing.NEVER: "none is on your record",
    }[found.standing]
