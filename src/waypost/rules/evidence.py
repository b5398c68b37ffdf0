"""What one fix is worth as evidence, in logarithms of odds; many of them make a sequential test.

    evidence = ln((1 - q) / q)     q: modelled chance that the true place is on the right side
    q = (1 - astray) Phi(-d / sigma) + astray / 2 exp(-d / jump)

d is the distance beyond the edge, which is taken for a straight line: for a place outside a convex
zone that is on the safe side, inside one it holds where the zone is wide against the circle. Most
fixes err as their circle says (sigma = R95 / 2.4477); a few are astray, whatever they claim, by an
exponential of scale `jump` either way. So evidence grows with distance, never with a wider circle,
and never beyond `fix_odds_max`: no fix is trusted further.

Fixes soon after one another share their error. `gather` lets a fix add only as much of its
evidence as time has given credit for, and a fix uses credit up in the measure of its own evidence.
All fixes of one instant together are then never worth more than one fix can be, and no fix that is
made vaguer makes the sum larger: what it leaves unused is worth at most what it no longer adds
(decision 0022 has the proof).

source   A. Wald, Sequential Tests of Statistical Hypotheses, 1945; E. S. Page, Continuous
         Inspection Schemes, 1954. We differ: a fix on the right side ends the test at once.
"""

from __future__ import annotations

import math
from datetime import timedelta
from functools import lru_cache

import numba as nb
import numpy as np
import numpy.typing as npt

from waypost.rules.values import Parameters
from waypost.units import SIGMA_PER_R95, Mechanism

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
ZERO = timedelta(0)


def evidence_of(beyond_m: float, r95_m: float, mechanism: Mechanism, numbers: Parameters) -> float:
    """What a fix so far beyond the edge says for its side; 0 for one that is not beyond it."""
    chance = chance_right(max(beyond_m, 0.0), r95_m, mechanism, numbers)
    return max(0.0, min(math.log(numbers.fix_odds_max), math.log((1 - chance) / chance)))


def chance_right(d_m: float, r95_m: float, mechanism: Mechanism, numbers: Parameters) -> float:
    """The modelled chance that the true place is on the right side of the edge after all."""
    astray, jump_m = (
        float(getattr(numbers, f"{_word(mechanism)}_astray")),
        _jump(mechanism, numbers),
    )
    sigma = r95_m * SIGMA_PER_R95
    point = 0.0 if d_m > 0 else 0.5
    usual = 0.5 * math.erfc(d_m / sigma / math.sqrt(2)) if sigma > 0 else point
    return (1 - astray) * usual + astray / 2 * math.exp(-d_m / jump_m) + 1e-300


def gather(
    total: float, credit: float, since: timedelta, evidence: float, numbers: Parameters
) -> tuple[float, float]:
    """The sum and the credit left after one more fix.

    credit   the share of a fix's evidence that is new, 1 before the first
    since    time since the fix before it in the sum
    """
    if since >= numbers.decorrelate:
        credit = 1.0
    elif since > ZERO:
        credit = min(1.0, credit + since / numbers.decorrelate)
    return total + credit * evidence, credit * (1 - evidence / math.log(numbers.fix_odds_max))


@lru_cache(maxsize=64)
def table_of(numbers: Parameters) -> Floats:
    """(mechanisms, 2): astray and jump, for `say`. Not to be written to."""
    return np.array(
        [
            [float(getattr(numbers, f"{_word(one)}_astray")), _jump(one, numbers)]
            for one in Mechanism
        ],
        dtype=np.float64,
    )


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _evidence(beyond: float, r95: float, astray: float, jump_m: float, most: float) -> float:
    """`evidence_of`, the numbers taken apart."""
    sigma = r95 * SIGMA_PER_R95
    if sigma > 0.0:
        usual = 0.5 * math.erfc(beyond / sigma / math.sqrt(2.0))
    else:
        usual = 0.0 if beyond > 0.0 else 0.5
    chance = (1.0 - astray) * usual + astray / 2.0 * math.exp(-beyond / jump_m) + 1e-300
    return max(0.0, min(most, math.log((1.0 - chance) / chance)))


@nb.njit(cache=True, nogil=True, error_model="numpy")
def say(
    records: npt.NDArray[np.void], said: Codes, meaning: Codes, wrong: int, d: Floats,
    table: Floats, most: float,
) -> None:  # fmt: skip
    """Write into the kernel's FIX records what each fix says of a requirement: its code, its
    distance, and what it is worth as evidence when the code is `wrong`; else that is 0.

    said      where each fix is (Containment); meaning[said] is its code
    d         signed distance to the edge; of a fix beyond it, the size is how far
    most      ln of fix_odds_max
    """
    for i in range(records.shape[0]):
        f = records[i]
        f.code = meaning[said[i]]
        f.d = d[i]
        f.evidence = 0.0
        if f.code == wrong:
            astray, jump_m = table[f.mechanism, 0], table[f.mechanism, 1]
            f.evidence = _evidence(abs(d[i]), f.r95, astray, jump_m, most)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def say_each(
    records: npt.NDArray[np.void], starts: npt.NDArray[np.int64], inside: npt.NDArray[np.bool_],
    said: Codes, meanings: npt.NDArray[np.int8], wrong: int, d: Floats, table: Floats, most: float,
) -> None:  # fmt: skip
    """`say` for many requirements, k with records starts[k]:starts[k+1].

    inside     whether each asks to be inside: which row of `meanings` is its own
    """
    for k in range(inside.shape[0]):
        a, b = starts[k], starts[k + 1]
        meaning = meanings[1 if inside[k] else 0]
        say(records[a:b], said[a:b], meaning, wrong, d[a:b], table, most)


def chance_of(evidence: float, numbers: Parameters) -> float:
    """The modelled chance that every one of the fixes that gave it was on the right side."""
    return max(numbers.chance_min, math.exp(-evidence))


def _word(mechanism: Mechanism) -> str:
    return mechanism.name.lower()


def _jump(mechanism: Mechanism, numbers: Parameters) -> float:
    return float(getattr(numbers, f"{_word(mechanism)}_jump_m"))
