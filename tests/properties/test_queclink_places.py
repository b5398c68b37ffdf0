"""Whatever places a tag puts in a report, in whichever family's layout, come out as they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.protocols import queclink

FIRST = datetime(2010, 1, 1, tzinfo=UTC)
PLACES = st.tuples(
    st.one_of(st.none(), st.integers(0, 50)),  # accuracy
    st.one_of(st.none(), st.integers(0, 9_999).map(lambda tenths: tenths / 10)),  # km/h
    st.one_of(st.none(), st.integers(0, 359)),  # degrees
    st.one_of(st.none(), st.integers(-4_000, 99_999).map(lambda tenths: tenths / 10)),  # m
    st.integers(-180_000_000, 180_000_000).map(lambda millionths: millionths / 1_000_000),
    st.integers(-90_000_000, 90_000_000).map(lambda millionths: millionths / 1_000_000),
    st.integers(0, 10**9).map(lambda seconds: FIRST + timedelta(seconds=seconds)),
)
CELLS = st.sampled_from([",,,", "0234,0015,0870,2469", "310,410,51bc,ca1dae6"])
# Version, fields before the first place, behind each, and behind the last.
LAYOUTS = st.sampled_from(
    [
        ("+RESP:GTFRI,1A0900", "W-11,0,0,{count}", "", "64"),  # GL300
        ("+BUFF:GTFRI,020102", ",0,0,{count}", "00", ""),  # GL200
        ("+RESP:GTRTL,C30209", "W-11,0,0,{count}", "0.4", "27"),  # GL320M
        ("+RESP:GTFRI,060502", ",25202,10,{count}", "00", "2000.0,12345:12:34,,,80,210100,,,"),
        ("+RESP:GTERI,6E0A03", ",00000000,,10,{count}", "01,12", "0.0,,F0,F0,,100,1A0201,0"),
    ]
)


def number(value, decimals):
    return "" if value is None else f"{value:.{decimals}f}"


def group(place):
    accuracy, speed_kmh, course, altitude, lon, lat, at = place
    words = [number(accuracy, 0), number(speed_kmh, 1), number(course, 0), number(altitude, 1)]
    return ",".join([*words, f"{lon:.6f}", f"{lat:.6f}", f"{at:%Y%m%d%H%M%S}"])


@settings(max_examples=200, deadline=None)
@given(LAYOUTS, st.lists(st.tuples(PLACES, CELLS), min_size=1, max_size=15))
def test_places_come_out_as_they_went_in(layout, places):
    head, before, behind, tail = layout
    groups = ",".join(f"{group(place)},{cell},{behind}" for place, cell in places)
    start = f"{head},860000000000011,{before.format(count=len(places))}"
    frame = f"{start},{groups},{tail},20260301100002,00A1$".encode()
    decoded = queclink.decode(frame)
    assert decoded.error is None
    assert queclink.reply(frame, decoded) == b"+SACK:00A1$"
    found = [(fix.lon, fix.lat, fix.measured_at) for fix in decoded.fixes]
    assert found == [place[4:] for place, _ in places]
    for fix, ((accuracy, speed_kmh, course, altitude, *_), _) in zip(
        decoded.fixes, places, strict=True
    ):
        assert fix.attributes.get("hdop") == accuracy
        assert fix.speed_mps == pytest.approx(speed_kmh and speed_kmh / 3.6)
        assert (fix.course_deg, fix.altitude_m) == (course, altitude)


@settings(max_examples=200, deadline=None)
@given(LAYOUTS, st.tuples(PLACES, CELLS), st.data())
def test_a_report_cut_anywhere_is_never_taken_for_a_whole_one(layout, placed, data):
    """What a cut report would say is a place with its end missing: at the worst another place."""
    head, before, behind, tail = layout
    place, cell = placed
    start = f"{head},860000000000011,{before.format(count=1)}"
    whole = f"{start},{group(place)},{cell},{behind},{tail},20260301100002,00A1".encode()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert queclink.decode(cut).error is not None
    assert queclink.decode(cut).fixes == ()
    assert not queclink.is_whole(cut)
