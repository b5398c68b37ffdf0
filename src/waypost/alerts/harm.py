"""How urgent an alert is, from the harm it may mean, with the reasons as sentences for officers.

    rank(facts, now)   base of its kind (urgency.URGENCY), less where less sure, small additions

A call for help is 100 and nothing else ever is; all others stop at 99. The additions come to 17 at
most, so they lift an alert past kinds of like harm and never past one that is much graver: whoever
it is of, a battery that is empty stands below an exclusion zone.
`Facts` hold nothing of who a person is (name, age, sex, origin, belief) or where they live: what is
not here cannot be ranked by. Nor how deep somebody was in a moving exclusion: that would place the
protected person (decision 0031).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.alerts import urgency
from waypost.alerts.values import CALLS_FOR_HELP, AlertKind, RiskKind
from waypost.rules.values import Certainty, How

CALL = 100
BELOW_A_CALL = 99

# Additions, each bounded: together at most 17.
DEEP_AT_M: tuple[tuple[float, int], ...] = ((200.0, 2), (50.0, 1))  # beyond the edge; deepest first
LONG_AT: tuple[tuple[timedelta, int], ...] = (
    (timedelta(hours=4), 2),
    (timedelta(hours=1), 1),
)
WHOLE_OF_IT = 1  # all of the required time, or an appointment missed
RISKS: dict[RiskKind, int] = {
    RiskKind.DOMESTIC_ABUSE: 3,
    RiskKind.STALKING: 3,
    RiskKind.SEXUAL_HARM: 3,
    RiskKind.HARM_TO_CHILDREN: 3,
    RiskKind.WEAPONS: 2,
    RiskKind.ARSON: 2,
    RiskKind.SELF_HARM: 2,
    RiskKind.VIOLENCE_TO_STAFF: 1,
}
RISKS_MAX = 4
PROTECTED = 4
# Each upheld alert counts for 2 at first; a half-life as an officer thinks of it: a quarter of a
# year. After two years (eight half-lives) what is left of one rounds to nothing.
UPHELD_POINTS = 2
UPHELD_HALF_LIFE = timedelta(days=90)
UPHELD_MAX = 4
UPHELD_LOOK_BACK = timedelta(days=730)

# Where being further in means more harm. A warning ring is shallow by nature, and MOVING_EXCLUSION
# must stay out of it.
BY_DEPTH = frozenset(
    {AlertKind.EXCLUSION, AlertKind.RESTRICTION, AlertKind.INCLUSION, AlertKind.CURFEW}
)
NEAR_SOMEBODY = frozenset(
    {AlertKind.EXCLUSION, AlertKind.EXCLUSION_WARNING, AlertKind.MOVING_EXCLUSION}
)
UNSEEN = frozenset(  # nobody would know if the wearer went to the protected person now
    {
        AlertKind.STRAP_TAMPER, AlertKind.CASE_TAMPER, AlertKind.CLINICAL_OVERDUE,
        AlertKind.STATIONARY, AlertKind.JAMMING, AlertKind.BATTERY_DEAD, AlertKind.NO_CONTACT,
    }
)  # fmt: skip
# Agreed beforehand, or a word in time: known of, not acted on, whoever's it is.
PLAIN = frozenset({AlertKind.CLINICAL_REMOVAL})

RISK_WORDS: dict[RiskKind, str] = {
    RiskKind.DOMESTIC_ABUSE: "domestic abuse",
    RiskKind.STALKING: "stalking",
    RiskKind.SEXUAL_HARM: "sexual harm",
    RiskKind.HARM_TO_CHILDREN: "harm to children",
    RiskKind.WEAPONS: "weapons",
    RiskKind.VIOLENCE_TO_STAFF: "violence to staff",
    RiskKind.ARSON: "arson",
    RiskKind.SELF_HARM: "self-harm",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rank of an alert may depend on.

    depth_m   furthest beyond the edge among what it speaks of, circle taken off; read for kinds in
              BY_DEPTH alone
    lasted    the longest of what it speaks of
    shapes    of what it speaks of
    upheld    when other alerts of the person were upheld
    """

    kind: AlertKind
    certainty: str = Certainty.CERTAIN
    depth_m: float = 0.0
    lasted: timedelta = timedelta(0)
    shapes: frozenset[How] = frozenset()
    risks: frozenset[RiskKind] = frozenset()
    protects: bool = False
    upheld: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Rank:
    """`urgency` 0-100, higher first; `reasons` say where it comes from, in the order of adding."""

    urgency: int
    reasons: tuple[str, ...]


