"""What the rules say of a hand-made ankle, set against what was truly drunk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from waypost.cli.main import main
from waypost.clock import read_instant
from waypost.rules.values import Certainty, Parameters
from waypost.worlds.ankle import Ankle, Cover, Over, Review
from waypost.worlds.drinking import HOUR_S, Body, Occasion
from waypost.worlds.sober_bench import bench_sobriety
from waypost.worlds.sober_page import alcohol_section
from waypost.worlds.sober_weighing import (
    Cause,
    SaidDay,
    TrueDay,
    blood_class,
    cause_of,
    counted_calls,
    meetings,
    seen,
    true_day,
    weigh,
)
from waypost.worlds.sobriety import judged, plain_calls

START = read_instant("2026-03-02T00:00:00Z")  # London has the same time
DAYS = 16
UNTIL = START + timedelta(days=DAYS)
BODY = Body(80.0, 0.68, 0.015, 4.0, 1.0, 1.0, 6.0)
EVENING = (0.01, 0.03, 0.05, 0.06, 0.055, 0.045, 0.035, 0.025, 0.015)


def at_s(day: int, hour: float) -> float:
    return START.timestamp() + day * 86_400 + hour * HOUR_S


def made(*, levels=(), occasions=(), sprays=(), covers=(), gaps=(), reviews=()):
    """Readings of 0 each half hour, uploaded at noon; levels: (day, hour, values) instead."""
    at = START.timestamp() + 1800.0 * np.arange(DAYS * 48)
    read, skin, light = np.zeros(len(at)), np.full(len(at), 32.0), np.ones(len(at))
    for day, hour, values in levels:
        first = int(np.searchsorted(at, at_s(day, hour)))
        read[first : first + len(values)] = values
    for cover in covers:
        inside = (at >= cover.from_s) & (at < cover.to_s)
        light[inside], skin[inside] = cover.infrared, cover.skin_c
    kept = np.ones(len(at), dtype=bool)
    for start, end in gaps:
        kept &= (at < start) | (at >= end)
    noon = at_s(0, 12)
    received = noon + 86_400 * np.ceil((at - noon) / 86_400)
    return Ankle(
        "D1", (START.timestamp(), UNTIL.timestamp()), BODY, list(occasions), list(sprays), [],
        list(covers), list(gaps), at[kept], read[kept], skin[kept], light[kept], received[kept],
        list(reviews),
    )  # fmt: skip


def drank(day: int, hour: float, gone_h: float = 6.0) -> Occasion:
    start = at_s(day, hour)
    return Occasion(start, start + 2 * HOUR_S, 4, start + gone_h * HOUR_S, 0.09, 0.06)


def ours(one: Ankle, *, reviewed: bool = True):
    return judged(one, reviewed=reviewed, until=UNTIL, parameters=Parameters())


def weighed(one: Ankle):
    return weigh([ours(one)], UNTIL, Parameters())


def evening(**more):
    return made(levels=[(5, 18.5, EVENING)], occasions=[drank(5, 17.5)], **more)


def test_an_evening_of_drinking_is_found_and_called_when_its_readings_came():
    told = ours(evening())
    assert [one.certainty for one in told.of_drink] == [Certainty.PROBABLE]
    assert [(one.raised_s, one.stands) for one in told.drink] == [(at_s(6, 12), True)]
    found = weighed(evening())
    assert [(one.seen, one.surely, one.called) for one in found.met] == [(True, True, True)]
    assert found.calls == {(Cause.DRINK, True): 1}
    assert found.days[TrueDay.DRANK, SaidDay.READ] == 1
    assert found.days[TrueDay.NONE, SaidDay.SOBER] == sum(found.days.values()) - 1 == 10


def test_the_makers_review_makes_it_certain_and_a_trial_without_it_does_not_know_it():
    word = Review(at_s(7, 9), at_s(5, 19), at_s(5, 22.5), 0.06, True)
    one = evening(reviews=[word])
    assert [row.certainty for row in ours(one).of_drink] == [Certainty.CERTAIN]
    assert [row.certainty for row in ours(one, reviewed=False).of_drink] == [Certainty.PROBABLE]
    assert [call.surest for call in ours(one).drink] == [Certainty.CERTAIN]  # one matter, one call


def test_a_spray_alerts_by_the_plain_rule_and_calls_nobody_by_ours():
    """The day is no sober day, either: something was read that a drink explains, too."""
    one = made(
        levels=[(5, 18.5, (0.18, 0.05, 0.01))], sprays=[(at_s(5, 18.3), at_s(5, 19.8))]
    )  # fmt: skip
    plain = plain_calls(one, UNTIL)
    assert [cause_of(one, call) for call in plain] == [Cause.SPRAY]
    assert counted_calls([(one, plain)], UNTIL) == {(Cause.SPRAY, True): 1}
    assert ours(one).drink == []
    assert [row.certainty for row in ours(one).of_drink] == [Certainty.POSSIBLE]
    assert weighed(one).days[TrueDay.NONE, SaidDay.POSSIBLE] == 1


def test_what_stays_under_the_threshold_is_missed_and_its_day_called_sober():
    """The honest miss: the page says how often."""
    one = made(levels=[(5, 18.5, (0.01, 0.018, 0.015))], occasions=[drank(5, 17.5)])
    found = weighed(one)
    assert [(met.surely, met.called) for met in found.met] == [(False, False)]
    missed = found.of_days(SaidDay.SOBER, (TrueDay.DRANK, TrueDay.DRANK_UNREAD))
    assert (missed.hits, missed.of, found.next_day) == (1, 1, 0)
    assert (found.drunk.hits, found.drunk.of) == (1, 1)  # to 0.09 g/dl in the blood
    light = replace(one, occasions=[replace(one.occasions[0], blood=0.07)])
    assert weighed(light).drunk.of == 0


def test_what_is_drunk_late_is_read_of_the_next_day():
    one = made(levels=[(6, 0.5, EVENING)], occasions=[drank(5, 21.9)])
    found = weighed(one)
    assert found.days[TrueDay.DRANK, SaidDay.SOBER] == 1
    assert found.days[TrueDay.LEFT, SaidDay.READ] == 1
    assert found.next_day == 1


def test_a_night_under_a_cover_hides_what_was_drunk_and_its_days_are_not_sober():
    cover = Cover(at_s(5, 17), at_s(6, 3), Over.OBSTRUCTION, 0.4, 31.0, 0.1)
    found = weighed(made(covers=[cover], occasions=[drank(5, 18)]))
    assert [(met.seen, met.called) for met in found.met] == [(False, False)]
    assert (found.covers.hits, found.covers.of, found.false_covers) == (1, 1, 0)
    assert found.days[TrueDay.DRANK_UNREAD, SaidDay.NOT_MONITORED] == 1
    true_s, said_s, both_s = found.covered_s
    assert true_s == 10 * HOUR_S
    assert both_s == said_s == pytest.approx(true_s, abs=1800)


def test_a_cold_night_that_looks_covered_is_counted_as_a_call_for_nothing():
    cold = Cover(at_s(5, 20), at_s(6, 6), Over.COLD, 1.0, 22.0, 0.7)
    found = weighed(made(covers=[cold]))
    assert (found.covers.of, found.false_covers) == (0, 1)


def test_half_a_day_without_readings_is_not_monitored():
    found = weighed(made(gaps=[(at_s(5, 9), at_s(5, 21))]))
    assert found.days[TrueDay.NONE_UNREAD, SaidDay.NOT_MONITORED] == 1


def test_what_could_not_have_been_read_is_told_apart():
    whole = evening()
    assert seen(whole, whole.occasions[0])
    dark = evening(gaps=[(at_s(5, 17), at_s(5, 23))])
    assert not seen(dark, dark.occasions[0])
    assert true_day(dark, date(2026, 3, 7)) is TrueDay.DRANK_UNREAD


def test_what_has_not_all_come_by_the_end_is_left_out():
    late = made(levels=[(14, 18.5, EVENING)], occasions=[drank(14, 17.5)])
    assert weighed(late).met == []
    assert weighed(late).calls == {}
    assert plain_calls(made(levels=[(15, 18.5, EVENING)]), UNTIL) == []  # it has not come yet


def test_a_call_that_no_row_bears_out_at_the_end_finds_nothing():
    one = evening()
    call = ours(one).drink[0]
    assert meetings(one, [call], UNTIL, lambda span: False)[0].called
    gone = type(call)(call.from_s, call.to_s, call.raised_s, call.surest, stands=False)
    assert not meetings(one, [gone], UNTIL, lambda span: False)[0].called


def test_classes_of_blood_take_their_lower_bound():
    assert [
        blood_class(Occasion(0, 1, 1, blood=blood)) for blood in (0, 0.019, 0.02, 0.08, 0.2)
    ] == [0, 0, 1, 3, 4]


def test_a_small_world_is_judged_whole_and_the_page_says_all_of_it(monkeypatch):
    monkeypatch.setattr("waypost.worlds.sober_bench.off", lambda figures: [])
    found = bench_sobriety(seed=3, wearers=5, days=25)
    text = alcohol_section(found)
    assert len(found.reviewed.met) > 8
    for true in TrueDay:
        assert f"| {true.value} |" in text
    for figure in found.figures:
        assert f"| {figure.name} |" in text
    for name in ("0.00-0.02", "0.15 and more", "covered or unread", "a spray or a gel"):
        assert f"| {name} |" in text
    sprays = found.plain[Cause.SPRAY, True]
    assert sprays > found.reviewed.calls[Cause.SPRAY, True]
    assert sum(met.called for met in found.reviewed.met) > 4


def test_the_command_knows_no_other_part(capsys):
    assert main(["bench", "truth", "--part", "nights"]) == 2
    assert "--part of truth must be places or alcohol" in capsys.readouterr().err
