"""What is asked, in words: exact for staff, short and plain for wearers, no whereabouts in it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from waypost.orders.own_words import own_asks, own_conditions
from waypost.orders.values import (
    WEEKDAYS,
    AlcoholMode,
    AlcoholRule,
    Appointments,
    BankHolidayDivision,
    BankHolidays,
    Order,
    OrderKind,
    ReleaseDay,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.orders.words import asks_words, conditions_words

START = datetime(2026, 3, 1, tzinfo=UTC)
HDC = Order("O1", OrderKind.HDC, START, None)
COMMUNITY = Order("O1", OrderKind.COMMUNITY_ORDER, START, None)
PLACE = (Zone({"type": "Point", "coordinates": [-0.06, 51.55]}, radius_m=300),)
NOT, ONLY = BankHolidays.NOT, BankHolidays.ONLY
RULE = "DTSTART;TZID=Europe/London:20260302T100000\nRRULE:FREQ=WEEKLY"
MINUTE = timedelta(minutes=1)


def row(start="19:00", end="07:00", days=WEEKDAYS, **more):
    return TimetableRow(tuple(days), start, end, **more)


def asked(kind=RequirementKind.CURFEW, *rows, **more):
    return Requirement("R1", kind, PLACE, rows or None, **more)


STAGGERED = asked(
    RequirementKind.CURFEW,
    row(to_date=date(2026, 3, 31), bank_holidays=NOT),
    row("21:00", "06:00", WEEKDAYS[:5], from_date=date(2026, 4, 1), every_weeks=2),
    row("17:00", "00:00", bank_holidays=ONLY),
    release_day=ReleaseDay(date(2026, 3, 2), "15:00", "23:59"),
    bank_holiday_division=BankHolidayDivision.SCOTLAND,
)
MOVING = Requirement("R2", RequirementKind.EXCLUSION, around="PR-7741", around_radius_m=1500.0)
LEVEL = Requirement("R3", RequirementKind.ALCOHOL, alcohol=AlcoholRule(AlcoholMode.LEVEL, 0.02))
SERIES = Appointments(RULE, 60 * MINUTE, 10 * MINUTE, 40 * MINUTE, NOT)
VISITS = asked(RequirementKind.ATTENDANCE, appointments=(SERIES,))
RINGED = asked(RequirementKind.EXCLUSION, warning_m=250.0)


@pytest.mark.parametrize(
    ("requirement", "order", "asks", "lines"),
    [
        (STAGGERED, HDC, "Must be at the curfew address", (
            "Every day 19:00 to 07:00 the next day; not on bank holidays; last on Tue 31 Mar 2026",
            "Mon to Fri 21:00 to 06:00 the next day; every 2nd week, counted from the week of "
            "Wed 1 Apr 2026; from Wed 1 Apr 2026",
            "Every day 17:00 to midnight; on bank holidays only",
            "On the day of release, Mon 2 Mar 2026: 15:00 to 23:59 instead, and nothing before",
            "Absences without good reason add up; 120 minutes in all are a breach",
            "Bank holidays are those of Scotland",
        )),
        (asked(RequirementKind.CURFEW, row()), COMMUNITY, "Must be at the curfew address",
         ("Every day 19:00 to 07:00 the next day",)),
        (asked(RequirementKind.CURFEW, row(every_weeks=13), atv_limit=90 * MINUTE), COMMUNITY,
         "Must be at the curfew address",
         ("Every day 19:00 to 07:00 the next day; every 13th week",
          "Absences without good reason add up; 90 minutes in all are a breach")),
        (RINGED, COMMUNITY, "Must not enter this place",
         ("At all times", "A warning within 250 m of it, which is no breach")),
        (MOVING, COMMUNITY,
         "Must stay 1.5 km away from a protected person’s device, wherever it is",
         ("At all times",)),
        (VISITS, COMMUNITY, "Must come to appointments",
         ("A series of appointments of 60 minutes; 10 minutes’ grace; 40 minutes must be stayed; "
          "none on bank holidays", "Bank holidays are those of England and Wales")),
        (LEVEL, COMMUNITY, "Must stay at or under 0.02 g/dl (0.020 % on the tag) of alcohol",
         ("At all times",)),
        (Requirement("R3", RequirementKind.ALCOHOL), COMMUNITY, "Must not drink alcohol",
         ("At all times",)),
        (asked(RequirementKind.INCLUSION, row("09:00", "17:00"), timezone="Europe/Paris"),
         COMMUNITY, "Must be inside this place",
         ("Every day 09:00 to 17:00", "Times are those of Europe/Paris")),
    ],
)  # fmt: skip
def test_staff_read_exactly_what_is_asked(requirement, order, asks, lines):
    assert asks_words(requirement) == asks
    assert conditions_words(requirement, order) == lines


@pytest.mark.parametrize(
    ("requirement", "order", "asks", "lines"),
    [
        (STAGGERED, HDC, "Be at home", (
            "Every day 19:00 to 07:00 the next day. Not on bank holidays. "
            "The last time is on Tuesday 31 March 2026.",
            "Mon to Fri 21:00 to 06:00 the next day. Every other week. "
            "The week of Wednesday 1 April 2026 is one of them. "
            "It starts on Wednesday 1 April 2026.",
            "Every day 17:00 to midnight. On bank holidays only.",
            "On the day you come out, Monday 2 March 2026, be at home from 15:00 to 23:59.",
            "If you are away with no good reason, we add up the time. 2 hours in all breaks the "
            "rule.",
            "We go by the bank holidays of Scotland.",
        )),
        (RINGED, COMMUNITY, "Stay out of this place",
         ("All the time", "We get a warning when you come within 250 metres of it. "
          "Turn round and go back.")),
        (MOVING, COMMUNITY, "Stay away from the person you must not meet",
         ("All the time", "We may ask you to leave where you are. If we do, go at once.")),
        (VISITS, COMMUNITY, "Go to your appointments",
         ("Each one takes 60 minutes. You may be up to 10 minutes late. "
          "Stay for at least 40 minutes. There are none on bank holidays.",
          "We go by the bank holidays of England and Wales.")),
        (LEVEL, COMMUNITY, "Drink only a little alcohol",
         ("All the time", "Your tag must never show more than 0.020 %.")),
    ],
)  # fmt: skip
def test_a_wearer_reads_what_to_do(requirement, order, asks, lines):
    assert own_asks(requirement) == asks
    assert own_conditions(requirement, order) == lines


def test_neither_reads_whom_a_moving_zone_goes_with_and_the_wearer_not_even_how_far():
    said = " ".join([asks_words(MOVING), *conditions_words(MOVING, COMMUNITY)])
    own = " ".join([own_asks(MOVING), *own_conditions(MOVING, COMMUNITY)])
    assert "7741" not in said + own
    assert not re.search(r"\d", own)


EVERYTHING = [STAGGERED, RINGED, MOVING, VISITS, LEVEL, *(
    asked(kind, row(every_weeks=n, from_date=date(2026, 3, 2)), atv_limit=n * 45 * MINUTE)
    for n, kind in enumerate(RequirementKind, start=1)
)]  # fmt: skip


def syllables(word: str) -> int:
    """As the Flesch-Kincaid formula is computed by hand: groups of vowels, a silent e apart."""
    groups = re.findall(r"[aeiouy]+", word.lower())
    silent = len(groups) > 1 and re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$", word.lower())
    return max(len(groups) - bool(silent), 1)


def grade(sentence: str) -> float:
    """Flesch-Kincaid grade (Kincaid and others 1975): a school year of the United States; grade 4
    to 6 is age 9 to 11."""
    words = re.findall(r"[A-Za-z’]+", sentence)
    return 0.39 * len(words) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize("order", [HDC, COMMUNITY])
def test_wearers_read_at_the_age_of_9_to_11(order):
    """Over the whole; each sentence by itself is short."""
    text = [line for one in EVERYTHING for line in (own_asks(one), *own_conditions(one, order))]
    sentences = [
        s for line in text for s in re.split(r"(?<=[.!?]) ", line) if re.search("[a-z]", s)
    ]
    # A time of day is read as one word.
    assert max(len(re.sub(r"\d+:\d+", "time", one).split()) for one in sentences) <= 18
    assert sum(map(grade, sentences)) / len(sentences) < 6


def test_the_measure_of_reading_age_tells_a_page_of_law_from_a_childrens_sentence():
    hard = ("The individual is required to refrain from approaching the aforementioned premises "
            "in contravention of the stipulated prohibition.")  # fmt: skip
    assert grade(hard) > 12
    assert grade("The cat sat on the mat and then it ran away.") < 4
