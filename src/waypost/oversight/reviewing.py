"""Looks put before a reviewer: odd ones as they are found, and a sample by lot each month.

    look_through   the lane: the lines of the chain since the last time
    draw           the lane: once a month is over, a share of its looks
    review         by somebody who reviews lawful use and did not make the look

The lot is seeded by the hash of the month's last audit line: nobody can know it beforehand, and
anybody can draw it again.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.models import Person
from waypost.orders.queries import NUMBER_MAX, case_of, hidden_person_ids
from waypost.orders.walltime import wall_instant
from waypost.oversight.gathering import facts_of, looks_after, looks_between
from waypost.oversight.models import LookReview, Watched
from waypost.oversight.values import Look, Outcome, Sign, Signal
from waypost.oversight.watching import signs

LINES_AT_ONCE = 2_000
LAG = timedelta(minutes=10)  # what made a look needed may be written down a little after it
REVIEWED_WITHIN = timedelta(days=14)
SHARE, FEWEST, MOST = 0.02, 20, 200  # of a month's looks; our assumption
WORDS_MAX = 500
NO_SUCH_REVIEW = "There is no such look to review."


@dataclass(frozen=True, slots=True)
class ReviewSeen:
    """One look as a reviewer sees it; person_id None: nobody they may know of."""

    review_id: int
    line: int
    at: datetime
    officer: str
    own: bool
    person_id: int | None
    purpose: str
    signal: Signal
    words: str
    due_at: datetime
    reviewed_at: datetime | None
    outcome: Outcome | None
    review_words: str


def look_through(*, now: datetime) -> bool:
    """The next lines of the chain; whether there may be more."""
    mark = Watched.objects.get_or_create(pk=1)[0]
    looks, last = looks_after(mark.line, up_to=now - LAG, limit=LINES_AT_ONCE)
    if last == mark.line:
        return False
    zone = settings.WALL_ZONE
    facts = facts_of(looks, zone)
    found = [(look, sign) for look in looks for sign in signs(look, facts[look.line], zone)]
    with transaction.atomic():
        if not Watched.objects.filter(pk=1, line=mark.line).update(line=last):
            return True  # another worker went through them
        made = _make(found, None, now)
        if made:
            audit.record("oversight:found", by=MACHINE, at=now, detail={"looks": made})
    return True


def draw(*, now: datetime) -> int:
    """The sample of the month that is over, once; how many looks were drawn."""
    month = month_before(now, settings.WALL_ZONE)
    mark = Watched.objects.get_or_create(pk=1)[0]
    if mark.drawn_month is not None and mark.drawn_month >= month:
        return 0
    begins, ends = span_of(month, settings.WALL_ZONE)
    looks = looks_between(begins, ends)
    last = AuditLine.objects.filter(at__lt=ends).order_by("-number").first()
    drawn = lot(looks, last.hash if last is not None else "")
    signed = [(look, Sign(look.line, Signal.DRAWN, "")) for look in drawn]
    with transaction.atomic():
        if not Watched.objects.filter(pk=1, drawn_month=mark.drawn_month).update(drawn_month=month):
            return 0
        _make(signed, month, now)
        detail = {"month": month.isoformat(), "of": len(looks), "drawn": len(drawn),
                  "seed_line": last.number if last is not None else 0}  # fmt: skip
        audit.record("oversight:drawn", by=MACHINE, at=now, detail=detail)
    return len(drawn)


def lot(looks: Sequence[Look], seed: str) -> list[Look]:
    """The looks that the seed draws, in their order: a share, within the bounds."""
    size = min(len(looks), max(FEWEST, min(MOST, round(SHARE * len(looks)))))
    drawn = random.Random(seed).sample(list(looks), size)
    return sorted(drawn, key=lambda look: look.line)


def month_before(now: datetime, timezone: str) -> date:
    """The first day of the last whole month, as the wall has it."""
    first = now.astimezone(ZoneInfo(timezone)).date().replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)


def span_of(month: date, timezone: str) -> tuple[datetime, datetime]:
    """The month's first instant and the next one's."""
    after = (month + timedelta(days=32)).replace(day=1)
    return wall_instant(month, "00:00", timezone), wall_instant(after, "00:00", timezone)


@transaction.atomic
def review(review_id: int, outcome: Outcome, words: str, *, by: Posted, now: datetime) -> None:
    """Say what was found. Refused for the look's own officer, and without words."""
    found = LookReview.objects.filter(pk=min(review_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_REVIEW)
    case = case_of(found.person_id, now=now) if found.person_id is not None else None
    may.check(by, Permission.OVERSIGHT_READ, case, absent=NO_SUCH_REVIEW)
    if found.officer_id == by.officer_id:
        raise Refused("Somebody else reviews a look of yours.")
    said = " ".join(words.split())[:WORDS_MAX]
    if not said:
        raise Refused("Say what you looked at and why you find so.")
    waiting = LookReview.objects.filter(pk=found.pk, reviewed_at=None)
    if not waiting.update(reviewed_at=now, reviewed_by_id=by.officer_id, outcome=outcome.value,
                          review_words=said):  # fmt: skip
        raise Conflict("This look was reviewed already.")
    detail = {"review": found.pk, "line": found.line, "outcome": outcome.value}
    audit.record("oversight:reviewed", by=by, at=now, about=found.person_id, detail=detail)


def reviews(by: Posted, *, now: datetime, limit: int = 200) -> tuple[list[ReviewSeen], int]:
    """Looks that wait for a review, the longest first, then the newest reviewed; and how many of
    people whom the reviewer may not know of are left out, for named staff to review."""
    may.check(by, Permission.OVERSIGHT_READ)
    hidden = hidden_person_ids(by, Permission.OVERSIGHT_READ, now=now)
    rows = LookReview.objects.select_related("officer")
    known = rows.exclude(person_id__in=hidden)
    waiting = known.filter(reviewed_at=None).order_by("due_at", "pk")[:limit]
    ended = known.exclude(reviewed_at=None).order_by("-reviewed_at", "-pk")[:limit]
    left_out = rows.filter(reviewed_at=None, person_id__in=hidden).count()
    with transaction.atomic():
        audit.record("oversight:viewed", by=by, at=now, detail={"waiting": len(waiting)})
    return [_seen(one, by) for one in [*waiting, *ended]], left_out


def _seen(row: LookReview, by: Posted) -> ReviewSeen:
    return ReviewSeen(
        row.pk, row.line, row.at, str(row.officer), row.officer_id == by.officer_id, row.person_id,
        row.purpose, Signal(row.signal), row.words, row.due_at, row.reviewed_at,
        Outcome(row.outcome) if row.outcome else None, row.review_words,
    )  # fmt: skip


def _make(found: Sequence[tuple[Look, Sign]], month: date | None, now: datetime) -> int:
    """Rows for what was found; one that is there already stays. How many there are now of them."""
    wanted = {look.person_id for look, _ in found}
    known = set(Person.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    rows = [
        LookReview(
            line=look.line, at=look.at, officer_id=look.officer_id,
            person_id=look.person_id if look.person_id in known else None,  # or forgotten since
            purpose=look.purpose.value if look.purpose else "", signal=sign.signal.value,
            words=sign.words, month=month, made_at=now, due_at=now + REVIEWED_WITHIN,
        )
        for look, sign in found
    ]  # fmt: skip
    LookReview.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
