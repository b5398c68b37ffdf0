"""Whether what was said is still so: pure, over what was told and what stands.

    differences(said, stands)   what is less now; growing is no difference
    worth_telling(found, ...)   those that a correction says: a decision that fell with all that it
                                was about is said once
    sentence(one, place)        each in a sentence, with local times, nobody's name and no place
    chase_at(what, chased, now) when to ask again for an acknowledgement

Only what takes something back, or makes it less, is a correction: whoever acts on a statement does
no wrong where the violation turns out longer than they were told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.corrections.values import (
    ACKNOWLEDGE_WITHIN,
    Change,
    Difference,
    Said,
    Stands,
    What,
)

SURER = ("cannot_tell", "possible", "probable", "certain")
LESS_BY_MINUTES = 1.0  # rounding and one fix more or less correct nobody
MOVED_BY = timedelta(minutes=1)
CHASES_APART_MAX = timedelta(hours=24)
CHANGE_WORDS = {
    Change.WITHDRAWN: "is withdrawn: what came later shows that it was not so",
    Change.LESSENED: "is less than was said",
    Change.TIMES_CORRECTED: "was at another time than was said",
    Change.DECISION_FELL: "is no longer upheld",
    Change.STANDS_AGAIN: "stands again, after it had been withdrawn",
}


def differences(
    said: Sequence[Said], stands: Mapping[tuple[int, int | None], Stands]
) -> list[Difference]:
    """Those grounds that are less now than was said, in the order given. What is no longer in the
    store (its retention ended) has no difference."""
    found = []
    for one in said:
        current = stands.get((one.alert_id, one.violation_id))
        change = change_of(one, current) if current is not None else None
        if change is not None and current is not None:
            found.append(Difference(change, one, current))
    return found


def change_of(said: Said, stands: Stands) -> Change | None:
    """What became of one ground; None: nothing that must be told."""
    if said.stands != stands.stands:
        if stands.stands:
            return Change.STANDS_AGAIN
        return Change.DECISION_FELL if said.violation_id is None else Change.WITHDRAWN
    if not stands.stands or said.violation_id is None:
        return None
    if _is_less(said, stands):
        return Change.LESSENED
    return Change.TIMES_CORRECTED if _is_elsewhen(said, stands) else None


def worth_telling(
    found: Sequence[Difference], stands: Mapping[tuple[int, int | None], Stands]
) -> list[Difference]:
    """Without decisions that fell because all they were about was withdrawn."""
    return [
        one
        for one in found
        if one.said.violation_id is not None or not _is_gone(one.said.alert_id, stands)
    ]


def _is_gone(alert_id: int, stands: Mapping[tuple[int, int | None], Stands]) -> bool:
    mine = [one for key, one in stands.items() if key[0] == alert_id and key[1] is not None]
    return bool(mine) and not any(one.stands for one in mine)


def sentence(one: Difference, zone: str) -> str:
    """One difference for its recipients."""
    if one.said.violation_id is None:
        return f"The decision on alert {one.said.alert_id} {_decision_words(one)}."
    what = f"The violation of {_times(one.said, zone)} (alert {one.said.alert_id})"
    words = CHANGE_WORDS[one.change]
    if one.change is Change.LESSENED:
        return f"{what} {words}: now {_now_words(one, zone)}."
    if one.change is Change.TIMES_CORRECTED:
        return f"{what} {words}: now {_times(one.stands, zone)}."
    return f"{what} {words}."


def chase_at(what: What, chased: int, now: datetime) -> datetime:
    """When to ask (again): within the kind's time, then at intervals that double, a day at most."""
    doubled: timedelta = ACKNOWLEDGE_WITHIN[what] * 2**chased
    return now + min(doubled, CHASES_APART_MAX)


def _is_less(said: Said, stands: Stands) -> bool:
    less_sure = _surety(stands.certainty) < _surety(said.certainty)
    return less_sure or stands.minutes <= said.minutes - LESS_BY_MINUTES


def _is_elsewhen(said: Said, stands: Stands) -> bool:
    """It begins later, or it has ended earlier, than was said; to begin earlier is to be longer."""
    later = _moved(said.from_at, stands.from_at) >= MOVED_BY
    earlier_end = _moved(stands.to_at, said.to_at) >= MOVED_BY
    return later or earlier_end


def _moved(first: datetime | None, second: datetime | None) -> timedelta:
    return second - first if first is not None and second is not None else timedelta(0)


def _surety(certainty: str) -> int:
    return SURER.index(certainty) if certainty in SURER else 0


def _now_words(one: Difference, zone: str) -> str:
    words = [_times(one.stands, zone)]
    if one.stands.certainty != one.said.certainty:
        words.append(one.stands.certainty.replace("_", " "))
    if one.stands.minutes <= one.said.minutes - LESS_BY_MINUTES:
        words.append(f"{one.stands.minutes:.0f} minutes, not {one.said.minutes:.0f}")
    return ", ".join(words)


def _decision_words(one: Difference) -> str:
    return "stands again" if one.change is Change.STANDS_AGAIN else CHANGE_WORDS[one.change]


def _times(one: Said, zone: str) -> str:
    assert one.from_at is not None, "a violation has a beginning"
    begins = one.from_at.astimezone(ZoneInfo(zone))
    first = f"{begins.day} {begins:%B %Y}, {begins:%H:%M:%S}"
    if one.to_at is None:
        return f"{first} on"
    ends = one.to_at.astimezone(ZoneInfo(zone))
    last = f"{ends:%H:%M:%S}" if ends.date() == begins.date() else f"{ends:%-d %B %Y, %H:%M:%S}"
    return f"{first} to {last} ({ends:%Z})"
