"""One appointment judged: attended, late, left early, missed, or could not be monitored.

    spells seen there, spells seen away, as of when -> decide -> outcome, and the rows that say so

The machine watches an appointment twice (`plan.py`): for being away, as it does a curfew, and for
being there, as it does an exclusion zone; so each is said by fixes and neither is guessed from the
other's silence. What neither shows is *hidden*: no fix, or none that could tell, as in a building
that GNSS does not reach. Where enough is hidden to hold a visit, no appointment is missed for
certain. Leaving is a violation only once the minimum stay can no longer be met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from waypost.clock import MICROSECOND
from waypost.orders.timetable import Window, merge
from waypost.rules.reconcile import SURER
from waypost.rules.values import Certainty, How, JudgedViolation, Parameters, RowKind
from waypost.units import RequirementRef

ZERO = timedelta(0)
MINUTE = timedelta(minutes=1)


class Outcome(StrEnum):
    """How an appointment was kept. Exactly one of them is true at any time."""

    TO_COME = "to_come"
    UNDER_WAY = "under_way"  # begun, and nothing can be said yet
    ATTENDED = "attended"
    LATE = "late"
    LEFT_EARLY = "left_early"  # the minimum stay was not reached
    MISSED = "missed"
    NOT_MONITORED = "not_monitored"


@dataclass(frozen=True, slots=True)
class Asked:
    """One appointment as asked. `stay`: at least so long of it; zero: to come is enough."""

    requirement_id: RequirementRef
    from_at: datetime
    to_at: datetime
    arrive_by: datetime
    stay: timedelta
    version_id: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the machine says of the time around an appointment.

    there   spells in which the person was seen there
    away    spells in which the person was seen elsewhere
    dark    stretches of which it can tell nothing
    """

    there: Sequence[JudgedViolation] = ()
    away: Sequence[JudgedViolation] = ()
    dark: Sequence[JudgedViolation] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """An appointment's outcome, how sure it is, and the rows that say so.

    next_due   when time alone may say something else; None: never
    """

    asked: Asked
    outcome: Outcome
    certainty: Certainty
    rows: tuple[JudgedViolation, ...] = ()
    next_due: datetime | None = None


def decide(
    asked: Asked,
    seen: Seen,
    parameters: Parameters,
    *,
    now: datetime,
    settled: bool = False,
) -> Kept:
    """How the appointment stands as of `now`.

    settled   it is over and no more is expected to be known of it
    """
    if now < asked.from_at:
        return Kept(asked, Outcome.TO_COME, Certainty.CERTAIN, next_due=asked.from_at)
    told = _Told(asked, seen, parameters, now, settled)
    kept = _nobody_there(told) if told.arrival is None else _came(told)
    return replace(kept, next_due=told.next_due())


def _nobody_there(told: _Told) -> Kept:
    """Nothing shows the person there, so far or at all."""
    asked, late_at = told.asked, told.late_at()
    if told.over and told.away:
        hidden = told.hidden(asked.to_at)
        if hidden < told.parameters.gap_min:
            return _missed(told, _surest(told.away))
        if 2 * hidden <= asked.to_at - asked.from_at:
            return _missed(told, Certainty.PROBABLE)
    if late_at is None:
        if not told.closed:
            return Kept(asked, Outcome.UNDER_WAY, Certainty.CANNOT_TELL)
        row = _dark_row(told, asked.from_at, asked.to_at, How.NOT_MONITORED)
        return Kept(asked, Outcome.NOT_MONITORED, Certainty.CANNOT_TELL, (row,))
    late = _late_row(told, late_at if told.over else None, _surest(told.before))
    rest = (_dark_row(told, late_at, asked.to_at, How.NO_FIX),) if told.closed else ()
    return Kept(asked, Outcome.LATE, late.certainty, (late, *rest))


def _came(told: _Told) -> Kept:
    """The person was seen there at some time."""
    asked, arrival = told.asked, told.arrival
    assert arrival is not None
    rows: list[JudgedViolation] = []
    outcome, certainty = Outcome.ATTENDED, told.sure_of_stay()
    if told.before and arrival > asked.arrive_by:
        late = _late_row(told, arrival, _sure_of_lateness(told))
        rows.append(late)
        if late.certainty is not Certainty.POSSIBLE:
            outcome, certainty = Outcome.LATE, late.certainty
    if told.left and told.stay_is_lost():
        outcome, certainty = Outcome.LEFT_EARLY, _surest(told.left)
        rows += [_left_row(told, row) for row in told.left]
    rows += _dark_beside(told, arrival)
    return Kept(asked, outcome, certainty, tuple(rows))


def _sure_of_lateness(told: _Told) -> Certainty:
    """Possible only, unless a fix shows them away after the grace: they may have come unseen.

    A door is not seen from the sky: of those who came in time to an office in a seeded world, one
    in sixteen was first told to be there by a fix after the grace (`waypost bench truth`).
    """
    return Certainty.POSSIBLE if told.late_at() is None else _surest(told.before)


