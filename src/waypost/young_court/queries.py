"""What may be asked of the Young Adult Court: sittings with the asker's own people, what is late;
one person's reviews; the wearer's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.access.values import Purpose as Why
from waypost.documents.queries import Listed, documents_about
from waypost.orders.queries import case_of, visible_person_ids
from waypost.voice.goals import GoalSeen
from waypost.young_court.deciding import acts_of, next_overdue, not_written_up
from waypost.young_court.models import Listing, ListingMove, Sitting
from waypost.young_court.reporting import adaptation_lines, fact_rows, from_json, goals_shown
from waypost.young_court.scope import find_person
from waypost.young_court.values import ABOUT, OPEN, Act, Progress, Purpose, Status

PAST = timedelta(days=14)
TODAY = timedelta(days=1)  # somebody may be put on a list that has begun
P = Permission


@dataclass(frozen=True, slots=True)
class ListedRow:
    """late: the sitting was, and what the court said is not written down."""

    listing: Listing
    status: Status
    purpose: Purpose
    person: str
    late: bool
    adaptations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SittingRow:
    sitting: Sitting
    rows: tuple[ListedRow, ...]


@dataclass(frozen=True, slots=True)
class ToList:
    """A review that the court asked for and that has no sitting yet. overdue: its day has come."""

    person_id: int
    person: str
    next_on: date
    overdue: bool


@dataclass(frozen=True, slots=True)
class CourtList:
    sittings: tuple[SittingRow, ...]
    to_list: tuple[ToList, ...]  # the soonest first
    late: tuple[ListedRow, ...]
    may_write: bool


@dataclass(frozen=True, slots=True)
class ListingSeen:
    row: ListedRow
    facts: Progress | None
    fact_rows: tuple[tuple[str, str], ...]
    moves: tuple[tuple[ListingMove, str], ...]
    papers: tuple[Listed, ...]
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class PersonReviews:
    person_id: int
    reference: str
    name: str
    listings: tuple[ListingSeen, ...]
    sittings: tuple[Sitting, ...]  # for which they may be listed
    goals: tuple[GoalSeen, ...]  # of which they may agree that the court is told
    due: ToList | None
    may_write: bool


@dataclass(frozen=True, slots=True)
class OwnReviews:
    """What the wearer sees: their next review, and what the court said last."""

    next_at: datetime | None
    court: str
    place: str
    next_on: date | None  # asked for, and without a sitting yet
    eased: tuple[str, ...]
    said: tuple[tuple[datetime, str], ...]  # the newest first


def court_list(by: Posted, *, now: datetime) -> CourtList:
    """Sittings to come and of the last two weeks, with the people whom the asker may know of."""
    may.check(by, P.COURT_REVIEW_READ)
    seen = visible_person_ids(by, P.COURT_REVIEW_READ, now=now)
    listings = Listing.objects.select_related("person", "sitting").order_by("at", "pk")
    listings = listings if seen is None else listings.filter(person_id__in=seen)
    rows = [_row(one, now) for one in listings]
    sittings = tuple(
        SittingRow(one, tuple(row for row in rows if row.listing.sitting_id == one.pk))
        for one in Sitting.objects.filter(at__gt=now - PAST).order_by("at", "pk")
    )
    return CourtList(
        sittings, tuple(_to_list(rows, now)), tuple(row for row in rows if row.late),
        may.decide(by, P.COURT_REVIEW_WRITE).allowed,
    )  # fmt: skip


@transaction.atomic
def person_reviews(person_id: int, by: Posted, *, now: datetime) -> PersonReviews:
    """One person's reviews, the newest first; leaves the line court_reviews:viewed."""
    person = find_person(person_id, P.COURT_REVIEW_READ, by, now)
    may_write = may.decide(by, P.COURT_REVIEW_WRITE, case_of(person_id, now=now)).allowed
    found = list(
        Listing.objects.filter(person_id=person_id)
        .select_related("person", "sitting")
        .order_by("-at", "-pk")
    )
    rows = [_row(one, now) for one in found]
    due = next(iter(_to_list(rows, now)), None)
    listings = tuple(_seen(row, may_write) for row in rows)
    audit.record("court_reviews:viewed", by=by, at=now, about=person_id, purpose=Why.SUPERVISION)
    sittings = Sitting.objects.filter(at__gte=now - TODAY).order_by("at", "pk") if may_write else ()
    return PersonReviews(
        person_id, person.reference, person.full_name or person.reference, listings,
        tuple(sittings), tuple(goals_shown(person_id, by, now)) if may_write else (), due,
        may_write,
    )  # fmt: skip


def reviews_of(person_id: int, by: Posted, *, now: datetime) -> int | None:
    """For the person's own page: how many are open; None for who may not read it."""
    if not may.decide(by, P.COURT_REVIEW_READ, case_of(person_id, now=now)).allowed:
        return None
    return Listing.objects.filter(person_id=person_id, status__in=OPEN).count()


def own_reviews(by: Posted, *, now: datetime) -> OwnReviews | None:
    """The wearer's own; None where this court has nothing to do with them. The page asked and
    leaves the line."""
    if by.own_person_id is None:
        return None
    found = list(
        Listing.objects.filter(person_id=by.own_person_id)
        .select_related("person", "sitting")
        .order_by("at", "pk")
    )
    if not found:
        return None
    next_one = next((one for one in found if one.status in OPEN and one.at >= now - TODAY), None)
    due = next(iter(_to_list([_row(one, now) for one in found], now)), None)
    heard = [(one.at, one.court_words) for one in found if one.status == Status.HELD]
    return OwnReviews(
        next_one.at if next_one else None,
        next_one.sitting.court if next_one else "",
        next_one.sitting.place if next_one else "",
        due.next_on if due else None,
        tuple(adaptation_lines(next_one)) if next_one else (),
        tuple(reversed(heard)),
    )


def _row(one: Listing, now: datetime) -> ListedRow:
    status = Status(one.status)
    return ListedRow(
        one, status, Purpose(one.purpose), one.person.full_name or one.person.reference,
        not_written_up(status, one.at, now), tuple(adaptation_lines(one)),
    )  # fmt: skip


def _to_list(rows: Iterable[ListedRow], now: datetime) -> list[ToList]:
    """Of each person the last that was held, where it asks for a next one and none is listed."""
    today = now.astimezone(ZoneInfo(settings.WALL_ZONE)).date()
    last: dict[int, ListedRow] = {}
    waiting: set[int] = set()
    for row in rows:
        one = row.listing
        if row.status in OPEN:
            waiting.add(one.person_id)
        elif row.status is Status.HELD:
            before = last.get(one.person_id)
            if before is None or (before.listing.at, before.listing.pk) < (one.at, one.pk):
                last[one.person_id] = row
    found = [
        ToList(number, row.person, row.listing.next_on,
               next_overdue(row.listing.next_on, today))
        for number, row in last.items()
        if row.listing.next_on is not None and number not in waiting
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.next_on, one.person))


def _seen(row: ListedRow, may_write: bool) -> ListingSeen:
    moves = list(row.listing.moves.order_by("pk"))
    wanted = {one.officer_id for one in moves if one.officer_id is not None}
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}
    facts = from_json(row.listing.facts)
    return ListingSeen(
        row, facts, fact_rows(facts) if facts else (),
        tuple((one, names.get(one.officer_id or 0, "Waypost")) for one in moves),
        tuple(documents_about(f"{ABOUT}:{row.listing.pk}")),
        acts_of(row.status) if may_write else (),
    )  # fmt: skip
