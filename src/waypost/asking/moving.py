"""How a request moves: by compare-and-set, with the act in its story; and the line it leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from waypost.access import audit
from waypost.access.values import Posted
from waypost.asking import lifecycle
from waypost.asking.models import AbsenceRequest, RequestMove
from waypost.asking.values import ANSWER_DUE, BEGINS_DUE, OPEN, WORDS_MAX, Act, Status
from waypost.errors import Conflict
from waypost.jobs import due

ANSWERED_FIRST = "somebody answered this request first; look at it again"


def move(
    found: AbsenceRequest, act: Act, words: str, *, by: Posted, now: datetime,
    changed: dict[str, Any] | None = None, decided: bool = True,
) -> None:  # fmt: skip
    before = Status(found.status)
    after = lifecycle.decide(before, act)
    values = {"status": after.value, **(changed or {})}
    if decided:
        values |= {"decided_at": now, "decided_by_id": by.officer_id}
    saved = AbsenceRequest.objects.filter(pk=found.pk, version=found.version).update(
        **values, version=F("version") + 1
    )
    if not saved:
        raise Conflict(ANSWERED_FIRST)
    for name, value in {**values, "version": found.version + 1}.items():
        setattr(found, name, value)
    RequestMove.objects.create(
        request=found, at=now, act=act.value, from_status=before.value, to_status=after.value,
        officer_id=by.officer_id, words=short(words),
    )  # fmt: skip
    if after not in OPEN:
        due.clear(ANSWER_DUE, [str(found.pk)])
        due.clear(BEGINS_DUE, [str(found.pk)])


def line(found: AbsenceRequest, act: Act, by: Posted, now: datetime) -> None:
    audit.record(
        f"absence:{_LINES[act]}", by=by, at=now, about=found.person_id,
        detail={"request": found.pk, "status": found.status},
    )  # fmt: skip


_LINES = {
    Act.GRANT: "granted", Act.GRANT_OTHER: "granted_other", Act.REFUSE: "refused",
    Act.WITHDRAW: "withdrawn", Act.BEGIN: "unanswered",
}  # fmt: skip


def short(words: str) -> str:
    return words.strip()[:WORDS_MAX]
