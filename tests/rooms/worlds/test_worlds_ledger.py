"""The ledger survives whatever kills the player, and says what was promised."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest

from waypost.positions.values import EventKind
from waypost.worlds.ledger import Ledger, read_ledger
from waypost.worlds.report import Report

FIX = Report(0, 1_790_000_000_000_000, 51.5072178, -0.1275862)
EVENT = Report(1, 1_790_000_001_000_000, event=EventKind.STRAP_TAMPER)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.csv"


def written(path, *acknowledged):
    ledger = Ledger(path)
    ledger.name(4, "350000000000012", "gt06", -3600)
    ledger.sent(4, [FIX, EVENT])
    ledger.acknowledged(4, acknowledged)
    ledger.close()


def test_what_was_said_and_acknowledged_is_read_back_to_the_digit(path):
    written(path, 1)
    told = read_ledger(path)
    tag = told.tags[4]
    assert (tag.device_id, tag.protocol, tag.clock_s) == ("350000000000012", "gt06", -3600)
    fix, event = told.of(4).to_pylist()
    assert (fix["at_us"], fix["lat_e7"], fix["lon_e7"]) == (FIX.at_us, 515_072_178, -1_275_862)
    assert not fix["acknowledged"]
    assert (event["word"], event["lat_e7"], event["acknowledged"]) == ("strap_tamper", None, True)
    assert told.before() == {4: {0: FIX.at_us, 1: None}}


def test_a_line_cut_short_by_a_kill_is_no_promise_and_spoils_no_later_one(path):
    written(path)
    with open(path, "ab") as file:
        file.write(b"a,4,")  # the player died here
    assert read_ledger(path).before() == {4: {0: FIX.at_us, 1: EVENT.at_us}}
    ledger = Ledger(path)
    ledger.acknowledged(4, [0])
    ledger.close()
    assert read_ledger(path).before() == {4: {0: None, 1: EVENT.at_us}}


def test_a_long_line_cut_short_after_a_long_ledger_is_left_out_too(path):
    ledger = Ledger(path)
    ledger.name(1, "T1", "hub", 0)
    ledger.sent(1, [Report(n, n * 1_000_000, 51.0, 0.0) for n in range(1000)])
    ledger.close()
    with open(path, "ab") as file:
        file.write(b"t" * 9000)
    assert read_ledger(path).of(1).num_rows == 1000


def test_a_report_said_by_two_plays_counts_once(path):
    written(path)
    written(path, 0, 1)
    told = read_ledger(path)
    assert told.of(4).num_rows == 2
    assert pc.all(told.of(4)["acknowledged"]).as_py()


def test_an_empty_ledger_promises_nothing(path):
    Ledger(path).close()
    told = read_ledger(path)
    assert (told.tags, told.said.num_rows, told.of(3).num_rows) == ({}, 0, 0)
