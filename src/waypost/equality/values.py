"""What people are asked about themselves, and the answers there are. Pure.

`QUESTIONS` is the whole of it. "Prefer not to say" is an answer like any other; a question that
nobody has asked yet has none. Age is no question: a band of it is worked out where it is counted.

source   Census 2021 for England and Wales (Office for National Statistics): the 19 ethnic groups,
         religion, sexual orientation, sex, gender identity; Equality Act 2010 s.4 for what is
         protected; the Government Statistical Service's harmonised impairment list for kinds of
         disability
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

NOT_SAID = "not_said"
NOT_SAID_WORDS = "Prefer not to say"
OWN_WORDS_MAX = 80
Answers = Mapping[str, list[str]]  # question -> codes chosen; the language in the person's words


class How(StrEnum):
    """Who wrote an answer down."""

    SELF = "self"  # the wearer, signed in
    WITH = "with"  # an officer, with the person


class Asked(StrEnum):
    """All that the case page may say of it."""

    NOT_YET = "not_yet"
    ASKED = "asked"
    WITHDRAWN = "withdrawn"


ASKED_WORDS: dict[Asked, str] = {
    Asked.NOT_YET: "Not asked yet",
    Asked.ASKED: "Asked",
    Asked.WITHDRAWN: "Asked; the person has taken their answers back",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Answers under one heading; "" where the question has no headings."""

    name: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """asks: to the person, in plain words. many: several answers may be chosen.
    typed: answered in own words, and only how many did so is ever counted."""

    code: str
    title: str
    asks: str
    groups: tuple[Group, ...] = ()
    many: bool = False
    typed: bool = False
    hint: str = ""

    def words(self) -> dict[str, str]:
        """Code of an answer -> its words."""
        found = {code: words for group in self.groups for code, words in group.choices}
        return found | {NOT_SAID: NOT_SAID_WORDS}


def _plain(*choices: tuple[str, str]) -> tuple[Group, ...]:
    return (Group("", choices),)


YES_NO = (("yes", "Yes"), ("no", "No"))
ETHNICITY = (
    Group("Asian, Asian British or Asian Welsh", (
        ("asian_indian", "Indian"), ("asian_pakistani", "Pakistani"),
        ("asian_bangladeshi", "Bangladeshi"), ("asian_chinese", "Chinese"),
        ("asian_other", "Any other Asian background"))),
    Group("Black, Black British, Black Welsh, Caribbean or African", (
        ("black_african", "African"), ("black_caribbean", "Caribbean"),
        ("black_other", "Any other Black, Black British or Caribbean background"))),
    Group("Mixed or multiple ethnic groups", (
        ("mixed_caribbean", "White and Black Caribbean"),
        ("mixed_african", "White and Black African"),
        ("mixed_asian", "White and Asian"),
        ("mixed_other", "Any other mixed or multiple ethnic background"))),
    Group("White", (
        ("white_british", "English, Welsh, Scottish, Northern Irish or British"),
        ("white_irish", "Irish"), ("white_gypsy", "Gypsy or Irish Traveller"),
        ("white_roma", "Roma"), ("white_other", "Any other White background"))),
    Group("Other ethnic group", (
        ("other_arab", "Arab"), ("other_any", "Any other ethnic group"))),
)  # fmt: skip
QUESTIONS: tuple[Question, ...] = (
    Question("ethnicity", "Ethnic group", "What is your ethnic group?", ETHNICITY),
    Question("sex", "Sex", "What is your sex?", _plain(("female", "Female"), ("male", "Male"))),
    Question("gender", "Gender identity",
             "Is the gender you identify with the same as your sex registered at birth?",
             _plain(("same", "Yes"), ("other", "No"))),
    Question("religion", "Religion", "What is your religion?", _plain(
        ("none", "No religion"), ("christian", "Christian"), ("buddhist", "Buddhist"),
        ("hindu", "Hindu"), ("jewish", "Jewish"), ("muslim", "Muslim"), ("sikh", "Sikh"),
        ("other", "Any other religion"))),
    Question("disability", "Disability",
             "Do you have a health problem or a disability that has lasted, or will last, a year "
             "or more?", _plain(*YES_NO)),
    Question("impairment", "Kinds of disability", "If you do, what does it affect?", _plain(
        ("vision", "Seeing"), ("hearing", "Hearing"), ("mobility", "Walking or moving"),
        ("dexterity", "Using your hands"), ("learning", "Learning or understanding"),
        ("memory", "Memory"), ("mental", "Mental health"), ("stamina", "Breathing or being tired"),
        ("social", "Being with others, such as autism or ADHD"), ("other", "Something else")),
        many=True, hint="Choose all that fit."),
    Question("pregnancy", "Pregnancy and maternity",
             "Are you pregnant, or have you had a baby in the last 26 weeks?", _plain(*YES_NO)),
    Question("orientation", "Sexual orientation", "What is your sexual orientation?", _plain(
        ("straight", "Straight or heterosexual"), ("gay", "Gay or lesbian"),
        ("bisexual", "Bisexual"), ("other", "Another"))),
    Question("language", "Main language", "What is your main language?", typed=True,
             hint="In your own words."),
    Question("interpreter", "Interpreter", "Would an interpreter help you?", _plain(*YES_NO)),
)  # fmt: skip
BY_CODE: dict[str, Question] = {one.code: one for one in QUESTIONS}
# Where a band of ages begins; below the first: under 18.
AGE_FROM = (18, 21, 25, 30, 40, 50, 60)


def age_band(born: date | None, on: date) -> str:
    """ "25 to 29"; "" where no date of birth is recorded."""
    if born is None:
        return ""
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if age < AGE_FROM[0]:
        return f"under {AGE_FROM[0]}"
    place = max(n for n, start in enumerate(AGE_FROM) if start <= age)
    if place == len(AGE_FROM) - 1:
        return f"{AGE_FROM[place]} and over"
    return f"{AGE_FROM[place]} to {AGE_FROM[place + 1] - 1}"


def checked(said: Mapping[str, list[str]]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """(answers as they are kept, what is wrong by question). A question left empty is not answered.

    "Prefer not to say" stands alone: beside another answer it is taken back by that one's giver, so
    it is asked which of the two is meant.
    """
    kept: dict[str, list[str]] = {}
    wrong: dict[str, str] = {}
    for question in QUESTIONS:
        codes = [one.strip() for one in said.get(question.code, []) if one.strip()]
        if not codes:
            continue
        trouble = _trouble(question, codes)
        if trouble:
            wrong[question.code] = trouble
        else:
            kept[question.code] = sorted(set(codes))
    return kept, wrong


def _trouble(question: Question, codes: list[str]) -> str:
    if question.typed:
        words = [one for one in codes if one != NOT_SAID]
        if words and NOT_SAID in codes:
            return "Either write it, or choose that you prefer not to say."
        too_long = any(len(one) > OWN_WORDS_MAX for one in words)
        return f"Write at most {OWN_WORDS_MAX} characters." if too_long else ""
    if not set(codes) <= set(question.words()):
        return "Choose one of the answers shown."
    if not question.many and len(codes) > 1:
        return "Choose one answer."
    return (
        "Choose what fits, or that you prefer not to say, not both."
        if NOT_SAID in codes and len(codes) > 1
        else ""
    )


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """What the wearer said last, for the wearer alone. version 0: nothing yet."""

    version: int
    answers: Answers
    at: datetime | None
    how: How | None
    asked: Asked
