"""Why a row stands, in sentences: which fixes, how many, how measured, how far, how sure.

A sentence never says more than was measured: distances come with the 95 % circle taken off and
added on, times are to the second and UTC, and what one fix shows is called one fix.
"""

from __future__ import annotations

import numpy as np

from waypost.clock import from_us
from waypost.monitoring.kernel import CERTAIN, FOREVER, GAP, NEVER, Record
from waypost.monitoring.values import Parameters
from waypost.units import Mechanism

WORDS: dict[Mechanism, str] = {
    Mechanism.UNKNOWN: "unstated",
    Mechanism.GNSS: "GNSS",
    Mechanism.WIFI: "Wi-Fi",
    Mechanism.CELL: "cell",
    Mechanism.BEACON: "beacon",
}


def reasons_of(row: Record, *, must_be_inside: bool, parameters: Parameters) -> tuple[str, ...]:
    """The sentences for one ROW of the kernel."""
    if row["nature"] == GAP:
        return (_gap(row),)
    said = []
    if row["edge"]:
        said.append(_edge(row, must_be_inside))
    if row["fixes"]:
        said.append(_fixes(row, must_be_inside))
    if row["deepest_at"] != NEVER:
        said.append(_deepest(row))
    said.append(_sureness(row, parameters))
    if row["left_out"]:
        said.append(
            f"{_minutes(row['left_out'])} between fixes too far apart to tell are left out."
        )
    return tuple(said)


def taken_back(row: Record) -> tuple[str, ...]:
    """The sentence for a row that was raised live and does not stand."""
    if row["nature"] == GAP:
        return (f"Raised at {_at(row['raised_at'])}: no fix known; fixes received later fill it.",)
    return (f"Raised at {_at(row['raised_at'])}; fixes received later take it back.",)


def _side(must_be_inside: bool) -> str:
    return "outside" if must_be_inside else "inside"


def _fixes(row: Record, must_be_inside: bool) -> str:
    count, side = int(row["fixes"]), _side(must_be_inside)
    how = " and ".join(
        WORDS[kind] for kind in Mechanism if int(row["mechanisms"]) & (1 << int(kind))
    )
    if count == 1:
        return f"1 fix ({how}) wholly {side} the zone, at {_at(row['first_fix'])}."
    return (
        f"{count} fixes ({how}) wholly {side} the zone, their 95 % circles considered, "
        f"from {_at(row['first_fix'])} to {_at(row['last_fix'])}."
    )


def _edge(row: Record, must_be_inside: bool) -> str:
    side = _side(must_be_inside)
    return (
        f"Required time began at {_at(row['from_at'])}; the last fix that could tell, at "
        f"{_at(row['evidence_at'])}, was {side} the zone."
    )


def _deepest(row: Record) -> str:
    d, r95 = abs(float(row["deepest_d"])), float(row["deepest_r95"])
    how = WORDS[Mechanism(int(row["deepest_mechanism"]))]
    reach = f"between {max(d - r95, 0.0):.0f} and {d + r95:.0f} m" if r95 else f"{d:.0f} m"
    sure = f", 95 % circle {r95:.0f} m" if r95 else ", accuracy given as 0"
    return f"Furthest beyond the edge at {_at(row['deepest_at'])}: {reach} ({how}{sure})."


def _sureness(row: Record, parameters: Parameters) -> str:
    minutes = parameters.confirm_within.total_seconds() / 60
    if row["certainty"] == CERTAIN:
        return f"Certain: two fixes in a row, no more than {minutes:g} min apart, agree."
    return f"Probable: no second fix within {minutes:g} min confirms it."


def _gap(row: Record) -> str:
    if row["to_at"] >= FOREVER:
        return f"No usable fix of required time since {_at(row['from_at'])}: cannot tell."
    length = _minutes(int(row["to_at"]) - int(row["from_at"]))
    return (
        f"No usable fix for up to {length} of required time, from {_at(row['from_at'])} to "
        f"{_at(row['to_at'])}: cannot tell."
    )


def _at(us: int | np.int64) -> str:
    return f"{from_us(int(us)):%Y-%m-%d %H:%M:%S} UTC"


def _minutes(us: int) -> str:
    return f"{int(us) / 60_000_000:.1f} min"
