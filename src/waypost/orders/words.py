"""What a requirement asks and when, in plain words: for its wearer, for pages and for notices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from waypost.orders.values import WEEKDAYS, OrderKind, RequirementKind, TimetableRow

DAY_WORDS = dict(zip(WEEKDAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
OWN_WORDS: dict[RequirementKind, str] = {
    RequirementKind.EXCLUSION: "Stay out of this place",
    RequirementKind.INCLUSION: "Be in this place",
    RequirementKind.RESTRICTION: "Stay in this place",
    RequirementKind.CURFEW: "Be at home",
    RequirementKind.ATTENDANCE: "Go to your appointments",
    RequirementKind.TRAIL: "Your tag records where you go",
    RequirementKind.ALCOHOL: "Do not drink alcohol",
    RequirementKind.FITTING: "Be at home, so that your tag can be fitted",
}

_LETTERS = {OrderKind.HDC: "HDC", OrderKind.DAPO: "DAPO"}


def order_words(kind: OrderKind) -> str:
    """The kind of an order as it is said: "Community order", "HDC"."""
    return _LETTERS.get(kind) or kind.value.replace("_", " ").capitalize()


def timetable_words(rows: Sequence[TimetableRow] | None) -> tuple[str, ...]:
    """`Mon to Fri 19:00 to 07:00 the next day`, one line a row; always when there is none."""
    if rows is None:
        return ("At all times",)
    return tuple(f"{_days(row.days)} {row.start} to {_end(row)}" for row in rows)


def _end(row: TimetableRow) -> str:
    if row.end == "00:00" != row.start:
        return "midnight"
    return f"{row.end} the next day" if row.end <= row.start else row.end


def _days(days: Iterable[str]) -> str:
    places = sorted(WEEKDAYS.index(day) for day in days)
    if len(places) == 7:
        return "Every day"
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return ", ".join(_run([DAY_WORDS[WEEKDAYS[place]] for place in run]) for run in runs)


def _run(days: list[str]) -> str:
    return f"{days[0]} to {days[-1]}" if len(days) > 2 else ", ".join(days)
