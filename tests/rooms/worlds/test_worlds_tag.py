"""A simulated tag keeps each report until it is acknowledged, whatever happens on the way."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from waypost.worlds import tag as tags
from waypost.worlds.faults import Faults, Luck
from waypost.worlds.ledger import Ledger, read_ledger
from waypost.worlds.report import QUECLINK, Report
from waypost.worlds.sources import GivenReports, LiveReports, StoredReports, Walk
from waypost.worlds.tag import Pace, SimulatedTag, Tally

WALK = Walk(tag=3, seed=1, protocol=QUECLINK, base_us=1_790_000_000_000_000)


class Mouth:
    """Answers, or fails in the ways a connection can: before all, half-way, after all."""

    parcel_max = 5

    def __init__(self, failing=()):
        self.failing, self.parcels, self.closed, self.beats = list(failing), [], 0, 0

    async def deliver(self, reports, stored, got):
        self.parcels.append([report.number for report in reports])
        numbers = [report.number for report in reports]
        if not self.failing:
            got(numbers)
            return
        got(numbers[: self.failing.pop(0)])
        raise ConnectionError("cut")

    def beat(self):
        self.beats += 1

    def close(self):
        self.closed += 1


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(tags, "WAIT_S_FIRST", 0.0)
    monkeypatch.setattr(tags, "WAIT_S_MOST", 0.0)


def live(source, mouth, faults=Faults(), ledger=None, unanswered=()):  # noqa: B008 - frozen
    tally, luck = Tally(), Luck(faults, 1, 3)
    luck.newest_first = False
    tag = SimulatedTag(3, QUECLINK, source, mouth, luck, tally=tally, pace=Pace(0), ledger=ledger,
                       unanswered=unanswered)  # fmt: skip
    asyncio.run(tag.live())
    return tally


def test_every_stored_report_is_sent_in_turn_and_acknowledged():
    mouth = Mouth()
    tally = live(StoredReports(WALK, 12), mouth)
    assert mouth.parcels == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [10, 11]]
    assert (tally.reports, tally.acknowledged, tally.retries) == (12, 12, 0)
    assert mouth.closed


def test_what_was_not_answered_is_sent_again_before_anything_new():
    mouth = Mouth(failing=[2, 0, 5])
    tally = live(StoredReports(WALK, 8), mouth)
    assert mouth.parcels == [[0, 1, 2, 3, 4], [2, 3, 4], [2, 3, 4], [5, 6, 7]]
    assert (tally.acknowledged, tally.retries) == (8, 3)


def test_the_ledger_knows_of_a_report_before_its_bytes_leave_and_of_each_answer(tmp_path):
    path = tmp_path / "ledger.csv"
    seen = []

    class Looking(Mouth):
        async def deliver(self, reports, stored, got):
            before = read_ledger(path).before()[3]
            seen.append([before.get(report.number) == report.at_us for report in reports])
            await super().deliver(reports, stored, got)

    ledger = Ledger(path)
    ledger.name(3, "350000000000012", QUECLINK, 0)
    live(StoredReports(WALK, 7), Looking(failing=[3]), ledger=ledger)
    assert all(all(parcel) for parcel in seen)
    assert read_ledger(path).before()[3] == dict.fromkeys(range(7))


def test_a_play_that_was_killed_goes_on_with_what_was_not_acknowledged():
    mouth = Mouth()
    live(StoredReports(WALK, 6, done={0, 1, 2}), mouth, unanswered=[WALK.report(1)])
    assert mouth.parcels == [[1], [3, 4, 5]]


def test_an_acknowledged_report_may_come_again_and_is_counted_once():
    mouth = Mouth()
    tally = live(StoredReports(WALK, 40), mouth, Faults(again=0.4))
    sent = [number for parcel in mouth.parcels for number in parcel]
    assert len(sent) > 40
    assert tally.acknowledged == 40
    assert tally.again > 0


def test_a_tag_that_was_out_of_reach_sends_newest_first():
    mouth = Mouth()
    tally = live(StoredReports(WALK, 60), mouth, Faults(outage=0.6, outage_s=0.001))
    first_of = [parcel[0] for parcel in mouth.parcels]
    assert tally.outages > 0
    assert any(later > sooner + 5 for sooner, later in pairwise(first_of))
    assert sorted(number for parcel in mouth.parcels for number in parcel) == list(range(60))


def test_a_script_s_reports_are_sent_as_they_are_given_and_the_end_ends():
    async def run():
        source, mouth, tally = GivenReports(), Mouth(), Tally()
        luck = Luck(Faults(), 1, 3)
        luck.newest_first = False
        tag = SimulatedTag(3, QUECLINK, source, mouth, luck, tally=tally, pace=Pace(0))
        task = asyncio.create_task(tag.live())
        for number in range(3):
            source.put(Report(number, 1_790_000_000_000_000 + number * 10**6, 51.5, 0.0))
            await asyncio.sleep(0.01)
        source.end()
        await asyncio.wait_for(task, 5)
        return mouth.parcels

    assert asyncio.run(run()) == [[0], [1], [2]]


def test_a_tag_with_nothing_to_say_gives_signs_of_life(monkeypatch):
    monkeypatch.setattr(tags, "BEAT_EVERY_S", 0.02)

    async def run():
        source, mouth = GivenReports(), Mouth()
        tag = SimulatedTag(3, QUECLINK, source, mouth, Luck(Faults(), 1, 3), tally=Tally(),
                           pace=Pace(0))  # fmt: skip
        task = asyncio.create_task(tag.live())
        await asyncio.sleep(0.2)
        source.put(Report(0, 1_790_000_000_000_000, 51.5, 0.0))
        source.end()
        await asyncio.wait_for(task, 5)
        return mouth

    mouth = asyncio.run(run())
    assert mouth.beats >= 2
    assert mouth.parcels == [[0]]


def test_a_live_tag_measures_while_the_others_are_busy():
    over = iter([False] * 4 + [True] * 9)
    source = LiveReports(WALK, first=7, every_s=0.0, is_over=lambda: next(over))
    mouth = Mouth()
    live(source, mouth)
    assert mouth.parcels[0] == [7]
    assert len(mouth.parcels) == 4


def test_a_walk_is_the_same_for_its_seed_and_never_faster_than_a_car():
    again = Walk(tag=3, seed=1, protocol=QUECLINK, base_us=WALK.base_us)
    assert [WALK.report(n) for n in range(50)] == [again.report(n) for n in range(50)]
    for number in range(500):
        one, two = WALK.report(number), WALK.report(number + 1)
        moved_m = ((one.lat - two.lat) ** 2 + ((one.lon - two.lon) * 0.62) ** 2) ** 0.5 * 111_250
        assert moved_m / 60 < 30


def test_a_pace_holds_all_tags_to_so_many_reports_a_second():
    async def run():
        pace, loop = Pace(1000), asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(*[pace.wait(10) for _ in range(20)])
        return loop.time() - began

    assert 0.18 < asyncio.run(run()) < 2
