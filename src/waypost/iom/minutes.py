"""The minutes of a case conference, as paper: who came, what the facts were, what was decided and
agreed, when the next one is. Drawn up by a coordinator who may know of everybody on the agenda."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from waypost.access import audit
from waypost.access.values import Posted, Purpose
from waypost.documents import papers
from waypost.documents.values import Block, Facts, Heading, Paragraph, Table
from waypost.errors import Conflict, Refused
from waypost.iom.conference_queries import Facts as Known
from waypost.iom.conference_queries import ItemSeen, items_of
from waypost.iom.drifting import VERDICT_WORDS
from waypost.iom.models import Conference
from waypost.iom.queries import AgreedRow
from waypost.iom.scope import check_may_open, find_conference
from waypost.iom.values import ABOUT_CONFERENCE, ACTION_WORDS, MINUTES, ConferenceStatus

NOT_READ = "not read"  # by whoever drew it up: their role does not carry it


def draw_minutes(conference_id: int, *, by: Posted, now: datetime) -> tuple[int, int]:
    """Draw the minutes up and keep them; the numbers of the PDF and the DOCX. Rendered before the
    transaction opens. Each time is a paper of its own; earlier ones stay."""
    found = find_conference(conference_id, by, write=True)
    if found.status not in (ConferenceStatus.HELD, ConferenceStatus.CLOSED):
        raise Refused("Minutes are drawn up of a conference that was held.")
    check_may_open(found.pk, by=by, now=now)
    items = items_of(found, list(found.items.order_by("pk")), by, now)
    words = {
        "reference": f"IOM-{found.pk}",
        "agency": str(found.unit),
        "title": found.title,
        "held_on": _when(found.at),
        "place": found.place or "not stated",
        "chair": found.chair,
        "next_on": _when(found.next_at) if found.next_at else "not set yet",
        "made_on": _when(now),
        "author": by.name,
    }
    slots = {
        "attendance": _attendance(found),
        "people": [block for one in items for block in _item(one)],
        "actions": _actions([each for one in items for each in one.actions]),
    }
    prepared = papers.prepare(MINUTES, words=words, slots=slots, now=now)
    with transaction.atomic():
        drawn = papers.keep(
            prepared, about=f"{ABOUT_CONFERENCE}:{found.pk}", person_id=None, by=by, now=now
        )
        same = Conference.objects.filter(pk=found.pk, version=found.version)
        if not same.update(document_ids=[*found.document_ids, drawn.pdf_id, drawn.docx_id]):
            raise Conflict("Somebody wrote of this conference meanwhile; reload and look again.")
        audit.record(
            "conference:minutes_drawn", by=by, at=now, purpose=Purpose.SUPERVISION,
            detail={"conference": found.pk, "documents": [drawn.pdf_id, drawn.docx_id]},
        )  # fmt: skip
    return drawn.pdf_id, drawn.docx_id


def _attendance(found: Conference) -> list[Block]:
    rows = tuple(
        (one.agency, one.name, "present" if one.present else "apologies")
        for one in found.attendances.order_by("-present", "agency", "name")
    )
    return [Table("Who came, by agency", ("Agency", "Name", ""), rows)] if rows else []


def _item(one: ItemSeen) -> Sequence[Block]:
    return (
        Heading(one.name, 3),
        Facts(known_rows(one.facts)),
        Paragraph(f"Decided: {one.decision}" if one.decision else "Nothing was decided."),
    )


def known_rows(known: Known) -> tuple[tuple[str, str], ...]:
    """The facts in words, as the agenda shows them and the minutes keep them."""
    days = known.days
    kept = NOT_READ if days is None else (
        f"{days.kept} of {days.asked} kept; {days.broken} broken; {days.untold} could not be told"
        if days.asked else "nothing was asked"
    )  # fmt: skip
    drift = VERDICT_WORDS[known.drift.verdict]
    reasons = " ".join(one.words for one in known.drift.reasons)
    rows = [
        ("How it goes", f"{drift}. {reasons}".strip()),
        ("Days", kept),
        ("Upheld alerts", _number(known.upheld)),
        ("Open alerts", _number(known.open_alerts)),
        ("Open breach cases", _number(known.breaches)),
        ("Actions", f"{known.actions_done} done, {known.actions_open} open, "
                    f"{known.actions_late} of them late"),
        ("Offers owed", "; ".join(known.offers) or "none"),
        ("Changes of cohort", "; ".join(known.changes) or "none"),
    ]  # fmt: skip
    rows += [
        ("Match", f"{one.offence}: {(one.outcome or one.status).value.replace('_', ' ')}")
        for one in known.reviews
    ]
    return tuple(rows)


def _number(count: int | None) -> str:
    return NOT_READ if count is None else str(count)


def _actions(rows: Sequence[AgreedRow]) -> list[Block]:
    if not rows:
        return []
    return [
        Table(
            "What was agreed", ("Person", "What", "Whose", "By", "Stands"),
            tuple(
                (one.person, one.what, f"{one.owner}, {one.agency}", _day(one.due_at),
                 ACTION_WORDS[one.status])
                for one in rows
            ),
        )
    ]  # fmt: skip


def _when(at: datetime) -> str:
    there = at.astimezone(ZoneInfo(settings.WALL_ZONE))
    return f"{there.day} {there:%B %Y, %H:%M %Z}"


def _day(at: datetime) -> str:
    there = at.astimezone(ZoneInfo(settings.WALL_ZONE))
    return f"{there.day} {there:%B %Y}"
