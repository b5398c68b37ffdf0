"""Who is drifting: a decision on facts, with the numbers that it goes by. Pure.

    drift_of(facts) -> Drift    drifting, to be watched, steady, or it cannot be told; with why

It proposes a talk and decides nothing of the person: whoever reads it sees each reason with its
number and the threshold. Numbers below are ours, for the partnership to set; nothing published
gives any.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

LOOKED_AT = timedelta(days=28)  # how far back is looked
UPHELD_MANY = 2  # upheld alerts in that time
DAYS_BROKEN_MANY = 4  # days with something certain or probable against a requirement
OPEN_TOO_LONG = timedelta(days=3)  # an alert that nobody has settled
ACTIONS_LATE_MANY = 2
DECLINED_MANY = 2  # offers
SILENT_TOO_LONG = timedelta(days=3)  # no fix of the tag: then nobody is called steady
UNTOLD_MANY = 10  # days on which something could not be told: then nothing is called steady
REASONS_FOR_DRIFTING = 2  # so many reasons, or one that is grave


class Verdict(StrEnum):
    DRIFTING = "drifting"
    WATCH = "watch"
    STEADY = "steady"
    CANNOT_TELL = "cannot_tell"


VERDICT_WORDS: dict[Verdict, str] = {
    Verdict.DRIFTING: "Drifting",
    Verdict.WATCH: "To be watched",
    Verdict.STEADY: "Steady",
    Verdict.CANNOT_TELL: "Cannot be told",
}


@dataclass(frozen=True, slots=True)
class DriftFacts:
    """What is known of one person in the last LOOKED_AT. None: the asker may not read of it."""

    upheld: int | None = None
    oldest_open: timedelta | None = None  # of the alerts that are open; None: none is
    breach_open: bool | None = None
    days_broken: int | None = None
    days_untold: int | None = None
    weeks_kept: int = 0
    actions_late: int = 0
    offers_late: int = 0
    declined: int = 0
    monitored: bool = True  # a tag is worn
    silent: timedelta | None = timedelta(0)  # since its last fix; None: none was ever judged


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact with its number and the threshold it is held against."""

    words: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    verdict: Verdict
    reasons: tuple[Reason, ...]
    good: tuple[str, ...]  # what speaks for the person


def drift_of(facts: DriftFacts) -> Drift:
    """Two reasons, or one grave one, are drifting; one is to be watched; none is steady, unless
    too much could not be told or read."""
    reasons = _reasons(facts)
    good = _good(facts)
    if len(reasons) >= REASONS_FOR_DRIFTING or any(one.grave for one in reasons):
        return Drift(Verdict.DRIFTING, reasons, good)
    if reasons:
        return Drift(Verdict.WATCH, reasons, good)
    if why := _untold(facts):
        return Drift(Verdict.CANNOT_TELL, (Reason(why),), good)
    return Drift(Verdict.STEADY, (), good)


def _reasons(facts: DriftFacts) -> tuple[Reason, ...]:
    found = []
    if facts.breach_open:
        found.append(Reason("A breach case is open.", grave=True))
    if (facts.upheld or 0) >= UPHELD_MANY:
        found.append(Reason(_many(facts.upheld or 0, "upheld alert", UPHELD_MANY)))
    if (facts.days_broken or 0) >= DAYS_BROKEN_MANY:
        words = _many(facts.days_broken or 0, "day with a violation", DAYS_BROKEN_MANY,
                      plural="days with a violation")  # fmt: skip
        found.append(Reason(words))
    if facts.oldest_open is not None and facts.oldest_open >= OPEN_TOO_LONG:
        found.append(
            Reason(f"An alert is open for {facts.oldest_open.days} days; "
                   f"{OPEN_TOO_LONG.days} are too long.")
        )  # fmt: skip
    if facts.declined >= DECLINED_MANY:
        found.append(Reason(_many(facts.declined, "offer declined", DECLINED_MANY,
                                  plural="offers declined")))  # fmt: skip
    if facts.actions_late >= ACTIONS_LATE_MANY:
        found.append(Reason(_many(facts.actions_late, "action late", ACTIONS_LATE_MANY,
                                  plural="actions late")))  # fmt: skip
    return tuple(found)


def _many(count: int, one: str, threshold: int, plural: str = "") -> str:
    word = one if count == 1 else plural or f"{one}s"
    return f"{count} {word} in {LOOKED_AT.days} days; {threshold} are too many."


def _good(facts: DriftFacts) -> tuple[str, ...]:
    found = []
    if facts.weeks_kept:
        found.append(f"{facts.weeks_kept} week{'s' if facts.weeks_kept > 1 else ''} kept whole.")
    if facts.upheld == 0 and facts.days_broken == 0 and not _untold(facts):
        found.append("Nothing was found against them.")
    return tuple(found)


def _untold(facts: DriftFacts) -> str:
    if facts.upheld is None or facts.days_broken is None:
        return "You may not read of alerts or requirements of this person."
    if not facts.monitored:
        return "No tag is worn: nothing is recorded by one."
    if facts.silent is None:
        return "No fix of the tag has been judged yet."
    if facts.silent >= SILENT_TOO_LONG:
        return (
            f"No fix of the tag for {facts.silent.days} days; from {SILENT_TOO_LONG.days} on "
            "nobody is called steady."
        )
    if (facts.days_untold or 0) >= UNTOLD_MANY:
        return (
            f"On {facts.days_untold} of {LOOKED_AT.days} days something could not be told; "
            f"from {UNTOLD_MANY} on nobody is called steady."
        )
    return ""
