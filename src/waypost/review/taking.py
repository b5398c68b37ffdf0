"""The work list follows the runs: each run by evidence that is done is taken in, once and in order.

    a pair that is new               waits for a decision
    one that waits                   shows the newest run's match and score
    one that was decided             likewise, and what says less now is written into its story
    one that the run lists no more   is marked gone; who was sent evidence of it is told

One transaction a run, with the mark that it was taken in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from waypost.corrections.values import Change
from waypost.matching.models import Match, MatchingRun
from waypost.matching.searching import EVIDENCE
from waypost.offences.queries import offences_by_number
from waypost.offences.values import Offence
from waypost.review.correcting import note_newer_run
from waypost.review.models import Review, TakenRun
from waypost.review.standing import Shown, less
from waypost.review.values import TO_DECIDE, Status

AT_ONCE = 400
Pair = tuple[str, str, int]


def take_runs(*, now: datetime, limit: int = 5) -> int:
    """Take in the runs that are done and were not taken in yet; how many."""
    taken = TakenRun.objects.filter(run_id=OuterRef("pk"))
    fresh = MatchingRun.objects.filter(status="done", method=EVIDENCE).exclude(Exists(taken))
    found = list(fresh.order_by("pk")[:limit])
    for run in found:
        _take(run, now)
    return len(found)


@transaction.atomic
def _take(run: MatchingRun, now: datetime) -> None:
    matches = list(Match.objects.filter(run=run).order_by("pk"))
    offences = offences_by_number([one.offence_id for one in matches])
    by_pair: dict[Pair, Match] = {}
    for one in matches:  # a wearer who changed tags within the window has two: the better one
        offence = offences[one.offence_id]
        pair = (offence.force, offence.reference, one.person_id)
        if pair not in by_pair or by_pair[pair].score < one.score:
            by_pair[pair] = one
    known = _known(covered(run))
    fresh = []
    for pair, one in by_pair.items():
        review = known.get(pair)
        offence = offences[one.offence_id]
        if review is None:
            fresh.append(_new(pair, one, offence, run, now))
        elif review.run_id < run.pk:
            _follow(review, one, offence, run, now)
    Review.objects.bulk_create(fresh, batch_size=AT_ONCE)
    for pair, review in known.items():
        if pair not in by_pair and review.run_id < run.pk and not review.gone:
            _lose(review, run, now)
    TakenRun.objects.create(run_id=run.pk, at=now)


def covered(run: MatchingRun) -> set[tuple[str, str]]:
    """Force and reference of each offence that the run weighed."""
    weighed = list(run.offences.values_list("offence_id", flat=True))
    return {(one.force, one.reference) for one in offences_by_number(weighed).values()}


def _known(offences: Iterable[tuple[str, str]]) -> dict[Pair, Review]:
    """Reviews of these offences, by pair, locked where the database can."""
    wanted = sorted(offences)
    asked = set(wanted)
    found: dict[Pair, Review] = {}
    for start in range(0, len(wanted), AT_ONCE):
        references = [reference for _, reference in wanted[start : start + AT_ONCE]]
        rows = Review.objects.select_for_update(of=("self",)).filter(reference__in=references)
        for row in rows.order_by("pk"):
            if (row.force, row.reference) in asked:
                found[row.force, row.reference, row.person_id] = row
    return found


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
