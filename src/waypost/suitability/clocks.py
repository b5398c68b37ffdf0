"""When an answer is due, and when whoever asked for it is told. Pure.

source   no Act names hours for these checks; each is for the agency to set (values.py, OURS)
"""

from __future__ import annotations

from datetime import datetime

from waypost.necessity.values import CheckKind
from waypost.suitability.values import ANSWER_WITHIN, CHASED_EVERY, VALID_FOR


def due_at(kind: CheckKind, requested_at: datetime) -> datetime:
    return requested_at + ANSWER_WITHIN[kind]


def next_look(due: datetime, *, now: datetime) -> datetime:
    """When the officer is told next: on the day that was given, then every other day after it."""
    if now < due:
        return due
    return due + ((now - due) // CHASED_EVERY + 1) * CHASED_EVERY


def usually_valid_until(answered_at: datetime) -> datetime:
    return answered_at + VALID_FOR
