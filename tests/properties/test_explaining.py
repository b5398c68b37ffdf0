"""What must hold of an explanation: it gives the row it explains, whatever the day was like."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from test_rules import crosses, days

from waypost.positions.schema import SetAside
from waypost.rules import step as plain
from waypost.rules.explaining import Band, What, agrees, look_for, path_of, same_row
from waypost.rules.timeline import always
from waypost.rules.values import Certainty, How, JudgedViolation, Parameters, RowKind
from waypost.units import RequirementRef

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)  # a look is half-open: what was measured now is in it


@st.composite
def rules(draw) -> plain.Rule:
    """A few windows with pauses of one minute to three hours between them."""
    lengths = draw(
        st.lists(st.tuples(st.integers(1, 180), st.integers(1, 300)), min_size=1, max_size=4)
    )
    windows, at = [], START
    for pause, length in lengths:
        start = at + pause * MINUTE
        at = start + length * MINUTE
        windows.append((start, at))
    return plain.Rule(draw(st.booleans()), tuple(windows), Parameters(), crosses)


@st.composite
def sparse_days(draw) -> list[plain.Seen]:
    """Like `days`, with pauses that open windows, silences and age: up to six hours."""
    fixes, at = [], START
    for fix in draw(days(60)):
        at += draw(st.sampled_from([1, 2, 5, 5, 14, 16, 40, 90, 360])) * MINUTE
        doubts = fixes[-1].at if fix.doubts and fixes else None
        fixes.append(
            replace(fix, at=at, received_at=at + (fix.received_at - fix.at), doubts=doubts)
        )
    return fixes


def some_days() -> st.SearchStrategy[list[plain.Seen]]:
    """Fixes are belied by near neighbours alone, as `distrust_within` asks."""

    def near(fixes: list[plain.Seen]) -> list[plain.Seen]:
        least = Parameters().distrust_within
        return [
            replace(fix, doubts=None) if fix.doubts and fix.at - fix.doubts > least else fix
            for fix in fixes
        ]

    return (days() | sparse_days()).map(near)


def stored(row: plain.Row) -> JudgedViolation:
    return JudgedViolation(
        RequirementRef("R1"), RowKind.CURFEW, row.from_at, row.to_at, row.certainty,
        round(row.counted / MINUTE, 1), row.raised_at, how=row.how,
    )  # fmt: skip


def open_at(rows, instant) -> JudgedViolation | None:
    """The violation among the rows that began before an instant and goes on there."""
    return next(
        (
            row
            for row in rows
            if row.certainty is not Certainty.CANNOT_TELL
            and row.how is not How.PASSAGE
            and row.from_at < instant
            and (row.to_at is None or row.to_at > instant)
        ),
        None,
    )


@settings(max_examples=300, deadline=None)
@given(rules(), some_days(), st.integers(0, 400), st.booleans())
def test_each_row_is_explained_by_the_fixes_around_it_alone(rule, fixes, minutes, at_end):
    now = max([START, *(fix.received_at for fix in fixes)]) + minutes * MINUTE
    state, done = plain.fold(rule, fixes)
    rows = [stored(row) for row in done + plain.tick(state, rule, now)]
    for row in rows:
        look = look_for(row, always(Parameters()), now=now + MOMENT, at_end=at_end)
        some = [fix for fix in fixes if look.from_at <= fix.at < look.to_at]
        found = path_of(
            rule,
            [(n, fix, SetAside.USABLE) for n, fix in enumerate(some)],
            look,
            as_of=now,
            raised_at=row.raised_at,
            standing=open_at(rows, look.from_at),
        )
        assert agrees(same_row(found.rows, row), row, look)


@settings(max_examples=200, deadline=None)
@given(rules(), some_days())
def test_the_spells_fill_the_look_and_every_fix_has_its_step(rule, fixes):
    end = max([START + MINUTE, *(fix.at for fix in fixes)]) + 20 * MINUTE
    row = stored(plain.Row(Certainty.CERTAIN, START, end, START))
    look = look_for(row, always(Parameters()), now=end)
    found = path_of(
        rule, [(n, fix, SetAside.USABLE) for n, fix in enumerate(fixes)], look,
        as_of=end, raised_at=START,
    )  # fmt: skip
    assert found.spells[0].from_at == look.from_at
    assert found.spells[-1].to_at == look.to_at
    assert all(a.to_at == b.from_at and a.band is not b.band for a, b in pairwise(found.spells))
    assert [step.n for step in found.steps if step.what is What.FIX] == list(range(len(fixes)))
    edges = [step.at for step in found.steps if step.what in (What.BEGINS, What.ENDS)]
    assert edges == [at for window in rule.windows for at in window if at <= look.to_at]
    required = [spell for spell in found.spells if spell.band is not Band.NOT_REQUIRED]
    assert all(rule.window_at(spell.from_at) for spell in required)


@settings(max_examples=200, deadline=None)
@given(rules(), some_days())
def test_what_was_known_when_it_was_raised_is_the_path_without_later_fixes(rule, fixes):
    """As of an instant, a fix that came later has no part in what any other did."""
    raised_at = START + 120 * MINUTE
    end = max([raised_at, *(fix.at for fix in fixes)])
    look = look_for(stored(plain.Row(Certainty.CERTAIN, START, end, START)),
                    always(Parameters()), now=end)  # fmt: skip
    numbered = [(n, fix, SetAside.USABLE) for n, fix in enumerate(fixes)]
    found = path_of(rule, numbered, look, as_of=end, raised_at=raised_at)
    known = [one for one in numbered if one[1].received_at <= raised_at]
    then = path_of(rule, known, look, as_of=end, raised_at=raised_at)
    assert [step.then for step in found.steps if step.then] == [
        step.traced for step in then.steps if step.traced
    ]
    for step in found.steps:
        late = step.traced is not None and step.traced.fix.received_at > raised_at
        assert (step.then is None) == (late or step.traced is None)
    assert replace(found, steps=()).late == 0
