"""How a worn tag is: what is the matter with it, in words, since when. No place, no person.

    judge(signs, expected, now) -> findings, the gravest first; none: all is well

What to expect is learnt of a model (cadence.py), never of one tag: a tag that goes silent more and
more often must not become its own excuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class FindingKind(StrEnum):
    """Gravest first: pages and counts keep this order."""

    NEVER_HEARD = "never_heard"
    SILENT = "silent"
    JAMMED = "jammed"
    CLOCK_WRONG = "clock_wrong"
    HOME_UNIT_MOVED = "home_unit_moved"  # what it hears tells no place until it is put up again
    FLAGGED = "flagged"
    STALE = "stale"
    BATTERY_LOW = "battery_low"
    REPLACED_OFTEN = "replaced_often"
    NOT_FITTED = "not_fitted"  # worn, and the inventory says that it is not


KIND_WORDS = {
    FindingKind.NEVER_HEARD: "Never heard",
    FindingKind.SILENT: "Silent",
    FindingKind.JAMMED: "Jammed",
    FindingKind.CLOCK_WRONG: "Clock wrong",
    FindingKind.HOME_UNIT_MOVED: "Home unit moved",
    FindingKind.FLAGGED: "Flagged",
    FindingKind.STALE: "No fresh place",
    FindingKind.BATTERY_LOW: "Battery low",
    FindingKind.REPLACED_OFTEN: "Replaced too often",
    FindingKind.NOT_FITTED: "Inventory disagrees",
}
# The domain page: a feed older than 15 min is stale; uploads lag 5 to 15 min.
SILENT_AFTER_MIN = timedelta(minutes=15)
SILENT_CONTACTS = 3  # this many times what 95 % of the gaps between contacts stay under
STALE_AFTER_MIN = timedelta(minutes=30)  # indoors a fix every 3-5 min, by cell, is usual
STALE_FIXES = 20  # as many fixes missed in a row, though it is in contact
BATTERY_LOW_PERCENT = 20.0  # as tags warn: under a fifth, some hours are left
REPLACED_OFTEN = 3  # devices on one person within REPLACED_WITHIN: the fault is elsewhere
REPLACED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Expected:
    """How often tags of a model are heard. contact_s: 95 % of the gaps are shorter.

    tags     from how many it was learnt; 0: the house's defaults
    places   whether such tags measure places at all
    """

    fix_s: float = 60.0  # the domain page: about one GNSS fix a minute outdoors
    contact_s: float = 300.0
    upload_lag_s: float = 300.0
    tags: int = 0
    places: bool = True

    @property
    def silent_after(self) -> timedelta:
        return max(SILENT_AFTER_MIN, timedelta(seconds=SILENT_CONTACTS * self.contact_s))

    @property
    def stale_after(self) -> timedelta:
        return max(STALE_AFTER_MIN, timedelta(seconds=STALE_FIXES * self.fix_s + self.upload_lag_s))


@dataclass(frozen=True, slots=True)
class Signs:
    """The latest known of a worn tag; None: not known. Times are the tag's, but contact_at ours.

    devices_lately   devices put on the person within REPLACED_WITHIN
    in_step          the inventory says that it is fitted
    """

    fitted_at: datetime
    contact_at: datetime | None = None
    fix_at: datetime | None = None
    battery_percent: float | None = None
    battery_at: datetime | None = None
    charging_since: datetime | None = None
    jammed_since: datetime | None = None
    clock_wrong_since: datetime | None = None
    home_unit_moved_since: datetime | None = None
    flagged_since: datetime | None = None
    devices_lately: int = 0
    in_step: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    kind: FindingKind
    since_at: datetime | None
    words: str


def judge(signs: Signs, expected: Expected, now: datetime) -> list[Finding]:
    """What is the matter with the tag now, the gravest first."""
    found = [
        _contact(signs, expected, now),
        _since(FindingKind.JAMMED, signs.jammed_since, "It reports that its radio is jammed."),
        _since(
            FindingKind.CLOCK_WRONG,
            signs.clock_wrong_since,
            "Its clock seems wrong; what it sends is set aside until an officer decides.",
        ),
        _since(
            FindingKind.HOME_UNIT_MOVED,
            signs.home_unit_moved_since,
            "A home unit or beacon was moved: it tells no place until it is put up again.",
        ),
        _since(FindingKind.FLAGGED, signs.flagged_since, "A flag waits for an officer."),
        _stale(signs, expected, now),
        _battery(signs),
        _replaced(signs),
        _inventory(signs),
    ]
    return [one for one in found if one is not None]


def span_words(span: timedelta) -> str:
    """45 s, 7 min, 3 h 05 min, 2 days 4 h."""
    seconds = max(int(span.total_seconds()), 0)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 60:
        return f"{seconds} s"
    if hours < 1:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {minutes % 60:02d} min"
    return f"{days} day{'s' if days > 1 else ''} {hours % 24} h"


def _contact(signs: Signs, expected: Expected, now: datetime) -> Finding | None:
    since = signs.contact_at or signs.fitted_at
    if now - since <= expected.silent_after:
        return None
    usual = f"95 % of the waits are under {span_words(timedelta(seconds=expected.contact_s))}"
    if signs.contact_at is None:
        words = f"Nothing has been heard since it was fitted, {span_words(now - since)} ago."
        return Finding(FindingKind.NEVER_HEARD, since, words)
    words = f"Not heard for {span_words(now - since)}; of its kind {usual}."
    return Finding(FindingKind.SILENT, since, words)


def _stale(signs: Signs, expected: Expected, now: datetime) -> Finding | None:
    """In contact, and yet without a fresh place."""
    if (
        not expected.places
        or signs.contact_at is None
        or now - signs.contact_at > expected.silent_after
    ):
        return None
    since = max(signs.fix_at or signs.fitted_at, signs.fitted_at)
    if signs.contact_at - since <= expected.stale_after:  # as of its contact: it may report seldom
        return None
    last = f"its last usable one is {span_words(now - since)} old" if signs.fix_at else "none yet"
    return Finding(FindingKind.STALE, since, f"It is in contact but gives no fresh place: {last}.")


def _battery(signs: Signs) -> Finding | None:
    percent = signs.battery_percent
    if percent is None or percent > BATTERY_LOW_PERCENT or signs.charging_since is not None:
        return None
    words = f"Its battery was at {percent:.0f} % when it last said so, and it is not charging."
    return Finding(FindingKind.BATTERY_LOW, signs.battery_at, words)


def _replaced(signs: Signs) -> Finding | None:
    if signs.devices_lately < REPLACED_OFTEN:
        return None
    words = (
        f"{signs.devices_lately} devices were put on this person within {REPLACED_WITHIN.days} "
        "days: look for the fault elsewhere."
    )
    return Finding(FindingKind.REPLACED_OFTEN, signs.fitted_at, words)


def _inventory(signs: Signs) -> Finding | None:
    if signs.in_step:
        return None
    words = "It is worn, and the inventory says that it is not fitted: one of the two is wrong."
    return Finding(FindingKind.NOT_FITTED, signs.fitted_at, words)


def _since(kind: FindingKind, since: datetime | None, words: str) -> Finding | None:
    return None if since is None else Finding(kind, since, words)
