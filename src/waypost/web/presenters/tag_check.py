"""The check of a tag just fitted, as its page and its script show it: how it stands, what to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from waypost.fitting.first_fix import FirstFix
from waypost.orders.values import PersonOrders, RequirementKind
from waypost.positions.tracks import GAP, TrackRow
from waypost.units import Mechanism
from waypost.web.presenters.shapes import area_of, zones_of
from waypost.web.presenters.track_rows import MECHANISM_SIGNS
from waypost.web.templatetags.waypost import length, local, metres

QUICK = timedelta(minutes=2)  # outdoors, most tags have a place by then
SLOW = timedelta(minutes=10)


def check_words(found: FirstFix, *, now: datetime) -> dict[str, Any]:
    """How the check stands: a headline, what to try, the tag's own state."""
    return {
        "state": _state(found),
        "headline": _headline(found),
        "tries": _tries(found, now),
        "waited": f"{length(now - found.fitted_at)} since fitting",
        "heard": f"{length(now - found.heard_at)} ago" if found.heard_at else "never",
        "battery": _battery(found),
        "first": found.first,
        "seen_at": found.seen_at,
    }


def check_data(found: FirstFix, person: PersonOrders | None, *, now: datetime) -> dict[str, Any]:
    """What the page's script reads; zones only the first time."""
    words = check_words(found, now=now)
    return {
        "state": words["state"],
        "headline": words["headline"],
        "tries": words["tries"],
        "waited": words["waited"],
        "fitted_s": found.fitted_at.timestamp(),
        "heard": words["heard"],
        "battery": words["battery"],
        "position": found.position,
        "fixes": [_fix(one) for one in reversed(found.fixes)],
        "rows": check_rows(found),
        "zones": _zones(person) if person is not None else [],
        "joined_s": GAP.total_seconds(),
    }


def check_rows(found: FirstFix) -> list[list[str]]:
    """The table beside the map, newest first."""
    return [
        [
            f"{local(one.measured_at):%H:%M:%S}",
            MECHANISM_SIGNS[one.mechanism][1],
            metres(one.accuracy_m),
            f"{one.lat:.5f}, {one.lon:.5f}",
            one.words.capitalize(),
        ]
        for one in found.fixes
    ]


def _state(found: FirstFix) -> str:
    if not found.live:
        return "sealed"
    if found.first is not None:
        return "fix"
    return "aside" if found.fixes else "contact" if _has_spoken(found) else "silent"


def _headline(found: FirstFix) -> str:
    first = found.first
    if first is not None:
        took = length(max(first.received_at - found.fitted_at, timedelta(0)))
        known = first.mechanism is not Mechanism.UNKNOWN
        how = f" by {MECHANISM_SIGNS[first.mechanism][1]}" if known else ""
        return f"The tag has a place{how}: within {metres(first.accuracy_m)}, after {took}."
    return {
        "sealed": "No order is live, so what the tag says is sealed and shown to nobody.",
        "aside": "The tag has sent a place, but none that can be used yet.",
        "contact": "The tag speaks, but has no place yet.",
        "silent": "Nothing yet.",
    }[_state(found)]


def _tries(found: FirstFix, now: datetime) -> list[str]:
    """What to do while nothing usable comes, by how long it has been."""
    state, waited = _state(found), now - found.fitted_at
    if state in {"fix", "sealed"}:
        return []
    if waited < QUICK:
        return ["Most tags have a place within two minutes outdoors."]
    tries = ["Take the person to a window or, better, outdoors, for a few minutes."]
    if state == "silent":
        tries += [
            "Check that the tag is switched on and charged: put it on the charger for a moment.",
            "Check the number on the label against the one above.",
            "Check that a mobile telephone has signal here.",
        ]
    if state == "aside":
        tries.append("The table says why each place was set aside.")
    if waited >= SLOW:
        tries.append("Change it for another tag, or ring the monitoring centre.")
    return tries


def _has_spoken(found: FirstFix) -> bool:
    heard = found.heard_at
    return bool(found.events) or (heard is not None and heard >= found.fitted_at)


def _battery(found: FirstFix) -> str:
    if found.battery_percent is None:
        return "not stated yet"
    return f"{found.battery_percent:.0f} %"


def _fix(one: TrackRow) -> dict[str, Any]:
    sign, word = MECHANISM_SIGNS[one.mechanism]
    return {
        "t": one.measured_at.timestamp(),
        "lat": round(one.lat, 6),
        "lon": round(one.lon, 6),
        "r95_m": round(one.accuracy_m, 1),
        "mechanism": sign,
        "used": one.used,
        "words": f"{local(one.measured_at):%H:%M:%S %Z}, {word}, within {metres(one.accuracy_m)}",
    }


def _zones(person: PersonOrders) -> list[dict[str, Any]]:
    """The person's zones, and where they were to be for the fitting."""
    return zones_of(person) + [
        {"meaning": "in", "label": f"Fitting {one.requirement_id}",
         "requirement": one.requirement_id, "geometry": area_of(zone)}
        for order in person.orders
        for one in order.requirements
        if one.kind is RequirementKind.FITTING
        for zone in one.zones
    ]  # fmt: skip
