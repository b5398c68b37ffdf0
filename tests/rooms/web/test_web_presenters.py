"""What pages show is what was asked and observed, in words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from waypost.access.queries import SeenLine
from waypost.clock import to_us
from waypost.documents.cells import safe_cell
from waypost.orders.values import (
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.orders.words import timetable_words
from waypost.positions.schema import EVENTS, FIXES, SetAside
from waypost.positions.thinning import Thinned, View, thinned
from waypost.positions.tracks import TRACK_COLUMNS, TrackEvent, TrackRow, TrackTable, table_of
from waypost.units import Mechanism, OrderRef, PersonRef, RequirementRef
from waypost.web.presenters import alerting, looking, people, shapes
from waypost.web.presenters import whereabouts as present
from waypost.web.presenters.track_rows import rows_of
from waypost.web.templatetags.waypost import length, metres, minutes_to, to, when_words

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def fix(minute: float, *, aside: SetAside = SetAside.USABLE) -> TrackRow:
    at = NOON + timedelta(minutes=minute)
    words = "used" if aside is SetAside.USABLE else "at 0,0: the tag had no place"
    return TrackRow(
        at, at, 51.5, -0.1, 12.0, True, Mechanism.GNSS, None, None, aside, words, 1
    )  # fmt: skip


def track(*rows: TrackRow, hours: float = 24, events: tuple[TrackEvent, ...] = ()) -> Thinned:
    """The rows as a track from NOON, thinned with no violation."""
    return thinned(table(*rows, to_at=NOON + timedelta(hours=hours), events=events), [])


def table(
    *rows: TrackRow,
    from_at: datetime = NOON,
    to_at: datetime = NOON + timedelta(hours=24),
    events: tuple[TrackEvent, ...] = (),
) -> TrackTable:
    columns = {
        "activation": [row.activation for row in rows],
        "measured_at": [row.measured_at for row in rows],
        "received_at": [row.received_at for row in rows],
        "lat": [row.lat for row in rows],
        "lon": [row.lon for row in rows],
        "accuracy_m": [row.accuracy_m for row in rows],
        "accuracy_stated": [row.accuracy_stated for row in rows],
        "mechanism": [row.mechanism.value for row in rows],
        "speed_mps": [row.speed_mps for row in rows],
        "course_deg": [row.course_deg for row in rows],
        "set_aside": [row.set_aside.value for row in rows],
        "content_key": list(range(len(rows))),
    }
    schema = pa.schema([FIXES.field(name) for name in TRACK_COLUMNS])
    made = table_of(pa.table(columns, schema=schema), EVENTS.empty_table(), from_at, to_at)
    return replace(made, events=events)


def page_of(thin: Thinned, **more: Any) -> dict[str, Any]:
    return present.track_page(thin, rows_of(thin.table), [], more.get("violations", []), "look")


def test_a_gap_is_drawn_between_the_fixes_that_bound_it_and_never_beyond_the_window():
    page = page_of(track(fix(0), fix(30)))
    assert [(gap["from"]["t"], gap["to"]["t"], gap["words"]) for gap in page["gaps"]] == [
        (NOON.timestamp(), NOON.timestamp() + 1800, "30 min")
    ]
    assert [row["look"] for row in page["rows"]] == ["fix", "gap", "fix", "gap"]
    assert page["fixes"]["joined"] == [0, 0]


def test_a_fix_set_aside_is_in_the_table_with_its_reason_and_hollow_on_the_map():
    page = page_of(track(fix(0), fix(1, aside=SetAside.NULL_ISLAND), hours=0.05))
    assert page["fixes"]["aside"] == [0, SetAside.NULL_ISLAND]
    assert page["asides"]["3"] == "at 0,0: the tag had no place"
    assert page["rows"][1]["cells"][-1] == "At 0,0: the tag had no place"


def test_every_row_of_the_table_fills_its_five_columns():
    event = TrackEvent(NOON, NOON, "strap_tamper", {"level": 2}, "used", 1)
    rows = rows_of(track(fix(1), events=(event,)).table)
    assert [row["look"] for row in rows.page(0, 9)] == ["event", "fix", "gap"]
    for row in rows.page(0, 9):
        assert len(row["cells"]) - 1 + row["last_spans"] == 5


def test_a_short_track_is_in_the_page_whole():
    page = page_of(track(*(fix(minute) for minute in range(100)), hours=3))
    assert page["whole"]
    assert page["fixes"]["n"] == list(range(100))
    assert len(page["rows"]) == page["row_count"] == 101
    assert page["fixes"]["joined"] == [0, *[1] * 99]


@pytest.fixture(scope="module")
def long() -> Thinned:
    """30,000 fixes along a road, with ten hours' silence in the middle."""
    minutes = [n if n < 15_000 else n + 600 for n in range(30_000)]
    rows = (
        replace(fix(minute), lat=51.4 + 0.2 * (n / 30_000), lon=-0.1 + 0.001 * (n % 7))
        for n, minute in enumerate(minutes)
    )
    return track(*rows, hours=24 * 22)


