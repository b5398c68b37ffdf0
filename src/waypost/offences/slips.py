"""Points out windows that look as if local time had been sent as UTC: notes, never a refusal.

Forces keep local time and must send UTC. Who forgets it between March and October shifts every
window by an hour, and matching then looks at the wrong hour. One row never proves that. Three
things can show it:

ends after arrival      no crime ends after its report arrives; ends of up to an hour later are what
                        a slip makes of crimes of the last hour (`ends_after_arrival`)
resent an hour apart    the same crime, both ends moved by exactly one hour (`resent_an_hour_apart`)
the words               times of day in the free text are the window's in UTC digits, not in local
                        ones (`text_tells_local_time`)

A delivery sent more than an hour after its last crime, with no words, shows nothing: silence here
does not mean that its times are right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.clock import read_instant
from waypost.offences.row import read_date
from waypost.offences.values import NOTE_LINES_MAX, Note, Offence, Outcome

HOUR = timedelta(hours=1)
LONDON = ZoneInfo("Europe/London")
TEXTS_MIN = 3  # fewer rows than this may be chance: our assumption
TEXTS_RATIO = 4  # as many must speak for a slip, for each that speaks against it: our assumption
ACTION = "Ask the force whether these times are local; if so, have the batch sent again in UTC"
_CLOCK_TIME = re.compile(r"(?<![\d:.])([01]?\d|2[0-3])[:.]([0-5]\d)(?![\d.])")
_SAYS_UTC = re.compile(r"\b(?:UTC|GMT|[0-9]Z)\b")
_ENDS = ("dateTo", "to_time")


@dataclass(frozen=True, slots=True)
class Resent:
    """A window as an earlier delivery gave it and as this one does."""

    line: int | None
    before: tuple[datetime, datetime]
    after: tuple[datetime, datetime]


def is_summer(at: datetime) -> bool:
    """Whether British Summer Time holds: only then do local time and UTC differ."""
    return at.astimezone(LONDON).utcoffset() == HOUR


def ends_after_arrival(outcome: Outcome, now: datetime) -> Note | None:
    """Rows refused because they end after `now`, by an hour at most, in British Summer Time."""
    if not is_summer(now):
        return None
    lines: list[int] = []
    for each in outcome.problems:
        if each.type == "CRIME_DATE_TIME_IN_FUTURE" and each.field in _ENDS and each.line:
            at = _read_end(each.field, each.value or "")
            if at is not None and now < at <= now + HOUR:
                lines.append(each.line)
    every = len(lines) == outcome.received_count
    which = "Every window of this file ends" if every else f"{_windows(len(lines))}"
    message = (
        f"{which} up to an hour after the file arrived, during British Summer Time: that is what "
        "local time sent as UTC looks like"
    )
    return _note("ENDS_AFTER_ARRIVAL", lines, message)


def resent_an_hour_apart(resent: Iterable[Resent]) -> Note | None:
    """Crimes sent before whose window moved, as a whole, by exactly one hour in summer."""
    earlier: list[int] = []
    later: list[int] = []
    for each in resent:
        moved = each.after[0] - each.before[0]
        whole = moved == each.after[1] - each.before[1] and abs(moved) == HOUR
        if whole and is_summer(each.before[0]) and is_summer(each.after[0]):
            (earlier if moved < timedelta() else later).append(each.line or 0)
    said = []
    if earlier:
        said.append(f"{len(earlier)} moved an hour earlier, as when a slip is put right")
    if later:
        said.append(f"{len(later)} moved an hour later, as when local time is sent as UTC")
    message = (
        "Windows of crimes sent before differ by exactly one hour, during British Summer Time: "
        + "; ".join(said)
    )
    return _note("SHIFTED_BY_ONE_HOUR", sorted(earlier + later), message)


def text_tells_local_time(offences: Sequence[Offence]) -> Note | None:
    """Rows whose words name a time of day that is the window's only if it is local time."""
    lines: list[int] = []
    against = 0
    for offence in offences:
        match _text_speaks(offence):
            case True:
                lines.append(offence.line or 0)
            case False:
                against += 1
    if len(lines) < TEXTS_MIN or len(lines) < TEXTS_RATIO * against:
        return None
    message = (
        f"In {len(lines)} rows the words name the same time of day as the columns, during British "
        "Summer Time: were the columns UTC, the words, which people write in local time, would "
        "be an hour later"
    )
    return _note("TEXT_TELLS_LOCAL_TIME", lines, message)


def _text_speaks(offence: Offence) -> bool | None:
    """True for a slip, False against it, None when the words say neither."""
    named = {(int(hour), int(minute)) for hour, minute in _CLOCK_TIME.findall(offence.text)}
    if not named or not is_summer(offence.from_at) or _SAYS_UTC.search(offence.text):
        return None
    ends = (offence.from_at, offence.to_at)
    sent = {(at.hour, at.minute) for at in ends}
    local = {(at.hour, at.minute) for at in (one.astimezone(LONDON) for one in ends)}
    by_sent, by_local = bool(named & sent), bool(named & local)
    return None if by_sent == by_local else by_sent


def _read_end(field: str, value: str) -> datetime | None:
    if field == "dateTo":
        return read_date(value)
    try:
        return read_instant(value)
    except ValueError:
        return None


def _windows(count: int) -> str:
    return "1 window ends" if count == 1 else f"{count} windows end"


def _note(type_: str, lines: list[int], message: str) -> Note | None:
    if not lines:
        return None
    named = [line for line in lines if line][:NOTE_LINES_MAX]
    return Note(type_, len(lines), named, message, ACTION)
