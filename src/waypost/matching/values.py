"""The words of matching: a seen place, a match with its fixes, the shape of both as Arrow. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

# The columns of the contract's matches file, in their order; each file may add its own after them.
MATCH_COLUMNS = (
    "force",
    "crime_reference",
    "person_id",
    "score",
    "class",
    "sequences",
    "nearest_m",
    "seconds_inside",
    "coverage",
)
SCORE_DECIMALS = 6  # beyond that two routes to the same area may differ


@dataclass(frozen=True, slots=True)
class Seen:
    """A usable fix as matching sees it.

    us      measured at, microseconds UTC
    r95_m   0 where the tag stated no accuracy: a point
    key     positions.quality.content_keys: with the time, what makes a fix itself
    """

    us: int
    lat: float
    lon: float
    r95_m: float
    key: int
    mechanism: int = 0


@dataclass(frozen=True, slots=True)
class Qualified:
    """One fix that counts: its label (A1, A2, B1, ...), distance and overlap."""

    label: str
    fix: Seen
    distance_m: float
    overlap: float


@dataclass(frozen=True, slots=True)
class Matched:
    """One offence and one person whose fixes lay in its circle while it could have happened.

    score           best overlap of a fix circle with the crime circle, 0.5-1
    nearest_m       from the circle's centre to the nearest fix of the padded window
    nearest_spread_m   how far that may be off, in 95 of 100 cases: the R95 of that fix (of several
                    as near, the first), since the rule takes the centre to be exact; None where it
                    stated none
    seconds_inside  first to last fix of each run, summed
    coverage        share of the unpadded window within 5 min of a usable fix
    prior           the last fix before the padded window with its distance: shown, never a match
    """

    score: float
    sequences: str
    nearest_m: float
    nearest_spread_m: float | None
    seconds_inside: float
    coverage: float
    fixes: tuple[Qualified, ...]
    prior: tuple[Seen, float] | None


# One row a matched pair. `offence` is its place in the list asked about, `person` a code of the
# source.
MATCHES = pa.schema(
    [
        ("offence", pa.int64()),
        ("person", pa.int64()),
        ("score", pa.float64()),
        ("sequences", pa.string()),
        ("nearest_m", pa.float64()),
        ("nearest_spread_m", pa.float64()),  # null: the fix stated no accuracy
        ("seconds_inside", pa.float64()),
        ("coverage", pa.float64()),
        ("fix_count", pa.int64()),
        ("first_us", pa.int64()),
        ("last_us", pa.int64()),
        ("prior_us", pa.int64()),  # null: none in the hour before
        ("prior_m", pa.float64()),
    ]
)

# The fixes that made them, labelled.
MATCH_FIXES = pa.schema(
    [
        ("offence", pa.int64()),
        ("person", pa.int64()),
        ("label", pa.string()),
        ("us", pa.int64()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("r95_m", pa.float64()),
        ("mechanism", pa.int64()),
        ("distance_m", pa.float64()),
        ("overlap", pa.float64()),
    ]
)

# One row a pair that was weighed (evidence.Weighed). `offence` and `person` as in MATCHES.
EVIDENCE = pa.schema(
    [
        ("offence", pa.int64()),
        ("person", pa.int64()),
        ("score", pa.float64()),
        ("class", pa.string()),
        ("sequences", pa.string()),
        ("nearest_m", pa.float64()),  # null: no fix in the padded window
        ("nearest_spread_m", pa.float64()),  # how far that may be off, 95 %; null with it
        ("seconds_inside", pa.float64()),
        ("coverage", pa.float64()),
        ("presence", pa.float64()),  # the highest chance of being within the place
        ("likelihood_ratio", pa.float64()),
        ("base_rate", pa.float64()),  # share of the time that this wearer is within the place
        ("expected_by_chance", pa.float64()),  # wearers within the place at a random instant
        ("needed_mps", pa.float64()),  # null: too few fixes to say
        ("stay_s", pa.float64()),  # the longest run of precise fixes within reach of the place
        ("entry_mps", pa.float64()),  # as it came to the place; null: not observed
        ("entry_course_deg", pa.float64()),  # the way it moved, from north; null: not plain either
        ("exit_mps", pa.float64()),
        ("exit_course_deg", pa.float64()),
        ("unsound", pa.string()),  # unsound.Why; null: nothing is known against the tag
        ("unsound_from_us", pa.int64()),
        ("unsound_to_us", pa.int64()),  # null: no end is known
    ]
)

WEIGHED = ("presence", "likelihood_ratio", "base_rate", "expected_by_chance", "needed_mps")
LEGS = ("entry_mps", "entry_course_deg", "exit_mps", "exit_course_deg")
# What matches came to tell after runs were first kept: it stands in the bytes of the runs whose
# parameters name it (comparing.canonical), and not in those of runs before.
ALSO_TOLD = ("nearest_spread_m", *LEGS)

# When a person's tag was not sound (unsound.Span). `person` as in MATCHES.
UNSOUND = pa.schema(
    [
        ("person", pa.int64()),
        ("from_us", pa.int64()),
        ("to_us", pa.int64()),  # within it; clock.FOREVER_US: no end is known
        ("why", pa.string()),  # unsound.Why
    ]
)
