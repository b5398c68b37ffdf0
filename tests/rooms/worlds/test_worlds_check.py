"""The check finds what it is there to find: lost, twice, strange, misplaced, misjudged."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from waypost.cli.main import main
from waypost.clock import from_us, to_us, write_instant
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage, Taken
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.units import Mechanism
from waypost.worlds.check import check
from waypost.worlds.faults import FUTURE_S, PAST_S, ROLLOVER_S
from waypost.worlds.ledger import Ledger, read_ledger
from waypost.worlds.report import HUB, Report, carried
from waypost.worlds.stored import Estate

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

NOW = datetime.now(UTC).replace(microsecond=0)
BASE = NOW - timedelta(hours=6)
REPORTS = [Report(n, to_us(BASE) + n * 60_000_000, 51.5 + n / 1000, -0.1) for n in range(6)]
CLOCKS = {0: 0, 1: FUTURE_S, 2: PAST_S, 3: ROLLOVER_S, 4: 2 * 3600}


@pytest.fixture
def estate(tmp_path):
    """Five tags that are worn."""
    made = Estate(1, 5, 6, write_instant(BASE), "none", (HUB,))
    made.write(tmp_path)
    assert main(["import", "orders", str(tmp_path / "orders.json")]) == 0
    return list(made.everyone())


@pytest.fixture
def ledger(tmp_path, estate):
    made = Ledger(tmp_path / "ledger.csv")
    for tag in estate:
        made.name(tag.number, tag.device_id, tag.protocol, CLOCKS[tag.number])
    yield made
    made.close()


def send(device_id, *reports, received_at=NOW):
    """As the gateway keeps them."""
    messages = [
        TagMessage("hub", b"{}", _decoded(device_id, report), received_at) for report in reports
    ]
    assert all(isinstance(outcome, Taken) for outcome in Intake().write(messages))


def _decoded(device_id, report):
    at = from_us(report.at_us)
    if report.event is not None:
        return Decoded(device_id, events=(DecodedEvent(at, report.event),))
    fix = DecodedFix(at, report.lat, report.lon, accuracy_m=5.0, mechanism=Mechanism.GNSS)
    return Decoded(device_id, fixes=(fix,))


def verdict_of(tmp_path):
    return check(read_ledger(tmp_path / "ledger.csv"))


def test_what_was_promised_and_is_there_is_good(tmp_path, estate, ledger):
    event = Report(6, REPORTS[5].at_us, event=EventKind.STRAP_TAMPER)
    ledger.sent(0, [*REPORTS, event])
    ledger.acknowledged(0, range(7))
    send(estate[0].device_id, *REPORTS, event)
    verdict = verdict_of(tmp_path)
    assert (verdict.is_good, verdict.kept, verdict.unasked) == (True, 7, 0)


def test_the_same_report_sent_twice_is_there_once(tmp_path, estate, ledger):
    ledger.sent(0, REPORTS)
    ledger.acknowledged(0, range(6))
    send(estate[0].device_id, *REPORTS)
    send(estate[0].device_id, *reversed(REPORTS))
    assert verdict_of(tmp_path).is_good


def test_what_was_sent_and_not_acknowledged_may_be_there_or_not(tmp_path, estate, ledger):
    ledger.sent(0, REPORTS)
    ledger.acknowledged(0, [0, 1])
    send(estate[0].device_id, *REPORTS[:4])
    verdict = verdict_of(tmp_path)
    assert (verdict.is_good, verdict.kept, verdict.unasked) == (True, 2, 2)


def test_an_acknowledged_fix_or_event_that_is_not_there_is_lost(tmp_path, estate, ledger):
    event = Report(6, REPORTS[5].at_us, event=EventKind.STRAP_TAMPER)
    ledger.sent(0, [*REPORTS, event])
    ledger.acknowledged(0, range(7))
    send(estate[0].device_id, *REPORTS[:5])
    verdict = verdict_of(tmp_path)
    assert (verdict.is_good, verdict.lost) == (False, 2)
    assert estate[0].device_id in verdict.examples[0]


def test_what_no_tag_said_is_strange(tmp_path, estate, ledger):
    ledger.sent(0, REPORTS[:5])
    ledger.acknowledged(0, range(5))
    send(estate[0].device_id, *REPORTS)
    verdict = verdict_of(tmp_path)
    assert (verdict.is_good, verdict.strange) == (False, 1)


def test_a_fix_of_another_tag_s_is_strange_here_and_lost_there(tmp_path, estate, ledger):
    """A tag that inherited another's identity would show so."""
    ledger.sent(0, REPORTS)
    ledger.acknowledged(0, range(6))
    send(estate[1].device_id, *REPORTS)
    verdict = verdict_of(tmp_path)
    assert (verdict.lost, verdict.strange) == (6, 6)