def test_a_long_track_is_thinned_for_the_map_with_both_ends_of_every_gap(long):
    page = page_of(long)
    drawn = set(page["fixes"]["n"])
    assert not page["whole"]
    assert len(drawn) <= present.DRAWN_MAX
    assert {0, 14_999, 15_000, 29_999} <= drawn
    assert (page["total"], page["row_count"]) == (30_000, 30_002)
    assert page["shown"] == len(drawn) < page["inside"] == 30_000
    assert sum(page["density"]) == 30_000


def test_the_table_of_a_long_track_comes_by_the_page_and_has_every_row_once(long):
    page, rows = page_of(long), rows_of(long.table)
    assert page["rows"] == rows.page(0, present.A_PAGE)
    numbers = [
        row["n"]
        for first in range(0, len(rows), present.A_PAGE)
        for row in rows.page(first, present.A_PAGE)
        if row["n"] is not None
    ]
    assert numbers == list(range(30_000))
    assert rows.page(rows.row_of_fix(15_000), 1)[0]["n"] == 15_000
    assert rows.page(40_000, 500) == []


@given(
    st.lists(st.integers(0, 30), max_size=20, unique=True),
    st.lists(st.integers(0, 30), max_size=8),
)
def test_the_tables_rows_stand_by_time_then_fix_event_gap(minutes, happened):
    """Few things put among many in order come out as one sorting of all would have them."""
    events = tuple(
        TrackEvent(NOON + timedelta(minutes=m), NOON, "contact", {}, "used", 1)
        for m in sorted(happened)
    )
    made = table(*(fix(m) for m in sorted(minutes)), to_at=NOON + timedelta(hours=1), events=events)
    rows = rows_of(made)
    times = {
        1: made.times.tolist(),
        2: [to_us(one.measured_at) for one in events],
        3: made.gaps.from_us.tolist(),
    }
    listed = [(times[kind][place], kind, place) for kind, place in zip(rows.kinds, rows.places,
                                                                       strict=True)]  # fmt: skip
    assert listed == sorted(listed)
    assert len(listed) == len(made) + len(events) + len(made.gaps)
    assert len(set(listed)) == len(listed)


def test_closer_shows_more_of_less(long):
    view = View(-0.2, 51.49, 0.0, 51.51, 15)
    near = present.part_of(long, view)
    assert near["inside"] < 30_000
    whole = set(page_of(long)["fixes"]["n"])
    inside = {n for n in whole if 51.49 <= long.lat[n] <= 51.51}
    assert inside < set(near["fixes"]["n"])
    assert near["shown"] <= len(near["fixes"]["n"]), "a little beyond the edges comes along"
    assert [gap["words"] for gap in near["gaps"]] == ["10 h 01 min"]
    elsewhere = present.part_of(long, View(10, 40, 11, 41, 12))
    assert (elsewhere["fixes"]["n"], elsewhere["gaps"], elsewhere["shown"]) == ([], [], 0)


