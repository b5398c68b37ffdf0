"""What may be asked of several offences or several wearers at once, with what chance would give.

    offences by name, reason (looks.py) -> the newest answer about each -> who was observed at which
    -> how many by habit (series.py) -> a line about each person shown

Everything is read from the answers of runs, but for one wearer asked about by name: their fixes are
read for how much they are at each place, since what did not match is in no answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.clock import MICROSECOND, read_instant
from waypost.errors import NoSuchThing, Refused
from waypost.matching.answers import Answer, answers, matches_of
from waypost.matching.compatible import PADDING
from waypost.matching.evidence import Verdict
from waypost.matching.evidence_scan import weigh
from waypost.matching.in_scope import in_scope
from waypost.matching.looks import LookKind, open_look
from waypost.matching.models import Match, MatchingRun, RunOffence
from waypost.matching.scan import lake_source
from waypost.matching.scope import Searchable
from waypost.matching.searching import EVIDENCE_AROUND, HISTORY, Numbered, by_day
from waypost.matching.series import (
    Chance,
    Meeting,
    Stretch,
    Toll,
    at_least,
    by_habit,
    gathered,
    meetings,
    occasions,
    stretches,
    toll,
)
from waypost.offences.queries import current_by_reference, offences_by_number
from waypost.offences.values import Offence
from waypost.orders.models import Person
from waypost.orders.queries import light_orders, visible_person_ids
from waypost.positions.queries import fixes_between
from waypost.positions.tracks import only_live

OFFENCES_MOST = 100
WEARERS_SHOWN = 50
NOBODY = (
    "Nobody whom you may know of under this reference wore a tag that may be searched for crime "
    "mapping at any of these times."
)
NOT_WEIGHED = "This offence has not been matched by evidence yet; ask for a run first."


@dataclass(frozen=True, slots=True)
class Scene:
    """An offence of the set with its newest answer.

    share      of all tags' time spent within its place: everybody's habit
    searched   how many tags were searched
    """

    number: int
    offence: Offence
    run_number: int
    share: float
    searched: int


@dataclass(frozen=True, slots=True)
class At:
    """What is said of a wearer at one scene: the class of the match, or "" where there is none."""

    scene: Scene
    verdict: str
    share: float  # of the time that the wearer is within the place


@dataclass(frozen=True, slots=True)
class Wearer:
    """One wearer against the set.

    among   how many of all tags searched would be observed at so many, by everybody's habit
    """

    person_id: int
    person_reference: str
    toll: Toll
    among: float
    at: list[At]


@dataclass(frozen=True, slots=True)
class Series:
    """The set, and who was observed at two or more of its occasions; or the one asked about.

    unweighed   references of offences without an answer by evidence: left out
    """

    scenes: list[Scene]
    unweighed: list[str]
    wearers: list[Wearer]
    more: int  # wearers that are not shown
    searched: int
    occasions: int  # offences, those that one visit can match counted once


@dataclass(frozen=True, slots=True)
class Together:
    """Wearers whose tags were within one place at once; `references` by number of the person."""

    offence: Offence
    run_number: int
    toll: Toll
    meetings: list[Meeting]
    references: dict[int, str]


def series(names: str, reason: str, *, by: Posted, now: datetime, reference: str = "") -> Series:
    """Who was observed at several of these offences, most remarkable first; with a reference, that
    person whatever they matched. Leaves series:opened, and a line series:viewed about each shown.

    names    a line an offence: its reference, after its force where several sent one so called
    raises   Refused without the permission, a reason or two offences that were weighed
    """
    may.check(by, Permission.MATCH_READ)
    numbered = _named(names)
    scenes, unweighed = _scenes(numbered)
    if len(scenes) < 2:
        raise Refused("Name two or more offences that were matched by evidence, one a line.")
    look = open_look(LookKind.SERIES, None, reason, by=by, now=now)
    asked = _person(reference, by, now) if reference.strip() else None
    matched = _matched(scenes, by, now)
    if asked is None:
        found = [_wearer(one, scenes, matched[one], {}) for one in sorted(matched)]
        found = [one for one in found if one.toll.seen >= 2]
    else:
        tags = _tags(asked, scenes)
        if not tags:
            raise Refused(NOBODY)
        shares = _shares(tags, scenes, now)
        found = [_wearer(asked, scenes, matched.get(asked, {}), shares)]
    found.sort(key=lambda one: (one.toll.tail, one.person_id))
    shown = _with_references(found[:WEARERS_SHOWN])
    detail = {"look": look.pk, "offences": [scene.number for scene in scenes]}
    _leave_lines("series:viewed", [one.person_id for one in shown], detail, by, now)
    return Series(
        scenes, unweighed, shown, len(found) - len(shown),
        max(scene.searched for scene in scenes),
        len(occasions([scene.offence for scene in scenes])),
    )  # fmt: skip


def together(offence_id: int, reason: str, *, by: Posted, now: datetime) -> Together:
    """Whose tags were observed within the place at once, by the newest answer about the offence.
    Leaves together:opened, and a line together:viewed about each person shown.

    raises   Refused without the permission or a reason, or where it has no answer by evidence;
             NoSuchThing when there is no such offence
    """
    may.check(by, Permission.MATCH_READ)
    offence = offences_by_number([offence_id]).get(offence_id) if offence_id < 2**63 else None
    if offence is None:
        raise NoSuchThing("There is no such offence.")
    scenes, _ = _scenes([(offence_id, offence)])
    if not scenes:
        raise Refused(NOT_WEIGHED)
    look = open_look(LookKind.TOGETHER, offence_id, reason, by=by, now=now)
    scene = scenes[0]
    rows = Match.objects.filter(
        run_id=scene.run_number, offence_id=offence_id, verdict=Verdict.OBSERVED.value
    )
    stays: dict[int, list[Stretch]] = defaultdict(list)
    for row in _visible(rows, by, now):
        seen = ((fix["label"], read_instant(fix["at"])) for fix in row.fixes)
        stays[row.person_id] += stretches(seen)
    met = meetings(stays)
    persons = sorted({number for one in met for number in (one.one, one.other)})
    found = gathered(len(persons), scene.share * scene.searched, offence)
    references = dict(Person.objects.filter(pk__in=persons).values_list("pk", "reference"))
    detail = {"look": look.pk, "offence": offence_id, "run": scene.run_number}
    _leave_lines("together:viewed", persons, detail, by, now)
    return Together(offence, scene.run_number, found, met, references)


def _named(names: str) -> list[Numbered]:
    """The current versions of the offences named. Refused, saying which cannot be found."""
    lines = list(dict.fromkeys(" ".join(line.split()) for line in names.splitlines()))
    wanted = [line for line in lines if line]
    if len(wanted) > OFFENCES_MOST:
        raise Refused(f"Name at most {OFFENCES_MOST} offences at a time.")
    known = current_by_reference(wanted)
    found: list[Numbered] = []
    for name in wanted:
        several = known.get(name, [])
        if not several:
            raise Refused(f"There is no offence {name}.")
        if len(several) > 1:
            forces = " or ".join(sorted(offence.force for _, offence in several))
            raise Refused(f"Several forces sent {name}: write {forces} before it.")
        found += several
    return list(dict(found).items())


def _scenes(numbered: Sequence[Numbered]) -> tuple[list[Scene], list[str]]:
    """Those with an answer that says how many were expected there, and the references of the
    others."""
    known = answers([number for number, _ in numbered])
    facts = _facts(known.values())
    scenes = []
    for number, offence in numbered:
        if number in known and known[number] in facts:
            expected, searched = facts[known[number]]
            share = expected / max(searched, 1)
            scenes.append(Scene(number, offence, known[number].run_id, share, searched))
    there = {scene.number for scene in scenes}
    return scenes, [offence.reference for number, offence in numbered if number not in there]


def _facts(several: Iterable[Answer]) -> dict[Answer, tuple[float, int]]:
    """Answer -> (wearers expected within the place at a random instant, tags searched)."""
    wanted = set(several)
    rows = RunOffence.objects.filter(
        run_id__in={one.run_id for one in wanted},
        offence_id__in={one.offence_id for one in wanted},
        expected_by_chance__isnull=False,
    )
    searched = {
        run_id: len(population)
        for run_id, population in MatchingRun.objects.filter(
            pk__in={one.run_id for one in wanted}
        ).values_list("pk", "population")
    }
    return {
        Answer(row.run_id, row.offence_id): (row.expected_by_chance or 0.0, searched[row.run_id])
        for row in rows
    }


def _matched(scenes: Sequence[Scene], by: Posted, now: datetime) -> dict[int, dict[int, Match]]:
    """Person -> number of the offence -> their match: of several tags, the best."""
    visible = visible_person_ids(by, Permission.MATCH_READ, now=now)
    known = matches_of(Answer(one.run_number, one.number) for one in scenes)
    found: dict[int, dict[int, Match]] = defaultdict(dict)
    for answer, matches in known.items():
        for match in sorted(matches.values(), key=lambda one: one.score):
            if visible is None or match.person_id in visible:
                found[match.person_id][answer.offence_id] = match
    return found


def _wearer(
    person_id: int, scenes: Sequence[Scene], matched: Mapping[int, Match],
    shares: Mapping[int, float],
) -> Wearer:  # fmt: skip
    """shares   number of an offence -> the wearer's own share, where it was read"""
    at = []
    for scene in scenes:
        match = matched.get(scene.number)
        own = shares.get(scene.number, 0.0) if match is None else match.base_rate or 0.0
        at.append(At(scene, match.verdict if match else "", max(own, scene.share)))
    found = toll(
        [Chance(one.scene.offence, one.verdict == Verdict.OBSERVED.value, one.share) for one in at]
    )
    return Wearer(person_id, "", found, _among(scenes, found.seen), at)


