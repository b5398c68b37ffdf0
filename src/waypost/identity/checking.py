"""Whether a text is an id of its kind, and how it is kept: by published rules, nothing guessed.

    check_id(kind, text, today)   GoodId as it is kept, or WrongId: seen, why, what to do
    kinds_of(text, today)         every kind that the text is a sound id of, for a search

source   CJS Data Standards Catalogue (Ministry of Justice, 6th edition): PNC ID, CRO number and
         their check characters; NOMIS and CRN as the prison and probation services print them. The
         check letter is the remainder, by 23, of the two last digits of the year followed by the
         serial, counted in an alphabet without I, O and S that begins with Z.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from waypost.identity.values import ID_MAX, GoodId, IdKind, WrongId

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"  # 23: without I, O and S; a remainder of 0 is Z
PNC_YEAR_MIN = 1900  # records were taken over from files older than the computer
_CRN = re.compile(r"[A-Z]\d{6}", re.ASCII)
_NOMIS = re.compile(r"[A-Z]\d{4}[A-Z]{2}", re.ASCII)
_PNC = re.compile(r"(?P<year>\d{4}|\d{2})/(?P<serial>\d{1,7})(?P<letter>[A-Z])", re.ASCII)
# Without its stroke, as some systems print it: then the serial has all its noughts.
_PNC_PLAIN = re.compile(r"(?P<year>\d{4}|\d{2})(?P<serial>\d{7})(?P<letter>[A-Z])", re.ASCII)
_CRO = re.compile(r"(?P<serial>\d{1,6})/(?P<year>\d{2})(?P<letter>[A-Z])", re.ASCII)
_CRO_SF = re.compile(r"SF(?P<year>\d{2})/(?P<serial>\d{1,6})(?P<letter>[A-Z])", re.ASCII)
_EM = re.compile(r"[A-Z0-9](?:[A-Z0-9/._-]{0,38}[A-Z0-9])?", re.ASCII)


def check_id(kind: IdKind, text: str, *, today: date) -> GoodId | WrongId:
    """The id as it is kept, or what is wrong with it.

    today   a year of two digits is of this century up to this one's, else of the last; a year of
            four may not lie ahead
    """
    packed = _packed(text)
    if not packed:
        return WrongId(kind, text[:ID_MAX], "there is nothing in it", HOW[kind])
    return {
        IdKind.CRN: _check_crn, IdKind.NOMIS: _check_nomis, IdKind.PNC: _check_pnc,
        IdKind.CRO: _check_cro, IdKind.EM: _check_em,
    }[kind](packed, text[:ID_MAX], today)  # fmt: skip


def kinds_of(text: str, *, today: date) -> list[GoodId]:
    """Every id that the text may be, soundly."""
    found = [check_id(kind, text, today=today) for kind in IdKind]
    return [one for one in found if isinstance(one, GoodId)]


def check_letter(year: str, serial: str) -> str:
    """The letter for the last two digits of the year and a serial with its leading noughts."""
    return CHECK_LETTERS[int(f"{year[-2:]}{serial}") % len(CHECK_LETTERS)]


def _check_crn(packed: str, seen: str, today: date) -> GoodId | WrongId:
    """A letter and six digits; it has no check character."""
    if _CRN.fullmatch(packed):
        return GoodId(IdKind.CRN, packed)
    return WrongId(IdKind.CRN, seen, "a CRN is a letter and six digits", HOW[IdKind.CRN])


def _check_nomis(packed: str, seen: str, today: date) -> GoodId | WrongId:
    """A letter, four digits, two letters; it has no check character."""
    if _NOMIS.fullmatch(packed):
        return GoodId(IdKind.NOMIS, packed)
    message = "a prison number is a letter, four digits and two letters"
    return WrongId(IdKind.NOMIS, seen, message, HOW[IdKind.NOMIS])


def _check_pnc(packed: str, seen: str, today: date) -> GoodId | WrongId:
    """YYYY/NNNNNNNL, kept with the long year and seven digits; the short form says the same."""
    match = _PNC.fullmatch(packed) or _PNC_PLAIN.fullmatch(packed)
    if match is None:
        message = "a PNC id is a year, a stroke, up to seven digits and a letter"
        return WrongId(IdKind.PNC, seen, message, HOW[IdKind.PNC])
    year, serial = _long_year(match["year"], today), match["serial"].zfill(7)
    if not PNC_YEAR_MIN <= int(year) <= today.year:
        return WrongId(IdKind.PNC, seen, f"{year} is no year of a PNC id", HOW[IdKind.PNC])
    if match["letter"] != check_letter(year, serial):
        return WrongId(IdKind.PNC, seen, WRONG_LETTER, LOOK_AGAIN)
    return GoodId(IdKind.PNC, f"{year}/{serial}{match['letter']}")


def _check_cro(packed: str, seen: str, today: date) -> GoodId | WrongId:
    """NNNNNN/YYL, or for somebody whose prints are not held SFYY/NNNNNNL; kept with six digits.

    We differ: services of the ministry disagree whether the letter of an SF number is of its serial
    with noughts before it or as it stands, so either is taken, and the second kept as it stands.
    """
    if match := _CRO.fullmatch(packed):
        serial = match["serial"].zfill(6)
        value = f"{serial}/{match['year']}{match['letter']}"
        letter = check_letter(match["year"], serial)
    elif match := _CRO_SF.fullmatch(packed):
        stands, padded = match["serial"], match["serial"].zfill(6)
        serial = padded if check_letter(match["year"], padded) == match["letter"] else stands
        value = f"SF{match['year']}/{serial}{match['letter']}"
        letter = check_letter(match["year"], serial)
    else:
        message = "a CRO number is up to six digits, a stroke, two digits of the year and a letter"
        return WrongId(IdKind.CRO, seen, message, HOW[IdKind.CRO])
    if match["letter"] != letter:
        return WrongId(IdKind.CRO, seen, WRONG_LETTER, LOOK_AGAIN)
    return GoodId(IdKind.CRO, value)


def _check_em(packed: str, seen: str, today: date) -> GoodId | WrongId:
    """The provider's own number: no rule of it is published, so only that it can be a number."""
    if _EM.fullmatch(packed) and any(map(str.isdigit, packed)):
        return GoodId(IdKind.EM, packed)
    message = "a provider's number is letters and digits, with at least one digit"
    return WrongId(IdKind.EM, seen, message, HOW[IdKind.EM])


HOW: dict[IdKind, str] = {
    IdKind.CRN: "write it like X123456",
    IdKind.NOMIS: "write it like A1234BC",
    IdKind.PNC: "write it like 2003/0062845E or 03/62845E, as the document has it",
    IdKind.CRO: "write it like 265416/21G, or SF05/482703J, as the document has it",
    IdKind.EM: "write it as the monitoring provider prints it",
}
WRONG_LETTER = "its last letter does not fit its digits, so that something in it was typed wrongly"
LOOK_AGAIN = "compare it with the document, digit by digit"


def _packed(text: str) -> str:
    """Capital letters without spaces; what looks like a stroke or a hyphen is one."""
    plain = unicodedata.normalize("NFKC", text[: ID_MAX * 4]).upper()
    return re.sub(r"\s+", "", plain).replace("\N{FRACTION SLASH}", "/").replace("\\", "/")


def _long_year(year: str, today: date) -> str:
    if len(year) == 4:
        return year
    century = today.year // 100 * 100
    return str(century + int(year) if int(year) <= today.year % 100 else century - 100 + int(year))
