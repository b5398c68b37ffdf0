"""Tags' own states: order, number and batches of what is heard change nothing; fast is plain."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from itertools import pairwise

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from tag_story import DAY
from waypost.clock import FOREVER_US, from_us, to_us
from waypost.devices.health import Expected
from waypost.monitoring.hearing_tags import heard_of
from waypost.monitoring.journals import Tails, usual
from waypost.monitoring.journals import runs_of as runs_in
from waypost.positions.schema import CLOCK_WRONG, EVENTS, FIXES, SetAside
from waypost.positions.values import EventKind
from waypost.rules.runs import gaps, joined, kept_since, runs_of, since, within, without
from waypost.rules.spells import Around, SobrietyAsked
from waypost.rules.tag_journal import (
    ALCOHOL,
    CONTACT_APART_US,
    FACTS,
    FIX_APART_US,
    MOTION_GRAIN_US,
    TELLING,
    Heard,
    Journal,
    Said,
    contacts_of,
    hear,
    motion_of,
    trimmed,
)
from waypost.rules.tag_states import judge_tag
from waypost.rules.timeline import always
from waypost.rules.values import Parameters, RowKind
from waypost.units import RequirementRef

MINUTE = 60_000_000
START = to_us(DAY)
minutes = st.integers(0, 3 * 24 * 60)
times = st.lists(st.integers(0, 3000), max_size=60)
NUMBERS = always(Parameters())


def plain_runs(at: list[int], apart: int) -> tuple[tuple[int, int], ...]:
    """The obvious way: one instant after another."""
    found: list[tuple[int, int]] = []
    for one in sorted(at):
        if found and one - found[-1][1] <= apart:
            found[-1] = (found[-1][0], one)
        else:
            found.append((one, one))
    return tuple(found)


@given(times, st.integers(0, 200))
def test_runs_are_what_the_plain_way_gives(at, apart):
    assert runs_of(at, apart) == plain_runs(at, apart)


@given(times, times, times, st.integers(0, 200))
def test_runs_of_parts_joined_in_any_order_are_the_runs_of_all(one, two, three, apart):
    parts = [runs_of(part, apart) for part in (one, two, three)]
    whole = runs_of([*one, *two, *three], apart)
    assert joined(joined(parts[0], parts[1], apart), parts[2], apart) == whole
    assert joined(parts[2], joined(parts[1], parts[0], apart), apart) == whole
    assert joined(whole, parts[1], apart) == whole


@given(times, st.integers(0, 200), st.integers(0, 3000), st.integers(0, 3000))
def test_gaps_and_runs_fill_the_stretch_and_do_not_overlap(at, apart, start, end):
    runs = runs_of(at, apart)
    left = gaps(runs, start, end)
    assert all(first < last for first, last in left)
    for first, last in left:
        assert not any(first < one < last for one in at)
    covered = within((start, end), runs) if start < end else []
    assert sum(b - a for a, b in (*left, *covered)) == max(end - start, 0)
    assert left == without((start, end), runs) or start >= end


@given(times, st.integers(0, 200), st.integers(0, 3000))
def test_what_is_kept_since_an_instant_keeps_the_gap_over_it(at, apart, cut):
    runs = runs_of(at, apart)
    kept = kept_since(runs, cut)
    assert gaps(kept, cut, 4000) == gaps(runs, cut, 4000)
    assert since(kept, cut) == since(runs, cut)


@st.composite
def heard_things(draw) -> Heard:
    """A minute at which something was heard: a contact, a fix, a word, motion."""
    at = START + MINUTE * draw(minutes)
    what = draw(st.sampled_from(["contact", "fix", "still", "moving", "word", "word"]))
    heard = Heard(contacts=contacts_of([at]))
    if what == "fix":
        return replace(heard, fixes=runs_of([at], FIX_APART_US))
    if what == "still":
        return replace(heard, still=motion_of([at]))
    if what == "moving":
        return replace(heard, moving=motion_of([at]))
    if what == "word":
        kind = draw(st.sampled_from(sorted(TELLING - ALCOHOL)))
        percent = draw(st.one_of(st.none(), st.integers(0, 100)))
        facts = (("percent", percent),) if percent is not None else ()
        if kind.value.startswith("home_unit"):
            facts = (("home_unit", "HU1"),)
        key = zlib.crc32(repr((kind.value, facts)).encode())
        return replace(heard, said=(Said(at, key, kind, facts),))
    return heard


HALF_HOURS = 3 * 48


@st.composite
def alcohol_words(draw) -> Heard:
    """A reading on the half hour, a maker's event or a tamper."""
    slot = draw(st.integers(0, HALF_HOURS))
    at = START + slot * 30 * MINUTE
    what = draw(st.sampled_from(["reading"] * 6 + ["event", "tamper"]))
    if what == "reading":
        level = draw(st.sampled_from([0.0, 0.01, 0.02, 0.03, 0.05, 0.08]))
        facts = (("tac_percent", level), ("infrared", draw(st.sampled_from([1.0, 0.4]))))
        kind = EventKind.ALCOHOL_READING
    elif what == "event":
        begun = from_us(at - 30 * MINUTE * draw(st.integers(0, 20)))
        facts = (("confirmed", draw(st.booleans())), ("from", begun.isoformat()))
        kind = EventKind.ALCOHOL_EVENT
    else:
        facts, kind = (("what", "obstruction"),), EventKind.ALCOHOL_TAMPER
    key = zlib.crc32(repr((kind.value, facts)).encode())
    return Heard(contacts=contacts_of([at]), said=(Said(at, key, kind, facts),))


