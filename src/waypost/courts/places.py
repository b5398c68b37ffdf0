"""Where a condition holds: a zone if the words leave no choice, else what may be meant. Pure.

A postcode's middle is a street or less off: round it a circle of a kilometre and more is read as
the court put it, and a smaller one, or a place without a radius, is put before a person. Nobody's
home is ever taken from a postcode alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from waypost.courts.grammar import PlaceRead, read_distance, read_place
from waypost.courts.values import Choice
from waypost.orders.fields import Desk
from waypost.orders.placing import Found
from waypost.orders.values import Zone
from waypost.orders.zone_text import read_zone_text, zone_data

POSTCODE_READ_M = 1_000.0  # design of ours: from this radius on, a postcode's middle will do
USUAL_M = 100.0  # offered, never taken: wide enough for a house whose postcode is its street
RADIUS_M_MAX = 500_000.0
AREA = re.compile(r"(?:^|\n)Area: ?(.+)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ZoneRead:
    """A zone, or why there is none and what it may be. how: in words, what the zone was read as."""

    zone: Zone | None = None
    how: str = ""
    why: str = ""
    choices: tuple[Choice, ...] = ()


def read_area(place: str) -> ZoneRead:
    """A place to stay out of, or in, of which no radius is given."""
    if (exact := _exact(place)) is not None:
        return exact
    read = read_place(place)
    if read.found is None:
        return ZoneRead(why=read.why, choices=_of_postcodes(read))
    why = f"{_capital(read.found.words)} is known, but not how far the place reaches."
    return ZoneRead(why=why, choices=(_circle(read.found, USUAL_M),))


def read_circle(distance: str, place: str, title: str) -> ZoneRead:
    """A radius round a place. title: the condition's own; forms are filled in with it by mistake"""
    if (exact := _exact(place)) is not None:
        return exact
    length, read = read_distance(distance), read_place(place)
    whys = [why for why in (length.why, read.why) if why]
    if place.strip() and place.strip().casefold() == title.strip().casefold():
        whys = [*([length.why] if length.why else []), "Where the place should stand, the words "
                "repeat the condition’s own title."]  # fmt: skip
    if read.found is None:
        return ZoneRead(why=" ".join(whys), choices=_of_postcodes(read))
    if length.metres is None:
        choices = tuple(_circle(read.found, metres, words) for words, metres in length.choices)
        return ZoneRead(why=" ".join(whys), choices=choices)
    if length.metres > RADIUS_M_MAX:
        return ZoneRead(why=f"A circle of {distance.strip()} is wider than any map here.")
    circle = _circle(read.found, length.metres, _distance_words(distance))
    if read.found.open_m == 0 and length.metres < POSTCODE_READ_M:
        why = f"{_capital(read.found.words)} is a street or so, and the circle is small."
        return ZoneRead(why=why, choices=(circle,))
    return ZoneRead(_zone(read.found, length.metres), circle.words)


def read_home(places: Sequence[tuple[str, str]]) -> ZoneRead:
    """Where somebody must be: from the places that the message offers, each with what it is."""
    for _, text in places:
        if (exact := _exact(text)) is not None:
            return exact
    choices: dict[str, Choice] = {}
    whys = []
    for what, text in places:
        read = read_place(text)
        if read.found is not None:
            one = _circle(read.found, USUAL_M)
            choices.setdefault(one.value, Choice(one.value, f"{one.words}: {what}", one.sets))
        if text.strip():
            whys.append(f"{_capital(what)}: {_line(text)}.")
    why = " ".join(["Where it stands must be shown on the map.", *dict.fromkeys(whys)])
    if not whys:
        why = "No address is given."
    return ZoneRead(why=why, choices=tuple(choices.values()))


def _exact(text: str) -> ZoneRead | None:
    """A zone written out as our editor writes it, alone or after "Area:"."""
    match = AREA.search(text)
    said = (match[1] if match else text).strip()
    if not said.casefold().startswith(("circle:", "corridor:", "polygon:", "{")):
        return None
    desk = Desk()
    zone = read_zone_text(desk, "zone", said)
    if zone is None or desk.problems:
        return None
    return ZoneRead(zone, "the area as it is written out")


def _of_postcodes(read: PlaceRead) -> tuple[Choice, ...]:
    """A circle round each of several postcodes, one of which may be meant."""
    found = [read_place(code).found for code in read.postcodes]
    return tuple(_circle(one, USUAL_M) for one in found if one is not None)


def _circle(found: Found, radius_m: float, words: str = "") -> Choice:
    said = words or f"{radius_m:g} m"
    value = f"circle-{found.words.rpartition('postcode ')[2]}-{radius_m:.0f}".replace(" ", "")
    return Choice(value, f"{said} round the middle of {found.words}",
                  {"zone": zone_data(_zone(found, radius_m))})  # fmt: skip


def _zone(found: Found, radius_m: float) -> Zone:
    return Zone({"type": "Point", "coordinates": [found.lon, found.lat]}, round(radius_m, 1))


def _distance_words(text: str) -> str:
    return re.sub(r"\s*\b(?:radius|of)\b", "", _line(text)).strip()


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
