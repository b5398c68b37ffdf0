"""How long each kind of data is kept, from what event it counts, and who says so. Pure.

    SCHEDULES             the code's own, one a retention class, with other periods by kind of order
    period_of(...)        what holds on a day: an agency's own version in force, else the code's
    due_on(...)           the day on which what is a person's goes; None: not while something lasts

No Act names a period for monitoring data: six years is commonly cited and was not verified by us.
Each of these is for the agency to set (periods.py), and says so. An order that has not ended holds
everything; of several the one that keeps longest counts. Where somebody was is never kept longer
than their case. Audit lines have a rule of their own and nothing here deletes one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from waypost.columns import Retention
from waypost.keeping.values import PeriodVersion, PersonFacts, Scope
from waypost.orders.values import OrderKind

OURS = "our assumption, to be set by the agency"
CITED = (
    "six years is commonly cited for records of supervision; unverified: to be set by the agency"
)
HOME = ZoneInfo("Europe/London")
PERIOD_MAX_MONTHS = 1200
NO_ORDER = "no_order"  # in place of a kind: somebody was assessed, and no order came of it


class Counted(StrEnum):
    """From what a period counts."""

    ORDER_ENDED = "the end of the person's last order"
    RECEIVED = "the day it was received"
    NEVER = "it is kept while it is used"
    OWN_RULE = "a rule of its own"


@dataclass(frozen=True, slots=True)
class Period:
    """So long after the event. source: whose word that is."""

    months: int = 0
    days: int = 0
    source: str = OURS

    def after(self, day: date) -> date:
        return day + relativedelta(months=self.months, days=self.days)

    @property
    def words(self) -> str:
        years, months = divmod(self.months, 12)
        parts = [
            f"{count} {unit}{'' if count == 1 else 's'}"
            for count, unit in ((years, "year"), (months, "month"), (self.days, "day"))
            if count
        ]
        return " and ".join(parts) or "at once"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One retention class. period None: nothing of it is deleted by a schedule."""

    what: str
    counted: Counted
    period: Period | None
    by_kind: Mapping[str, Period] = field(default_factory=dict)
    purpose: str = ""


SCHEDULES: dict[Retention, Schedule] = {
    Retention.CASE: Schedule(
        "Orders, alerts and what was decided about them, letters, visits, notices: the person's "
        "file",
        Counted.ORDER_ENDED,
        Period(months=72, source=CITED),
        {
            OrderKind.COURT_BAIL: Period(months=12),
            OrderKind.DAPO: Period(months=72, source=CITED),
            OrderKind.VOLUNTARY: Period(months=12),
            OrderKind.PROTECTION: Period(months=12),
            NO_ORDER: Period(months=12),
        },
        "To supervise the order, to answer for what was decided, and for complaints and claims "
        "(Limitation Act 1980 s.5: six years)",
    ),
    Retention.WHEREABOUTS: Schedule(
        "Where tags were and what they reported, in log, lake and raw messages",
        Counted.ORDER_ENDED,
        Period(months=24),
        {
            OrderKind.COURT_BAIL: Period(months=6),
            OrderKind.VOLUNTARY: Period(days=90),
            OrderKind.PROTECTION: Period(days=90),
        },
        "To show what a decision rested on while it can be disputed; no longer (Data Protection "
        "Act 2018 s.39)",
    ),
    Retention.QUARANTINE: Schedule(
        "What was measured while no order was live, and messages of tags nobody has fitted",
        Counted.RECEIVED,
        Period(days=28, source="the longest an order's record has been late, with a margin: "
                               "our assumption"),
        purpose="In case the record of an order or a fitting comes late",
    ),
    Retention.OFFENCE: Schedule(
        "Offence files of the police, runs of matching, their matches",
        Counted.RECEIVED,
        Period(months=24),
        purpose="To review matches and to disclose how they were found (CPIA 1996 Code of "
        "Practice para. 5)",
    ),
    Retention.AUDIT: Schedule(
        "Who looked and acted, and proofs of deletion",
        Counted.OWN_RULE,
        None,
        purpose="To show that use was lawful (Data Protection Act 2018 s.62: logging); the chain "
        "is cut by its own rule, never here",
    ),
    Retention.OPERATIONS: Schedule(
        "What runs the system; a row that belongs to a person goes with their file",
        Counted.NEVER,
        None,
        purpose="To run the system",
    ),
    Retention.REFERENCE: Schedule(
        "Organisations, officers, templates, numbers of the rules",
        Counted.NEVER,
        None,
        purpose="To read what was decided by them",
    ),
}  # fmt: skip
CLASS_OF: dict[Scope, Retention] = {
    Scope.PERSON: Retention.CASE,
    Scope.WHEREABOUTS: Retention.WHEREABOUTS,
    Scope.QUARANTINE: Retention.QUARANTINE,
    Scope.OFFENCE: Retention.OFFENCE,
}
SETTABLE = tuple(name for name, one in SCHEDULES.items() if one.period is not None)


def period_of(
    retention: Retention, kind: str, versions: Sequence[PeriodVersion], on: date
) -> Period:
    """The period that holds on that day. ValueError for a class that no schedule deletes.

    An agency's own version for this kind of order comes before its own for all kinds, and both come
    before the code's; of two versions the later one counts.
    """
    schedule = SCHEDULES[retention]
    if schedule.period is None:
        raise ValueError(f"nothing of the class {retention} is deleted by a schedule")
    live = [one for one in versions if one.retention is retention and one.from_on <= on]
    for wanted in dict.fromkeys((kind, "")):
        own = [one for one in live if one.kind == wanted]
        if own:
            last = max(own, key=lambda one: (one.from_on, one.version))
            return Period(last.months, last.days, f"set by the agency, version {last.version}")
        if wanted and any(named == wanted for named in schedule.by_kind):
            agency_wide = [one for one in live if one.kind == ""]
            if not agency_wide:
                return schedule.by_kind[wanted]
    return schedule.period


def due_on(
    scope: Scope, facts: PersonFacts, versions: Sequence[PeriodVersion], *, now: datetime
) -> date | None:
    """The local day on which what the scope takes of the person is to go; None: not while an order
    is live or something of theirs waits for an answer. ValueError for scopes of no person."""
    if scope is Scope.WHEREABOUTS:
        own = _due(Retention.WHEREABOUTS, facts, versions, now)
        whole = _due(Retention.CASE, facts, versions, now)
        return None if own is None or whole is None else min(own, whole)
    if scope is Scope.PERSON:
        return _due(Retention.CASE, facts, versions, now)
    raise ValueError(f"{scope} belongs to no person")


def dated_before(scope: Scope, versions: Sequence[PeriodVersion], *, on: date) -> date:
    """What was received before this day is to go on the day `on`."""
    period = period_of(CLASS_OF[scope], "", versions, on)
    return on - relativedelta(months=period.months, days=period.days)


def _due(
    retention: Retention, facts: PersonFacts, versions: Sequence[PeriodVersion], now: datetime
) -> date | None:
    if facts.is_asking or any(end is None or end > now for _, end in facts.ends):
        return None
    on = local_day(now)
    ends = facts.ends or (("", facts.known_at),)
    days = [
        period_of(retention, kind, versions, on).after(local_day(end))
        for kind, end in ends
        if end is not None
    ]
    return max(days)


def local_day(instant: datetime) -> date:
    return instant.astimezone(HOME).date()
