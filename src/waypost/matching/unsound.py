"""When a tag's strap, case, radio or clock was not sound: nothing is excluded by it then. Pure.

    events -> state_spans       clocks, times marked wrong -> clock_spans
    -> merged -> values.UNSOUND

*Excluded* is said of a tag whose fixes rule a place out. That takes a tag which was whole and told
the right time. We assume:

- a strap opened, or a radio jammed, stays so until the tag reports the end of it
- a strap that the tag reports closed again may be a strap that was cut and bridged: for a day it is
  not sound, unless an officer looks at it first (a visit to mend or check the tag that was done);
  such a visit ends an opened strap, too
- an opened case stays opened: nothing reports the end, and what was done inside is not known
- an agreed removal lasts until the time agreed; where none was said, until the strap is restored
- a clock in doubt is wrong from the first sign on, until an officer has decided: refused, it was
  right all along; accepted, it was wrong as long as it showed
- a row whose time was marked wrong speaks for the hour about it, as sent and as received
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

import pyarrow as pa

from waypost.clock import FOREVER_US, MICROSECOND, read_instant, to_us
from waypost.matching.values import UNSOUND
from waypost.positions.values import EventKind

MARK_AROUND_US = timedelta(hours=1) // MICROSECOND
# How long a strap that the tag alone reports closed is not taken to be sound. People died of strap
# tampers that were ignored since they cleared themselves (domain page, section 3), so the playbook
# has every reported strap looked at by a person, even if it later says otherwise
# (alerts/playbooks.py). A day is our assumption: a tag is charged on its wearer every day, by then
# somebody who is sent has been, and a tag that lies somewhere has stood out as one that does not
# move. A visit says it surely, and sooner.
UNCHECKED_US = timedelta(hours=24) // MICROSECOND


class Why(StrEnum):
    """What was not sound; in this order where two begin together."""

    CASE = "case"
    CLOCK = "clock"
    RADIO = "radio"
    REMOVED = "removed"
    STRAP = "strap"
    UNCHECKED = "unchecked"  # reported closed again; nobody has looked at it


BEGUN_BY = {
    EventKind.STRAP_TAMPER: Why.STRAP,
    EventKind.CASE_TAMPER: Why.CASE,
    EventKind.JAMMING: Why.RADIO,
    EventKind.CLINICAL_REMOVAL: Why.REMOVED,
}
ENDED_BY = {
    EventKind.STRAP_RESTORED: (Why.STRAP, Why.REMOVED),
    EventKind.JAMMING_ENDED: (Why.RADIO,),
}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From and to, microseconds UTC, both within it; to_us is FOREVER_US where no end is known."""

    from_us: int
    to_us: int
    why: Why


@dataclass(frozen=True, slots=True)
class Reported:
    """An event of a tag: when it happened, as far as known; `until_us` of an agreed removal."""

    at_us: int
    kind: EventKind
    until_us: int | None = None


@dataclass(frozen=True, slots=True)
class ClockSeen:
    """A doubt about a clock, or an offset accepted: times as sent and as received, from-to.

    lasts   nobody has decided, or what still comes is wrong, too
    """

    measured_us: tuple[int, int] | None
    received_us: tuple[int, int]
    lasts: bool


def until_us(attributes: str) -> int | None:
    """The agreed end of a removal, from an event's attributes; None where it states none."""
    said = json.loads(attributes).get("until")
    try:
        return to_us(read_instant(said)) if isinstance(said, str) else None
    except (ValueError, OverflowError):
        return None


def state_spans(reports: Iterable[Reported], checked_us: Iterable[int] = ()) -> list[Span]:
    """When one tag's strap, case and radio were not sound, and when it was off by agreement.

    checked_us   when an officer looked at strap and case, and left them sound
    """
    found: list[Span] = []
    begun: dict[Why, int] = {}
    for one in sorted(reports, key=lambda one: (one.at_us, one.kind in ENDED_BY)):
        why = BEGUN_BY.get(one.kind)
        if why is Why.REMOVED and one.until_us is not None:
            found.append(Span(one.at_us, max(one.at_us, one.until_us), why))
        elif why is not None:
            begun.setdefault(why, one.at_us)
        for ended in ENDED_BY.get(one.kind, ()):
            if ended in begun:
                found.append(Span(begun.pop(ended), one.at_us, ended))
    found += [Span(from_us, FOREVER_US, why) for why, from_us in begun.items()]
    straps = (one for one in found if one.why is Why.STRAP)
    others = [one for one in found if one.why is not Why.STRAP]
    checked = sorted(checked_us)
    return [*others, *(part for one in straps for part in _until_checked(one, checked))]


def _until_checked(strap: Span, checked_us: Sequence[int]) -> list[Span]:
    """An open strap, and the time after it was reported closed in which nobody has looked at it."""
    looked_us = next((at for at in checked_us if at >= strap.from_us), FOREVER_US)
    if looked_us <= strap.to_us:
        return [replace(strap, to_us=looked_us)]
    until_us = min(strap.to_us + UNCHECKED_US, looked_us)
    return [strap, Span(strap.to_us, until_us, Why.UNCHECKED)]


def clock_spans(
    clocks: Iterable[ClockSeen], marked_us: Iterable[tuple[int, int]] = ()
) -> list[Span]:
    """When one tag's clock was not sound.

    marked_us   (as sent, as received) of each row whose time was marked wrong
    """
    found = []
    for one in clocks:
        if one.measured_us is not None:
            found.append(Span(*one.measured_us, Why.CLOCK))
        last_us = FOREVER_US if one.lasts else one.received_us[1]
        found.append(Span(one.received_us[0], last_us, Why.CLOCK))
    for times in marked_us:
        found += [Span(at_us - MARK_AROUND_US, at_us + MARK_AROUND_US, Why.CLOCK)
                  for at_us in times]  # fmt: skip
    return found


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same, those of one reason that touch as one; in order."""
    of: dict[Why, list[Span]] = defaultdict(list)
    for span in sorted(spans):
        mine = of[span.why]
        if mine and span.from_us <= mine[-1].to_us:
            mine[-1] = Span(mine[-1].from_us, max(mine[-1].to_us, span.to_us), span.why)
        else:
            mine.append(span)
    return sorted(span for mine in of.values() for span in mine)


def table_of(spans: Mapping[int, Iterable[Span]]) -> pa.Table:
    """values.UNSOUND, by person's code."""
    rows = [
        {"person": person, "from_us": one.from_us, "to_us": one.to_us, "why": one.why.value}
        for person in sorted(spans)
        for one in merged(spans[person])
    ]
    return pa.Table.from_pylist(rows, schema=UNSOUND)


def touching(spans: Sequence[Span], from_us: int, to_us: int) -> Span | None:
    """The first of them, in order, that touches [from_us, to_us]."""
    return next(
        (one for one in sorted(spans) if one.from_us <= to_us and one.to_us >= from_us), None
    )
