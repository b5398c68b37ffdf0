"""What may be asked of review: the work list without names, one match opened for a reason, the
funnel.

The list says what the machine found and not who it is about. What an opened match shows leaves one
line about its person; the list leaves one line about nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow.compute as pc
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from waypost.access import audit, may
from waypost.access.models import Officer, Organisation
from waypost.access.purposes import windows
from waypost.access.values import Permission, Posted, Purpose
from waypost.corrections.models import Correction
from waypost.documents.queries import Listed, documents_about
from waypost.geo import plane_for
from waypost.matching.compatible import PADDING, run_name
from waypost.matching.evidence_places import places_of
from waypost.matching.in_scope import in_scope
from waypost.matching.models import Match
from waypost.matching.queries import MatchRow, match_rows
from waypost.matching.scope import Spans
from waypost.monitoring.parameter_queries import speeds
from waypost.offences.models import OffenceVersion
from waypost.offences.queries import offences_by_number
from waypost.offences.values import Offence
from waypost.orders.queries import (
    NUMBER_MAX,
    case_of,
    hidden_person_ids,
    person_orders,
)
from waypost.positions.queries import fixes_between, whereabouts
from waypost.positions.tracks import Track, only_live
from waypost.review import lifecycle, scope
from waypost.review.funnel import Counts, Step, funnel
from waypost.review.models import Opening, ProximityAlert, Review, ReviewMove
from waypost.review.usual import Usual, usual
from waypost.review.values import AGREED, TO_DECIDE, Act, Doer, Status, reference_of

A_PAGE = 50
AROUND = timedelta(hours=1)  # of the track beside the padded window
HISTORY = timedelta(days=14)
THERE_M = 50.0  # beyond the place's radius: still "at the place" of a habit


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A match as the work list shows it: of whom is not said."""

    review_id: int
    offence: Offence
    score: float
    verdict: str
    ratio: float | None
    nearest_m: float | None
    nearest_spread_m: float | None
    seconds_inside: float
    coverage: float | None
    status: Status
    gone: bool
    open_until: datetime | None  # the asker's own opening
    mine: bool  # the asker qualified it


@dataclass(frozen=True, slots=True)
class WorkList:
    """counts: of every status within reach"""

    rows: tuple[WorkRow, ...]
    page: int
    pages: int
    count: int
    counts: dict[Status, int]


@dataclass(frozen=True, slots=True)
class Story:
    """One thing that was decided, or that a newer run changed."""

    at: datetime
    act: str
    who: str
    why: str
    outcome: str
    words: str


