"""Judging tags from their journals: what the records say around them, the rows, what changed.

judge_tags(cases, ...)   for any number of tags: some statements for all, then pure judging
Surroundings             read once a round; Case: one tag with its journal and what is new
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error
from django.db.models import Q

from waypost.clock import FOREVER_US, from_us, to_us
from waypost.devices import cadence
from waypost.devices.estate_signs import learnt_by_model
from waypost.devices.models import ClockDoubt, Device, Pairing
from waypost.devices.values import DeviceKind
from waypost.monitoring.event_rows import Changed, changed_rows
from waypost.monitoring.models import Violation
from waypost.monitoring.queries import stored
from waypost.monitoring.saving import NOT_AGAIN_BEFORE, in_chunks
from waypost.monitoring.tag_book import WornTag
from waypost.orders.defaults import alcohol_of
from waypost.orders.timetable import required_windows
from waypost.orders.values import AlcoholMode, PersonOrders
from waypost.positions.queries import fixes_between
from waypost.rules.fold import FixArrays
from waypost.rules.reconcile import StoredViolation
from waypost.rules.runs import NONE, Runs
from waypost.rules.spells import Around, Doubt, SobrietyAsked
from waypost.rules.tag_journal import Journal
from waypost.rules.tag_states import Verdict, judge_tag
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import EVENT_KINDS, RowKind

TAG_KINDS = EVENT_KINDS - {RowKind.MOVING_EXCLUSION}
DOUBTS_BACK = timedelta(days=60)
AHEAD = timedelta(days=3)  # so far hours of sobriety are expanded beyond the instant judged

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Case:
    """One tag to be judged.

    since_us   the earliest that is new: rows that ended before stand as they are
    late       it is judged by history: what is new was found late
    """

    tag: WornTag
    journal: Journal
    since_us: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """look_at: when to look again; None: time alone changes nothing.

    placeless   it is in contact without a place
    """

    case: Case
    changed: Changed
    look_at: datetime | None
    placeless: bool = False


def judge_tags(
    cases: Sequence[Case],
    numbers: ParameterTimeline,
    *,
    deaf: Runs,
    as_of: datetime,
    sober: Mapping[int, PersonOrders],
) -> list[Judgement]:
    """Each tag's rows as of then, set against those stored. One tag's trouble is logged, and
    leaves that tag as it was until it is looked at again."""
    if not cases:
        return []
    around = around_of([case.tag for case in cases], deaf=deaf, as_of=as_of)
    for case in cases:
        person = sober.get(case.tag.person_id)
        if person is not None:
            number = case.tag.activation
            asked = sobriety_asked(person, from_us(case.journal.from_us) - AHEAD, as_of + AHEAD)
            around[number] = replace(around[number], sobriety=asked)
    verdicts: dict[int, Verdict] = {}
    for case in cases:
        verdict = _attempt(case, around[case.tag.activation], numbers, as_of)
        if verdict is not None:
            verdicts[case.tag.activation] = verdict
    wanting = {
        number: verdict.fixes_from_us
        for number, verdict in verdicts.items()
        if verdict.fixes_from_us is not None
    }
    for number, fixes in _fixes(wanting, as_of).items():
        case = next(one for one in cases if one.tag.activation == number)
        verdict = _attempt(case, replace(around[number], fixes=fixes), numbers, as_of)
        if verdict is not None:
            verdicts[number] = verdict
    old = _old_rows(cases)
    soonest = as_of + NOT_AGAIN_BEFORE
    found = []
    for case in cases:
        number = case.tag.activation
        if number not in verdicts:
            again = as_of + timedelta(hours=1)
            found.append(Judgement(case, Changed(case.tag.person_id), again))
            continue
        verdict = verdicts[number]
        changes = changed_rows(
            old.get(number, []), verdict.rows, since_us=case.since_us,
            journal_from_us=case.journal.from_us, late=case.late,
        )  # fmt: skip
        look = None if verdict.look_us is None else max(from_us(verdict.look_us), soonest)
        lost = any(one.kind is RowKind.NO_LOCATION and one.to_at is None for one in verdict.rows)
        changed = Changed.of(case.tag.person_id, changes, number)
        found.append(Judgement(case, changed, look, lost))
    return found


def around_of(tags: Sequence[WornTag], *, deaf: Runs, as_of: datetime) -> dict[int, Around]:
    """What the records say around each tag, by activation."""
    devices = _devices({tag.device_id for tag in tags})
    learnt = learnt_by_model()
    doubts = _doubts([tag.activation for tag in tags], as_of)
    pairings = _pairings({tag.person_id for tag in tags})
    found = {}
    for tag in tags:
        kind, model = devices.get(tag.device_id, ("", ""))
        found[tag.activation] = Around(
            live=tag.live,
            expected=cadence.expected_of(model, learnt, kind),
            places=kind not in cadence.NO_PLACES,
            daily_charge=kind not in cadence.NO_PLACES,
            deaf=deaf,
            doubts=tuple(doubts.get(tag.activation, ())),
            pairings=pairings.get(tag.person_id, {}),
            zone=settings.WALL_ZONE,
            reads_alcohol=kind == DeviceKind.ALCOHOL_TAG,
        )
    return found


def sobriety_asked(
    person: PersonOrders, from_at: datetime, to_at: datetime
) -> tuple[SobrietyAsked, ...]:
    """What the person's orders ask of an alcohol tag's readings in [from_at, to_at)."""
    found = []
    for order in person.orders:
        for requirement in order.requirements:
            rule = alcohol_of(requirement)
            if rule is None:
                continue
            level = rule.level_g_per_dl if rule.mode is AlcoholMode.LEVEL else None
            windows = required_windows(requirement, order, from_at, to_at)
            found.append(
                SobrietyAsked(
                    requirement.requirement_id, requirement.version_id,
                    tuple((to_us(start), to_us(end)) for start, end in windows), level,
                )
            )  # fmt: skip
    return tuple(one for one in found if one.windows)


def _attempt(
    case: Case, about: Around, numbers: ParameterTimeline, as_of: datetime
) -> Verdict | None:
    try:
        return judge_tag(case.journal, about, numbers, to_us(as_of))
    except Error:
        raise
    except Exception:
        log.exception("activation %d: its tag cannot be judged", case.tag.activation)
        return None


def _fixes(wanting: Mapping[int, int], as_of: datetime) -> dict[int, FixArrays]:
    """The fixes that were asked for. Places are looked at here and leave no trace but the rows."""
    if not wanting:
        return {}
    start = from_us(min(wanting.values()))
    table = fixes_between(sorted(wanting), start, as_of + timedelta(days=1))
    numbers = table["activation"].to_numpy()
    whole = FixArrays.from_table(table)
    return {
        number: whole.take((numbers == number) & (whole.measured_us >= from_us_))
        for number, from_us_ in wanting.items()
    }


def _old_rows(cases: Sequence[Case]) -> dict[int, list[StoredViolation]]:
    """The rows of these tags that last, or ended since what is new, by activation."""
    since = {case.tag.activation: case.since_us for case in cases}
    persons = sorted({case.tag.person_id for case in cases})
    found: dict[int, list[StoredViolation]] = defaultdict(list)
    earliest = from_us(min(since.values()))
    for ids in in_chunks(persons):
        rows = Violation.objects.filter(person_id__in=ids, withdrawn=False, kind__in=TAG_KINDS)
        for record in rows.filter(Q(settled=False) | Q(to_at__gte=earliest)):
            number = record.activation_id
            if number in since and (record.to_at is None or to_us(record.to_at) >= since[number]):
                found[number].extend(stored([record]))
    return found


def _devices(references: Collection[str]) -> dict[str, tuple[str, str]]:
    """Kind and model by the tag's own id."""
    found: dict[str, tuple[str, str]] = {}
    for names in in_chunks(sorted(references)):
        rows = Device.objects.filter(reference__in=names)
        for reference, kind, model in rows.values_list("reference", "kind", "model"):
            found[reference] = (kind, model)
    return found