def _among(scenes: Sequence[Scene], count: int) -> float:
    groups = occasions([scene.offence for scene in scenes])
    likely = [max(by_habit(scenes[n].share, scenes[n].offence) for n in group) for group in groups]
    return max(scene.searched for scene in scenes) * at_least(likely, count)


def _shares(tags: Sequence[Searchable], scenes: Sequence[Scene], now: datetime) -> dict[int, float]:
    """Number of an offence -> the share of the time that the wearer is within its place, by two
    weeks of their fixes before it; the largest of their tags'."""
    spans = {one.activation: one.spans for one in tags}
    around = PADDING + EVIDENCE_AROUND
    found: dict[int, float] = defaultdict(float)
    for day in by_day([(scene.number, scene.offence) for scene in scenes]):
        offences = [offence for _, offence in day]
        begin = min(one.from_at for one in offences) - around - HISTORY
        end = max(one.to_at for one in offences) + around + MICROSECOND
        fixes = only_live(fixes_between(list(spans), begin, end, received_by=now), spans)
        weighed = weigh(offences, lake_source(fixes), everybody=True)
        for row in weighed.select(["offence", "base_rate"]).to_pylist():
            number = day[row["offence"]][0]
            found[number] = max(found[number], row["base_rate"])
    return dict(found)