def rank(facts: Facts, now: datetime) -> Rank:
    """How urgent, and why. Pure: the same facts give the same rank, whoever they are of."""
    if facts.kind in CALLS_FOR_HELP:
        return Rank(CALL, ("A call for help stands above everything: 100",))
    base = urgency.URGENCY[facts.kind]
    added = [
        _less_sure(facts),
        *([] if facts.kind in PLAIN else _more(facts, now)),
    ]
    total = base + sum(points for points, _ in added)
    reasons = [f"{urgency.HEADLINES[facts.kind]}: {base}"]
    reasons += [f"{words}: {points:+d}" for points, words in added if points]
    if total > BELOW_A_CALL:
        reasons.append(f"Stops at {BELOW_A_CALL}: only a call for help is {CALL}")
    return Rank(max(0, min(BELOW_A_CALL, total)), tuple(reasons))


def upheld_points(upheld: Collection[datetime], now: datetime) -> int:
    """What upheld alerts add: halved every 90 days since they were upheld, whole points."""
    ages = [now - at for at in upheld if at <= now]
    weight: float = sum(0.5 ** (age / UPHELD_HALF_LIFE) for age in ages)
    return min(UPHELD_MAX, int(UPHELD_POINTS * weight + 0.5))  # halves count, so none is lost


def _less_sure(facts: Facts) -> tuple[int, str]:
    less = urgency.LESS_WHEN.get(facts.certainty, 0)
    return -less, f"Not certain, {facts.certainty.replace('_', ' ')}"


def _more(facts: Facts, now: datetime) -> list[tuple[int, str]]:
    return [
        _deep(facts),
        _long(facts),
        _whole(facts),
        _protected(facts),
        _risky(facts),
        _upheld(facts, now),
    ]


def _deep(facts: Facts) -> tuple[int, str]:
    if facts.kind in BY_DEPTH:
        for least_m, points in DEEP_AT_M:
            if facts.depth_m >= least_m:
                return points, f"At least {least_m:.0f} m beyond the edge"
    return 0, ""


def _long(facts: Facts) -> tuple[int, str]:
    for least, points in LONG_AT:
        if facts.lasted >= least:
            hours = least // timedelta(hours=1)
            return points, f"Has lasted {hours} hour{'s' if hours > 1 else ''} or more"
    return 0, ""


def _whole(facts: Facts) -> tuple[int, str]:
    whole = facts.shapes & {How.OUT_ALL, How.MISSED}
    return (WHOLE_OF_IT, "All of the required time") if whole else (0, "")


def _protected(facts: Facts) -> tuple[int, str]:
    """In words that tell no more than the order does: who is protected is for named staff."""
    if not facts.protects:
        return 0, ""
    if facts.kind in NEAR_SOMEBODY:
        return PROTECTED, "Somebody is to be kept safe from this wearer"
    if facts.kind in UNSEEN:
        return PROTECTED, "Somebody is to be kept safe from this wearer, who may go unseen"
    return 0, ""


def _risky(facts: Facts) -> tuple[int, str]:
    known = sorted(facts.risks, key=list(RiskKind).index)
    points = min(RISKS_MAX, sum(RISKS[kind] for kind in known))
    return points, f"Recorded risk of {_and([RISK_WORDS[kind] for kind in known])}"


def _upheld(facts: Facts, now: datetime) -> tuple[int, str]:
    points = upheld_points(facts.upheld, now)
    past = [at for at in facts.upheld if at <= now]
    if not points:
        return 0, ""
    times = "once" if len(past) == 1 else f"{len(past)} times, the last"
    return points, f"Found upheld {times} {_ago(now - max(past))}"


def _ago(age: timedelta) -> str:
    return "today" if age.days < 1 else f"{age.days} day{'s' if age.days > 1 else ''} ago"


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
