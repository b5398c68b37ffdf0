"""Ids are checked by their published rules and kept the same however they were typed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.identity.checking import CHECK_LETTERS, check_id, check_letter, kinds_of
from waypost.identity.values import GoodId, IdKind, WrongId

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (IdKind.PNC, "2003/0062845E", "2003/0062845E"),
        (IdKind.PNC, " 03/62845e ", "2003/0062845E"),
        (IdKind.PNC, "20030062845E", "2003/0062845E"),
        (IdKind.PNC, "99/123456X", "1999/0123456X"),
        (IdKind.PNC, "20/9N", "2020/0000009N"),
        (IdKind.CRO, "265416/21G", "265416/21G"),
        (IdKind.CRO, "1234/88p", "001234/88P"),
        (IdKind.CRO, "SF05/482703J", "SF05/482703J"),
        (IdKind.CRO, "SF88/1234P", "SF88/001234P"),
        (IdKind.NOMIS, "a1234bc", "A1234BC"),
        (IdKind.CRN, "x 123456", "X123456"),
        (IdKind.EM, "em-0042", "EM-0042"),
    ],
)
def test_a_sound_id_is_kept_in_one_form(kind, typed, kept):
    assert check_id(kind, typed, today=TODAY) == GoodId(kind, kept)


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        (IdKind.PNC, "2003/0062845F", "last letter"),
        (IdKind.PNC, "2030/0062845E", "no year"),
        (IdKind.PNC, "203/0062845E", "a year, a stroke"),
        (IdKind.PNC, "N/A", "a year, a stroke"),
        (IdKind.CRO, "265416/21H", "last letter"),
        (IdKind.CRO, "1234567/88P", "six digits"),
        (IdKind.NOMIS, "A12345B", "four digits"),
        (IdKind.CRN, "1234567", "a letter and six digits"),
        (IdKind.EM, "none", "at least one digit"),
        (IdKind.CRN, "  ", "nothing"),
        (IdKind.CRN, "X١٢٣٤٥٦", "a letter and six digits"),
    ],
)
def test_a_wrong_one_is_refused_with_what_was_seen_and_what_to_do(kind, typed, says):
    found = check_id(kind, typed, today=TODAY)
    assert isinstance(found, WrongId)
    assert found.seen == typed
    assert says in found.message
    assert found.action


@given(st.integers(0, 26), st.integers(0, 9_999_999))
def test_long_and_short_form_are_the_same_pnc_and_one_wrong_digit_is_seen(year, serial):
    """The check letter is of modulo 23, a prime: no single digit can change unseen."""
    digits = f"{serial:07d}"
    letter = check_letter(f"{year:02d}", digits)
    long = check_id(IdKind.PNC, f"20{year:02d}/{digits}{letter}", today=TODAY)
    assert isinstance(long, GoodId)
    assert check_id(IdKind.PNC, f"{year:02d}/{serial}{letter}", today=TODAY) == long
    for place in range(7):
        other = (int(digits[place]) + 1) % 10
        changed = f"{digits[:place]}{other}{digits[place + 1 :]}"
        wrong = check_id(IdKind.PNC, f"20{year:02d}/{changed}{letter}", today=TODAY)
        assert isinstance(wrong, WrongId)


def test_the_letters_are_those_of_the_catalogue():
    assert len(set(CHECK_LETTERS)) == 23
    assert not set("IOS") & set(CHECK_LETTERS)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_id_or_is_not_and_never_an_error(text):
    for kind in IdKind:
        found = check_id(kind, text, today=TODAY)
        if isinstance(found, GoodId):
            assert check_id(kind, found.value, today=TODAY) == found
    assert all(isinstance(one, GoodId) for one in kinds_of(text, today=TODAY))
