"""What an officer did in an attempt, read from the audit chain of the practice's own store."""

from __future__ import annotations

import json

from waypost.access.models import AuditLine
from waypost.training.models import Attempt
from waypost.training.values import Did

LOOKS = ("viewed", "opened")  # what is only looked at is no deed


def done_in(attempt: Attempt) -> tuple[Did, ...]:
    """Their acts on the attempt's case since it began, up to its end; a refusal is none."""
    if attempt.ended_at is not None and attempt.done:
        return tuple(Did(one["kind"], one["detail"]) for one in attempt.done)
    lines = AuditLine.objects.filter(
        number__gt=attempt.from_line, officer_id=attempt.officer_id, outcome="done",
        person_id=attempt.made_up_id,
    )  # fmt: skip
    if attempt.ended_at is not None:
        lines = lines.filter(at__lte=attempt.ended_at)
    return tuple(
        Did(one.kind, _detail(bytes(one.body)))
        for one in lines.order_by("number")
        if not one.kind.endswith(LOOKS) and not one.kind.startswith("practice:")
    )


def _detail(body: bytes) -> dict[str, str]:
    said = json.loads(body).get("detail") or {}
    return {str(name): str(value) for name, value in said.items()}
