"""The answer about an offence: what the newest run by evidence said of it, of whichever version.

Each run by evidence takes the place of the answers before it, offence by offence, and keeps how it
differs; the runs before it stay as they are. Read by acts and queries that have asked "may I?".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from waypost.matching.comparing import Difference, differing
from waypost.matching.models import Match, MatchChange, MatchingRun, RunOffence
from waypost.matching.searching import EVIDENCE
from waypost.offences.version_queries import versions_of

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """By which run, of which version of the offence."""

    run_id: int
    offence_id: int


def answers(offence_ids: Collection[int]) -> dict[int, Answer]:
    """Number of a version -> the newest answer about just this version; those that have one."""
    return _newest({number: [number] for number in offence_ids}, None)


def answers_before(offence_ids: Collection[int], run_id: int) -> dict[int, Answer]:
    """Number of a version -> the newest answer about any version of that offence, of a run before
    this one; those that have one."""
    return _newest(versions_of(offence_ids), run_id)


def changes_between(
    run: MatchingRun, before: Mapping[int, Answer], matches: Iterable[Match]
) -> list[MatchChange]:
    """How the matches differ from the answers whose place they take, unsaved."""
    after = by_offence(matches)
    was = matches_of(before.values())
    found = []
    for number in sorted(before):
        old, new = was.get(before[number], {}), after.get(number, {})
        for one in differing(old, new):
            match = new.get(one.activation) or old[one.activation]
            found.append(_change(run, before[number].run_id, number, match.person_id, one))
    return found


def by_offence(matches: Iterable[Match]) -> dict[int, dict[int, Match]]:
    """Number of the offence's version -> activation -> match."""
    found: dict[int, dict[int, Match]] = defaultdict(dict)
    for one in matches:
        found[one.offence_id][one.activation_id] = one
    return found


def _newest(versions: Mapping[int, Collection[int]], run_id: int | None) -> dict[int, Answer]:
    of = {version: number for number, several in versions.items() for version in several}
    wanted = sorted(of)
    found: dict[int, Answer] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = RunOffence.objects.filter(
            offence_id__in=wanted[start : start + AT_ONCE], run__status="done",
            run__method=EVIDENCE,
        )  # fmt: skip
        if run_id is not None:
            rows = rows.filter(run_id__lt=run_id)
        for run, version in rows.values_list("run_id", "offence_id"):
            number = of[version]
            if number not in found or (run, version) > (
                found[number].run_id,
                found[number].offence_id,
            ):
                found[number] = Answer(run, version)
    return found


def matches_of(several: Iterable[Answer]) -> dict[Answer, dict[int, Match]]:
    """Answer -> activation -> match, without its fixes; of those in which somebody matched."""
    wanted: dict[int, list[int]] = defaultdict(list)
    for one in several:
        wanted[one.run_id].append(one.offence_id)
    found: dict[Answer, dict[int, Match]] = {}
    for run_id, numbers in wanted.items():
        for start in range(0, len(numbers), AT_ONCE):
            rows = Match.objects.filter(
                run_id=run_id, offence_id__in=numbers[start : start + AT_ONCE]
            ).defer("fixes")
            for number, matches in by_offence(rows).items():
                found[Answer(run_id, number)] = matches
    return found


def _change(
    run: MatchingRun, before_run_id: int, offence_id: int, person_id: int, one: Difference
) -> MatchChange:
    return MatchChange(
        run=run, before_run_id=before_run_id, offence_id=offence_id, person_id=person_id,
        activation_id=one.activation, what=one.what.value,
        verdict_before=one.before.verdict if one.before else "",
        verdict_after=one.after.verdict if one.after else "",
        score_before=one.before.score if one.before else None,
        score_after=one.after.score if one.after else None,
    )  # fmt: skip
