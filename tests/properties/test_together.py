"""Many persons' fixes in one call say what judging each alone says, or leave it to that."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from order_story import PLACE, appointment, requirement
from waypost.clock import from_us, to_us
from waypost.geo import BRITISH
from waypost.orders.values import (
    ActivationSpan,
    Order,
    OrderKind,
    PersonOrders,
    RequirementKind,
)
from waypost.rules.fold import FixArrays, Packed, State, initial_state
from waypost.rules.judging import judge
from waypost.rules.plan import Plan, compile_plan
from waypost.rules.reconcile import ChangeKind, StoredViolation
from waypost.rules.timeline import InForce, ParameterTimeline
from waypost.rules.together import Case, fold_together
from waypost.rules.values import Parameters
from waypost.units import Mechanism

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHANGED = START + 50 * MINUTE
TIMELINES = (
    ParameterTimeline((InForce(None, Parameters()),)),
    ParameterTimeline((InForce(None, Parameters()),
                       InForce(CHANGED, Parameters(exclusion_deep_m=0.0, gap_min=5 * MINUTE), 1))),
)  # fmt: skip
REQUIREMENTS = (
    requirement(RequirementKind.CURFEW, "09:20-09:50,10:30-12:00"),
    requirement(RequirementKind.CURFEW, "19:00-07:00"),
    requirement(RequirementKind.EXCLUSION),
    requirement(RequirementKind.EXCLUSION, "09:30-10:00", warning_m=100.0),
    requirement(RequirementKind.INCLUSION),
    requirement(RequirementKind.TRAIL),
    appointment("09:30"),
    appointment("13:00"),
)
HERE, NEAR, AWAY, ABROAD, STRAY = 0.0, 70.0, 2000.0, 900_000.0, 20_000.0
TIMES = [1, 1, 1, 1, 2, 5, 20, 45, -1, 0]
PLACES = [HERE, HERE, HERE, NEAR, AWAY, AWAY, ABROAD, STRAY]


@st.composite
def people(draw) -> list[PersonOrders]:
    return [a_person(draw, n) for n in range(draw(st.integers(1, 4)))]


def a_person(draw, n: int) -> PersonOrders:
    asked = draw(st.lists(st.sampled_from(REQUIREMENTS), min_size=1, max_size=3, unique_by=id))
    named = tuple(
        one.__class__(**{**vars_of(one), "requirement_id": f"R{k}"}) for k, one in enumerate(asked)
    )
    ends = draw(st.sampled_from([None, START + 90 * MINUTE]))
    order = Order(f"O{n}", OrderKind.COMMUNITY_ORDER, START, ends, named)
    worn = draw(st.sampled_from(
        [(), ((0, 40), (40, None)), ((0, 30), (33, None))]
    ))  # fmt: skip
    spans = tuple(
        ActivationSpan(
            f"A{k}",
            f"D{k}",
            START + a * MINUTE,
            None if b is None else START + b * MINUTE,
            number=k,
        )
        for k, (a, b) in enumerate(worn, 10 * n + 1)
    )
    return PersonOrders(f"P{n}", (order,), spans)


def vars_of(one) -> dict:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


@st.composite
def rounds(draw, persons: int):
    """By round, for each person the minutes and places of their next fixes."""
    said = st.lists(st.tuples(st.sampled_from(TIMES), st.sampled_from(PLACES)), max_size=2)
    return draw(st.lists(st.tuples(*[said] * persons), min_size=1, max_size=14))


def fixes(seen: list[tuple[int, float]], came_us: int) -> FixArrays:
    (east,), (north,) = BRITISH.project(*PLACE)
    here = BRITISH.unproject(np.full(len(seen), east), np.full(len(seen), north))
    lat = here[0] - np.array([metres / 111_000 for _, metres in seen])
    at = np.array([us for us, _ in seen], dtype=np.int64)
    return FixArrays(
        measured_us=at, received_us=np.maximum(at, came_us), lat=lat, lon=here[1],
        accuracy_m=np.full(len(seen), 8.0),
        mechanism=np.full(len(seen), int(Mechanism.GNSS), dtype=np.int8),
        content_key=np.arange(len(seen), dtype=np.int64),
        set_aside=np.zeros(len(seen), dtype=np.int8),
    )  # fmt: skip


def plans_of(persons, timeline) -> list[Plan]:
    until = START + timedelta(days=9)
    return [compile_plan(one, timeline, from_at=START, to_at=until) for one in persons]


@settings(max_examples=300, deadline=None)
@given(people(), st.sampled_from(TIMELINES), st.data())
def test_what_is_calm_together_is_just_so_alone(persons, timeline, data):
    plans = plans_of(persons, timeline)
    states, kept = [initial_state(plan) for plan in plans], Stored()
    times = [to_us(START)] * len(plans)
    now = START
    for told in data.draw(rounds(len(persons))):
        now += MINUTE
        said: list[tuple[int, list[tuple[int, float]]]] = []
        for n, one in enumerate(told):
            news = []
            for minutes, metres in one:
                times[n] = max(states[n].folded_to_us or 0, times[n]) + minutes * 60_000_000
                news.append((times[n], metres))
            if news and min(us for us, _ in news) >= (states[n].folded_to_us or 0):
                said.append((n, sorted(news)))
        if not said:
            continue
        now = max(now, from_us(max(us for _, news in said for us, _ in news)))
        one_round(plans, states, kept, said, now)


class Stored:
    """What a store would keep of each person's violations, as saving.py writes them."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[int, StoredViolation]] = defaultdict(dict)
        self.count = 0

    def moving(self, n: int) -> list[StoredViolation]:
        return [one for one in self.rows[n].values() if not one.settled]

    def save(self, n: int, changes) -> None:
        for change in changes:
            if change.old is None:
                self.count += 1
                number, version = self.count, 1
            else:
                number, version = change.old.violation_id, change.old.version
                version += change.kind is not ChangeKind.SETTLED
            self.rows[n][number] = StoredViolation(number, version, change.settled, change.row)


