"""Progress reports: gathered from what plans, services and goals already tell, drawn up as paper.

A moving exclusion is told by its day alone, as everything missed is here: an hour would say where
somebody else was.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.documents import papers
from waypost.documents.values import Block, Paragraph, Table
from waypost.documents.values import Facts as FactRows
from waypost.errors import Refused
from waypost.orders.queries import case_of
from waypost.pathways.queries import sessions_between
from waypost.plans.gathering import facts_of
from waypost.rules.values import RowKind
from waypost.voice.goals import GoalSeen, goals_of
from waypost.voice.meeting import WHAT
from waypost.young_court.deciding import share_words
from waypost.young_court.models import Listing
from waypost.young_court.values import (
    ADAPTATION_WORDS,
    FIRST_PERIOD,
    REPORT,
    Adaptation,
    Progress,
    Status,
)


def gather(listing: Listing, shared: Collection[int], *, by: Posted, now: datetime) -> Progress:
    """Since the last review that was held, or the last FIRST_PERIOD. shared: numbers of goals."""
    zone = ZoneInfo(settings.WALL_ZONE)
    facts = facts_of(listing.person_id, since_of(listing, now), by=by, now=now)
    from_at = datetime.combine(facts.from_on, time(), zone).astimezone(UTC)
    goals = {one.number: one.words for one in goals_shown(listing.person_id, by, now)}
    if not set(shared) <= set(goals):
        raise Refused("Choose goals of the list.")
    return Progress(
        facts.from_on, facts.to_on, facts.days_asked, facts.days_kept, facts.days_missed,
        facts.days_untold, facts.share, facts.appointments_kept, facts.appointments_asked,
        tuple((_what(words), at.astimezone(zone).date()) for words, at in facts.missed),
        facts.explained, facts.upheld, facts.undecided, facts.weeks_kept, facts.praised,
        tuple(sessions_between(listing.person_id, from_at, now)),
        tuple(goals[one] for one in sorted(set(shared))),
    )  # fmt: skip


def since_of(listing: Listing, now: datetime) -> datetime:
    last = (
        Listing.objects.filter(person_id=listing.person_id, status=Status.HELD)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    return max(last or now - FIRST_PERIOD, now - FIRST_PERIOD)


def goals_shown(person_id: int, by: Posted, now: datetime) -> list[GoalSeen]:
    """Goals are the person's own words, written to whom they meet; nobody else reads them here."""
    if not may.decide(by, Permission.MEETING_PREPARE, case_of(person_id, now=now)).allowed:
        return []
    return goals_of(person_id)


def prepared(listing: Listing, facts: Progress, words: str, by: Posted, now: datetime
             ) -> papers.Prepared:  # fmt: skip
    """The paper in both forms; writes nothing."""
    given = {
        "person_name": listing.person.full_name or listing.person.reference,
        "reference": listing.person.reference,
        "court": listing.sitting.court,
        "sitting_on": when(listing.at),
        "period": f"{day(facts.from_on)} to {day(facts.to_on)}",
        "share": share_words(facts),
        "words": words,
        "made_on": when(now),
        "author": by.name,
    }
    return papers.prepare(REPORT, words=given, slots=slots_of(listing, facts), now=now)


def slots_of(listing: Listing, facts: Progress) -> dict[str, list[Block]]:
    missed = tuple((words, day(on)) for words, on in facts.missed)
    services = tuple((name, f"{came} of {held}") for name, came, held in facts.services)
    return {
        "days_kept": [FactRows(fact_rows(facts)[1:])],  # the share stands above them
        "missed": [Table("What was missed", ("What", "Day"), missed)] if missed else [],
        "services": [Table("Services", ("Service", "Sessions they came to"), services)]
        if services else [],
        "goals": [Paragraph(f"“{one}”") for one in facts.goals],
        "adaptations": [Paragraph(one) for one in adaptation_lines(listing)],
    }  # fmt: skip


def fact_rows(facts: Progress) -> tuple[tuple[str, str], ...]:
    """The same rows on the page and on paper; the share that could be told is the first of them."""
    days = f"{facts.days_kept} of {facts.days_asked}"
    if facts.days_untold:
        days += f"; of {facts.days_untold} more the tag could not tell"
    return (
        ("How much could be told", share_words(facts)[:1].upper() + share_words(facts)[1:]),
        ("Days kept", days if facts.days_asked else "nothing was asked"),
        ("Days with something against them", str(facts.days_missed)),
        ("Appointments kept", f"{facts.appointments_kept} of {facts.appointments_asked}"),
        ("Explained", f"{facts.explained} found reasonable, or the equipment’s fault"),
        ("Upheld", str(facts.upheld)),
        ("Not decided yet", str(facts.undecided)),
        ("Weeks kept whole", f"{facts.weeks_kept}; they were praised for {facts.praised}"),
    )


def adaptation_lines(listing: Listing) -> list[str]:
    known = [ADAPTATION_WORDS[Adaptation(one)] for one in listing.adaptations]
    return [*known, *([listing.adaptation_words] if listing.adaptation_words else [])]


def as_json(facts: Progress) -> dict[str, Any]:
    """Facts as they are kept with a listing: days in ISO 8601."""
    found = asdict(facts)
    found |= {"from_on": facts.from_on.isoformat(), "to_on": facts.to_on.isoformat()}
    found["missed"] = [[words, on.isoformat()] for words, on in facts.missed]
    found["services"] = [list(one) for one in facts.services]
    found["goals"] = list(facts.goals)
    return found


def from_json(kept: dict[str, Any]) -> Progress | None:
    if not kept:
        return None
    given = dict(kept)
    given["from_on"] = date.fromisoformat(kept["from_on"])
    given["to_on"] = date.fromisoformat(kept["to_on"])
    given["missed"] = tuple((words, date.fromisoformat(on)) for words, on in kept["missed"])
    given["services"] = tuple((name, came, held) for name, came, held in kept["services"])
    given["goals"] = tuple(kept["goals"])
    return Progress(**given)


def _what(kind: str) -> str:
    try:
        return WHAT.get(RowKind(kind), kind.replace("_", " "))
    except ValueError:  # already in words
        return kind


def when(at: datetime) -> str:
    there = at.astimezone(ZoneInfo(settings.WALL_ZONE))
    return f"{there.day} {there:%B %Y, %H:%M %Z}"


def day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
