"""A small world through both rules, and the page that is made of it."""

from __future__ import annotations

import numpy as np
import pytest

from waypost.cli.main import main
from waypost.clock import read_instant
from waypost.rules.attendance import Outcome
from waypost.rules.values import Certainty, How, JudgedViolation, Parameters, RowKind
from waypost.worlds.bench_truth import worst
from waypost.worlds.hardness import figures
from waypost.worlds.naive import PLAIN, VARIANTS
from waypost.worlds.scoring import monitorable, shared, total_s
from waypost.worlds.tag_trial import KINDS, TagTrial
from waypost.worlds.trial import RING, ZONE_KINDS, alerts_of, cases_of, merge, run_trial
from waypost.worlds.truth_page import Findings, page
from waypost.worlds.variety import variety
from waypost.worlds.weighing import verdicts, weigh
from waypost.worlds.world import lives_of

UNTIL = read_instant("2026-04-02T12:00:00Z")
UNTIL_S, DAYS = UNTIL.timestamp(), 8.0
FROM_S = UNTIL_S - DAYS * 86_400


@pytest.fixture(scope="module")
def lives():
    return lives_of(4, wearers=24, days=DAYS, until=UNTIL, restless=15)


@pytest.fixture(scope="module")
def trial(lives):
    return run_trial(lives, 4, days=DAYS, until=UNTIL, parameters=Parameters())


def test_our_rules_find_deep_breaches_that_fixes_saw_and_rarely_call_for_nothing(trial):
    weighed = weigh(trial)
    deep = [one for one in weighed.counted if one.breach.deepest_m > 250 and one.breach.fixes > 5]
    assert len(deep) > 20
    assert all(one.found for one in deep)
    assert len(weighed.ours.false) < 0.02 * len(weighed.plain[PLAIN].false)


def test_what_lies_in_a_gap_of_fixes_could_not_be_monitored(lives):
    """Every fix of a night thrown away: its breach can no longer be seen, its time not be kept."""
    life = next(
        life for life in lives
        if any(one.kind == RowKind.CURFEW and one.to_s - one.from_s > 3600
               for one in life.broken)
    )  # fmt: skip
    gone = next(
        one for one in life.broken
        if one.kind == RowKind.CURFEW and one.to_s - one.from_s > 3600
    )  # fmt: skip
    at = life.heard.measured_s
    keep = np.flatnonzero((at < gone.from_s - 600) | (at > gone.to_s + 600))
    silent = type(life)(life.wearer, life.path, life.heard.only(keep), life.lost, life.broken)

    def of(one):
        case = next(case for case in cases_of(one, "w", FROM_S, UNTIL_S)
                    if case.ask.requirement_id == gone.requirement_id)  # fmt: skip
        found = next(b for b in case.breaches if b.from_s <= gone.from_s < b.to_s)
        return monitorable(found), total_s(case.monitored)

    assert of(life)[0]
    assert not of(silent)[0]
    assert of(life)[1] - of(silent)[1] == pytest.approx(gone.to_s - gone.from_s, abs=2400)


def _row(**changes):
    row = {
        "requirement_id": "R1",
        "kind": RowKind.CURFEW,
        "from_at": read_instant("2026-04-01T20:00:00Z"),
        "to_at": read_instant("2026-04-01T20:30:00Z"),
        "certainty": Certainty.CERTAIN,
        "minutes": 30.0,
        "raised_at": read_instant("2026-04-01T20:02:00Z"),
        "how": How.LATE,
    }
    return "P1", JudgedViolation(**{**row, **changes})


ASKED = {"w:R1"}


def test_a_violation_calls_at_once_and_unseen_time_only_after_its_hold():
    ours, unseen = alerts_of([_row()], "w", ASKED, UNTIL)
    assert [(one.requirement_id, one.how) for one in ours] == [("w:R1", "late")]
    assert ours[0].raised_s == read_instant("2026-04-01T20:02:00Z").timestamp()
    assert unseen == []
    short = _row(certainty=Certainty.CANNOT_TELL)
    assert alerts_of([short], "w", ASKED, UNTIL) == ([], [])
    long = _row(
        certainty=Certainty.CANNOT_TELL,
        to_at=read_instant("2026-04-01T21:30:00Z"),
        raised_at=read_instant("2026-04-01T20:30:00Z"),
    )
    _, unseen = alerts_of([long], "w", ASKED, UNTIL)
    assert [one.raised_s for one in unseen] == [read_instant("2026-04-01T21:00:00Z").timestamp()]