def runs_of_readings(levels: list[float]) -> list[Heard]:
    """Half an hour apart, from the start."""
    return [
        Heard(
            contacts=contacts_of([START + n * 30 * MINUTE]),
            said=(Said(START + n * 30 * MINUTE, n, EventKind.ALCOHOL_READING,
                       (("tac_percent", level),)),),
        )
        for n, level in enumerate(levels)
    ]  # fmt: skip


def drinker(level: float | None = None) -> Around:
    asked = SobrietyAsked(RequirementRef("R5"), 7, ((START, FOREVER_US),), level)
    return Around(
        live=((START, FOREVER_US),), expected=Expected(contact_s=86_400, tags=40), places=False,
        daily_charge=False, sobriety=(asked,), reads_alcohol=True,
    )  # fmt: skip


DRINKING = st.lists(st.sampled_from([0.0, 0.01, 0.019, 0.02, 0.03, 0.05, 0.08, 0.2]), max_size=60)


@given(st.lists(alcohol_words(), max_size=40), st.randoms())
def test_order_and_duplicates_of_alcohol_words_change_nothing(heard, chance):
    as_of_us = START + MINUTE * 30 * (HALF_HOURS + 1)
    shuffled = [*heard, *heard[: len(heard) // 2]]
    chance.shuffle(shuffled)
    assert rows_of(heard, drinker(), as_of_us) == rows_of(shuffled, drinker(), as_of_us)


@given(st.lists(alcohol_words(), max_size=40), st.integers(0, HALF_HOURS * 30))
def test_rows_of_alcohol_are_sound_at_any_instant(heard, now_min):
    """None ends before it begins or begins later than now; of one requirement no two share time
    unless the one says that nothing is known; and an open one has an instant to look again."""
    as_of_us = START + MINUTE * now_min
    known = [one for one in heard if one.said[0].at_us <= as_of_us]
    told, _ = rows_of(known, drinker(), as_of_us)
    rows = [row for row in told.rows if row.kind in (RowKind.ALCOHOL, RowKind.ALCOHOL_TAMPER)]
    for row in rows:
        assert row.to_at is None or row.to_at > row.from_at
        assert row.from_at <= from_us(as_of_us)
        assert row.reasons
    for kind in (RowKind.ALCOHOL, RowKind.ALCOHOL_TAMPER):
        mine = [row for row in rows if row.kind is kind and row.certainty != "cannot_tell"]
        for one, other in pairwise(sorted(mine, key=lambda row: row.from_at)):
            assert one.to_at is not None
            assert one.to_at <= other.from_at
    assert all(look > as_of_us for look in [told.look_us] if look is not None)


@given(DRINKING, st.integers(1, 60))
def test_what_a_journal_has_let_go_is_not_called_unread(levels, cut):
    """Readings came all the while: whatever is held of them, no time without any is told."""
    journal = Journal(from_us=START)
    for one in runs_of_readings([*levels, 0.0]):
        journal = hear(journal, one)
    kept = trimmed(journal, START + cut * 30 * MINUTE)
    told = judge_tag(kept, drinker(), NUMBERS, START + MINUTE * 30 * (len(levels) + 1))
    assert not [row for row in told.rows if row.certainty == "cannot_tell"]


@given(DRINKING)
def test_readings_alone_are_never_certain_and_none_below_the_threshold_is_anything(levels):
    as_of_us = START + MINUTE * 30 * (len(levels) + 5)
    told, _ = rows_of(runs_of_readings(levels), drinker(), as_of_us)
    rows = [
        row for row in told.rows if row.kind is RowKind.ALCOHOL and row.certainty != "cannot_tell"
    ]
    assert all(row.certainty in ("probable", "possible") for row in rows)
    if max(levels, default=0.0) < 0.02:
        assert rows == []


@given(DRINKING, st.integers(0, 40), st.integers(1, 19))
def test_a_review_that_confirms_is_certain_whatever_was_read(levels, first, long):
    begun, ended = (from_us(START + MINUTE * 30 * n) for n in (first, first + long))
    said = Said(START + MINUTE * 30 * 70, 1, EventKind.ALCOHOL_EVENT,
                (("confirmed", True), ("from", begun.isoformat()),
                 ("to", ended.isoformat())))  # fmt: skip
    heard = [*runs_of_readings(levels), Heard(said=(said,))]
    told, _ = rows_of(heard, drinker(), START + MINUTE * 30 * 71)
    drunk = [row for row in told.rows if row.kind is RowKind.ALCOHOL]
    [row] = [row for row in drunk if row.certainty == "certain"]
    assert row.from_at <= begun
    assert row.to_at >= ended


def rows_of(heard: list[Heard], about: Around, as_of_us: int):
    journal = Journal(from_us=START)
    for one in heard:
        journal = hear(journal, one)
    return judge_tag(journal, about, NUMBERS, as_of_us), journal


STOOD = {"HU1": ((START, FOREVER_US),)}
around = st.builds(
    Around,
    live=st.just(((START, FOREVER_US),)),
    expected=st.sampled_from([Expected(), Expected(contact_s=1800.0, fix_s=900.0, tags=50)]),
    pairings=st.just(STOOD),
    places=st.booleans(),
)


@given(st.lists(heard_things(), max_size=25), st.randoms(), around)
def test_order_and_duplicates_of_what_is_heard_change_nothing(heard, chance, about):
    as_of_us = START + MINUTE * (3 * 24 * 60 + 5)
    shuffled = [*heard, *heard[: len(heard) // 2]]
    chance.shuffle(shuffled)
    told, journal = rows_of(heard, about, as_of_us)
    again, other = rows_of(shuffled, about, as_of_us)
    assert journal == other
    assert told == again


@given(st.lists(heard_things(), max_size=25), around, st.integers(0, 3 * 24 * 60))
@example([], Around(live=((START, FOREVER_US),), pairings=STOOD, places=False), 15)
def test_a_journal_survives_the_store_and_rows_are_sound(heard, about, now_min):
    as_of_us = START + MINUTE * now_min
    known = [one for one in heard if (one.earliest_us or 0) <= as_of_us]
    told, journal = rows_of(known, about, as_of_us)
    assert Journal.from_bytes(journal.to_bytes()) == journal
    for row in told.rows:
        assert row.reasons
        assert row.minutes >= 0
        assert row.from_at <= from_us(as_of_us)
        assert row.to_at is None or row.from_at < row.to_at <= from_us(as_of_us)
    assert told.look_us is None or told.look_us > as_of_us
    for kind in {row.kind for row in told.rows}:
        lasting = [row for row in told.rows if row.kind is kind and row.to_at is None]
        assert len(lasting) <= 2, lasting  # a home unit may be moved and without power


@given(st.lists(heard_things(), max_size=25), st.integers(0, 2 * 24 * 60))
def test_what_lasts_is_the_same_from_a_trimmed_journal(heard, cut_min):
    """Trimming forgets what is settled; what lasts is still told from its beginning."""
    as_of_us = START + MINUTE * (3 * 24 * 60 + 5)
    about = Around(live=((START, FOREVER_US),), pairings=STOOD)
    told, journal = rows_of(heard, about, as_of_us)
    cut = trimmed(journal, START + MINUTE * cut_min)
    after = judge_tag(cut, about, NUMBERS, as_of_us)
    silent = [row for row in told.rows if row.kind.value == "no_contact" and row.to_at is None]
    assert [row for row in after.rows if row.kind.value == "no_contact" and row.to_at is None] == (
        silent
    )


@given(st.lists(minutes, min_size=1, max_size=20), st.lists(minutes, min_size=1, max_size=6))
def test_the_quick_way_of_a_tag_heard_as_usual_is_the_slow_one(before, after):
    heard = Heard(
        contacts=contacts_of([START + MINUTE * at for at in before]),
        fixes=runs_of([START + MINUTE * at for at in before], FIX_APART_US),
    )
    news = Heard(
        contacts=contacts_of([START + MINUTE * at for at in after]),
        fixes=runs_of([START + MINUTE * at for at in after], FIX_APART_US),
    )
    journal = hear(Journal(from_us=START), heard)
    tails = Tails(tuple(runs[-1] if runs else None for runs in runs_in(journal)))
    moved = usual(tails, news)
    if moved is None:
        return
    slow = hear(journal, news)
    assert moved.runs == tuple(runs[-1] if runs else None for runs in runs_in(slow))
    assert [runs[:-1] for runs in runs_in(slow)] == [runs[:-1] for runs in runs_in(journal)]


WORDS = sorted({*TELLING, EventKind.CONTACT, EventKind.OTHER, EventKind.SOS})


@st.composite
def event_rows(draw):
    kind = draw(st.sampled_from(WORDS))
    said = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "percent": st.one_of(st.integers(0, 100), st.text(max_size=3)),
                "motion": st.booleans(),
                "home_unit": st.sampled_from(["HU1", "HU2"]),
                "tac_percent": st.floats(0, 1),
                "other": st.lists(st.integers(), max_size=2),
            },
        )
    )
    at = START + MINUTE * draw(minutes)
    return {
        "activation": draw(st.integers(1, 3)),
        "measured_at": from_us(at),
        "received_at": from_us(at + MINUTE * draw(st.integers(0, 30))),
        "kind": kind.value,
        "attributes": json.dumps(said, sort_keys=True, separators=(",", ":")),
        "set_aside": int(draw(st.sampled_from(list(SetAside)))),
        "content_key": draw(st.integers(0, 50)),
        "raw_id": None,
    }


def plainly(rows) -> dict[int, Heard]:
    """Row by row, as one would say it."""
    found: dict[int, Heard] = {}
    for row in rows:
        heard = found.get(row["activation"], Heard())
        said = json.loads(row["attributes"])
        received = to_us(row["received_at"])
        mark = SetAside(row["set_aside"])
        at = None
        if mark is SetAside.USABLE:
            at = to_us(row["measured_at"])
        elif mark in CLOCK_WRONG:
            at = received
        if "home_unit" not in said:
            more = contacts_of([received])
            heard = replace(heard, contacts=joined(heard.contacts, more, CONTACT_APART_US))
            if at is not None and isinstance(said.get("motion"), bool):
                name = "moving" if said["motion"] else "still"
                runs = joined(getattr(heard, name), motion_of([at]), MOTION_GRAIN_US)
                heard = replace(heard, **{name: runs})
        kind = EventKind(row["kind"])
        counts = mark is SetAside.USABLE or kind not in ALCOHOL
        if kind in TELLING and at is not None and counts:
            facts = tuple((n, said[n]) for n in FACTS.get(kind, ()) if n in said)
            word = Said(at, row["content_key"], kind, facts)
            heard = replace(heard, said=tuple(sorted({*heard.said, word})))
        found[row["activation"]] = heard
    return found


def motion_row(mark: SetAside, later_min: int = 0) -> dict[str, object]:
    return {
        "activation": 1, "measured_at": DAY, "kind": "alcohol_event",
        "received_at": from_us(START + MINUTE * later_min),
        "attributes": '{"motion":true}', "set_aside": int(mark), "content_key": 0, "raw_id": None,
    }  # fmt: skip


@given(st.lists(event_rows(), max_size=30))
@example([motion_row(SetAside.BEFORE_FITTING), motion_row(SetAside.USABLE)])
@example([motion_row(SetAside.FUTURE), motion_row(SetAside.FUTURE, later_min=20)])
def test_rows_of_the_log_are_heard_as_the_plain_way_hears_them(rows):
    table = pa.Table.from_pylist(rows, schema=EVENTS)
    heard = heard_of(FIXES.empty_table(), table)
    plain = {number: one for number, one in plainly(rows).items() if one != Heard()}
    assert {number: one for number, one in heard.items() if one != Heard()} == plain
