"""Why a row stands: what each fix did, what was known when, and that it is the row that stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from explained import check_explained
from waypost.orders.read import read_orders
from waypost.orders.values import PersonOrders, Zone
from waypost.positions.files import read_fixes
from waypost.positions.schema import SetAside
from waypost.rules.explaining import (
    BEFORE,
    LONG,
    PIECE,
    Band,
    What,
    agrees,
    look_for,
    path_of,
    same_row,
)
from waypost.rules.fold import FixArrays, in_order
from waypost.rules.replay import owners, replay_all
from waypost.rules.step import Happened, Rule, Seen
from waypost.rules.timeline import always
from waypost.rules.values import Certainty, JudgedViolation, Parameters, RowKind
from waypost.units import RequirementRef
from waypost.worlds.files import write_world
from waypost.worlds.world import make_world

START = datetime(2026, 3, 2, 19, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NUMBERS = always(Parameters())
CURFEW = Rule(True, ((START, START + 720 * MINUTE),))


def seen(minute: float, d_m: float, r95_m: float = 8.0, *, received: float | None = None) -> Seen:
    at = START + minute * MINUTE
    return Seen(at, at if received is None else START + received * MINUTE, d_m, r95_m)


def row(first: float, last: float | None, certainty=Certainty.CERTAIN, **more) -> JudgedViolation:
    minutes = 0.0 if last is None or certainty is Certainty.CANNOT_TELL else last - first
    return JudgedViolation(
        RequirementRef("R1"), RowKind.CURFEW, START + first * MINUTE,
        None if last is None else START + last * MINUTE, certainty, minutes,
        more.pop("raised_at", START + first * MINUTE), **more,
    )  # fmt: skip


def path(fixes, found: JudgedViolation, *, minutes: float = 300, aside=()):
    now = START + minutes * MINUTE
    look = look_for(found, NUMBERS, now=now)
    numbered = [
        (n, fix, aside[n] if n < len(aside) else SetAside.USABLE) for n, fix in enumerate(fixes)
    ]
    return path_of(CURFEW, numbered, look, as_of=now, raised_at=found.raised_at)


def happened(found) -> list[Happened]:
    return [step.traced.happened for step in found.steps if step.traced]


FIXES = [seen(-5, -50), seen(5, 300), seen(8, 320), seen(12, 310), seen(25, -50)]
STORED = row(5, 25, raised_at=START + 8 * MINUTE)


def test_the_path_says_what_each_fix_did_and_gives_the_row():
    found = path(FIXES, STORED)
    assert happened(found)[1:] == [
        Happened.OPENED, Happened.CONFIRMED, Happened.SHOWN, Happened.CLOSED,
    ]  # fmt: skip
    assert agrees(same_row(found.rows, STORED), STORED, found.look)


@pytest.mark.parametrize(
    "stored",
    [
        row(5, 30), row(4, 25), row(5, 25, Certainty.PROBABLE), row(5, None),
        replace(STORED, minutes=12.0), replace(STORED, withdrawn=True), row(60, 80),
        row(5, 25, Certainty.CANNOT_TELL),
    ],
)  # fmt: skip
def test_a_stored_row_that_the_fixes_do_not_give_today_is_said_to_differ(stored):
    found = path(FIXES, stored)
    assert not agrees(same_row(found.rows, stored), stored, found.look)


def test_a_row_taken_back_agrees_when_today_gives_none():
    gone = replace(row(100, 120), withdrawn=True)
    found = path([seen(98, -50), seen(102, -50)], gone)
    assert agrees(same_row(found.rows, gone), gone, found.look)


def test_what_was_known_when_it_was_raised_is_told_apart():
    """The fix of 19:10 came after the row was raised: the machine saw one far fix, no second."""
    fixes = [seen(-5, -50), seen(5, 400), seen(6, 8, received=40), seen(12, 310, received=40)]
    found = path(fixes, row(5, None, raised_at=START + 5 * MINUTE))
    assert [found.came_late(step) for step in found.steps if step.traced] == [False] * 4
    later = path(fixes, row(5, None, raised_at=START + 12 * MINUTE))
    late = [step for step in later.steps if later.came_late(step)]
    assert [step.traced.fix.at for step in late] == [START + 6 * MINUTE, START + 12 * MINUTE]
    assert [step.then for step in late] == [None, None]
    assert later.late == 2


def test_an_edge_that_opens_and_one_that_ends_are_steps_of_their_own():
    rule = Rule(True, ((START, START + 60 * MINUTE),))
    fixes = [seen(-9, 300), seen(-4, 310), seen(10, 320), seen(70, 330)]
    stored = row(0, 60)
    look = look_for(stored, NUMBERS, now=START + 300 * MINUTE)
    found = path_of(
        rule, [(n, fix, SetAside.USABLE) for n, fix in enumerate(fixes)], look,
        as_of=look.to_at, raised_at=START,
    )  # fmt: skip
    begins, ends = (step for step in found.steps if step.what in (What.BEGINS, What.ENDS))
    assert (begins.at, begins.opens, begins.ends) == (START, True, False)
    assert (ends.at, ends.opens, ends.ends) == (START + 60 * MINUTE, False, True)
    bands = [spell.band for spell in found.spells]
    assert bands == [Band.NOT_REQUIRED, Band.VIOLATION, Band.NOT_REQUIRED]


def test_time_without_a_fix_is_a_spell_of_its_own():
    found = path([seen(-5, -50), seen(5, -50), seen(45, -50), seen(56, -50)],
                 row(5, 45, Certainty.CANNOT_TELL))  # fmt: skip
    told = [(spell.band, spell.from_at) for spell in found.spells]
    assert (Band.UNTOLD, START + 5 * MINUTE) in told
    assert (Band.CLEAR, START + 45 * MINUTE) in told


def test_a_fix_set_aside_is_a_step_and_the_machine_never_met_it():
    found = path(FIXES, STORED, aside=[SetAside.USABLE, SetAside.NULL_ISLAND])
    aside = [step for step in found.steps if step.what is What.ASIDE]
    assert [(step.n, step.aside, step.traced) for step in aside] == [
        (1, SetAside.NULL_ISLAND, None)
    ]


def test_a_look_reaches_back_as_far_as_the_numbers_let_evidence_count():
    now = START + timedelta(days=3)
    patient = always(replace(Parameters(), confirm_within=60 * MINUTE))
    assert START - look_for(row(0, 30), NUMBERS, now=now).from_at == 60 * MINUTE + BEFORE
    assert START - look_for(row(0, 30), patient, now=now).from_at == 240 * MINUTE + BEFORE
    untold = row(0, 30, Certainty.CANNOT_TELL)
    aged = START - look_for(untold, NUMBERS, now=now).from_at
    assert aged == Parameters().uncertain_ages_after + BEFORE


def test_of_a_long_violation_the_beginning_and_the_end_are_looked_at_apart():
    now = START + timedelta(days=3)
    long = row(0, 2_000)
    first, last = (look_for(long, NUMBERS, now=now, at_end=end) for end in (False, True))
    assert not first.whole
    assert first.to_at - START == PIECE
    assert last.from_at == START + 2_000 * MINUTE - PIECE
    assert look_for(row(0, LONG / MINUTE), NUMBERS, now=now).whole


def much_tighter(person: PersonOrders) -> PersonOrders:
    """The person's circles shrunk to 12 m: noise alone then crosses the edge all the time."""

    def tight(zone: Zone) -> Zone:
        return replace(zone, radius_m=12.0) if zone.radius_m else zone

    orders = [
        replace(
            order,
            requirements=tuple(
                replace(one, zones=tuple(map(tight, one.zones))) for one in order.requirements
            ),
        )
        for order in person.orders
    ]
    return replace(person, orders=tuple(orders))