@dataclass(frozen=True, slots=True)
class Rival:
    """Another wearer matched with the same offence; who, is not said."""

    review_id: int
    score: float
    verdict: str
    status: Status
    gone: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same pair as an earlier run had it."""

    run_number: int
    made_at: datetime
    verdict: str
    score: float
    seconds_inside: float
    nearest_m: float | None
    nearest_spread_m: float | None


@dataclass(frozen=True, slots=True)
class Named:
    """Who it is about: shown while the opening lasts."""

    person_id: int
    reference: str
    name: str
    born_on: date | None


@dataclass(frozen=True, slots=True)
class Put:
    """A correction of an alert that was sent: how many have it, and how many have said so."""

    number: int
    at: datetime
    words: tuple[str, ...]
    copies: int
    acknowledged: int


@dataclass(frozen=True, slots=True)
class AlertSeen:
    """A proximity alert made of the match."""

    alert_id: int
    number: int
    made_by: str
    signed_at: datetime
    approved_by: str
    approved_at: datetime | None
    sent_at: datetime | None
    recipients: tuple[str, ...]
    documents: tuple[Listed, ...]
    corrections: tuple[Put, ...]
    made_by_asker: bool
    letters: tuple[tuple[str, int], ...]  # of the schedule: letter, number of that wearer's match


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One match under review. Without an opening: what the list shows, and nothing more."""

    row: WorkRow
    version: int
    doers: frozenset[Doer]
    acts: tuple[Act, ...]
    opening: Opening | None = None
    named: Named | None = None
    match: MatchRow | None = None
    track: Track | None = None
    usual: Usual | None = None
    story: tuple[Story, ...] = ()
    rivals: tuple[Rival, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    alerts: tuple[AlertSeen, ...] = ()
    unit: str = ""
    qualified_by: str = ""
    approved_by: str = ""


SHOWN: dict[str, frozenset[Status]] = {
    "to-decide": TO_DECIDE,
    "to-approve": frozenset({Status.QUALIFIED}),
    "agreed": AGREED,
    "over": frozenset({Status.REJECTED, Status.FALLEN}),
}


def work_list(by: Posted, *, now: datetime, shown: str = "to-decide", page: int = 1) -> WorkList:
    """What waits, best first; leaves one line about nobody."""
    statuses = SHOWN.get(shown, TO_DECIDE)
    within = _within(by, now)
    # What no run lists any more asks for nobody's hour.
    asked = within.exclude(status__in=TO_DECIDE, gone=True)
    counted = asked.order_by().values_list("status").annotate(Count("pk"))
    counts = {Status(status): count for status, count in counted}
    found = asked.filter(status__in=statuses)
    count = found.count()
    pages = max(1, -(-count // A_PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * A_PAGE
    rows = list(
        found.select_related("match").order_by("-score", "force", "reference", "pk")[
            first : first + A_PAGE
        ]
    )
    shown_rows = _work_rows(rows, by, now)
    with transaction.atomic():
        audit.record(
            "review:listed", by=by, at=now, purpose=Purpose.CRIME_MAPPING,
            detail={"shown": shown, "page": page, "rows": len(rows)},
        )  # fmt: skip
    return WorkList(tuple(shown_rows), page, pages, count, counts)


def review_page(review_id: int, by: Posted, *, now: datetime) -> ReviewPage:
    """One match; what it shows of its wearer hangs on the asker's opening. Leaves review:viewed."""
    found = scope.find(review_id)
    doers = scope.doers(found, by, now=now)
    row = _work_rows([found], by, now)[0]
    opening = scope.opening_of(found, by, now=now)
    if opening is None:
        return ReviewPage(row, found.version, doers, ())
    match = match_rows([found.match])[0]
    track = _track(found, match, by, now)
    acts = tuple(
        act
        for act in Act
        if any(act in lifecycle.allowed_acts(Status(found.status), doer) for doer in doers)
        and not (act in _SECOND and found.qualified_by_id == by.officer_id)
    )
    habit = _usual(match, now) if track is not None else None
    with transaction.atomic():
        audit.record(
            "review:viewed", by=by, at=now, about=found.person_id, purpose=Purpose.CRIME_MAPPING,
            detail={"review": found.pk, "opening": opening.pk, "match": found.match_id,
                    "history_days": HISTORY.days if habit else 0},
        )  # fmt: skip
    names = _names({found.qualified_by_id, found.approved_by_id})
    unit = Organisation.objects.filter(pk=found.unit_id or 0).first()
    return ReviewPage(
        row=row, version=found.version, doers=doers, acts=acts, opening=opening,
        named=_named(found), match=match, track=track, usual=habit, story=story_of(found),
        rivals=_rivals(found, by, now), earlier=earlier_of(found),
        alerts=_alerts(found, by), unit=str(unit) if unit else "",
        qualified_by=names.get(found.qualified_by_id or 0, ""),
        approved_by=names.get(found.approved_by_id or 0, ""),
    )  # fmt: skip


_SECOND = frozenset({Act.APPROVE, Act.SEND_BACK})


def review_of(match_id: int, by: Posted, *, now: datetime) -> int | None:
    """The review that shows this match now, as far as the asker may know of it."""
    found = _within(by, now).filter(match_id=min(match_id, NUMBER_MAX))
    return found.values_list("pk", flat=True).first()


def story_of(review: Review) -> tuple[Story, ...]:
    moves = list(ReviewMove.objects.filter(review=review).order_by("pk"))
    names = _names({one.officer_id for one in moves})
    return tuple(
        Story(
            one.at, one.act, names.get(one.officer_id or 0, "Waypost"), one.why, one.outcome,
            one.words,
        )
        for one in moves
    )  # fmt: skip


def earlier_of(review: Review) -> tuple[Earlier, ...]:
    """The pair as earlier runs had it, the newest first."""
    numbers = OffenceVersion.objects.filter(force=review.force, reference=review.reference)
    rows = Match.objects.filter(
        offence_id__in=list(numbers.values_list("pk", flat=True)), person_id=review.person_id,
        run__status="done",
    ).exclude(pk=review.match_id)  # fmt: skip
    return tuple(
        Earlier(
            one.run_id,
            one.run.made_at,
            one.verdict,
            one.score,
            one.seconds_inside,
            one.nearest_m,
            one.nearest_spread_m,
        )
        for one in rows.select_related("run").order_by("-run_id", "-pk")[:20]
    )


def rivals_of(review: Review) -> QuerySet[Review]:
    """Reviews of other wearers matched with the same offence, best first."""
    rows = Review.objects.filter(force=review.force, reference=review.reference)
    return rows.exclude(pk=review.pk).order_by("-score", "pk")


def funnel_page(
    by: Posted, *, now: datetime, from_at: datetime, to_at: datetime
) -> tuple[Step, ...]:
    """Of the offences that were committed in the time, from what was sent to what came of it."""
    may.check(by, Permission.MATCH_READ)
    sent = OffenceVersion.objects.filter(current=True, from_at__gte=from_at, from_at__lt=to_at)
    listed = _within(by, now).filter(offence_from_at__gte=from_at, offence_from_at__lt=to_at)
    reached = listed.aggregate(
        matches=Count("pk"), decided=Count("decided_match_id"), qualified=Count("qualified_at"),
        approved=Count("approved_at"), referred=Count("referred_at"),
        concluded=Count("pk", filter=~Q(outcome="")),
    )  # fmt: skip
    offences = listed.order_by().values("force", "reference").distinct().count()
    with transaction.atomic():
        audit.record("review:funnel", by=by, at=now, purpose=Purpose.CRIME_MAPPING,
                     detail={"from": from_at.isoformat(), "to": to_at.isoformat()})  # fmt: skip
    return funnel(Counts(offences=sent.count(), matched_offences=offences, **reached))


def _within(by: Posted, now: datetime) -> QuerySet[Review]:
    """Reviews within the asker's reach: of everybody but those they may not know of, or those
    referred to their unit."""
    if not may.decide(by, Permission.MATCH_READ).allowed:
        may.check(by, Permission.REVIEW_READ)
        referred = Review.objects.filter(unit_id__in=scope.unit_ids(by))
        return referred.exclude(person_id__in=scope.hidden_from_unit(by, now=now))
    hidden = hidden_person_ids(by, Permission.MATCH_READ, now=now)
    return Review.objects.exclude(person_id__in=hidden)


def _work_rows(reviews: Iterable[Review], by: Posted, now: datetime) -> list[WorkRow]:
    reviews = list(reviews)
    offences = offences_by_number([one.match.offence_id for one in reviews])
    mine = Opening.objects.filter(
        review__in=[one.pk for one in reviews], officer_id=by.officer_id or 0, until__gt=now
    )
    until = dict(mine.order_by("until").values_list("review_id", "until"))
    return [
        WorkRow(
            one.pk, offences[one.match.offence_id], one.score, one.verdict,
            one.match.likelihood_ratio, one.match.nearest_m, one.match.nearest_spread_m,
            one.match.seconds_inside, one.match.coverage, Status(one.status), one.gone,
            until.get(one.pk), one.qualified_by_id == by.officer_id,
        )
        for one in reviews
    ]  # fmt: skip


def _track(found: Review, match: MatchRow, by: Posted, now: datetime) -> Track | None:
    """The fixes about the window, where the asker may look for crime mapping; an hour beside it,
    and never more than one look may cover."""
    offence = match.offence
    begin, end = offence.from_at - PADDING, offence.to_at + PADDING
    longest = windows()[Purpose.CRIME_MAPPING]
    from_at, to_at = begin - AROUND, end + AROUND
    if to_at - from_at > longest:
        from_at, to_at = begin, min(end, begin + longest)
    case = case_of(found.person_id, now=now)
    allowed = may.decide_whereabouts(
        by, case, Purpose.CRIME_MAPPING, from_at, to_at, now=now, names=("review",)
    ).allowed
    if not allowed:
        return None
    return whereabouts(
        found.person_id, from_at, to_at, by=by, purpose=Purpose.CRIME_MAPPING, now=now,
        speeds=speeds(), about={"review": found.pk},
        opened_from=((begin, end),),
    )  # fmt: skip


def _usual(match: MatchRow, now: datetime) -> Usual:
    """Days and hours at the place in the two weeks before, read by the machine and counted."""
    offence = match.offence
    to_at = offence.from_at - PADDING - AROUND
    fixes = fixes_between([match.activation_id], to_at - HISTORY, to_at)
    if fixes.num_rows:
        fixes = only_live(fixes, {match.activation_id: searchable_spans(match)})
    fixes = fixes.filter(pc.equal(fixes["set_aside"], 0))
    plane = plane_for(offence.lat, offence.lon)
    east, north = plane.project(
        fixes["lat"].to_numpy(zero_copy_only=False), fixes["lon"].to_numpy(zero_copy_only=False)
    )
    near = np.zeros(east.size, dtype=np.bool_)
    for spot in places_of(offence):
        (x,), (y,) = plane.project(*spot)
        near |= (east - x) ** 2 + (north - y) ** 2 <= (offence.radius_m + THERE_M) ** 2
    return usual(zip(fixes["measured_at"].to_pylist(), near.tolist(), strict=True),
                 settings.WALL_ZONE)  # fmt: skip


def searchable_spans(match: MatchRow) -> Spans:
    """When the tag of the match may be searched (half-open), as the orders now say."""
    worn = in_scope(person_orders([match.person_id]))
    return next((one.spans for one in worn if one.activation == match.activation_id), ())


def _named(found: Review) -> Named:
    person = found.person
    return Named(found.person_id, person.reference, person.full_name, person.born_on)


def _rivals(found: Review, by: Posted, now: datetime) -> tuple[Rival, ...]:
    hidden = hidden_person_ids(by, Permission.MATCH_READ, now=now)
    rows = rivals_of(found).exclude(person_id__in=hidden)
    return tuple(
        Rival(one.pk, one.score, one.verdict, Status(one.status), one.gone) for one in rows
    )


def _alerts(found: Review, by: Posted) -> tuple[AlertSeen, ...]:
    rows = list(ProximityAlert.objects.filter(review=found).order_by("number"))
    names = _names({one.made_by_id for one in rows} | {one.approved_by_id for one in rows})
    return tuple(
        AlertSeen(
            one.pk, one.number, names.get(one.made_by_id, ""), one.signed_at,
            names.get(one.approved_by_id or 0, ""), one.approved_at, one.sent_at,
            tuple(one.recipients),
            tuple(each for each in documents_about(f"review:{found.pk}")
                  if each.document_id in {*one.document_ids, one.bundle_id}),
            _put(one.pk),
            one.made_by_id == by.officer_id,
            _letters(one, by),
        )
        for one in rows
    )  # fmt: skip


def letter_of(number: int) -> str:
    """B, C … Z, AA: the wearer of the match itself is A."""
    return run_name(number + 1)


def _letters(made: ProximityAlert, by: Posted) -> tuple[tuple[str, int], ...]:
    """The disclosure officer's list, for authorising officers alone: numbers of matches, each of
    which opens by its own rules, one under limited access to named staff only."""
    if not may.decide(by, Permission.MATCH_APPROVE).allowed:
        return ()
    return tuple((letter_of(n), number) for n, number in enumerate(made.facts.get("rivals", ()), 1))


def _put(alert_id: int) -> tuple[Put, ...]:
    rows = Correction.objects.filter(statement__reference=reference_of(alert_id))
    return tuple(
        Put(
            one.number, one.at, tuple(one.words), one.copies.count(),
            one.copies.exclude(acknowledged_at=None).count(),
        )
        for one in rows.order_by("number")
    )  # fmt: skip


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}


def waiting_count(by: Posted, *, now: datetime) -> int:
    """How many wait for the asker: the number beside the word in the menu."""
    found = _within(by, now)
    wanted = Q()
    if may.decide(by, Permission.MATCH_REVIEW).allowed:
        wanted |= Q(status__in=TO_DECIDE, gone=False)
    if may.decide(by, Permission.MATCH_APPROVE).allowed:
        wanted |= Q(status=Status.QUALIFIED)
    return found.filter(wanted).count() if wanted else 0
