"""A match as pages show it: how near, how long, how much could be seen; its fixes on a map."""

from __future__ import annotations

from typing import Any

from waypost.clock import read_instant
from waypost.matching.queries import MatchRow
from waypost.web.presenters import shapes
from waypost.web.templatetags.waypost import crime, length, metres, when_words

CIRCLE_M = 100.0  # the compatible rule's, whatever the offence's own radius
SIGN_WORDS = {
    "gnss": "GNSS", "wifi": "Wi-Fi", "cell": "Mobile cell", "beacon": "Home beacon",
    "unknown": "Not stated",
}  # fmt: skip


def row(match: MatchRow) -> dict[str, Any]:
    offence = match.offence
    return {
        "number": match.number,
        "reference": offence.reference,
        "force": offence.force,
        "crime": crime(offence.crime_type),
        "from_at": offence.from_at,
        "to_at": offence.to_at,
        "person": match.person_reference,
        "person_id": match.person_id,
        "score": f"{match.score:.2f}" if match.weighed is None else share(match.score),
        "verdict": match.verdict,
        "sequences": match.sequences,
        "nearest": nearest_words(match.nearest_m, match.nearest_spread_m),
        "inside": length(match.seconds_inside),
        "ratio": ""
        if match.weighed is None
        else ratio_words(match.weighed["likelihood_ratio"] or 0.0),
        "says": match.says,
        "usual": "" if match.weighed is None else _usual(match),
        "coverage": "not known" if match.coverage is None else f"{100 * match.coverage:.0f} %",
    }


def nearest_words(nearest_m: float | None, spread_m: float | None) -> str:
    """How near, and how far that may be off in 95 of 100 cases: 34 m ± 63 m."""
    spread = "" if nearest_m is None or spread_m is None else f" ± {metres(spread_m)}"
    return metres(nearest_m) + spread


def ratio_words(ratio: float) -> str:
    """How many times likelier than by habit, to two digits: 0.4, 12, 3,400."""
    if ratio < 0.1:
        return "under 0.1 ×"
    if ratio < 10:
        return f"{ratio:.1f} ×"
    return f"{round(ratio, 2 - len(str(int(ratio)))):,.0f} ×"


def share(part: float) -> str:
    """A score or a share of the time in words that promise no more than there is."""
    if part < 0.001:
        return "under 0.1 %"
    if part >= 0.995:  # rounded up it would read as certainty
        return "over 99 %"
    return f"{100 * part:.0f} %" if part >= 0.1 else f"{100 * part:.1f} %"


def _usual(match: MatchRow) -> str:
    """What is usual: the base rate, and chance among all who were searched."""
    weighed = match.weighed or {}
    own, chance = weighed.get("base_rate") or 0.0, weighed.get("expected_by_chance") or 0.0
    return (
        f"Base rate: at the place {share(own)} of the time, by this wearer's own fixes and, "
        f"where those are few, by everybody's. Of all who were searched, {_few(chance)} would be "
        "there at a random instant. The score, fitted on made-up towns, orders reading and is no "
        "evidence."
    )


def _few(count: float) -> str:
    return f"{count:.2g}" if count >= 0.01 else "fewer than 0.01"


def fix_rows(match: MatchRow) -> list[dict[str, Any]]:
    """The table beside the map, in order of time."""
    return [
        {
            "n": n,
            "label": fix["label"],
            "at": read_instant(fix["at"]),
            "how": SIGN_WORDS.get(fix["mechanism"], fix["mechanism"]),
            "within": metres(fix["r95_m"]) if fix["r95_m"] else "a point: none stated",
            "distance": metres(fix["distance_m"]),
            "overlap": f"{100 * fix['overlap']:.0f} %",
        }
        for n, fix in enumerate(match.fixes)
    ]


def map_data(match: MatchRow) -> dict[str, Any]:
    """What static/waypost/match.js draws: the crime circle and the fixes that count."""
    offence = match.offence
    scene = {
        "meaning": "scene",
        "label": f"Crime circle {offence.reference}",
        "geometry": shapes.circle(offence.lat, offence.lon, CIRCLE_M),
    }
    return {
        "fixes": [_fix(n, fix) for n, fix in enumerate(match.fixes)],
        "gaps": [],
        "zones": [scene],
        "joined_s": 300,
    }


def key_of(match: MatchRow) -> frozenset[str]:
    """What the map of this match shows."""
    return frozenset({"zone-scene", "accuracy", *(_sign(fix) for fix in match.fixes)})


def _sign(fix: dict[str, Any]) -> str:
    return fix["mechanism"] if fix["mechanism"] in SIGN_WORDS else "unknown"


def _fix(n: int, fix: dict[str, Any]) -> dict[str, Any]:
    at = read_instant(fix["at"])
    sign = _sign(fix)
    return {
        "n": n,
        "t": at.timestamp(),
        "lat": fix["lat"],
        "lon": fix["lon"],
        "r95_m": fix["r95_m"],
        "mechanism": sign,
        "used": True,
        "words": f"{fix['label']}, {when_words(at, 'seconds')}, {SIGN_WORDS[sign]}",
    }
