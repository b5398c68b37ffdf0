"""The verdicts: met when they should be, missed when they should be, and "not enough" when not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from waypost.orders.values import RequirementKind
from waypost.rules.values import RowKind
from waypost.worlds.hours import Window
from waypost.worlds.naive import PLAIN, VARIANTS, Variant
from waypost.worlds.scoring import Alert, Share, TrueBreach, total_s
from waypost.worlds.trial import Case, Trial
from waypost.worlds.values import Ask
from waypost.worlds.weighing import (
    cheapest,
    counted,
    curve,
    minutes,
    told_apart,
    verdicts,
    weigh,
)

CURFEW, PERSON = RowKind.CURFEW, "w:P1"
NIGHTS: list[Window] = [(90_000.0 * n, 90_000.0 * n + 40_000) for n in range(100)]


def trial(*, ours_found=100, ours_false=0, plain_found=100, plain_false=400, minutes_off=0.0):
    """A hundred breaches of ten minutes, one a night, each 1 km deep."""
    breaches = [_breach(night) for night in NIGHTS]
    spans = [(one.from_s, one.to_s) for one in breaches]
    ask = Ask("R1", RequirementKind.CURFEW)
    case = Case(PERSON, "w:R1", CURFEW, ask, NIGHTS, NIGHTS, spans, breaches)
    return Trial(
        name="w",
        wearer_days=100.0,
        persons=[PERSON],
        cases=[case],
        ours=[*map(_alert, spans[:ours_found]), *_false(ours_false)],
        unmonitored=[],
        minutes_s={"w:R1": total_s(spans) * (1 + minutes_off)},
        plain={one: [*map(_alert, spans[:plain_found]), *_false(plain_false)] for one in VARIANTS},
    )


def _breach(night: Window) -> TrueBreach:
    return TrueBreach(
        PERSON, "w:R1", CURFEW, night[0] + 600, night[0] + 1200, 600, 1000.0, how="late"
    )


def _alert(span: Window) -> Alert:
    return Alert(PERSON, "w:R1", CURFEW, *span, span[0] + 90, how="late")


def _false(count: int) -> list[Alert]:
    return [_alert((10_000.0 + 50 * n, 10_020.0 + 50 * n)) for n in range(count)]


def met(found: Trial, quiet: Trial | None = None) -> list[bool]:
    """Fewer at equal recall, recall itself, minutes in violation, minutes kept, calls a day."""
    calm = trial(ours_found=10) if quiet is None else quiet
    return [one.met for one in verdicts(found, calm)]


def test_all_targets_are_met_by_rules_that_find_all_and_rarely_call_for_nothing():
    assert met(trial(ours_false=10)) == [True] * 5


def test_seventy_in_a_hundred_fewer_is_enough_and_sixty_nine_is_not():
    assert met(trial(ours_false=120))[0]
    assert not met(trial(ours_false=124))[0]


def test_fewer_false_alerts_bought_with_recall_are_compared_at_that_recall():
    """Half the recall is worth half of the plain rule's alerts: it could ignore every other one."""
    assert met(trial(ours_found=50, ours_false=60))[0]
    assert not met(trial(ours_found=50, ours_false=62))[0]


def test_a_warning_ring_entered_is_weighed_by_itself_and_with_no_violation():
    found = trial()
    ring = replace(_alert((10_000.0, 10_020.0)), kind=RowKind.EXCLUSION_WARNING)
    found = replace(found, ours=[*found.ours, ring])
    assert weigh(found).ours.false == []
    assert weigh(found, RowKind.EXCLUSION_WARNING).ours.false == [ring]


def test_breaches_too_shallow_to_tell_do_not_count_against_our_recall():
    found = trial()
    shallow = [replace(_breach((one[0] + 2_000, one[1])), deepest_m=99.0) for one in NIGHTS[:20]]
    case = replace(found.cases[0], breaches=[*found.breaches, *shallow])
    seen = [_alert((one.from_s, one.to_s)) for one in shallow]
    plain = {variant: [*alerts, *seen] for variant, alerts in found.plain.items()}
    found = replace(found, cases=[case], plain=plain)
    assert met(found)[1]
    assert weigh(found).difference[0] < -0.1, "and are told all the same"


def test_rules_that_find_surely_less_than_the_plain_one_miss_the_target():
    assert met(trial(ours_found=100))[1]
    assert not met(trial(ours_found=90))[1]
    assert not met(trial(ours_found=0))[1], "an absent judge raises nothing falsely"


def test_curfew_minutes_may_be_off_by_two_in_a_hundred_either_way():
    assert met(trial(minutes_off=0.019))[2]
    assert not met(trial(minutes_off=0.021))[2]
    assert not met(trial(minutes_off=-0.021))[2]


def test_minutes_kept_are_what_is_left_of_required_time():
    found = minutes(trial(minutes_off=0.1), CURFEW)
    assert found.off == pytest.approx(0.1)
    assert found.kept_off == pytest.approx(-6_000 / (4_000_000 - 60_000))


def test_a_curfew_kept_three_minutes_too_short_in_a_hundred_misses_the_target():
    busy = trial(minutes_off=2.0)
    assert met(busy)[3] is False


def test_too_few_breaches_or_false_alerts_are_not_enough_data_and_miss():
    assert not met(trial(plain_false=19))[0]
    few = trial()
    case = few.cases[0]
    few = replace(few, cases=[replace(case, breaches=case.breaches[:19])])
    assert "not enough data" in verdicts(few, few)[0].sentence


def test_calls_of_a_quiet_world_are_counted_with_those_of_unseen_time():
    assert met(trial(), trial(ours_found=30))[4]
    assert not met(trial(), trial(ours_found=31))[4]
    unseen = replace(trial(ours_found=20), unmonitored=_false(11))
    assert not met(trial(), unseen)[4]


def test_the_plain_rules_curve_keeps_only_its_best_settings():
    """A setting above the line between two others is never worth having."""
    found = trial()
    two, three = Variant(2, measured=True), Variant(3, measured=True)
    spans = [(one.from_s, one.to_s) for one in found.breaches]
    found.plain[two] = [*map(_alert, spans[:80]), *_false(390)]
    found.plain[three] = [*map(_alert, spans[:50]), *_false(20)]
    points = curve(weigh(found), [two, three])
    assert points == [(0.0, 0), (0.5, 20), (1.0, 400)]
    assert cheapest(points, 0.5) == 20
    assert cheapest(points, 0.75) == pytest.approx(210)
    assert cheapest(points[:2], 0.75) is None


def test_shapes_told_apart_are_counted_over_what_was_found():
    found = trial(ours_found=60)
    assert told_apart(weigh(found)) == Share(60, 60)
    wrong = replace(found, ours=[replace(one, how="out_during") for one in found.ours])
    assert told_apart(weigh(wrong)) == Share(0, 60)


def test_only_breaches_of_the_kind_asked_for_are_weighed():
    weighed = weigh(trial(), RowKind.EXCLUSION)
    assert counted(weighed.ours.breaches) == []
    assert weighed.plain[PLAIN].false == []
