"""What may be asked of answers about oneself: whether somebody was asked; one's own; all, to count.

No function here gives the answers of one person to anybody but that person.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.equality.models import SelfDescription
from waypost.equality.values import Answers, Asked, How, OwnAnswers
from waypost.errors import NoSuchThing
from waypost.orders.queries import case_of


def asked_of(person_id: int, by: Posted, *, now: datetime) -> Asked | None:
    """Whether the person was asked, for who may ask them; None for everybody else."""
    if not may.decide(by, Permission.EQUALITY_WRITE, case_of(person_id, now=now)).allowed:
        return None
    return _asked(_last(person_id))


def own_answers(by: Posted, *, now: datetime) -> OwnAnswers:
    """What the wearer said last. NoSuchThing for a sign-in that is no wearer's."""
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    may.check(by, Permission.EQUALITY_WRITE, case_of(by.own_person_id, now=now))
    row = _last(by.own_person_id)
    if row is None:
        return OwnAnswers(0, {}, None, None, Asked.NOT_YET)
    answers = json.loads(row.answers) if row.answers else {}
    return OwnAnswers(row.version, answers, row.made_at, How(row.how), _asked(row))


def answers_at(person_ids: Collection[int], *, at: datetime) -> dict[int, Answers]:
    """What each had said by then and has not taken back, for evaluation/self_described.py, which
    counts it and lets nothing else out. The caller asked "may I?"."""
    rows = SelfDescription.objects.filter(made_at__lt=at, withdrawn_at=None).order_by("version")
    return {
        one.person_id: json.loads(one.answers)
        for one in rows.filter(person_id__in=list(person_ids))
        if one.answers
    }


def _last(person_id: int) -> SelfDescription | None:
    return SelfDescription.objects.filter(person_id=person_id).order_by("-version").first()


def _asked(row: SelfDescription | None) -> Asked:
    if row is None:
        return Asked.NOT_YET
    return Asked.WITHDRAWN if row.withdrawn_at is not None else Asked.ASKED