def test_a_rows_fix_holds_what_the_map_needs_to_show_it(long):
    row = rows_of(long.table).page(7, 1)[0]
    t, lat, lon, r95_m, mechanism, aside = row["fix"]
    assert (t, r95_m, mechanism, aside) == (NOON.timestamp() + 420, 12.0, 1, 0)
    assert lat == pytest.approx(long.lat[7], abs=1e-6)
    assert lon == pytest.approx(long.lon[7], abs=1e-6)


def test_a_year_of_nothing_is_a_page_too():
    page = page_of(track(hours=24 * 365))
    assert page["whole"]
    assert page["fixes"]["n"] == []
    assert [row["look"] for row in page["rows"]] == ["gap"]
    assert present.summary(track(hours=24).table)["known_percent"] == 0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (None, ("At all times",)),
        (
            (TimetableRow(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), "19:00", "07:00"),),
            ("Every day 19:00 to 07:00 the next day",),
        ),
        ((TimetableRow(("FR", "MO", "TU", "WE"), "09:00", "17:00"),),
         ("Mon to Wed, Fri 09:00 to 17:00",)),
        ((TimetableRow(("SA",), "00:00", "00:00"),), ("Sat 00:00 to 00:00 the next day",)),
    ],
)  # fmt: skip
def test_a_timetable_reads_as_people_say_it(rows, words):
    assert timetable_words(rows) == words


def curfew_person() -> PersonOrders:
    every_day = TimetableRow(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), "19:00", "07:00")
    zone = Zone({"type": "Point", "coordinates": [-0.06, 51.55]}, radius_m=60)
    curfew = Requirement(
        RequirementRef("R1"), RequirementKind.CURFEW, zones=(zone,), timetable=(every_day,)
    )
    order = Order(
        OrderRef("O1"), OrderKind.COMMUNITY_ORDER, NOON - timedelta(days=9), None, (curfew,)
    )
    return PersonOrders(PersonRef("P1"), (order,))


def test_a_curfew_says_whether_it_binds_now_and_until_when():
    (order,) = people.orders_of(curfew_person(), now=NOON)
    assert not order.requirements[0].now_required
    assert order.requirements[0].next_change == datetime(2026, 7, 1, 18, tzinfo=UTC)  # 19:00 BST
    (order,) = people.orders_of(curfew_person(), now=NOON + timedelta(hours=8))
    assert order.requirements[0].now_required
    assert order.requirements[0].next_change == datetime(2026, 7, 2, 6, tzinfo=UTC)


def test_a_zone_of_a_point_is_drawn_as_a_circle_in_true_metres():
    (zone,) = shapes.zones_of(curfew_person())
    area = shape(zone["geometry"])
    assert zone["meaning"] == "in"
    assert area.contains(Point(-0.06, 51.55))
    west, south, east, north = area.bounds
    assert (north - south) * 111_260 == pytest.approx(120, abs=1)
    assert (east - west) * 111_320 * 0.6218 == pytest.approx(120, abs=1)


def test_times_name_their_zone_and_carry_utc():
    assert when_words(NOON, "seconds") == "Wed 1 Jul 2026, 13:00:00 BST"
    assert when_words(datetime(2026, 1, 5, 9, tzinfo=UTC), "clock") == "09:00:00 GMT"
    shown = Template("{% load waypost %}{{ at|when }}").render(Context({"at": NOON}))
    assert 'title="2026-07-01 12:00:00 UTC"' in shown


def test_measures_carry_their_units_and_say_when_nothing_is_known():
    assert [metres(value) for value in (12.3, 1300, None, float("nan"))] == [
        "12 m", "1.3 km", "not known", "not known",
    ]  # fmt: skip
    assert [length(timedelta(seconds=s)) for s in (42, 420, 11_100, 190_000)] == [
        "42 s", "7 min", "3 h 05 min", "2 days 4 h",
    ]  # fmt: skip


