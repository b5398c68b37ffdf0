"""One story is one incident, in whatever order its alerts arrive; a call for help is in none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.alerts.incidents import NEVER, Story, gather, keys_of
from waypost.alerts.values import AlertKind as K

NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)


def story(number: int, kind: K, hours: float, lasts_h: float = 0, requirement: str = "") -> Story:
    start = NIGHT + timedelta(hours=hours)
    return Story(
        frozenset({number}), keys_of(kind, requirement), start, start + timedelta(hours=lasts_h)
    )


def together(*alerts: tuple[K, float]) -> list[set[int]]:
    stories = [story(n, kind, hours) for n, (kind, hours) in enumerate(alerts)]
    return [set(one.alert_ids) for one in gather(stories)]


TOLD = sorted(set(K) - NEVER)
ALERTS = st.lists(
    st.tuples(st.sampled_from(TOLD), st.floats(0, 72), st.floats(0, 8), st.sampled_from("AB")),
    max_size=9,
)


@given(ALERTS, st.randoms())
def test_the_order_of_arrival_changes_no_incident(alerts, chance):
    """Each alert comes by itself, and what stands is gathered each time: as in the store."""
    all_at_once = [story(n, *alert) for n, alert in enumerate(alerts)]
    shuffled = list(all_at_once)
    chance.shuffle(shuffled)
    standing: list[Story] = []
    for one in shuffled:
        standing = gather([*standing, one])
    assert standing == gather(all_at_once)


@given(ALERTS)
def test_each_alert_is_in_exactly_one_story(alerts):
    found = gather(story(n, *alert) for n, alert in enumerate(alerts))
    assert sorted(one for part in found for one in part.alert_ids) == list(range(len(alerts)))


def test_a_battery_that_dies_and_what_follows_is_one_story():
    assert together((K.BATTERY_DEAD, 0), (K.NO_CONTACT, 4), (K.UNMONITORED, 6)) == [{0, 1, 2}]


def test_a_cut_strap_silence_and_a_curfew_away_are_one_story():
    assert together((K.STRAP_TAMPER, 0), (K.NO_CONTACT, 4), (K.CURFEW, 9)) == [{0, 1, 2}]


def test_close_to_a_zone_and_then_in_it_is_one_story_and_another_zone_is_another():
    near, inside = K.EXCLUSION_WARNING, K.EXCLUSION
    same = [story(0, near, 0, requirement="R1"), story(1, inside, 1, requirement="R1")]
    other = [story(0, near, 0, requirement="R1"), story(1, inside, 1, requirement="R2")]
    assert [len(gather(one)) for one in (same, other)] == [1, 2]


def test_twelve_hours_after_its_last_news_a_story_is_over():
    assert len(together((K.BATTERY_DEAD, 0), (K.NO_CONTACT, 12))) == 1
    assert len(together((K.BATTERY_DEAD, 0), (K.NO_CONTACT, 12.01))) == 2


def test_one_alert_bridges_two_stories():
    """A dead battery and a cut strap are two matters, until the silence after both makes one."""
    apart = together((K.BATTERY_DEAD, 0), (K.STRAP_TAMPER, 1))
    assert apart == [{0}, {1}]
    assert together((K.BATTERY_DEAD, 0), (K.STRAP_TAMPER, 1), (K.NO_CONTACT, 5)) == [{0, 1, 2}]


def test_a_call_for_help_and_a_clinical_removal_are_part_of_no_story():
    assert {K.SOS, K.SOS_PROTECTED, K.CLINICAL_REMOVAL} <= NEVER
    assert all(not keys_of(kind) for kind in NEVER)
    assert together((K.SOS, 0), (K.STRAP_TAMPER, 0), (K.CLINICAL_REMOVAL, 0)) == [{0}, {1}, {2}]
