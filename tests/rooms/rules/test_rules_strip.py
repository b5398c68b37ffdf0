"""A requirement through the day: what is kept, what is not, and what nobody can say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from waypost.rules.strip import Heard, Shade, Strip, local_days, strip_of, tag_strip_of
from waypost.rules.timeline import always
from waypost.rules.values import Certainty, JudgedViolation, Parameters, RowKind
from waypost.units import RequirementRef

DAY = date(2026, 3, 2)  # UTC is wall time in London then
LONG_AGO, FAR = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def at(clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=int(hour), minutes=int(minute))


def spans(*texts: str) -> list[tuple[datetime, datetime]]:
    return [(at(text.split("-")[0]), at(text.split("-")[1])) for text in texts]


def row(
    text: str, certainty=Certainty.CERTAIN, *, number: int = 7, withdrawn: bool = False,
    kind: RowKind = RowKind.CURFEW,
) -> tuple[int, JudgedViolation]:  # fmt: skip
    start, _, end = text.partition("-")
    return number, JudgedViolation(
        RequirementRef("R1"), kind, at(start), at(end) if end else None, certainty, 0.0, at(start),
        withdrawn=withdrawn,
    )  # fmt: skip


def heard(
    judged_to: str | None = "24:00",
    *,
    seen_to: str | None = "24:00",
    silences: tuple = (),
    worn=None,
) -> Heard:
    return Heard(
        at(judged_to) if judged_to else None,
        at(seen_to) if seen_to else None,
        spans(*silences),
        [(LONG_AGO, FAR)] if worn is None else spans(*worn),
        always(Parameters()),
    )


def lines(strip: Strip) -> list[str]:
    """The day's segments but for what is not required."""
    return [
        f"{one.from_at:%H:%M}-{one.to_at:%H:%M} {one.shade}"
        + (f" #{one.violation_id}" if one.violation_id is not None else "")
        for day in strip.days
        for one in day.segments
        if one.shade is not Shade.NOT_REQUIRED
    ]


def strip(rows=(), known: Heard | None = None, asked=("19:00-24:00",)) -> Strip:
    return strip_of(spans(*asked), rows, known or heard(), local_days(DAY, 1, "Europe/London"))


def test_required_time_in_which_nothing_was_found_is_kept():
    assert lines(strip()) == ["19:00-00:00 kept"]


def test_a_violation_is_cut_to_the_time_in_which_the_requirement_binds():
    assert lines(strip([row("18:30-20:00")])) == ["19:00-20:00 violated #7", "20:00-00:00 kept"]


def test_what_cannot_be_told_and_what_is_only_possible_are_told_apart():
    found = [
        row("19:30-20:00", Certainty.CANNOT_TELL),
        row("21:00-21:10", Certainty.POSSIBLE, number=8),
    ]
    assert lines(strip(found)) == [
        "19:00-19:30 kept",
        "19:30-20:00 cannot_tell #7",
        "20:00-21:00 kept",
        "21:00-21:10 possible #8",
        "21:10-00:00 kept",
    ]


def test_a_row_that_later_fixes_took_back_does_not_count():
    assert lines(strip([row("20:00-21:00", withdrawn=True)])) == ["19:00-00:00 kept"]


def test_an_exclusion_zone_is_not_kept_by_a_tag_that_said_nothing():
    """No row of judging says so for an exclusion: the silence does."""
    known = heard(silences=("20:00-22:30",))
    assert lines(strip([], known, asked=("00:00-24:00",))) == [
        "00:00-20:00 kept",
        "20:00-22:30 cannot_tell",
        "22:30-00:00 kept",
    ]


def test_a_silence_counts_for_as_much_of_it_as_lies_in_required_time():
    """As the rules count it: eight minutes of a curfew are no gap, however long it was before."""
    known = heard(silences=("18:00-19:08",))
    assert lines(strip([], known)) == ["19:00-00:00 kept"]
    assert lines(strip([], heard(silences=("18:00-19:20",))))[0] == "19:00-19:20 cannot_tell"


def test_time_without_fixes_within_a_violation_is_not_counted_as_violated():
    """The row's own minutes leave it out too; the strip still says whose time it was."""
    shown = strip([row("19:00-23:00")], heard(silences=("20:00-21:00",)))
    assert lines(shown) == [
        "19:00-20:00 violated #7",
        "20:00-21:00 cannot_tell #7",
        "21:00-23:00 violated #7",
        "23:00-00:00 kept",
    ]
    untold = next(s for s in shown.days[0].segments if s.shade is Shade.CANNOT_TELL)
    assert untold.within_violation


