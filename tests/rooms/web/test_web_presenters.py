"""What pages show is what was asked and observed, in words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from shapely.geometry import Point, shape

from waypost.access.queries import SeenLine
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
from waypost.positions.schema import SetAside
from waypost.positions.tracks import GAP, Gap, Track, TrackRow
from waypost.units import Mechanism, OrderRef, PersonRef, RequirementRef
from waypost.web.presenters import alerting, looking, people, shapes
from waypost.web.presenters import whereabouts as present
from waypost.web.templatetags.waypost import length, metres, minutes_to, to, when_words

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def fix(minute: float, *, aside: SetAside = SetAside.USABLE) -> TrackRow:
    at = NOON + timedelta(minutes=minute)
    words = "used" if aside is SetAside.USABLE else "at 0,0: the tag had no place"
    return TrackRow(
        at, at, 51.5, -0.1, 12.0, True, Mechanism.GNSS, None, None, aside, words, 1
    )  # fmt: skip


def track(*rows: TrackRow, gaps: tuple[Gap, ...] = (), hours: int = 24) -> Track:
    return Track(NOON, NOON + timedelta(hours=hours), rows, gaps, ())


def test_a_gap_is_drawn_between_the_fixes_that_bound_it_and_never_beyond_the_window():
    rows = (fix(0), fix(30))
    gaps = (
        Gap(rows[0].measured_at, rows[1].measured_at),
        Gap(rows[1].measured_at, NOON + timedelta(hours=24)),
    )
    page = present.track_page(track(*rows, gaps=gaps), [], [])
    assert page["gaps"] == [{"from": 0, "to": 1, "words": "30 min"}]
    assert [row["look"] for row in page["rows"]] == ["fix", "gap", "fix", "gap"]


def test_a_fix_set_aside_is_in_the_table_with_its_reason_and_hollow_on_the_map():
    page = present.track_page(track(fix(0), fix(1, aside=SetAside.NULL_ISLAND)), [], [])
    assert [one["used"] for one in page["fixes"]] == [True, False]
    assert page["rows"][1]["cells"][-1] == "At 0,0: the tag had no place"


def test_every_row_of_the_table_fills_its_five_columns():
    gap = Gap(NOON, NOON + timedelta(hours=1))
    for row in present.rows_of(track(fix(0), gaps=(gap,))):
        assert len(row["cells"]) - 1 + row["last_spans"] == 5


def test_a_year_is_thinned_for_the_map_with_both_ends_of_every_gap_and_whole_in_the_table():
    minutes = [n if n < 15_000 else n + 600 for n in range(30_000)]
    long = track(*(fix(minute) for minute in minutes), hours=24 * 365)
    drawn = present._thinned(long.rows)
    assert len(drawn) <= present.DRAWN_MAX
    assert {0, 14_999, 15_000, 29_999} <= set(drawn)
    assert long.rows[15_000].measured_at - long.rows[14_999].measured_at > GAP
    assert len(present.rows_of(long)) == 30_000


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
    assert people.timetable_words(rows) == words


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
    shown = present.rows_of(Track(start - timedelta(hours=9), start, tuple(rows), (), ()))
    assert [row["day"] for row in shown] == [
        "Sunday 25 October 2026, BST", "Sunday 25 October 2026, GMT",
    ]  # fmt: skip
    assert [row["cells"][0] for row in shown] == ["01:30:00", "02:00:00"]


def test_the_maps_key_explains_what_the_map_shows_and_nothing_else():
    zones = shapes.zones_of(curfew_person())
    key = present.key_of(track(fix(0), fix(1)), zones)
    assert key == {"gnss", "accuracy", "zone-in"}
    assert shapes.names_of(zones) == {"zone-in": "Curfew R1"}
    gap = Gap(NOON, NOON + timedelta(minutes=9))
    aside = present.key_of(track(fix(0), fix(9, aside=SetAside.NULL_ISLAND), gaps=(gap,)), [])
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
