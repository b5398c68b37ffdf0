"""Why a row stands, in sentences a court can read: which fixes, how many, how measured, how sure.

A sentence never says more than was measured: a circle is called stated only when the tag stated it,
a chance is called modelled and none is given as less than 1 in 10,000, times are to the second and
UTC, what one fix shows is called one fix, and what lies between two fixes was not observed.
"""

from __future__ import annotations

import numpy as np

from waypost.clock import from_us
from waypost.rules.evidence import chance_of
from waypost.rules.kernel import AGED, CERTAIN, FOREVER, GAP, NEVER, PASSAGE, PROBABLE, Record
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Parameters
from waypost.units import Mechanism

WORDS: dict[Mechanism, str] = {
    Mechanism.UNKNOWN: "unstated",
    Mechanism.GNSS: "GPS",
    Mechanism.WIFI: "Wi-Fi",
    Mechanism.CELL: "cell",
    Mechanism.BEACON: "beacon",
}
NUMBERS = (
    "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
    "Twelve",
)  # fmt: skip
LEAST_SAID = 10_000  # no chance is said to be less than one in so many


def reasons_of(row: Record, *, must_be_inside: bool, parameters: Parameters) -> tuple[str, ...]:
    """The sentences for one ROW of the kernel."""
    if row["nature"] == GAP:
        return _gap(row, parameters)
    if row["nature"] == PASSAGE:
        return _passage(row)
    said = []
    if row["edge"]:
        said.append(_edge(row, must_be_inside))
    if row["fixes"]:
        said.append(_fixes(row, must_be_inside, parameters))
    if row["deepest_at"] != NEVER:
        said.append(_deepest(row))
    said.append(_sureness(row, parameters))
    if row["left_out"]:
        said.append(
            f"{_minutes(row['left_out'])} between fixes too far apart to tell are left out."
        )
    return tuple(said)


def changed_numbers(row: Record, timeline: ParameterTimeline) -> tuple[str, ...]:
    """That a violation began under other numbers than those that judged what followed. (A gap is
    judged by those in force when it began.)"""
    if row["nature"] == GAP:
        return ()
    last = row["last_fix"] if row["to_at"] >= FOREVER else row["to_at"]
    later = timeline.between(int(row["from_at"]), int(last))[1:]
    return tuple(f"Judged by {entry.words} from {_at(entry.from_us)}." for entry in later)


def taken_back(row: Record) -> tuple[str, ...]:
    """The sentence for a row that was raised live and does not stand."""
    if row["nature"] == GAP:
        return (f"Raised at {_at(row['raised_at'])}: no fix known; fixes received later fill it.",)
    return (f"Raised at {_at(row['raised_at'])}; fixes received later take it back.",)


def _side(must_be_inside: bool) -> str:
    return "outside" if must_be_inside else "inside"


def _fixes(row: Record, must_be_inside: bool, parameters: Parameters) -> str:
    one = row["fixes"] == 1
    when = _when(row["first_fix"], row["last_fix"])
    said = f"{_many(row)} {_side(must_be_inside)} the zone {when}, {_nearest(row)}"
    if not row["evidence"]:
        return f"{said}."
    other = _side(not must_be_inside)
    chance = chance_of(float(row["evidence"]), parameters)
    whom = f"it was {other}" if one else f"all were {other}"
    return f"{said}; modelled chance that {whom}: {_odds(chance)}."


def _many(row: Record) -> str:
    """Seven GPS fixes; or 14 fixes (GPS and cell)."""
    count = int(row["fixes"])
    number = NUMBERS[count] if count < len(NUMBERS) else f"{count}"
    kinds = [kind for kind in Mechanism if int(row["mechanisms"]) & (1 << int(kind))]
    noun = "fix" if count == 1 else "fixes"
    if kinds == [Mechanism.UNKNOWN]:
        return f"{number} {noun} (how measured is not stated)"
    if len(kinds) == 1:
        return f"{number} {WORDS[kinds[0]]} {noun}"
    return f"{number} {noun} ({' and '.join(WORDS[kind] for kind in kinds)})"


