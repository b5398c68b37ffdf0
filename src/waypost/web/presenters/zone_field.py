"""The zone editor as a field of a form: what was posted goes in, a zone and its problems come out.

A page that takes a zone does three things, with or without JavaScript in the browser:

    field = read_zone_field(request.POST, "zone", kind=RequirementKind.EXCLUSION)
    if field.again or field.problems: render the form again with {"zone": field}
    else: field.zone is the value, `zone_data(field.zone)` its form in the orders file

and in the template `{% include "waypost/_zone_editor.html" with field=zone %}`, the style sheet of
MapLibre under `styles` and `waypost/zone-editor.js` as a module under `scripts`. To show a zone
that stands already: `zone_field("zone", zone, kind=...)`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from waypost.errors import Problem
from waypost.orders.fields import Desk
from waypost.orders.lint import MUST_BE_INSIDE, Finding, lint
from waypost.orders.placing import grid_reference
from waypost.orders.shapes import distance_m, measures_of, reaches_beyond, trouble_of
from waypost.orders.values import (
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    Zone,
)
from waypost.orders.zone_text import positions, read_zone_text, zone_data
from waypost.units import OrderRef, PersonRef, RequirementRef
from waypost.web.presenters import shapes

WARNING_MAX_M = 5_000
AREA_M2_MIN = 1.0  # corners in a line enclose next to nothing, and never quite nothing
SIMPLER = "move a corner so that each edge meets only the next"
# What shapely says of a shape, as one says it to somebody who draws, and what to do.
TROUBLE: dict[str, tuple[str, str]] = {
    "hole lies outside": ("a hole lies outside the zone", "move the hole inside, or delete it"),
    "holes are nested": ("one hole lies in another", "delete one of the two"),
    "nested shells": ("one part lies in another", "delete one of the two, or make it a hole"),
    "interior is disconnected": ("the holes cut the zone in pieces",
                                 "make the holes smaller, or draw separate parts"),
    "self-intersection": ("edges of the zone cross", SIMPLER),
    "no area": ("the zone has no area", "move a corner so that it encloses some ground"),
    "no length": ("the line has no length", "move one of its ends"),
}  # fmt: skip
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Near:
    """A place that the page names, to say how far the zone stays from it: home, work."""

    label: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class ZoneField:
    """A zone as it stands in a form.

    text       what the text box holds, as sent
    zone       what it means; None when nothing was sent or it cannot be judged
    drawn      what was sent, if it is a shape at all: to be shown and put right
    warning_m  width of the warning ring; None: no ring
    problems   why the form cannot go on; findings: what is odd and may be meant
    again      the person only asked to have it checked: show the form again, save nothing
    """

    name: str
    kind: RequirementKind
    label: str
    text: str = ""
    zone: Zone | None = None
    drawn: Zone | None = None
    warning_text: str = ""
    warning_m: float | None = None
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    near: tuple[Near, ...] = ()
    again: bool = False

    @property
    def meaning(self) -> str:
        """What the zone means on the map: "out" or "in"."""
        return shapes.MEANING.get(self.kind, "in")

    @property
    def with_warning(self) -> bool:
        """Only where one must stay out is there a ring in which to be warned."""
        return self.meaning == "out"

    @property
    def data_id(self) -> str:
        return f"{self.name}-data"

    @property
    def trouble(self) -> list[tuple[str, str]]:
        """What is wrong, for the summary at the top of a form: id of the input, words."""
        return [(one.field or self.name, _words(one)) for one in self.problems]

    @property
    def troubles(self) -> list[str]:
        """What is wrong, and each says what to do."""
        return [words for _, words in self.trouble]

    @property
    def odd(self) -> list[str]:
        """What is odd and may be meant."""
        return [_sentence(one.message) for one in self.findings]

    @property
    def measures(self) -> list[tuple[str, str]]:
        """The zone's sizes in words, each with its label."""
        return [] if self.zone is None else _measures(self.zone, self.near)

    @property
    def page_data(self) -> dict[str, Any]:
        """What the editor's script works on, as JSON: at first, and after every check."""
        zone = self.zone
        return {
            "zone": None if self.drawn is None else zone_data(self.drawn),
            "area": None if zone is None else shapes.area_of(zone),
            "ring": None if zone is None else shapes.ring_of(zone, self.warning_m),
            "grid": [] if self.drawn is None else _grid(self.drawn),
            "measures": self.measures,
            "problems": self.troubles,
            "findings": self.odd,
            "meaning": self.meaning,
            "near": [[one.label, one.lat, one.lon] for one in self.near],
        }


def zone_field(
    name: str,
    zone: Zone | None = None,
    *,
    kind: RequirementKind,
    label: str = "Zone",
    warning_m: float | None = None,
    near: Sequence[Near] = (),
) -> ZoneField:
    """The field with a zone that stands already, or empty."""
    text = "" if zone is None else json.dumps(zone_data(zone))
    findings = () if zone is None else findings_of(zone, kind)
    warning = "" if warning_m is None else f"{warning_m:g}"
    return ZoneField(name, kind, label, text, zone, zone, warning, warning_m,
                     findings=findings, near=tuple(near))  # fmt: skip