def test_time_without_a_tag_is_told_apart():
    known = heard(worn=("00:00-20:00", "21:30-24:00"), silences=("19:50-21:40",))
    assert lines(strip([], known)) == [
        "19:00-19:50 kept",
        "19:50-20:00 cannot_tell",
        "20:00-21:30 no_tag",
        "21:30-21:40 cannot_tell",
        "21:40-00:00 kept",
    ]
    assert strip([], known).figures.cannot_tell == timedelta(minutes=110)


def test_nothing_is_called_kept_that_judging_has_not_reached():
    assert lines(strip([], heard("21:00", seen_to="21:00"))) == [
        "19:00-21:00 kept",
        "21:00-00:00 to_come",
    ]
    assert lines(strip([], heard(None, seen_to=None))) == ["19:00-00:00 to_come"]


def test_time_since_the_last_fix_waits_for_uploads_and_then_cannot_be_told():
    """A tag may upload a quarter of an hour late; so long nothing is said either way."""
    assert lines(strip([], heard("20:29", seen_to="20:00"))) == [
        "19:00-20:00 kept",
        "20:00-00:00 to_come",
    ]
    assert lines(strip([], heard("20:30", seen_to="20:00"))) == [
        "19:00-20:00 kept",
        "20:00-20:30 cannot_tell",
        "20:30-00:00 to_come",
    ]


def test_an_open_violation_goes_to_the_last_fix_and_stays_marked_beyond_it():
    shown = strip([row("19:30")], heard("20:10", seen_to="20:00"))
    assert lines(shown) == [
        "19:00-19:30 kept",
        "19:30-20:00 violated #7",
        "20:00-20:10 to_come #7",
        "20:10-00:00 to_come",
    ]


def test_of_two_rows_at_once_the_surer_is_shown():
    found = [row("19:00-22:00", Certainty.CANNOT_TELL, number=1), row("20:00-21:00", number=2)]
    assert lines(strip(found))[:3] == [
        "19:00-20:00 cannot_tell #1",
        "20:00-21:00 violated #2",
        "21:00-22:00 cannot_tell #1",
    ]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 3, 30), 24), (date(2026, 10, 25), 25)]
)
def test_days_have_the_hours_they_have(day, hours):
    (one,) = local_days(day, 1, "Europe/London")
    assert one.to_at - one.from_at == timedelta(hours=hours)


def test_a_day_of_another_zone_begins_at_its_own_midnight():
    (one,) = local_days(DAY, 1, "Asia/Kolkata")
    assert one.from_at == datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


def test_a_row_over_midnight_stands_on_both_days():
    days = local_days(DAY + timedelta(days=1), 2, "Europe/London")
    known = Heard(FAR, FAR, (), [(LONG_AGO, FAR)], always(Parameters()))
    shown = strip_of([(at("00:00"), at("48:00"))], [row("23:00-25:00")], known, days)
    assert [[str(s.shade) for s in day.segments] for day in shown.days] == [
        ["kept", "violated"],
        ["violated", "kept"],
    ]


def test_the_share_that_could_be_monitored_says_of_what():
    known = heard("22:00", seen_to="22:00", silences=("19:00-20:00",))
    figures = strip([row("20:00-20:30")], known).figures
    assert figures.required == timedelta(hours=5)
    assert figures.of(Shade.TO_COME) == timedelta(hours=2)
    assert figures.monitored_share == pytest.approx(2 / 3)
    assert strip([], heard(None)).figures.monitored_share is None


def test_the_tags_own_strip_shows_its_trouble_while_it_is_worn():
    found = [
        row("08:00-09:00", kind=RowKind.BATTERY, number=1),
        row("10:00-12:00", Certainty.CANNOT_TELL, kind=RowKind.NO_CONTACT, number=2),
    ]
    known = heard("20:00", seen_to="09:00", worn=("06:00-24:00",))
    shown = tag_strip_of(found, known, local_days(DAY, 1, "Europe/London"))
    assert lines(shown) == [
        "06:00-08:00 kept",
        "08:00-09:00 violated #1",
        "09:00-10:00 kept",
        "10:00-12:00 cannot_tell #2",
        "12:00-20:00 kept",
        "20:00-00:00 to_come",
    ]
