"""What may be done in the Young Adult Court: enter a sitting, list somebody, prepare, report, write
down what the court said, put off, take off the list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.access.values import Purpose as Why
from waypost.documents import papers
from waypost.errors import Conflict, Refused
from waypost.young_court import reporting
from waypost.young_court.deciding import check_age, check_held, check_next, decide, said
from waypost.young_court.models import Listing, ListingMove, Sitting
from waypost.young_court.scope import find_listing, find_person, find_sitting
from waypost.young_court.values import (
    ABOUT,
    NAME_MAX,
    OPEN,
    WORDS_MAX,
    Act,
    Adaptation,
    Purpose,
    Status,
)

P = Permission
MOVED = "Somebody wrote of this meanwhile; reload and look again."
AHEAD_MAX = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Said:
    """What the court said. next_on: the day of the next review; ends_why: why there is none."""

    words: str
    family_present: bool
    family_words: str = ""
    next_on: date | None = None
    ends_why: str = ""


@transaction.atomic
def enter_sitting(court: str, place: str, at: datetime, *, by: Posted, now: datetime) -> int:
    """A sitting of a court; the same court at the same time is one."""
    may.check(by, P.COURT_REVIEW_WRITE)
    name = said(court, "Give the name of the court.", least=2, limit=NAME_MAX)
    if not now - timedelta(days=31) < at < now + AHEAD_MAX:
        raise Refused("Give a day within the next two years, or of the last month.")
    if Sitting.objects.filter(court=name, at=at).exists():
        raise Conflict("This sitting is entered already.")
    made = Sitting.objects.create(
        court=name, place=" ".join(place.split())[:200], at=at, entered_at=now,
        entered_by_id=by.officer_id,
    )  # fmt: skip
    audit.record("sitting:entered", by=by, at=now, detail={"sitting": made.pk})
    return made.pk


@transaction.atomic
def put_on_list(
    person_id: int, sitting_id: int, purpose: Purpose, why: str, *, by: Posted, now: datetime
) -> int:
    """List somebody for a sitting to come. What made their last one easier is asked for again."""
    person = find_person(person_id, P.COURT_REVIEW_WRITE, by, now)
    sitting = find_sitting(sitting_id)
    if sitting.at < now - timedelta(days=1):
        raise Refused("That sitting is over. Choose one that is to come.")
    check_age(person.born_on, _local(sitting.at), purpose)
    words = said(why, "Say what they are listed for.")
    last = Listing.objects.filter(person_id=person_id).order_by("-at", "-pk").first()
    try:
        with transaction.atomic():
            made = Listing.objects.create(
                person_id=person_id, sitting=sitting, purpose=purpose, status=Status.LISTED,
                at=sitting.at, listed_at=now, listed_by_id=by.officer_id, why=words,
                adaptations=last.adaptations if last else [],
                adaptation_words=last.adaptation_words if last else "",
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("They are listed for this sitting already.") from None
    _line(made, "list", "", Status.LISTED, words, by, now)
    return made.pk


@transaction.atomic
def prepare(
    listing_id: int, adaptations: Collection[Adaptation], adaptation_words: str, family_words: str,
    *, expected_version: int, by: Posted, now: datetime,
) -> None:  # fmt: skip
    """What makes it possible to take part, and who of the family is asked to come."""
    found = find_listing(listing_id, P.COURT_REVIEW_WRITE, by, now)
    if found.status not in OPEN:
        raise Refused("This review is over; list them anew to prepare the next.")
    chosen = [one.value for one in Adaptation if one in set(adaptations)]
    _change(
        found, expected_version, adaptations=chosen, adaptation_words=_line_of(adaptation_words),
        family_words=_line_of(family_words),
    )  # fmt: skip
    _line(found, "prepare", found.status, Status(found.status), "", by, now)


def report(
    listing_id: int, words: str, shared: Collection[int], *, expected_version: int, by: Posted,
    now: datetime,
) -> tuple[int, int]:  # fmt: skip
    """Draw a progress report up from facts and keep it; the numbers of the PDF and the DOCX.

    Rendered before the transaction opens. Each time is a paper of its own; earlier ones stay.
    """
    found = find_listing(listing_id, P.COURT_REVIEW_WRITE, by, now)
    before = Status(found.status)
    to, saying = decide(before, Act.REPORT, words)
    facts = reporting.gather(found, shared, by=by, now=now)
    drawn_up = reporting.prepared(found, facts, saying, by, now)
    with transaction.atomic():
        about = f"{ABOUT}:{found.pk}"
        drawn = papers.keep(drawn_up, about=about, person_id=found.person_id, by=by, now=now)
        _change(
            found, expected_version, status=to, reported_at=now, report_words=saying,
            facts=reporting.as_json(facts),
            document_ids=[*found.document_ids, drawn.pdf_id, drawn.docx_id],
        )  # fmt: skip
        _line(found, Act.REPORT, before, to, saying, by, now)
    return drawn.pdf_id, drawn.docx_id


@transaction.atomic
def hold(listing_id: int, heard: Said, *, expected_version: int, by: Posted, now: datetime) -> None:
    """Write down what the court said, who of the family was there, and when it looks again."""
    found = find_listing(listing_id, P.COURT_REVIEW_WRITE, by, now)
    before = Status(found.status)
    to, saying = decide(before, Act.HOLD, heard.words)
    check_held(found.at, now)
    ends = check_next(heard.next_on, heard.ends_why, _local(now))
    _change(
        found, expected_version, status=to, held_at=now, court_words=saying,
        family_present=heard.family_present, next_on=heard.next_on, ends_why=ends,
        family_words=_line_of(heard.family_words) or found.family_words,
    )  # fmt: skip
    _line(found, Act.HOLD, before, to, saying, by, now)


@transaction.atomic
def put_off(
    listing_id: int, words: str, to_sitting: int, *, expected_version: int, by: Posted,
    now: datetime,
) -> int:  # fmt: skip
    """Moved to another sitting, later or brought forward: this listing ends, a new one begins.
    Gives its number."""
    found = find_listing(listing_id, P.COURT_REVIEW_WRITE, by, now)
    if to_sitting == found.sitting_id:
        raise Refused("Choose another sitting than the one that it is on.")
    _end(found, Act.ADJOURN, words, expected_version, by, now)
    made = put_on_list(found.person_id, to_sitting, Purpose(found.purpose), words, by=by, now=now)
    Listing.objects.filter(pk=made).update(
        adaptations=found.adaptations, adaptation_words=found.adaptation_words,
        family_words=found.family_words,
    )  # fmt: skip
    return made


@transaction.atomic
def take_off(
    listing_id: int, words: str, *, expected_version: int, by: Posted, now: datetime
) -> None:
    found = find_listing(listing_id, P.COURT_REVIEW_WRITE, by, now)
    _end(found, Act.WITHDRAW, words, expected_version, by, now)


def _end(found: Listing, act: Act, words: str, version: int, by: Posted, now: datetime) -> None:
    before = Status(found.status)
    to, saying = decide(before, act, words)
    _change(found, version, status=to)
    _line(found, act, before, to, saying, by, now)


def _change(found: Listing, expected_version: int, **values: Any) -> None:
    """One UPDATE that checks version and status. Conflict where somebody was first."""
    same = Listing.objects.filter(pk=found.pk, version=expected_version, status=found.status)
    if not same.update(version=expected_version + 1, **values):
        raise Conflict(MOVED)


def _line(
    found: Listing, act: str, before: str, to: Status, words: str, by: Posted, now: datetime
) -> None:
    ListingMove.objects.create(
        listing=found, at=now, act=act, from_status=before, to_status=to, words=words,
        officer_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "court_review:moved", by=by, at=now, about=found.person_id, purpose=Why.SUPERVISION,
        detail={"listing": found.pk, "act": str(act)},
    )  # fmt: skip


def _line_of(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > WORDS_MAX:
        raise Refused(f"Write at most {WORDS_MAX} characters.")
    return words


def _local(at: datetime) -> date:
    return at.astimezone(ZoneInfo(settings.WALL_ZONE)).date()
