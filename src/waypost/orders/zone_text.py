"""A zone as a person types or pastes it: GeoJSON, or a sentence that names places.

    circle: E8 3QW, 300 m
    corridor: TQ 345 845; E8 3QW; 51.541, -0.062; 60 m
    polygon: 51.54, -0.06; 51.55, -0.06; 51.55, -0.05

Either way `read_zone` judges the result, so that the same is refused as in an orders file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from waypost.orders.fields import Desk
from waypost.orders.placing import Found, find_place
from waypost.orders.values import Zone
from waypost.orders.zones import read_zone

TEXT_MAX = 400_000  # letters: a county's outline in full detail has fewer
CORNERS_MAX = 5_000  # what a map can still be worked on with
WORDS = {"circle": "Point", "corridor": "LineString", "polygon": "Polygon"}
_SENTENCE = re.compile(r"\s*(circle|corridor|line|polygon)\s*:(.*)", re.IGNORECASE | re.DOTALL)
_LENGTH = re.compile(
    r"[,;+\s]\s*(?:radius|width|within)?\s*(\d+(?:\.\d+)?)\s*"
    r"(metres?|km|kilometres?|miles?|mi|yards?|yd|m)\b"
    r"\s*(?:wide|radius|width)?",
    re.IGNORECASE,
)
# International yard and mile (Weights and Measures Act 1985 s.1): orders are written in them.
IN_METRES = {"k": 1_000.0, "mi": 1_609.344, "y": 0.9144}
_EXAMPLE = "write like: circle: E8 3QW, 300 m; or paste GeoJSON"


def read_zone_text(desk: Desk, path: str, text: str) -> Zone | None:
    """The zone meant, or None after reporting what is wrong with the text."""
    if len(text) > TEXT_MAX:
        desk.report(path, "TOO_LONG", None, f"this is more than {TEXT_MAX:,} letters",
                    "send a simpler outline")  # fmt: skip
        return None
    data = _from_json(desk, path, text) if _is_json(text) else _from_words(desk, path, text)
    if data is None:
        return None
    if sum(1 for _ in positions(data.get("coordinates"))) > CORNERS_MAX:
        desk.report(path, "TOO_MANY_CORNERS", None, f"more than {CORNERS_MAX:,} corners",
                    "send a simpler outline")  # fmt: skip
        return None
    return read_zone(desk, path, data)


def zone_data(zone: Zone) -> dict[str, Any]:
    """The zone as the orders file writes it."""
    data = dict(zone.geometry)
    if zone.radius_m is not None:
        data["radius_m"] = zone.radius_m
    if zone.width_m is not None:
        data["width_m"] = zone.width_m
    return data


def positions(coordinates: Any) -> Iterator[Sequence[float]]:
    """Every [lon, lat] of coordinates however deep, in order."""
    waiting = [coordinates]
    while waiting:
        here = waiting.pop()
        if not isinstance(here, list | tuple) or not here:
            continue
        if isinstance(here[0], list | tuple):
            waiting.extend(reversed(here))
        else:
            yield here


def _is_json(text: str) -> bool:
    return text.lstrip().startswith(("{", "["))


def _from_json(desk: Desk, path: str, text: str) -> dict[str, Any] | None:
    """The geometry in it: itself, of a Feature, or of a collection with one Feature in it."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        desk.report(path, "NOT_JSON", None,
                    f"this is not JSON: line {error.lineno}, column {error.colno}: {error.msg}",
                    _EXAMPLE)  # fmt: skip
        return None
    except (RecursionError, ValueError):  # ValueError: a number of thousands of digits
        desk.report(path, "NOT_JSON", None, "this is JSON of a kind that nobody writes", _EXAMPLE)
        return None
    if isinstance(data, dict) and data.get("type") == "FeatureCollection":
        features = data.get("features")
        if not isinstance(features, list) or len(features) != 1:
            desk.report(path, "NOT_ONE_FEATURE", None, "this is not one feature",
                        "send one; several areas are one MultiPolygon")  # fmt: skip
            return None
        data = features[0]
    if isinstance(data, dict) and data.get("type") == "Feature":
        said = data.get("properties")
        sizes = said if isinstance(said, dict) else {}
        geometry = data.get("geometry")
        if isinstance(geometry, dict):
            data = {k: sizes[k] for k in ("radius_m", "width_m") if k in sizes} | geometry
        else:
            data = geometry
    if isinstance(data, dict):
        return data
    desk.report(path, "NOT_AN_OBJECT", None, "this is not GeoJSON", _EXAMPLE)
    return None


def _from_words(desk: Desk, path: str, text: str) -> dict[str, Any] | None:
    match = _SENTENCE.fullmatch(text)
    if match is None:
        desk.report(path, "NOT_A_ZONE", text, "this is neither GeoJSON nor a sentence that "
                    "starts with circle, corridor or polygon", _EXAMPLE)  # fmt: skip
        return None
    kind = WORDS["corridor" if match[1].lower() == "line" else match[1].lower()]
    rest, size_m = _size(match[2]) if kind != "Polygon" else (match[2], None)
    if kind != "Polygon" and size_m is None:
        what = "radius" if kind == "Point" else "width"
        desk.report(path, f"MISSING_{what.upper()}", text, f"the {what} is not stated",
                    f"end with the {what} and its unit, like 300 m")  # fmt: skip
        return None
    places = _places(desk, path, rest)
    return None if places is None else _geometry(desk, path, kind, places, size_m)


def _size(text: str) -> tuple[str, float | None]:
    """The text before a length with its unit at the end, and that length in metres."""
    found = next(reversed(list(_LENGTH.finditer(text))), None)
    if found is None or text[found.end() :].strip(" .;,\n\r\t"):
        return text, None
    unit = found[2].lower()
    each_m = next((size for start, size in IN_METRES.items() if unit.startswith(start)), 1.0)
    return text[: found.start()], float(found[1]) * each_m


def _places(desk: Desk, path: str, text: str) -> list[Found] | None:
    """Each place of a list parted by semicolons or lines; None after the first that is not one."""
    found: list[Found] = []
    for part in (piece.strip(" ,\t\r") for piece in re.split(r"[;\n]", text)):
        if not part:
            continue
        place = find_place(part)
        if place is None:
            desk.report(path, "UNKNOWN_PLACE", part, "this place is not known",
                        "write a postcode, a National Grid reference, or latitude, longitude",
                        )  # fmt: skip
            return None
        found.append(place)
    return found


def _geometry(
    desk: Desk, path: str, kind: str, places: list[Found], size_m: float | None
) -> dict[str, Any] | None:
    line = [[place.lon, place.lat] for place in places]
    if kind == "Point":
        if len(line) == 1:
            return {"type": kind, "coordinates": line[0], "radius_m": size_m}
        desk.report(path, "NOT_ONE_PLACE", None, "a circle has one centre",
                    "name one place and a radius")  # fmt: skip
        return None
    if kind == "LineString":
        return {"type": kind, "coordinates": line, "width_m": size_m}
    ring = line if line[:1] == line[-1:] and len(line) > 1 else [*line, *line[:1]]
    return {"type": kind, "coordinates": [ring]}