@dataclass(frozen=True)
class _Told:
    """What is known, as of now, of the appointment's time."""

    asked: Asked
    seen: Seen
    parameters: Parameters
    now: datetime
    settled: bool

    @property
    def until(self) -> datetime:
        return min(self.now, self.asked.to_at)

    @property
    def over(self) -> bool:
        return self.now >= self.asked.to_at

    @property
    def closed(self) -> bool:
        """Whether it is over and uploads have had their time."""
        allowed = self.asked.to_at + self.parameters.upload_allowance
        return self.over and (self.settled or self.now >= allowed)

    @cached_property
    def there(self) -> list[Window]:
        """Spells there, sorted. An absence that a fix ended ends there, be it for a moment."""
        shown = [self.within(row) for row in self._there]
        back = [
            (row.to_at, row.to_at + MICROSECOND)
            for row in self.seen.away
            if row.to_at is not None
            and self.asked.from_at <= row.to_at <= self.until
            and row.to_at < self.asked.to_at
        ]
        return merge([span for span in shown if span[0] < span[1]] + back)

    @property
    def arrival(self) -> datetime | None:
        return self.there[0][0] if self.there else None

    @cached_property
    def away(self) -> list[JudgedViolation]:
        """Spells away, without what was seen there."""
        pieces = (piece for row in self.seen.away for piece in self._without_there(row))
        return sorted(pieces, key=lambda row: row.from_at)

    @property
    def before(self) -> list[JudgedViolation]:
        """Spells away before the arrival."""
        return [row for row in self.away if self.arrival is None or row.from_at < self.arrival]

    @property
    def left(self) -> list[JudgedViolation]:
        """Spells away after the arrival."""
        return [row for row in self.away if self.arrival is not None and row.from_at > self.arrival]

    def told_away(self, until: datetime) -> timedelta:
        """How long, up to then, the person is shown away before the arrival.

        As between two fixes, so between the start and the first of them: less than a gap counts.
        """
        first = self.before[0].from_at - self.asked.from_at if self.before else ZERO
        told = first if first < self.parameters.gap_min else ZERO
        return told + sum((_told_in(row, row.from_at, until) for row in self.before), ZERO)

    def hidden(self, until: datetime) -> timedelta:
        """Of how much of the time before the arrival, up to then, nothing is known."""
        return until - self.asked.from_at - self.told_away(until)

    def late_at(self) -> datetime | None:
        """The last fix away before the arrival, if it shows that they did not come in time."""
        fixes = [row.last_fix_at for row in self.before if row.last_fix_at is not None]
        if not fixes:  # with no grace, the appointment's own start would stand in for one
            return None
        last = max(fixes)
        shown = last >= self.asked.arrive_by and self.hidden(last) < self.parameters.gap_min
        return last if shown else None

    def best_stay(self) -> timedelta:
        """How long they can have stayed by the end, should they be there from now on."""
        away = sum(((row.to_at or self.until) - row.from_at for row in self.away), ZERO)
        return self.asked.to_at - self.asked.from_at - away

    def stay_is_lost(self) -> bool:
        still_away = self.away[-1].to_at is None
        best = self.best_stay()
        return best < self.asked.stay or (still_away and best == self.asked.stay)

    def stay_needed(self) -> timedelta:
        """How long they must stay: never past the end, when they came within the grace."""
        return min(self.asked.stay, self.asked.to_at - (self.arrival or self.asked.from_at))

    def told_there(self) -> timedelta:
        rows = self._there
        return sum((_told_in(row, self.asked.from_at, self.until) for row in rows), ZERO)

    def sure_of_stay(self) -> Certainty:
        """How sure it is that they were there, and for as long as asked."""
        return _surest(self._there) if self.stay_is_shown() else Certainty.PROBABLE

    def stay_is_shown(self) -> bool:
        """Whether a fix of the appointment's own time shows them there, and they stayed as asked.

        One from before does not, even where to come is enough: they may have turned at the door.
        """
        fixes = [row.last_fix_at for row in self._there if row.last_fix_at is not None]
        seen = any(at >= self.asked.from_at for at in fixes)
        return seen and self.told_there() >= self.stay_needed()

    def next_due(self) -> datetime | None:
        ends = self.asked.to_at
        dues = [self.asked.arrive_by, ends, ends + self.parameters.upload_allowance]
        if self.left and self.left[-1].to_at is None:
            dues.append(self.now + self.best_stay() - self.asked.stay)
        return min((due for due in dues if due > self.now), default=None)

    @property
    def _there(self) -> list[JudgedViolation]:
        return [row for row in self.seen.there if row.certainty is not Certainty.POSSIBLE]

    def within(self, row: JudgedViolation) -> Window:
        end = self.until if row.to_at is None else min(row.to_at, self.until)
        return max(row.from_at, self.asked.from_at), end

    def _without_there(self, row: JudgedViolation) -> Iterator[JudgedViolation]:
        start, end = self.within(row)
        goes_on = row.to_at is None and not self.over
        for there_from, there_to in [*self.there, (end, end)]:
            piece_end = min(there_from, end)
            last = goes_on and piece_end == end
            if start < piece_end or (last and start == end):  # this moment
                to_at = None if last else piece_end
                told = _told_in(row, start, piece_end)
                yield replace(row, from_at=start, to_at=to_at, minutes=told / MINUTE)
            start = max(start, there_to)


