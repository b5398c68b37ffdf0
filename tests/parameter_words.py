"""Words for tests of the rules' numbers: who writes, who approves, and the way to publication."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from waypost.access.values import Posted, Role
from waypost.rules.values import Parameters

AUTHOR = Posted(71, "Ada Min", frozenset({Role.ADMINISTRATOR}))
OTHER = Posted(72, "Otto Min", frozenset({Role.ADMINISTRATOR}))
MONA = Posted(73, "Mona", frozenset({Role.MONITORING_OFFICER}))
PATIENT = replace(Parameters(), gap_min=timedelta(minutes=60))  # an hour's silence is allowed


def draft(now: datetime, numbers: Parameters = PATIENT, *, by: Posted = AUTHOR) -> int:
    from waypost.monitoring.actions import draft_revision

    return draft_revision(numbers, "Fewer rows of silence.", by=by, now=now)


def preview(revision_id: int, now: datetime, sample: int | None = None, by: Posted = AUTHOR) -> int:
    """Ask for a preview and have the worker's jobs run."""
    from waypost.monitoring.actions import ask_preview

    preview_id = ask_preview(revision_id, sample, by=by, now=now)
    run_jobs(now)
    return preview_id


def run_jobs(now: datetime) -> None:
    from waypost.cli.worker import handlers
    from waypost.jobs.queue import run_next

    while run_next(handlers(), lambda: now):
        pass


def move(
    revision_id: int, act: str, now: datetime, *, by: Posted, at: datetime | None = None
) -> None:
    from waypost.monitoring.actions import move_revision
    from waypost.monitoring.models import ParameterRevision
    from waypost.monitoring.parameter_lifecycle import Act

    version = ParameterRevision.objects.get(pk=revision_id).version
    move_revision(
        revision_id,
        Act(act),
        "it was looked at",
        effective_from=at,
        version=version,
        by=by,
        now=now,
    )


def publish(now: datetime, at: datetime, numbers: Parameters = PATIENT) -> int:
    """The whole way: draft, preview, proposal, approval by another; the revision's number."""
    revision_id = draft(now, numbers)
    preview(revision_id, now)
    move(revision_id, "propose", now, by=AUTHOR)
    move(revision_id, "approve", now, by=OTHER, at=at)
    return revision_id
