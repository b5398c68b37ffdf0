"""Zones as maps draw them: circles and corridors become areas in true metres, as GeoJSON."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape

from waypost.geo import Plane, plane_for
from waypost.orders.shapes import first_place, flat, sound
from waypost.orders.values import PersonOrders, RequirementKind, Zone

# What a zone means on the map: a hatch as well as a hue (static/waypost/track.js draws both).
MEANING: dict[RequirementKind, str] = {
    RequirementKind.EXCLUSION: "out",
    RequirementKind.INCLUSION: "in",
    RequirementKind.RESTRICTION: "in",
    RequirementKind.CURFEW: "in",
    RequirementKind.ATTENDANCE: "in",
}


def zones_of(person: PersonOrders) -> list[dict[str, Any]]:
    """Every zone of every requirement: {meaning, label, kind, requirement, geometry}."""
    return [
        {
            "meaning": MEANING[requirement.kind],
            "label": f"{requirement.kind.value.capitalize()} {requirement.requirement_id}",
            "requirement": requirement.requirement_id,
            "geometry": area_of(zone),
        }
        for order in person.orders
        for requirement in order.requirements
        if requirement.kind in MEANING
        for zone in requirement.zones
    ]


def names_of(zones: list[dict[str, Any]]) -> dict[str, str]:
    """Meaning -> the requirements drawn so: `zone-out` -> Exclusion R1, Exclusion R4."""
    return {
        f"zone-{meaning}": ", ".join(
            sorted({zone["label"] for zone in zones if zone["meaning"] == meaning})
        )
        for meaning in {zone["meaning"] for zone in zones}
    }


def area_of(zone: Zone) -> dict[str, Any]:
    """The zone as a Polygon or MultiPolygon in lon, lat degrees."""
    if zone.geometry["type"] in {"Polygon", "MultiPolygon"}:
        return dict(zone.geometry)
    reach_m = zone.radius_m or (zone.width_m or 0.0) / 2
    return _buffered(shape(zone.geometry), reach_m)


def ring_of(zone: Zone, width_m: float | None) -> dict[str, Any] | None:
    """The ground within `width_m` outside the zone, as a Polygon or MultiPolygon; None: no ring."""
    if not width_m:
        return None
    plane = plane_for(*first_place(zone))
    area = sound(flat(zone, plane))
    ring = area.buffer(width_m).difference(area)
    return dict(mapping(shapely.transform(ring, lambda p: _degrees(plane, p))))


def circle(lat: float, lon: float, radius_m: float) -> dict[str, Any]:
    return _buffered(shapely.Point(lon, lat), radius_m)


def _buffered(thing: Any, reach_m: float) -> dict[str, Any]:
    middle = thing.centroid
    plane = plane_for(middle.y, middle.x)
    flat = shapely.transform(thing, lambda points: _metres(plane, points))
    return dict(mapping(shapely.transform(flat.buffer(reach_m), lambda p: _degrees(plane, p))))


def _metres(plane: Plane, points: Any) -> Any:
    return np.column_stack(plane.project(points[:, 1], points[:, 0]))


def _degrees(plane: Plane, points: Any) -> Any:
    lat, lon = plane.unproject(points[:, 0], points[:, 1])
    return np.round(np.column_stack([lon, lat]), 6)