def _missed(told: _Told, certainty: Certainty) -> Kept:
    asked = told.asked
    reason = (
        f"No fix shows the person at the appointment of {_at(asked.from_at)} to {_at(asked.to_at)}."
    )
    row = _row(told, told.away, asked.from_at, asked.to_at, How.MISSED, certainty, reason)
    return Kept(asked, Outcome.MISSED, certainty, (row,))


def _late_row(told: _Told, to_at: datetime | None, certainty: Certainty) -> JudgedViolation:
    asked = told.asked
    reason = (
        f"The appointment began at {_at(asked.from_at)}; coming by "
        f"{_at(asked.arrive_by)} would have been in time."
    )
    return _row(told, told.before, asked.from_at, to_at, How.LATE, certainty, reason)


def _left_row(told: _Told, row: JudgedViolation) -> JudgedViolation:
    asked = told.asked
    ends = row.to_at is None or row.to_at == asked.to_at
    how = How.LEFT_EARLY if ends else How.OUT_DURING
    reason = (
        f"At least {asked.stay / MINUTE:g} min were asked; with the time away they can have been "
        f"there for {max(told.best_stay(), ZERO) / MINUTE:.0f} min at most."
    )
    return _row(told, [row], row.from_at, row.to_at, how, row.certainty, reason)


def _row(
    told: _Told,
    spells: Sequence[JudgedViolation],
    from_at: datetime,
    to_at: datetime | None,
    how: How,
    certainty: Certainty,
    reason: str,
) -> JudgedViolation:
    """A row made of the spells away that show it."""
    if how in {How.LATE, How.MISSED}:
        minutes, raised_at = told.told_away(to_at or told.until), told.asked.arrive_by
    else:
        minutes, raised_at = _told_in(spells[0], from_at, to_at or told.until), from_at
    firsts = [row.first_fix_at for row in spells if row.first_fix_at is not None]
    lasts = [row.last_fix_at for row in spells if row.last_fix_at is not None]
    deepest = max(spells, key=lambda row: row.depth_m)
    return replace(
        deepest,
        from_at=from_at,
        to_at=to_at,
        certainty=certainty,
        minutes=minutes / MINUTE,
        raised_at=max(raised_at, min(row.raised_at for row in spells)),
        reasons=(reason, *dict.fromkeys(words for row in spells for words in row.reasons)),
        fix_count=sum(row.fix_count for row in spells),
        how=how,
        first_fix_at=min(firsts, default=None),
        last_fix_at=max(lasts, default=None),
    )


def _dark_beside(told: _Told, arrival: datetime) -> Iterator[JudgedViolation]:
    """What could not be told before they came, and, until the stay is shown, after."""
    needed = arrival if told.stay_is_shown() else told.asked.to_at
    for row in told.seen.dark if told.over else ():
        start, end = told.within(row)
        if start < min(end, needed):
            yield _dark_row(told, start, min(end, needed), How.NO_FIX)


def _dark_row(told: _Told, from_at: datetime, to_at: datetime, how: How) -> JudgedViolation:
    asked = told.asked
    whole = "could not be monitored" if how is How.NOT_MONITORED else "cannot tell"
    reason = (
        f"No fix tells whether the person was at the appointment from {_at(from_at)} to "
        f"{_at(to_at)}: {whole}."
    )
    return JudgedViolation(
        requirement_id=asked.requirement_id,
        kind=RowKind.ATTENDANCE,
        from_at=from_at,
        to_at=to_at,
        certainty=Certainty.CANNOT_TELL,
        minutes=0.0,
        raised_at=asked.to_at,
        reasons=(reason,),
        how=how,
        requirement_version_id=asked.version_id,
    )


def _told_in(row: JudgedViolation, from_at: datetime, to_at: datetime) -> timedelta:
    """How much of [from_at, to_at) the row can tell: never more than its own minutes."""
    end = to_at if row.to_at is None else min(row.to_at, to_at)
    shared = max(end - max(row.from_at, from_at), ZERO)
    return min(shared, row.minutes * MINUTE)


def _at(at: datetime) -> str:
    """As the other reasons write it; pages put it into local time."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _surest(rows: Iterable[JudgedViolation]) -> Certainty:
    return max((row.certainty for row in rows), key=SURER.__getitem__)
