"""Whatever is heard, whenever: a place comes from the wearer's own pairing or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.devices.pairing import BEACON, HOME_UNIT, Paired, PairingBook, with_places
from waypost.orders.directory import ActivationDirectory
from waypost.orders.values import ActivationSpan, PersonOrders
from waypost.positions.values import Decoded, DecodedEvent, EventKind

START = datetime(2026, 3, 1, tzinfo=UTC)
LENGTH_MIN = 1_000
NOW = START + timedelta(minutes=LENGTH_MIN)
minutes = st.integers(0, LENGTH_MIN)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


@st.composite
def spans(draw):
    start, length = draw(minutes), draw(st.none() | st.integers(1, 500))
    return at(start), None if length is None else at(start + length)


@st.composite
def pairings(draw):
    from_at, to_at = draw(spans())
    moved_at = draw(st.none() | minutes.map(at))
    person = draw(st.integers(1, 3))
    # The latitude names the pairing's person, so that a fix says whose it came from.
    return Paired(draw(st.sampled_from(["B1", "U1"])), person, 50.0 + person, 0.0, 30.0,
                  from_at, to_at, moved_at)  # fmt: skip


@st.composite
def directories(draw):
    persons = []
    for number in (1, 2, 3):
        worn = draw(st.lists(st.tuples(st.sampled_from(["D1", "D2"]), spans()), max_size=2))
        persons.append(
            PersonOrders(f"P{number}", (), tuple(
                ActivationSpan(f"A{number}{n}", tag, from_at, to_at, number * 10 + n)
                for n, (tag, (from_at, to_at)) in enumerate(worn)
            ), number=number)
        )  # fmt: skip
    return ActivationDirectory(persons)


kinds = st.sampled_from([EventKind.BEACON_SEEN, EventKind.BEACON_LOST, EventKind.HOME_UNIT_MOVED])
events = st.builds(
    lambda minute, kind, beacon: DecodedEvent(at(minute), kind, {BEACON: beacon}),
    minutes, kinds, st.sampled_from(["B1", "U1", "D1", "D2"]),
)  # fmt: skip


@given(
    directory=directories(),
    several=st.lists(pairings(), max_size=5),
    speaker=st.sampled_from(["D1", "D2", "U1", "B1", "nobody's"]),
    heard=st.lists(events, min_size=1, max_size=5),
)
def test_every_place_is_of_the_wearers_own_standing_pairing(directory, several, speaker, heard):
    parts = with_places(Decoded(speaker, events=tuple(heard)), PairingBook(several), directory, NOW)
    for part in parts:
        for fix in part.fixes:
            span = directory.live_at(part.device_id, fix.measured_at)
            worn = directory.worn(span.number)
            assert fix.lat == 50.0 + worn.person_number
            assert any(
                one.person_number == worn.person_number and one.tells_place(fix.measured_at)
                for one in several
            )
            assert fix.measured_at in {event.measured_at for event in heard}
    said = [event for part in parts for event in part.events]
    assert len(said) == len(heard)  # nothing is lost, nothing is made up
    assert {event.kind for event in said} == {event.kind for event in heard}
    marked = [event for event in said if HOME_UNIT in event.attributes]
    assert all(event.attributes[HOME_UNIT] == speaker for event in marked)