def _nearest(row: Record) -> str:
    """How far from the edge, and by circles of what size."""
    one = row["fixes"] == 1
    edge = f"{float(row['nearest_m']):.0f} m"
    where = f"{edge} from the edge" if one else f"the nearest to the edge by {edge}"
    least, most = float(row["smallest_r95"]), float(row["largest_r95"])
    if not most:
        return f"{where} with accuracy given as 0"
    size = f"{least:.0f} m" if f"{least:.0f}" == f"{most:.0f}" else f"{least:.0f} to {most:.0f} m"
    stated = "" if row["assumed"] else "stated "
    circles = f"a {stated}95 % circle" if one else f"{stated}95 % circles"
    note = " (assumed where a fix states none)" if row["assumed"] else ""
    return f"{where} with {circles} of {size}{note}"


def _odds(chance: float) -> str:
    """Below 1 in 10,000, or about one in so many, two digits of it, rounded down."""
    many = 1 / chance
    if many >= LEAST_SAID:
        return f"below 1 in {LEAST_SAID:,}"
    unit = 10 ** max(len(str(int(many))) - 2, 0)
    return f"about 1 in {int(many) // unit * unit:,}"


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
        return (
            f"Certain by the rules: two fixes or more in a row, none more than {minutes:g} min "
            f"after the one before, that together reach {parameters.certain_odds:,.0f} to 1."
        )
    if row["certainty"] == PROBABLE:
        return (
            f"Probable: the fixes in a row reach {parameters.probable_odds:,.0f} to 1; to be "
            f"certain, two or more must reach {parameters.certain_odds:,.0f} to 1."
        )
    return (
        f"Possible only: the fixes before and after the one at {_at(row['first_fix'])} agree with "
        "each other and contradict it."
    )


def _passage(row: Record) -> tuple[str, ...]:
    """Possible presence, and that nothing of it was observed."""
    ways = "the straight line between them meets it"
    if row["fixes"] > 1:
        ways = f"{row['fixes']} of the straight lines between fixes that follow each other meet it"
    return (
        f"Fixes {_when(row['first_fix'], row['last_fix'])} were clear of the zone, and {ways}.",
        "Possible only: nothing was observed inside the zone, and the way taken is not known.",
    )


def _gap(row: Record, parameters: Parameters) -> tuple[str, ...]:
    open_ = row["to_at"] >= FOREVER
    length = 0 if open_ else int(row["to_at"]) - int(row["from_at"])
    silent = int(row["left_out"])
    if row["how"] == AGED:
        hours = parameters.uncertain_ages_after.total_seconds() / 3600
        since = f"By {_at(row['from_at'])} no fix had told inside from outside for {hours:g} h"
        if open_:
            return (f"{since}, and none has since: cannot tell.",)
        said = f"{since}, nor could any until {_at(row['to_at'])}: {_minutes(length)} cannot tell."
        without = f"{_minutes(silent)} of this are without any usable fix."
        return (said, without) if silent else (said,)
    if open_:
        return (f"No usable fix of required time since {_at(row['from_at'])}: cannot tell.",)
    said = (
        f"No usable fix for up to {_minutes(silent)} of required time, from "
        f"{_at(row['from_at'])} to {_at(row['to_at'])}: cannot tell."
    )
    if silent < length:
        return (said, "The fixes that came between could not tell inside from outside.")
    return (said,)


def _when(first: int | np.int64, last: int | np.int64) -> str:
    return f"at {_at(first)}" if first == last else f"from {_at(first)} to {_at(last)}"


def _at(us: int | np.int64) -> str:
    return f"{from_us(int(us)):%Y-%m-%d %H:%M:%S} UTC"


def _minutes(us: int) -> str:
    return f"{int(us) / 60_000_000:.1f} min"
