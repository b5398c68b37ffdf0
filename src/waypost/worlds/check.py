"""Holds a ledger against the store: is every acknowledged report there exactly once, and no other?

    check(told) -> Verdict

A report owes a fix where it has a place, and an event where it has one. What was sent and not
acknowledged may be there or not: nothing was promised. What no tag ever said must not be there. A
tag with a wrong clock owes its rows too, set aside for the right reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from waypost.orders.directory import ActivationDirectory
from waypost.orders.queries import person_orders
from waypost.positions.queries import LIST_MAX, events_between, fixes_between
from waypost.positions.schema import SetAside
from waypost.worlds.faults import HOUR_S, ROLLOVER_S
from waypost.worlds.ledger import Tagged, Told

Integers = npt.NDArray[np.int64]
LONG_AGO, FAR_AHEAD = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
HOURS_MAX = 14
UPLOAD_LAG_S = 20 * 60  # later than this, a clock that is hours ahead no longer shows as such
AHEAD_S = 120  # clocks may run ahead by so much
EDGE_S = 2  # receipt is read at another instant than the tag's: either mark is right so close
PLACE_E7 = 1  # 1e-7 degree, a centimetre: the last digit of the ledger
EXAMPLES = 5
# What tags send on their own beside the reports: not in the ledger, and not looked for.
UNTOLD = ("contact", "battery_level", "command_answer", "no_contact")


@dataclass
class Verdict:
    """How the store stands to the ledger; from `lost` on all should be 0.

    nobodys    reports of tags that nobody wears: they go to an officer's list, not to the log
    kept       rows owed for acknowledged reports that are there
    unasked    rows there of reports that were sent and not acknowledged
    aside      of those kept, set aside for the wrong clock of their tag
    lost       owed for acknowledged reports, and not there
    twice      there more than once
    strange    there, and said by no tag
    misplaced  there, somewhere else than the tag said
    misjudged  there, set aside wrongly, or not set aside
    examples   tag, instant and what is wrong, of a few
    """

    nobodys: int = 0
    kept: int = 0
    unasked: int = 0
    aside: int = 0
    lost: int = 0
    twice: int = 0
    strange: int = 0
    misplaced: int = 0
    misjudged: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.twice or self.strange or self.misplaced or self.misjudged)

    def wrong(self, what: str, device_id: str, at_us: Integers) -> int:
        """Notes a few; how many they are."""
        room = max(EXAMPLES - len(self.examples), 0)
        for one in at_us[:room].tolist():
            at = datetime.fromtimestamp(one / 1e6, UTC).isoformat()
            self.examples.append(f"{device_id} at {at}: {what}")
        return len(at_us)


def check(told: Told) -> Verdict:
    """Every tag of the ledger, a few dozen at a time."""
    verdict = Verdict()
    directory = ActivationDirectory(person_orders())
    worn = _worn(told, directory)
    heard = {number for wearing in worn for number in wearing.numbers}
    verdict.nobodys = sum(told.of(tag).num_rows for tag in told.tags.keys() - heard)
    for start in range(0, len(worn), LIST_MAX):
        part = worn[start : start + LIST_MAX]
        activations = [wearing.activation for wearing in part]
        fixes = fixes_between(activations, LONG_AGO, FAR_AHEAD)
        events = events_between(activations, LONG_AGO, FAR_AHEAD)
        for wearing in part:
            said = pa.concat_tables([told.of(number) for number in wearing.numbers])
            _check_fixes(verdict, wearing.tag, said, _of(fixes, wearing.activation))
            _check_events(verdict, wearing.tag, said, _of(events, wearing.activation))
    return verdict


@dataclass(frozen=True, slots=True)
class _Wearing:
    """A device, its last activation, and the ledger's tags of that name: what a device's protocol
    has no word for, its vendor's hub tells."""

    activation: int
    tag: Tagged
    numbers: tuple[int, ...]


def _worn(told: Told, directory: ActivationDirectory) -> list[_Wearing]:
    by_device: dict[str, list[Tagged]] = {}
    for tag in told.tags.values():
        by_device.setdefault(tag.device_id, []).append(tag)
    found = []
    for device_id, tags in by_device.items():
        spans = directory.any_of(device_id)
        if spans and spans[-1].number is not None:
            numbers = tuple(tag.number for tag in tags)
            found.append(_Wearing(spans[-1].number, tags[0], numbers))
    return sorted(found, key=lambda one: one.activation)


def _of(rows: pa.Table, activation: int) -> pa.Table:
    return rows.filter(pc.equal(rows["activation"], activation))


def _check_fixes(verdict: Verdict, tag: Tagged, said: pa.Table, kept: pa.Table) -> None:
    told = said.filter(pc.is_valid(said["lat_e7"]))
    owed = told.group_by(["at_us", "lat_e7", "lon_e7"]).aggregate([("acknowledged", "any")])
    at_us, held_us = _ints(owed, "at_us"), _ints(kept, "measured_at")
    match = _matches(owed, kept)
    got = np.asarray(owed["acknowledged_any"].to_numpy(zero_copy_only=False), dtype=np.bool_)
    there = np.isin(np.arange(owed.num_rows), match)
    _count(verdict, tag, "fix", (at_us, held_us), got, there, told=_ints(told, "at_us"))
    known = np.isin(held_us, at_us)
    verdict.misplaced += verdict.wrong("elsewhere", tag.device_id, held_us[known & (match < 0)])
    wrong = known & ~_marks_right(tag.clock_s, kept)
    verdict.misjudged += verdict.wrong("wrongly set aside or used", tag.device_id, held_us[wrong])
    if tag.clock_s:
        promised = np.append(got, False)[match]  # of those without a match: the last, False
        verdict.aside += int((_ints(kept, "set_aside")[promised] != SetAside.USABLE).sum())


