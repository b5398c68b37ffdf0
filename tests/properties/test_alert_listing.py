"""Nothing uncleared leaves the list: each alert is on exactly one page, its story beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.alerts.listing import BANDS, Line, bands, listing, stories_of
from waypost.alerts.values import OPEN

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LINES = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(1, 4)),
        st.integers(0, 100),
        st.sampled_from(sorted(OPEN)),
        st.timedeltas(timedelta(0), timedelta(days=400)),
    ),
    max_size=30,
).map(
    lambda rows: [
        Line(n, incident, urgency, status.value, NOW - age)
        for n, (incident, urgency, status, age) in enumerate(rows)
    ]
)


@given(LINES, st.integers(1, 7))
def test_every_alert_is_on_exactly_one_page(lines, size):
    first = listing(lines, 1, now=NOW, size=size)
    pages = [listing(lines, n + 1, now=NOW, size=size) for n in range(first.pages)]
    seen = [one for page in pages for story in page.stories for one in story]
    assert sorted(seen) == [line.alert_id for line in lines]
    assert first.total == len(lines) == sum(page.shown for page in pages)
    for page in pages:
        assert page.before == sum(one.shown for one in pages[: page.page - 1])


@given(LINES)
def test_a_story_stands_together_its_most_urgent_alert_in_front(lines):
    by_id = {line.alert_id: line for line in lines}
    stories = stories_of(lines)
    for story in stories:
        incidents = {by_id[one].incident_id for one in story}
        assert len(incidents) == 1
        assert len(story) == 1 or incidents != {None}
        order = [(-by_id[one].urgency, by_id[one].raised_at) for one in story]
        assert order == sorted(order)
    leads = [(-by_id[story[0]].urgency, by_id[story[0]].raised_at) for story in stories]
    assert leads == sorted(leads)


@given(LINES, st.integers(-3, 99))
def test_a_page_that_is_not_there_is_the_nearest_that_is(lines, page):
    found = listing(lines, page, now=NOW, size=5)
    assert 1 <= found.page <= found.pages
    assert bool(found.stories) == bool(lines)


@given(LINES)
def test_the_bands_of_age_count_everything_once(lines):
    found = bands(lines, now=NOW)
    assert sum(band.count for band in found) == len(lines)
    untouched = sum(line.status == "raised" for line in lines)
    assert sum(band.untouched for band in found) == untouched


def test_the_edges_of_the_bands():
    ages = [timedelta(minutes=m) for m in (4, 5, 15, 59, 60, 240, 1439, 1440)]
    lines = [Line(n, None, 50, "raised", NOW - age) for n, age in enumerate(ages)]
    assert [band.count for band in bands(lines, now=NOW)] == [1, 1, 2, 1, 2, 1]
    assert len(BANDS) == 6


def test_the_oldest_that_nobody_touched_is_named_wherever_it_stands():
    lines = [Line(n, None, 90 - n, "raised", NOW - timedelta(hours=n)) for n in range(9)]
    lines.append(Line(9, None, 1, "in_hand", NOW - timedelta(days=9)))
    assert listing(lines, 1, now=NOW, size=2).oldest_untouched == 8