def test_what_fixes_only_allow_calls_nobody():
    assert alerts_of([_row(certainty=Certainty.POSSIBLE)], "w", ASKED, UNTIL) == ([], [])


def test_rows_of_requirements_that_are_not_tried_call_nobody_here():
    assert alerts_of([_row(requirement_id="R2")], "w", ASKED, UNTIL) == ([], [])


def test_a_warning_ring_is_told_apart_from_its_zone():
    warned = _row(kind=RowKind.EXCLUSION_WARNING)
    assert alerts_of([warned], "w", ASKED, UNTIL) == ([], [])
    ours, _ = alerts_of([warned], "w", {"w:R1 ring"}, UNTIL)
    assert [(one.requirement_id, one.kind) for one in ours] == [("w:R1 ring", warned[1].kind)]


def test_an_open_violation_lasts_to_the_end_of_the_world():
    ours, _ = alerts_of([_row(to_at=None)], "w", ASKED, UNTIL)
    assert ours[0].to_s == UNTIL_S


def test_rings_are_entered_whenever_zones_are_and_for_longer(trial):
    cases = {case.requirement_id: case for case in trial.cases}
    rings = [case for case in trial.cases if case.kind is RING]
    assert rings
    for ring in rings:
        zone = cases[ring.requirement_id.removesuffix(" ring")]
        inside_s = total_s(shared(zone.violated, ring.violated))
        assert inside_s == total_s(zone.violated) <= total_s(ring.violated)


def test_appointments_are_asked_once_a_week_and_their_truth_is_told(trial):
    assert len(trial.appointments) > 3
    assert len({(one.requirement_id, one.from_s) for one in trial.appointments}) == len(
        trial.appointments
    )
    for one in trial.appointments:
        if one.true is Outcome.ATTENDED:
            assert one.said not in (Outcome.MISSED, Outcome.LEFT_EARLY)


def test_a_trail_is_said_to_be_dark_where_it_is(trial):
    """The rules count a silence from fix to fix, as the truth does: to a minute or so a silence."""
    assert trial.trails
    true_s, said_s = (
        sum(getattr(one, name) for one in trial.trails) for name in ("dark_s", "said_dark_s")
    )
    assert said_s == pytest.approx(true_s, rel=0.2)


def test_worlds_add_up_and_their_ids_do_not_meet(lives, trial):
    other = run_trial(lives[:10], 5, days=DAYS, until=UNTIL, parameters=Parameters())
    both = merge([trial, other])
    assert both.wearer_days == trial.wearer_days + other.wearer_days
    assert len(both.breaches) == len(trial.breaches) + len(other.breaches)
    assert len(both.minutes_s) == len(trial.minutes_s) + len(other.minutes_s)
    assert set(both.plain) == set(VARIANTS)


def test_a_small_world_is_not_varied_enough_and_the_missing_ways_are_named(lives, trial):
    missing = {one.name for one in variety(trial, lives) if not one.fits}
    assert "curfews over the autumn clock change" in missing
    assert "breaches of curfew" not in missing
    assert "curfews over the spring clock change" not in missing


def test_the_page_has_a_row_for_each_kind_setting_and_figure(lives, trial):
    found = Findings(
        made="a small world", figures=figures([(lives, UNTIL_S)]), trial=trial, quiet=trial,
        verdicts=verdicts(trial, trial), tags=TagTrial(wearer_days=10.0),
    )  # fmt: skip
    text = page(found)
    for kind in KINDS:
        assert f"| {kind.value.replace('_', ' ')} | 0 |" in text
    for kind in ZONE_KINDS:
        assert text.count(f"| {kind.value} |") == 2  # found and false; minutes
    for variant in VARIANTS:
        assert f"| {variant} |" in text
    for figure in found.figures:
        assert f"| {figure.name} |" in text
    assert text.count("\n| met |") + text.count("\n| **missed** |") == len(found.verdicts)


def test_the_worst_are_named_by_id_and_time_and_by_nothing_else(lives, trial):
    text = worst(trial, 3)
    assert "false alerts, " in text
    assert "missed breaches, " in text
    assert len(text.splitlines()) <= 8
    assert not any(life.wearer.name.split()[1] in text for life in lives)


def test_the_command_refuses_a_size_that_is_none(capsys):
    assert main(["bench", "truth", "--wearers", "0"]) == 2
    assert "--wearers" in capsys.readouterr().err
