"""What may be done with a match under review: open it for a reason, decide, agree, refer, record.

Each act: load, may I?, decide by the table, save by compare-and-set with its move and its line.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from waypost.access import audit
from waypost.access.values import Permission, Posted, Purpose
from waypost.corrections.recipients import officers_of
from waypost.corrections.values import Change
from waypost.errors import Conflict, Refused
from waypost.notices.values import Weight
from waypost.notices.writing import enqueue
from waypost.review import lifecycle, scope
from waypost.review.correcting import correct_alerts
from waypost.review.models import Opening, Review, ReviewMove
from waypost.review.values import OPEN_FOR, REASON_MIN, Act, Outcome, Status, Why
from waypost.training.queries import check_trained

MOVED_FIRST = "somebody moved this match first; look at it again before you act"


@transaction.atomic
def open_match(review_id: int, reason: str, *, by: Posted, now: datetime) -> int:
    """Open a match for a shift: from now on its wearer is named to this officer. The number of the
    opening.

    raises   Refused without a reason that says something
    """
    found = scope.find(review_id)
    scope.doers(found, by, now=now)
    assert by.officer_id is not None, "a machine is shown nobody"
    if len(reason.strip()) < REASON_MIN:
        raise Refused("Say why you need to see who this match is about: a sentence, not a word.")
    made = Opening.objects.create(
        review=found, officer_id=by.officer_id, at=now, until=now + OPEN_FOR, reason=reason.strip()
    )
    audit.record(
        "review:opened", by=by, at=now, about=found.person_id, purpose=Purpose.CRIME_MAPPING,
        detail={"review": found.pk, "opening": made.pk, "match": found.match_id},
    )  # fmt: skip
    return int(made.pk)


@transaction.atomic
def qualify(
    review_id: int, words: str, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    """Worth acting on, says one analyst; nothing leaves before a second person agrees."""
    found = _load(review_id, Act.QUALIFY, by, now, expected_version)
    check_trained(by, Permission.MATCH_REVIEW, now=now)
    if found.gone:
        raise Refused(
            "The newest run lists this match no more: read what changed, and reject it or wait."
        )
    _move(
        found, Act.QUALIFY, by, now, words,
        changed={"qualified_by_id": by.officer_id, "qualified_at": now, "why": "",
                 "decided_match_id": found.match_id},
    )  # fmt: skip


@transaction.atomic
def reject(
    review_id: int, why: Why, words: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    found = _load(review_id, Act.REJECT, by, now, expected_version)
    _move(
        found, Act.REJECT, by, now, words, why=why,
        changed={"why": why.value, "decided_match_id": found.match_id},
    )  # fmt: skip


@transaction.atomic
def ask_more(
    review_id: int, words: str, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    found = _load(review_id, Act.ASK_MORE, by, now, expected_version)
    _move(found, Act.ASK_MORE, by, now, words)


@transaction.atomic
def approve(
    review_id: int, words: str, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    """A second person agrees with what the first decided, on the match that was decided on."""
    found = _load(review_id, Act.APPROVE, by, now, expected_version)
    check_trained(by, Permission.MATCH_APPROVE, now=now)
    if found.match_id != found.decided_match_id or found.gone:
        raise Refused(
            "A newer run changed this match after it was qualified. Send it back, so that the "
            "analyst decides on what stands now."
        )
    _move(
        found, Act.APPROVE, by, now, words,
        changed={"approved_by_id": by.officer_id, "approved_at": now},
    )  # fmt: skip


@transaction.atomic
def send_back(
    review_id: int, words: str, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    found = _load(review_id, Act.SEND_BACK, by, now, expected_version)
    _move(found, Act.SEND_BACK, by, now, words, changed=_UNDECIDED)


@transaction.atomic
def refer(
    review_id: int, unit_id: int, words: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """An IOM unit has it from now on: its coordinators see whom it is about, and record what comes
    of it."""
    found = _load(review_id, Act.REFER, by, now, expected_version)
    if unit_id not in {one.pk for one in scope.units()}:
        raise Refused("Choose the IOM unit that is to have it.")
    _move(found, Act.REFER, by, now, words, changed={"unit_id": unit_id, "referred_at": now})
    enqueue(
        about=f"review:{found.pk}", step="referred", officer_ids=officers_of(unit_id, now=now),
        template="match_referred", words={"review_id": found.pk}, now=now, weight=Weight.SOON,
    )  # fmt: skip


@transaction.atomic
def record_outcome(
    review_id: int, outcome: Outcome, words: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    found = _load(review_id, Act.RECORD_OUTCOME, by, now, expected_version)
    _move(
        found, Act.RECORD_OUTCOME, by, now, words, outcome=outcome,
        changed={"outcome": outcome.value, "outcome_at": now},
    )  # fmt: skip


@transaction.atomic
def withdraw(
    review_id: int, words: str, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    """What was approved does not stand: everybody who was sent it gets a numbered correction."""
    found = _load(review_id, Act.WITHDRAW, by, now, expected_version)
    _move(found, Act.WITHDRAW, by, now, words, changed=_UNDECIDED)
    told = f"This match is withdrawn and must not be relied on: {words.strip()}"
    correct_alerts(found, [told], Change.WITHDRAWN, by=by, now=now)


@transaction.atomic
def reopen(
    review_id: int, words: str, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    found = _load(review_id, Act.REOPEN, by, now, expected_version)
    _move(found, Act.REOPEN, by, now, words, changed=_UNDECIDED | {"why": ""})


_UNDECIDED: dict[str, Any] = {
    "qualified_by_id": None, "qualified_at": None, "approved_by_id": None, "approved_at": None,
    "decided_match_id": None,
}  # fmt: skip


def _load(
    review_id: int, act: Act, by: Posted, now: datetime, expected_version: int | None
) -> Review:
    """The record, locked where the database can, for an act of somebody to whom it is open."""
    found = scope.find(review_id, lock=True)
    scope.check_may(found, act, by, now=now)
    scope.check_open(found, by, now=now)
    if expected_version is not None and expected_version != found.version:
        raise Conflict(MOVED_FIRST)
    return found


def _move(
    found: Review, act: Act, by: Posted, now: datetime, words: str, *, why: Why | None = None,
    outcome: Outcome | None = None, changed: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    before = Status(found.status)
    after = lifecycle.decide(before, act, words=words)
    values: dict[str, Any] = {"status": after.value, **(changed or {})}
    saved = Review.objects.filter(pk=found.pk, version=found.version).update(
        **values, version=F("version") + 1
    )
    if not saved:
        raise Conflict(MOVED_FIRST)
    for name, value in {**values, "version": found.version + 1}.items():
        setattr(found, name, value)
    ReviewMove.objects.create(
        review=found, at=now, act=act.value, from_status=before.value, to_status=after.value,
        officer_id=by.officer_id, match_id=found.match_id, why=why.value if why else "",
        outcome=outcome.value if outcome else "", words=words.strip(),
    )  # fmt: skip
    audit.record(
        f"review:{act.value}", by=by, at=now, about=found.person_id,
        purpose=Purpose.CRIME_MAPPING,
        detail={"review": found.pk, "match": found.match_id, "from": before.value,
                "to": after.value},
    )  # fmt: skip