def worse(fixes: pa.Table) -> pa.Table:
    """Fixes that claim circles a fifth of what they are, so that nearly each is decisive, and
    forty minutes in every four hours without any."""
    minutes = pc.divide(fixes["measured_at"].cast(pa.int64()), 60_000_000)
    heard = np.asarray(minutes) % 240 >= 40
    fixes = fixes.filter(pa.array(heard))
    place = fixes.schema.get_field_index("accuracy_m")
    less = pc.multiply(fixes["accuracy_m"], pa.scalar(0.2, fixes["accuracy_m"].type))
    return fixes.set_column(place, fixes.schema.field(place), less)


def test_every_row_of_a_seeded_world_is_what_its_explanation_gives(tmp_path):
    """Rows in plenty, by noise and by walks, withdrawn ones too, each looked at on its own."""
    world = make_world(5, wearers=16, days=4, until=datetime(2026, 3, 8, 12, tzinfo=UTC))
    write_world(world, tmp_path, made_with={})
    fixes = worse(read_fixes(str(tmp_path / "fixes.parquet"), renames={}).table)
    orders = read_orders((tmp_path / "orders.json").read_bytes())
    assert not orders.problems
    persons = [much_tighter(person) for person in orders.rows]
    judged = replay_all(persons, fixes)
    whose = owners(persons, fixes)
    counts: Counter[str] = Counter()
    for n, person in enumerate(persons):
        mine = in_order(FixArrays.from_table(fixes).take(np.flatnonzero(whose == n)))
        rows = [row for whom, row in judged.rows if whom == person.person_id]
        check_explained(person, mine, rows, judged.now, Parameters())
        counts.update("withdrawn" if row.withdrawn else str(row.certainty) for row in rows)
    assert counts["certain"] > 50, counts
    assert counts["cannot_tell"] > 20, counts
