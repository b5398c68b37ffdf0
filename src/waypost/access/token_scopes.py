"""What a machine's token may be for: named permissions of its role, and never for long. Pure.

A token carries its role and its scopes; what it may do is what both allow (access/may.py).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from waypost.access.may import RULES
from waypost.access.values import Permission, Role
from waypost.errors import BadUse

DAYS_MAX = 365
OVERLAP = timedelta(days=7)  # for so long the old token of a rotation is good beside the new one
OVERLAP_DAYS_MAX = 30
# What machines are let do, and in which words a person chooses it. Nothing else is a scope.
SCOPES: dict[Permission, str] = {
    Permission.INTAKE_POST: "Post batches of fixes",
    Permission.COURT_SEND: "Send results of hearings",
    Permission.ALERT_READ: "Read alerts",
    Permission.WHEREABOUTS_READ: "Read a person’s fixes, for a purpose",
    Permission.NOTIFICATION_READ: "Read breach notifications",
    Permission.NOTIFICATION_ANSWER: "Answer breach notifications",
    Permission.OFFENCE_UPLOAD: "Send offence files",
    Permission.OFFENCE_READ: "Read what became of offence files, and what each changed",
}


def scopes_of(role: Role) -> frozenset[Permission]:
    """The scopes that the role could use."""
    return frozenset(SCOPES) & frozenset(RULES[role])


def check_scopes(names: Collection[str], role: Role) -> frozenset[Permission]:
    """The scopes of these names. BadUse for one that there is not, or that the role cannot use."""
    known = {one.value: one for one in SCOPES}
    usable = scopes_of(role)
    for name in names:
        if name not in known:
            raise BadUse(f"{name!r} is no scope; there are {', '.join(known)}")
        if known[name] not in usable:
            raise BadUse(f"{name} is nothing that a {role.value.replace('_', ' ')} may do")
    return frozenset(known[name] for name in names)


def check_days(days: int) -> timedelta:
    if not 1 <= days <= DAYS_MAX:
        raise BadUse(f"a token lasts at least one day and at most {DAYS_MAX}")
    return timedelta(days=days)


def write_scopes(scopes: Collection[Permission]) -> str:
    return " ".join(sorted(scopes))


def read_scopes(text: str) -> frozenset[Permission]:
    """As a token carries them. What is a scope no longer opens nothing."""
    names = {one.value: one for one in SCOPES}
    return frozenset(names[word] for word in text.split() if word in names)