def one_round(plans: list[Plan], states: list[State], kept: Stored, said, now: datetime) -> Counter:
    """Judge the news together and alone, have them agree, and take the states alone forward."""
    whole = fixes([one for _, news in said for one in news], to_us(now))
    cases, at = [], 0
    for n, news in said:
        packed = Packed.of(states[n].to_bytes())
        cases.append(Case(plans[n], packed, at, at + len(news), kept.moving(n)))
        at += len(news)
    before = [case.packed.data for case in cases]
    found = fold_together(cases, whole, as_of=now)
    assert [case.packed.data for case in cases] == before, "what was given is left as it was"
    seen: Counter = Counter()
    for (n, _), case, calm in zip(said, cases, found, strict=True):
        part = whole.take(np.arange(case.start, case.end))
        alone = judge(plans[n], states[n], part, kept.moving(n), as_of=now)
        if calm is not None:
            assert calm.packed.data == alone.state.to_bytes()
            assert Packed.of(calm.packed.data) == calm.packed
            assert calm.next_due == alone.next_due
            assert (alone.changes, alone.checkpoints, alone.silences) == ([], {}, [])
            assert calm.moving == alone.moving
        seen["calm" if calm is not None else "left"] += 1
        seen["stands"] += bool(calm is not None and calm.moving)
        states[n] = alone.state
        kept.save(n, alone.changes)
    return seen


def test_an_estate_where_nothing_happens_is_judged_together_but_for_the_first_fix():
    """Each kind of requirement, kept: at home in curfew, away from the zone, at the appointment."""
    asked = {
        HERE: [REQUIREMENTS[0], REQUIREMENTS[1], REQUIREMENTS[4], REQUIREMENTS[5], REQUIREMENTS[7]],
        AWAY: [REQUIREMENTS[1], REQUIREMENTS[2], REQUIREMENTS[3], REQUIREMENTS[5], REQUIREMENTS[7]],
    }
    persons, places = [], []
    for place, ones in asked.items():
        for one in ones:
            order = Order("O", OrderKind.COMMUNITY_ORDER, START, None, (one,))
            persons.append(PersonOrders(f"P{len(persons)}", (order,), ()))
            places.append(place)
    plans = plans_of(persons, TIMELINES[0])
    states, kept = [initial_state(plan) for plan in plans], Stored()
    seen: Counter = Counter()
    for minute in range(1, 90):
        now = START + minute * MINUTE
        said = [(n, [(to_us(now), place)]) for n, place in enumerate(places)]
        seen += one_round(plans, states, kept, said, now)
    assert seen["left"] == len(persons)
    assert seen["calm"] == 88 * len(persons)


def test_who_leaves_home_in_curfew_is_left_to_be_judged_alone():
    order = Order("O", OrderKind.COMMUNITY_ORDER, START, None, (REQUIREMENTS[0],))
    plans = plans_of([PersonOrders("P", (order,), ())], TIMELINES[0])
    states, kept = [initial_state(plans[0])], Stored()
    for minute in range(1, 22):
        now = START + minute * MINUTE
        one_round(plans, states, kept, [(0, [(to_us(now), HERE)])], now)
    now = START + 25 * MINUTE
    assert one_round(plans, states, kept, [(0, [(to_us(now), AWAY)])], now)["left"] == 1


def test_a_violation_that_goes_on_is_calm_but_for_what_is_written_of_it():
    """Raised, made certain, and then a version each quarter of an hour; all else is calm."""
    order = Order("O", OrderKind.COMMUNITY_ORDER, START, None, (REQUIREMENTS[2],))
    plans = plans_of([PersonOrders("P", (order,), ())], TIMELINES[0])
    states, kept, seen = [initial_state(plans[0])], Stored(), Counter()
    for minute in range(1, 60):
        now = START + minute * MINUTE
        seen += one_round(plans, states, kept, [(0, [(to_us(now), HERE)])], now)
    [row] = kept.moving(0)
    assert row.row.minutes == 45.0
    assert seen["stands"] >= 50
    assert seen["left"] <= 8


def test_the_first_fix_of_a_day_is_judged_alone_and_leaves_its_checkpoint():
    order = Order("O", OrderKind.COMMUNITY_ORDER, START, None, (REQUIREMENTS[2],))
    plans = plans_of([PersonOrders("P", (order,), ())], TIMELINES[0])
    states, kept = [initial_state(plans[0])], Stored()
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    left = []
    for minute in range(-20, 20):
        now = midnight + minute * MINUTE
        if one_round(plans, states, kept, [(0, [(to_us(now), AWAY)])], now)["left"]:
            left.append(now)
    assert left == [midnight - 20 * MINUTE, midnight]