def test_a_cell_that_a_spreadsheet_would_run_is_defused():
    assert safe_cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert safe_cell("31022026") == "31022026"
    assert safe_cell(None) == ""


def test_rows_stand_under_their_day_and_the_night_of_the_clock_change_has_two_of_one_date():
    minutes = (-90, 0)  # 01:30 BST, then 02:00 UTC is 02:00 GMT
    start = datetime(2026, 10, 25, 2, tzinfo=UTC)
    rows = [replace(fix(0), measured_at=start + timedelta(minutes=m)) for m in minutes]
    made = table(*rows, from_at=rows[0].measured_at, to_at=start + timedelta(seconds=1))
    shown = [row for row in rows_of(made).page(0, 9) if row["look"] == "fix"]
    assert [row["day"] for row in shown] == [
        "Sunday 25 October 2026, BST", "Sunday 25 October 2026, GMT",
    ]  # fmt: skip
    assert [row["cells"][0] for row in shown] == ["01:30:00", "02:00:00"]


def test_the_maps_key_explains_what_the_map_shows_and_nothing_else():
    zones = shapes.zones_of(curfew_person())
    key = present.key_of(table(fix(0), fix(1), to_at=NOON + timedelta(minutes=2)), zones)
    assert key == {"gnss", "accuracy", "zone-in"}
    assert shapes.names_of(zones) == {"zone-in": "Curfew R1"}
    aside = present.key_of(table(fix(0), fix(9, aside=SetAside.NULL_ISLAND)), [])
    assert aside == {"gnss", "accuracy", "aside", "gap"}
    assert key | aside <= present.EVERYTHING


def test_reasons_are_said_in_local_time_with_the_day_only_where_it_differs():
    reason = "2 fixes wholly inside, from 2026-07-01 12:00:00 UTC to 2026-07-02 06:30:01 UTC."
    assert alerting.in_local_time(reason, NOON) == (
        "2 fixes wholly inside, from 13:00:00 BST to Thu 2 Jul 2026, 07:30:01 BST."
    )


def test_a_stretch_of_time_says_its_date_once_when_it_has_one():
    def text(shown: str) -> str:
        return re.sub("<[^>]+>", "", shown)

    assert (
        text(to(NOON, NOON + timedelta(hours=1))) == "Wed 1 Jul 2026, 13:00:00 BST to 14:00:00 BST"
    )
    assert text(minutes_to(NOON, NOON + timedelta(hours=1))) == "Wed 1 Jul 2026, 13:00 to 14:00 BST"
    assert text(minutes_to(NOON, NOON + timedelta(hours=12))) == (
        "Wed 1 Jul 2026, 13:00 BST to Thu 2 Jul 2026, 01:00 BST"
    )
    assert text(to(NOON, None)) == "Wed 1 Jul 2026, 13:00:00 BST to now"


def look(minute: int, kind: str, outcome: str = "done") -> SeenLine:
    at = NOON - timedelta(minutes=minute)
    return SeenLine(1, at, kind, "Mona Field", "monitoring_officer", "", 1, outcome, {})


def test_looks_stand_under_their_day_and_the_same_again_is_counted():
    lines = [look(0, "person:viewed"), look(5, "person:viewed"), look(9, "track:viewed"),
             look(1440, "whereabouts:refused", "refused")]  # fmt: skip
    today, before = looking.by_day(lines)
    assert today.day == "Wed 1 Jul 2026"
    assert [(one.did, one.times) for one in today.looks] == [
        ("looked at the person’s page", 2), ("looked at where the tag was", 1),
    ]  # fmt: skip
    assert before.looks[0].refused
    assert before.looks[0].did == "asked for whereabouts"