def read_zone_field(
    post: Mapping[str, str],
    name: str,
    *,
    kind: RequirementKind,
    label: str = "Zone",
    near: Sequence[Near] = (),
    required: bool = True,
) -> ZoneField:
    """The field as posted, read and checked as an orders file would be, and by lint."""
    desk = Desk()
    text = post.get(name, "").strip()
    drawn = None
    if text:
        drawn = read_zone_text(desk, name, text)
    elif required:
        desk.report(name, "MISSING_ZONE", None, "there is no zone yet",
                    "draw it, or name a place and a radius")  # fmt: skip
    zone = drawn if drawn is not None and _can_be_judged(desk, name, drawn) else None
    warning_text = post.get(f"{name}-warning", "").strip() if kind not in MUST_BE_INSIDE else ""
    warning_m = _warning(desk, name, warning_text)
    findings = () if zone is None else findings_of(zone, kind)
    return ZoneField(
        name, kind, label, text, zone, drawn, warning_text, warning_m,
        tuple(desk.problems), findings, tuple(near), f"{name}-check" in post,
    )  # fmt: skip


def findings_of(zone: Zone, kind: RequirementKind) -> tuple[Finding, ...]:
    """What lint says of the place itself, whatever its hours will be."""
    inside = kind in MUST_BE_INSIDE
    asked = RequirementKind.INCLUSION if inside else RequirementKind.EXCLUSION
    requirement = Requirement(RequirementRef("zone"), asked, zones=(zone,))
    order = Order(OrderRef("zone"), OrderKind.COMMUNITY_ORDER, _ALWAYS, None, (requirement,))
    found = lint(PersonOrders(PersonRef("zone"), (order,)))
    return tuple(one for one in found if one.requirement_id == "zone")


def _can_be_judged(desk: Desk, name: str, zone: Zone) -> bool:
    """Whether a rule could work with the shape; what it could not is refused where it is drawn."""
    if reaches_beyond(zone):
        desk.report(name, "ZONE_TOO_WIDE", None, "the zone reaches beyond what one map can measure",
                    "keep it within Britain, or within some kilometres abroad")  # fmt: skip
    elif trouble := trouble_of(zone):
        message, action = next(
            (words for sign, words in TROUBLE.items() if sign in trouble[1]), (trouble[1], SIMPLER)
        )
        desk.report(name, trouble[0].upper(), None, message, action)
    elif measures_of(zone).area_m2 < AREA_M2_MIN:
        desk.report(name, "ZONE_WITHOUT_AREA", None, *TROUBLE["no area"])
    else:
        return True
    return False


def _warning(desk: Desk, name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        width_m = float(text.removesuffix("m").strip())
    except ValueError:
        width_m = -1.0
    if 0 < width_m <= WARNING_MAX_M:
        return width_m
    desk.report(f"{name}-warning", "INVALID_WARNING", text,
                "the warning ring is not a width in metres",
                f"enter a number from 1 to {WARNING_MAX_M}, or nothing for no ring")  # fmt: skip
    return None


def _measures(zone: Zone, near: Sequence[Near]) -> list[tuple[str, str]]:
    sizes = measures_of(zone)
    lat, lon = sizes.middle
    grid = grid_reference(lat, lon)
    said = [
        ("Area", _area(sizes.area_m2)),
        ("Edge, all round", _length(sizes.edge_m)),
        ("West to east", _length(sizes.east_west_m)),
        ("South to north", _length(sizes.north_south_m)),
        ("Point inside", f"{grid or 'no grid reference'} ({lat:.5f}, {lon:.5f})"),
    ]
    if sizes.parts > 1:
        said.append(("Separate parts", str(sizes.parts)))
    if sizes.holes:
        said.append(("Holes", str(sizes.holes)))
    for place in near:
        spot = Zone({"type": "Point", "coordinates": [place.lon, place.lat]})
        away_m = distance_m(zone, spot)
        said.append((place.label, "inside the zone" if away_m == 0 else f"{_length(away_m)} away"))
    return said


def _length(length_m: float) -> str:
    return f"{length_m:,.0f} m"


def _area(area_m2: float) -> str:
    if area_m2 < 10_000:
        return f"{area_m2:,.0f} m²"
    large = f"{area_m2 / 10_000:,.1f} ha" if area_m2 < 1e6 else f"{area_m2 / 1e6:,.2f} km²"
    return f"{area_m2:,.0f} m² ({large})"


def _grid(zone: Zone) -> list[str]:
    """The grid reference of every corner, in the order of the coordinates."""
    return [grid_reference(lat, lon) for lon, lat, *_ in positions(zone.geometry["coordinates"])]


def _words(problem: Problem) -> str:
    return f"{_sentence(problem.message)}: {problem.action}."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