def _doubts(activations: Collection[int], as_of: datetime) -> dict[int, list[Doubt]]:
    found: dict[int, list[Doubt]] = defaultdict(list)
    recent = Q(settled_at=None) | Q(settled_at__gte=as_of - DOUBTS_BACK)
    for ids in in_chunks(sorted(activations)):
        rows = ClockDoubt.objects.filter(recent, activation_id__in=ids)
        for number, first_at, settled_at, accepted in rows.values_list(
            "activation_id", "first_received_at", "settled_at", "accepted"
        ):
            ended = None if settled_at is None else to_us(settled_at)
            found[number].append(Doubt(to_us(first_at), ended, accepted))
    return found


def _pairings(persons: Collection[int]) -> dict[int, dict[str, Runs]]:
    """When each home unit stood for each person."""
    found: dict[int, dict[str, Runs]] = defaultdict(dict)
    for ids in in_chunks(sorted(persons)):
        rows = Pairing.objects.filter(person_id__in=ids).order_by("from_at")
        for person_id, unit, from_at, to_at in rows.values_list(
            "person_id", "device__reference", "from_at", "to_at"
        ):
            stood = (to_us(from_at), FOREVER_US if to_at is None else to_us(to_at))
            found[person_id][unit] = (*found[person_id].get(unit, NONE), stood)
    return found