def _person(reference: str, by: Posted, now: datetime) -> int:
    wanted = " ".join(reference.split()).replace("\x00", "\ufffd")
    person = Person.objects.filter(reference=wanted).first()
    visible = visible_person_ids(by, Permission.MATCH_READ, now=now)
    if person is None or (visible is not None and person.pk not in visible):
        raise Refused(NOBODY)
    return int(person.pk)


def _tags(person_id: int, scenes: Sequence[Scene]) -> list[Searchable]:
    """Their tags that may be searched at the time of one of the scenes."""
    windows = [(one.offence.from_at - PADDING, one.offence.to_at + PADDING) for one in scenes]
    return [
        tag
        for tag in in_scope(light_orders([person_id]))
        if any(start <= end and stop > begin for begin, end in windows for start, stop in tag.spans)
    ]


def _with_references(found: Sequence[Wearer]) -> list[Wearer]:
    persons = Person.objects.filter(pk__in=[one.person_id for one in found])
    names = dict(persons.values_list("pk", "reference"))
    return [
        Wearer(one.person_id, names[one.person_id], one.toll, one.among, one.at)
        for one in found
        if one.person_id in names
    ]


def _leave_lines(
    kind: str, persons: Sequence[int], detail: Mapping[str, object], by: Posted, now: datetime
) -> None:
    with transaction.atomic():
        for person_id in sorted(persons):
            audit.record(
                kind, by=by, at=now, about=person_id, purpose=Purpose.CRIME_MAPPING, detail=detail
            )


def _visible(rows: Iterable[Match], by: Posted, now: datetime) -> list[Match]:
    visible = visible_person_ids(by, Permission.MATCH_READ, now=now)
    return [row for row in rows if visible is None or row.person_id in visible]
