"""Windows that look as if local time had been sent as UTC are pointed out, and never refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from waypost.offences.delivery import check_delivery
from waypost.offences.slips import Resent, resent_an_hour_apart

SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)
WINTER = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(reference: str, from_at: datetime, to_at: datetime, text: str = "") -> str:
    return (
        f"Metropolitan,RB,,MPS20260630,{reference},{from_at:%Y%m%d%H%M%S},{to_at:%Y%m%d%H%M%S}"
        f",,,51.5,-0.1,WGS84,{text}\n"
    )


def ended(now: datetime, *minutes_after: int) -> str:
    """One crime each that ends so many minutes after `now`."""
    ends = [now + timedelta(minutes=minutes) for minutes in minutes_after]
    return "".join(row(f"C{number}", end - 2 * HOUR, end) for number, end in enumerate(ends))


def notes(text: str, now: datetime) -> list:
    return check_delivery(text.encode(), now=now).notes


def test_ends_up_to_an_hour_after_arrival_in_summer_are_pointed_out_with_their_lines():
    (note,) = notes(ended(SUMMER, -300, 10, 60, -20), SUMMER)
    assert (note.type, note.count, note.lines) == ("ENDS_AFTER_ARRIVAL", 2, [2, 3])
    assert note.message.startswith("2 windows end up to an hour after the file arrived")
    assert "UTC" in note.action


def test_a_whole_file_that_ends_after_arrival_says_so():
    (note,) = notes(ended(SUMMER, 10, 59), SUMMER)
    assert note.message.startswith("Every window of this file ends")


def test_later_ends_and_ends_in_winter_are_no_slip_of_an_hour():
    assert notes(ended(SUMMER, 61, 1440), SUMMER) == []
    assert notes(ended(WINTER, 10, 59), WINTER) == []


def test_a_note_refuses_nothing_that_was_not_refused_without_it():
    """Ends after arrival are refused as times to come; the note only says what that looks like."""
    outcome = check_delivery(ended(SUMMER, -300, 10).encode(), now=SUMMER)
    assert [offence.line for offence in outcome.accepted] == [1]
    assert [each.type for each in outcome.problems] == ["CRIME_DATE_TIME_IN_FUTURE"]


def test_a_table_with_header_is_looked_at_as_the_police_csv_is():
    text = "crime_reference,from_time,to_time,lat,lon\nA,2026-07-01T10:00Z,2026-07-01T12:30Z,51,0\n"
    (note,) = notes(text, SUMMER)
    assert (note.type, note.lines) == ("ENDS_AFTER_ARRIVAL", [2])


def resent(shift_from: timedelta, shift_to: timedelta | None = None, at: datetime = SUMMER):
    shift_to = shift_from if shift_to is None else shift_to
    return Resent(7, (at, at + HOUR), (at + shift_from, at + HOUR + shift_to))


def test_a_window_resent_exactly_one_hour_earlier_looks_like_a_slip_put_right():
    note = resent_an_hour_apart([resent(-HOUR), resent(timedelta(minutes=5))])
    assert note is not None
    assert (note.type, note.count, note.lines) == ("SHIFTED_BY_ONE_HOUR", 1, [7])
    assert "1 moved an hour earlier, as when a slip is put right" in note.message


def test_a_window_resent_exactly_one_hour_later_looks_like_a_slip_made():
    note = resent_an_hour_apart([resent(HOUR)])
    assert note is not None
    assert "1 moved an hour later, as when local time is sent as UTC" in note.message


def test_other_moves_are_ordinary_corrections():
    second = timedelta(seconds=1)
    for one in (resent(HOUR + second), resent(HOUR, timedelta(0)), resent(HOUR, at=WINTER),
                resent(2 * HOUR), resent(timedelta(0))):  # fmt: skip
        assert resent_an_hour_apart([one]) is None, one


def told(words: str, count: int, at: datetime = SUMMER - timedelta(days=2)) -> str:
    return "".join(row(f"T{words}{n}", at, at + HOUR, words) for n in range(count))


def test_words_that_name_the_columns_own_time_of_day_tell_local_time():
    """The window is 12:00 to 13:00 as sent; people would write that as 13:00 to 14:00 in July."""
    (note,) = notes(told("seen at 12:00", 3), SUMMER)
    assert (note.type, note.count) == ("TEXT_TELLS_LOCAL_TIME", 3)


def test_words_in_local_time_beside_columns_in_utc_are_as_they_should_be():
    assert notes(told("seen at 14:00", 5), SUMMER) == []


def test_words_that_could_be_either_or_say_utc_or_are_few_show_nothing():
    assert notes(told("between 12:00 and 14:00", 5), SUMMER) == []
    assert notes(told("12:00 UTC", 5), SUMMER) == []
    assert notes(told("seen at 12:00", 2), SUMMER) == []
    assert notes(told("seen at 12:00", 5, at=WINTER - timedelta(days=300)), WINTER) == []
    assert notes(told("seen at 12:00", 4) + told("left at 14:00", 2), SUMMER) == []


def test_a_note_names_fifty_lines_and_counts_all():
    (note,) = notes(ended(SUMMER, *[30] * 80), SUMMER)
    assert (note.count, len(note.lines)) == (80, 50)
