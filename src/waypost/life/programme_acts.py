"""Keeping the record of a programme: each change is a new version with why. No person stands here,
so that the administrator may."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, Refused
from waypost.life.models import ProgrammeVersion
from waypost.life.queries import find_programme
from waypost.life.values import Programme

NAME_MAX, WORDS_MAX = 120, 300


@transaction.atomic
def record_programme(programme: Programme, words: str, *, by: Posted, now: datetime) -> int:
    """The programme as it is from now on; the number of its version.

    programme  its `version` is the one that was looked at, 0 of a new one
    raises     Refused for dates that contradict each other; Conflict where somebody was first
    """
    may.check(by, Permission.PROGRAMME_WRITE)
    check_programme(programme)
    had = find_programme(programme.name)
    if (had.version if had else 0) != programme.version:
        raise Conflict("somebody changed this programme first; look at it again")
    if had is not None and not words.strip():
        raise Refused("Say why the programme is changed: orders are questioned by what it says.")
    try:
        made = ProgrammeVersion.objects.create(
            name=programme.name, version=programme.version + 1, instrument=programme.instrument,
            courts=list(programme.courts), boroughs=list(programme.boroughs),
            kinds=sorted(kind.value for kind in programme.kinds),
            impose_from=programme.impose_from, impose_to=programme.impose_to,
            monitor_to=programme.monitor_to, places=programme.places,
            words=words.strip()[:WORDS_MAX], made_at=now, made_by_id=by.officer_id,
        )  # fmt: skip
    except IntegrityError:
        raise Conflict("somebody changed this programme first; look at it again") from None
    audit.record(
        "programme:recorded", by=by, at=now,
        detail={"programme": made.pk, "version": made.version},
    )  # fmt: skip
    return int(made.version)


def check_programme(programme: Programme) -> None:
    """Refused, in words, where a programme contradicts itself."""
    if not programme.name.strip() or len(programme.name) > NAME_MAX:
        raise Refused(f"Give the programme a name, of at most {NAME_MAX} characters.")
    if not programme.instrument.strip():
        raise Refused("Name the legal instrument under which orders of this programme are made.")
    if programme.impose_to is not None and programme.impose_to < programme.impose_from:
        raise Refused("The last day of imposing comes before the first; choose a later one.")
    last = programme.impose_to or programme.impose_from
    if programme.monitor_to is not None and programme.monitor_to < last:
        raise Refused("The last day of monitoring comes before the last day of imposing.")
    if programme.places is not None and programme.places < 1:
        raise Refused("Places funded is a number from 1 on, or nothing where none is set.")
