"""What courts may write, however odd: reading never raises, loses nobody, and invents nothing."""

from __future__ import annotations

import copy
import json
import re

from hypothesis import given
from hypothesis import strategies as st

from courts_words import (
    CURFEW,
    HEARING_ON,
    NOT_ENTER,
    NOT_NEAR,
    NOTICE,
    bail,
    defendant,
    hearing,
    result,
    sent,
)
from waypost.courts.checking import check
from waypost.courts.grammar import (
    MILE_M,
    YARD_M,
    read_date,
    read_distance,
    read_hours,
    read_period,
    read_place,
    read_time,
)
from waypost.courts.payload import slice_document, take_apart
from waypost.courts.reading import hear
from waypost.courts.settling import settle

PIECES = st.sampled_from(
    ["between", "and", "22:00", "7pm", "06.00", "2400", "0600 hrs", "noon", "midnight", "every day",
     "daily", "weekends", "weekdays", "mon", "Fri", "to", "-", "until", "except", "not", "2", "5",
     "miles", "m", "km", "radius of", "half a", "E8 3QW", "N1 1AA", "Croydon", ",", "\n", ":",
     "12am", "99:99", "1:5", "nights", "yards", "6 Months", "31/02/2026", "circle:", "{", "of"]
)  # fmt: skip
WORDS = st.one_of(st.lists(PIECES, max_size=12).map(" ".join), st.text(max_size=200))
DIGITS = re.compile(r"\d+")
MAIN = hearing(
    defendant(
        result("RC", "Remanded on conditional bail", HEARING_ON, NOTICE, NOT_NEAR, CURFEW),
        result("CURE", "Curfew with electronic monitoring",
               ("Details and timings", "7pm to 7am daily", "detailsAndTimings"),
               ("Start date of tagging", "02/04/2026", "startDateOfTagging")),
    ),
    defendant(result("RCBV", "Variation", HEARING_ON, NOTICE, NOT_ENTER), number=2),
)  # fmt: skip
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner,
                                                                max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(WORDS)
def test_the_grammar_never_raises(text):
    for read in (read_hours, read_distance, read_place, read_period, read_date, read_time):
        read(text)


@given(WORDS)
def test_hours_stand_in_the_words(text):
    """Every hour that is read is a number of the text, in the words of 12 or of 24 hours."""
    numbers = {int(one) for one in DIGITS.findall(text)}
    numbers |= {one // 100 for one in numbers}
    low = text.casefold()
    for row in read_hours(text).rows or ():
        for clock in (row.start, row.end):
            hour = int(clock[:2])
            spoken = "noon" in low or "midday" in low or "midnight" in low
            assert spoken or numbers & {hour, hour - 12, hour + 12, 24}, (text, clock)


@given(WORDS)
def test_a_distance_stands_in_the_words(text):
    metres = read_distance(text).metres
    if metres is None:
        return
    said = [float(one) for one in re.findall(r"\d+(?:\.\d+)?", text)] + [0.5]
    assert any(abs(count * unit - metres) < 1e-6
               for count in said for unit in (1.0, 1000.0, MILE_M, YARD_M))  # fmt: skip


@given(st.data())
def test_a_message_changed_anywhere_is_read_or_asked_about_and_nobody_is_lost(data):
    """One place of a whole message is put out of order; then whoever stands in it still does."""
    document = copy.deepcopy(MAIN)
    places = list(_places(document))
    path = data.draw(st.sampled_from(places))
    _put(document, path, data.draw(JUNK))
    raw = json.dumps(document).encode()
    rows = check(raw)
    assert rows
    slices = take_apart(raw)
    assert len(slices) >= 1
    for one in slices:
        assert one.form is None or slice_document(one)
        for heard in hear(one):
            asked = {question.key for question in heard.questions}
            settled = settle(heard, heard.questions, {})
            for condition in heard.conditions:
                where = f"{condition.reference}/zone"
                needs = condition.kind.value not in {"trail", "alcohol"}
                assert not needs or condition.zone is not None or where in asked
            assert settled.order is None or settled.order.from_at is not None


@given(WORDS, WORDS, WORDS, WORDS)
def test_whatever_a_court_writes_in_its_fields_is_kept_word_for_word(between, until, often, place):
    document = bail(
        ("Curfew", f"Between:{between}\nAnd:{until}\nFrequency:{often}"),
        ("Exclusion - not to enter a place", f"Place or area:{place}"),
    )
    (row,) = check(sent(document))
    for condition in row["conditions"]:
        assert condition["words"]["text"] in {
            f"Between:{between}\nAnd:{until}\nFrequency:{often}".replace("\\n", "\n").replace(
                "\x00", "\ufffd"
            ),
            f"Place or area:{place}".replace("\\n", "\n").replace("\x00", "\ufffd"),
        }


@given(st.binary(max_size=400))
def test_bytes_of_any_kind_are_one_unread_message(data):
    rows = check(data)
    assert rows
    assert all(row["status"] == "unread" for row in rows)


@given(JUNK)
def test_any_json_is_read_or_kept(document):
    slices = take_apart(json.dumps(document).encode())
    assert slices
    for one in slices:
        hear(one)


def _places(document, path=()):
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, one in items:
        yield (*path, key)
        if isinstance(one, dict | list):
            yield from _places(one, (*path, key))


def _put(document, path, value):
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value