def _matches(owed: pa.Table, kept: pa.Table) -> Integers:
    """Which of the rows owed each row kept is: at the same instant and place; -1 for none."""
    at_us, held_us = _ints(owed, "at_us"), _ints(kept, "measured_at")
    order = np.argsort(at_us, kind="stable")
    first = np.searchsorted(at_us[order], held_us, "left")
    end = np.searchsorted(at_us[order], held_us, "right")
    match = np.full(len(held_us), -1, dtype=np.int64)
    for step in range(int((end - first).max(initial=0))):
        within = np.flatnonzero(first + step < end)
        row = order[first[within] + step]
        near = np.ones(len(within), dtype=np.bool_)
        for name in ("lat", "lon"):
            degrees = kept[name].to_numpy()[within]
            near &= np.abs(np.rint(degrees * 1e7) - _ints(owed, f"{name}_e7")[row]) <= PLACE_E7
        match[within[near]] = row[near]
    return match


def _check_events(verdict: Verdict, tag: Tagged, said: pa.Table, kept: pa.Table) -> None:
    owed = said.filter(pc.and_(pc.is_valid(said["word"]), pc.not_equal(said["word"], "")))
    kept = kept.filter(pc.invert(pc.is_in(kept["kind"], value_set=pa.array(UNTOLD))))
    kinds = {kind: n for n, kind in enumerate(sorted(set(owed["word"].to_pylist())
                                                     | set(kept["kind"].to_pylist())))}  # fmt: skip
    codes = [
        _ints(rows, at) * 64 + np.array([kinds[kind] for kind in rows[name].to_pylist()], np.int64)
        for rows, at, name in ((owed, "at_us", "word"), (kept, "measured_at", "kind"))
    ]
    got = np.asarray(owed["acknowledged"].to_numpy(zero_copy_only=False), dtype=np.bool_)
    there = np.isin(codes[0], codes[1])
    _count(verdict, tag, "event", (codes[0], codes[1]), got, there, told=codes[0], scale=64)


def _count(
    verdict: Verdict, tag: Tagged, what: str, names: tuple[Integers, Integers],
    got: npt.NDArray[np.bool_], there: npt.NDArray[np.bool_], *, told: Integers, scale: int = 1,
) -> None:  # fmt: skip
    """Into the verdict, by names of the rows said and of those held.

    got     of each row said, whether it was acknowledged
    there   of each row said, whether it is held
    told    the names as often as they were said: a script may say two things in one second
    """
    said, held = names
    once, counts = np.unique(held, return_counts=True)
    often = counts > np.maximum(_counts_of(told, once), 1)
    verdict.kept += int((there & got).sum())
    verdict.unasked += int((there & ~got).sum())
    missing, strange = said[~there & got], held[~np.isin(held, said)]
    verdict.lost += verdict.wrong(f"{what} lost", tag.device_id, missing // scale)
    verdict.twice += verdict.wrong(f"{what} twice", tag.device_id, once[often] // scale)
    verdict.strange += verdict.wrong(f"{what} nobody sent", tag.device_id, strange // scale)


def _counts_of(told: Integers, names: Integers) -> Integers:
    """How often each of these names was told."""
    told = np.sort(told)
    return np.searchsorted(told, names, "right") - np.searchsorted(told, names, "left")


def _marks_right(clock_s: int, kept: pa.Table) -> npt.NDArray[np.bool_]:
    """Whether each fix is set aside for what is truly wrong with the tag's clock."""
    marks = _ints(kept, "set_aside")
    lead_s = (_ints(kept, "measured_at") - _ints(kept, "received_at")) / 1e6
    if clock_s == 0:  # a script has a fix of the future, or at 0,0, now and then
        ahead = (lead_s > AHEAD_S - EDGE_S) & np.isin(marks, [SetAside.FUTURE, SetAside.WRONG_HOUR])
        nowhere = (kept["lat"].to_numpy() == 0) & (marks == SetAside.NULL_ISLAND)
        return np.asarray((marks == SetAside.USABLE) | ahead | nowhere)
    if clock_s < 0:
        rolled = clock_s % ROLLOVER_S == 0
        return np.asarray(marks == (SetAside.ROLLOVER if rolled else SetAside.BEFORE_FITTING))
    if clock_s % HOUR_S or clock_s > HOURS_MAX * HOUR_S:
        return np.asarray(marks == SetAside.FUTURE)
    # Heard late, it may be taken for other hours, for a wild clock, or for nothing wrong at all.
    lag_s = clock_s - lead_s
    soon = (marks == SetAside.WRONG_HOUR) & (lag_s < UPLOAD_LAG_S + EDGE_S)
    late = np.isin(marks, [SetAside.FUTURE, SetAside.WRONG_HOUR]) & (lag_s > UPLOAD_LAG_S - EDGE_S)
    unseen = (marks == SetAside.USABLE) & (lead_s < AHEAD_S + EDGE_S)
    return np.asarray(soon | late | unseen)


def _ints(table: pa.Table, name: str) -> Integers:
    column: Any = table[name].cast(pa.int64())
    return np.asarray(column.to_numpy(), dtype=np.int64)