def test_a_fix_kept_a_metre_off_is_misplaced_and_one_kept_at_two_places_is_twice(
    tmp_path, estate, ledger
):
    ledger.sent(0, REPORTS)
    ledger.acknowledged(0, range(6))
    send(estate[0].device_id, *REPORTS[:5], replace(REPORTS[5], lat=REPORTS[5].lat + 1e-5))
    assert (verdict_of(tmp_path).misplaced, verdict_of(tmp_path).twice) == (1, 0)
    send(estate[0].device_id, replace(REPORTS[0], lon=-0.2))
    assert (verdict_of(tmp_path).misplaced, verdict_of(tmp_path).twice) == (2, 1)


@pytest.mark.parametrize("tag", [1, 2, 3, 4])
def test_a_wrong_clock_owes_its_rows_set_aside_for_the_right_reason(tmp_path, estate, ledger, tag):
    received_at = from_us(REPORTS[5].at_us) + timedelta(seconds=30)
    shifted = [
        carried(replace(one, at_us=one.at_us + CLOCKS[tag] * 1_000_000), HUB) for one in REPORTS[4:]
    ]
    ledger.sent(tag, shifted)
    ledger.acknowledged(tag, [4, 5])
    send(estate[tag].device_id, *shifted, received_at=received_at)
    verdict = verdict_of(tmp_path)
    assert (verdict.is_good, verdict.kept, verdict.aside) == (True, 2, 2)


def test_a_clock_hours_ahead_that_is_heard_hours_later_does_not_show(tmp_path, estate, ledger):
    """Ahead by two hours, and received five hours later: no rule can tell, and the row is used."""
    ahead = replace(REPORTS[0], at_us=REPORTS[0].at_us + CLOCKS[4] * 1_000_000)
    ledger.sent(4, [ahead])
    ledger.acknowledged(4, [0])
    send(estate[4].device_id, ahead)
    verdict = verdict_of(tmp_path)
    assert (verdict.is_good, verdict.kept, verdict.aside) == (True, 1, 0)


def test_a_right_clock_set_aside_or_a_wrong_one_used_is_misjudged(tmp_path, estate, ledger):
    unfitted = replace(REPORTS[0], at_us=REPORTS[0].at_us - 10 * 86_400_000_000)
    ledger.sent(1, REPORTS[:1])
    ledger.sent(0, [unfitted])
    ledger.acknowledged(1, [0])
    ledger.acknowledged(0, [0])
    send(estate[1].device_id, REPORTS[0])
    send(estate[0].device_id, unfitted)
    assert verdict_of(tmp_path).misjudged == 2


def test_a_device_told_of_by_two_tags_of_the_ledger_is_checked_as_one(tmp_path, estate, ledger):
    """What a device's protocol has no word for, its vendor's hub tells."""
    event = Report(0, REPORTS[5].at_us, event=EventKind.STRAP_TAMPER)
    ledger.name(7, estate[0].device_id, "gt06", 0)
    ledger.sent(7, REPORTS)
    ledger.acknowledged(7, range(6))
    ledger.sent(0, [event])
    ledger.acknowledged(0, [0])
    send(estate[0].device_id, *REPORTS, event)
    verdict = verdict_of(tmp_path)
    assert (verdict.is_good, verdict.kept) == (True, 7)


def test_two_places_said_in_one_second_are_both_owed(tmp_path, estate, ledger):
    other = replace(REPORTS[0], number=9, lat=51.7)
    ledger.sent(0, [REPORTS[0], other])
    ledger.acknowledged(0, [0, 9])
    send(estate[0].device_id, REPORTS[0])
    assert verdict_of(tmp_path).lost == 1
    send(estate[0].device_id, other)
    assert verdict_of(tmp_path).is_good


def test_tags_nobody_wears_owe_nothing_to_the_log(tmp_path, estate, ledger):
    ledger.name(9, "TAG999999", HUB, 0)
    ledger.sent(9, REPORTS)
    ledger.acknowledged(9, range(6))
    verdict = verdict_of(tmp_path)
    assert (verdict.is_good, verdict.nobodys) == (True, 6)


def test_the_command_prints_the_counts_and_fails_when_something_is_missing(
    tmp_path, estate, ledger, capsys
):
    ledger.sent(0, REPORTS)
    ledger.acknowledged(0, range(6))
    send(estate[0].device_id, *REPORTS)
    capsys.readouterr()
    assert main(["world", "check", str(tmp_path / "ledger.csv")]) == 0
    assert json.loads(capsys.readouterr().out)["kept"] == 6
    ledger.sent(0, [Report(7, to_us(NOW), 51.5, -0.1)])
    ledger.acknowledged(0, [7])
    assert main(["world", "check", str(tmp_path / "ledger.csv")]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["lost"] == 1
    assert "fix lost" in said.err
    assert main(["world", "check", str(tmp_path / "none.csv")]) == 1
