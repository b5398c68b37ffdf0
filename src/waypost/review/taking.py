"""The work list follows the runs: each run by evidence that is done is taken in, once and in order.

    a pair that is new               waits for a decision
    one that waits                   shows the newest run's match and score
    one that was decided             likewise, and what says less now is written into its story
    one that the run lists no more   is marked gone; who was sent evidence of it is told

A few hundred offences a transaction, so that nobody waits long for SQLite's only writer; the mark
that a run was taken in comes last, and what was taken in already is left alone when a crash made it
begin again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.corrections.values import Change
from waypost.matching.models import Match, MatchingRun
from waypost.matching.searching import EVIDENCE
from waypost.offences.queries import offences_by_number
from waypost.offences.values import Offence
from waypost.review.correcting import note_newer_run
from waypost.review.models import Review, TakenRun
from waypost.review.standing import Shown, less
from waypost.review.values import TO_DECIDE, Status

AT_ONCE = 200  # offences
ROWS_AT_ONCE = 400
Name = tuple[str, str]  # force and reference of an offence
Pair = tuple[str, str, int]  # and a wearer


def take_runs(*, now: datetime, limit: int = 5) -> int:
    """Take in the runs that are done and were not taken in yet; how many."""
    taken = TakenRun.objects.filter(run_id=OuterRef("pk"))
    fresh = MatchingRun.objects.filter(status="done", method=EVIDENCE).exclude(Exists(taken))
    found = list(fresh.order_by("pk")[:limit])
    for run in found:
        _take(run, now)
    return len(found)


def _take(run: MatchingRun, now: datetime) -> None:
    matches = list(Match.objects.filter(run=run).defer("fixes").order_by("pk"))
    offences = offences_by_number([one.offence_id for one in matches])
    of: dict[Name, dict[int, Match]] = defaultdict(dict)
    for one in matches:  # a wearer who changed tags within the window has two: the better one
        mine = of[_name(offences[one.offence_id])]
        if one.person_id not in mine or mine[one.person_id].score < one.score:
            mine[one.person_id] = one
    names = sorted(covered(run) | set(of))
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        _take_some(run, {name: of.get(name, {}) for name in some}, offences, now)
    with transaction.atomic():
        TakenRun.objects.bulk_create([TakenRun(run_id=run.pk, at=now)], ignore_conflicts=True)
        detail = {"run": run.pk, "offences": len(names), "matches": len(matches)}
        audit.record("review:run_taken", by=MACHINE, at=now, detail=detail)


@transaction.atomic
def _take_some(
    run: MatchingRun,
    found: Mapping[Name, Mapping[int, Match]],
    offences: Mapping[int, Offence],
    now: datetime,
) -> None:
    known = _known(found)
    fresh = []
    for name, mine in found.items():
        for person_id, one in mine.items():
            review, offence = known.get((*name, person_id)), offences[one.offence_id]
            if review is None:
                fresh.append(_new((*name, person_id), one, offence, run, now))
            elif review.run_id < run.pk:
                _follow(review, one, offence, run, now)
    Review.objects.bulk_create(fresh, batch_size=ROWS_AT_ONCE)
    for (force, reference, person_id), review in known.items():
        listed = person_id in found[force, reference]
        if not listed and review.run_id < run.pk and not review.gone:
            _lose(review, run, now)


def covered(run: MatchingRun) -> set[Name]:
    """Force and reference of each offence that the run weighed."""
    weighed = list(run.offences.values_list("offence_id", flat=True))
    return {_name(one) for one in offences_by_number(weighed).values()}


def _known(names: Collection[Name]) -> dict[Pair, Review]:
    """Reviews of these offences, by pair, locked where the database can."""
    references = sorted({reference for _, reference in names})
    rows = Review.objects.select_for_update(of=("self",)).filter(reference__in=references)
    return {
        (row.force, row.reference, row.person_id): row
        for row in rows.order_by("pk")
        if (row.force, row.reference) in names
    }


def _name(offence: Offence) -> Name:
    return offence.force, offence.reference


def _new(pair: Pair, match: Match, offence: Offence, run: MatchingRun, now: datetime) -> Review:
    force, reference, person_id = pair
    return Review(
        force=force, reference=reference, person_id=person_id, match=match, score=match.score,
        verdict=match.verdict, offence_from_at=offence.from_at, run_id=run.pk, made_at=now,
        status=Status.WAITING,
    )  # fmt: skip


def _follow(
    review: Review, match: Match, offence: Offence, run: MatchingRun, now: datetime
) -> None:
    before = None if review.status in TO_DECIDE else shown_of(review.decided_match_id)
    Review.objects.filter(pk=review.pk).update(
        match=match, score=match.score, verdict=match.verdict, offence_from_at=offence.from_at,
        run_id=run.pk, gone=False, version=review.version + 1,
    )  # fmt: skip
    review.match = match
    words = less(before, _shown(match, offence)) if before is not None else ()
    if words:
        note_newer_run(review, words, Change.LESSENED, now)


def _lose(review: Review, run: MatchingRun, now: datetime) -> None:
    Review.objects.filter(pk=review.pk).update(gone=True, run_id=run.pk, version=review.version + 1)
    before = None if review.status in TO_DECIDE else shown_of(review.decided_match_id)
    if before is not None:
        note_newer_run(review, less(before, None), Change.WITHDRAWN, now)


def shown_of(match_id: int | None) -> Shown | None:
    """A match as it was decided on; None: nothing was, or its time to be kept is over."""
    match = Match.objects.filter(pk=match_id or 0).first()
    if match is None:
        return None
    return _shown(match, offences_by_number([match.offence_id])[match.offence_id])


def _shown(match: Match, offence: Offence) -> Shown:
    told = (offence.lat, offence.lon, offence.radius_m, offence.from_at, offence.to_at)
    return Shown(match.verdict, match.seconds_inside, match.nearest_m, len(match.fixes), told)


class TakingLane:
    """The worker's."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        return take_runs(now=self.now()) > 0
