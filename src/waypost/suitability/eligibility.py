"""Whether somebody may come into a programme: each question with its answer in words. Pure.

    eligibility(facts)   cohort, court, borough, age, kind of order, dates: met, not met, not known

PROGRAMMES is data: who may be taken, from when until when, and who says so. What is not known is
never taken for met. The law of each kind of order is checked where orders are (lint).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from waypost.orders.values import OrderKind
from waypost.suitability.values import Met

EIGHT_BOROUGHS = (
    "Camden", "Enfield", "Haringey", "Islington", "Hackney", "Newham", "Tower Hamlets",
    "Waltham Forest",
)  # fmt: skip
ADULT_YEARS = 18


@dataclass(frozen=True, slots=True)
class Programme:
    """Who may be taken into it.

    kinds      of order; empty: any
    boroughs   where the court sits and where the person lives; empty: anywhere
    cohort     whom it is for, in words; "": anybody
    from_on, to_on   first and last day on which it may be imposed
    """

    name: str
    title: str
    source: str
    kinds: frozenset[OrderKind] = frozenset()
    boroughs: tuple[str, ...] = ()
    cohort: str = ""
    from_on: date | None = None
    to_on: date | None = None
    years_min: int | None = None


PROGRAMMES: dict[str, Programme] = {
    one.name: one
    for one in (
        Programme(
            "gps_pilot", "Mayor of London’s GPS pilot",
            "Mayor of London, March 2017; MOPAC decision PCD 359, March 2018 (12 more months)",
            frozenset({OrderKind.COMMUNITY_ORDER, OrderKind.SUSPENDED_SENTENCE}),
            EIGHT_BOROUGHS, "persistent offenders in the Integrated Offender Management cohort",
            date(2017, 3, 13), date(2019, 3, 12), ADULT_YEARS,
        ),
        Programme(
            "national", "National electronic monitoring",
            "NPCC paper on location monitoring, October 2020: the kinds of order it names",
            frozenset({
                OrderKind.COMMUNITY_ORDER, OrderKind.SUSPENDED_SENTENCE, OrderKind.HDC,
                OrderKind.PAROLE, OrderKind.LICENCE, OrderKind.COURT_BAIL,
                OrderKind.POST_SENTENCE_SUPERVISION,
            }),
            from_on=date(2019, 4, 1),
        ),
        Programme("none", "No programme", "the law of the order alone"),
    )
}  # fmt: skip
# How old somebody must be, or must not yet be, when convicted.
AGES: dict[OrderKind, tuple[int | None, int | None, str]] = {
    OrderKind.COMMUNITY_ORDER: (ADULT_YEARS, None, "Sentencing Act 2020 s.202"),
    OrderKind.SUSPENDED_SENTENCE: (ADULT_YEARS, None, "Sentencing Act 2020 s.264 and s.277"),
    OrderKind.YOUTH: (None, ADULT_YEARS, "Sentencing Act 2020 s.174"),
}


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    """What is known when it is asked.

    on           the day of the decision
    court_area   the borough in which the court sits; area: in which the person lives
    in_cohort    None: nobody has said; cohort_source: who said so
    """

    programme: str
    order_kind: OrderKind
    on: date
    born_on: date | None = None
    court_area: str = ""
    area: str = ""
    in_cohort: bool | None = None
    cohort_source: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    question: str
    met: Met
    words: str
    source: str


def eligibility(facts: EligibilityFacts) -> tuple[Answered, ...]:
    """Every question that the programme and the order ask."""
    return tuple(_asked(PROGRAMMES[facts.programme], facts))


def summed(answers: tuple[Answered, ...]) -> Met:
    """Met where all are; not met where one is not; else not known."""
    found = {one.met for one in answers}
    if Met.NOT_MET in found:
        return Met.NOT_MET
    return Met.NOT_KNOWN if Met.NOT_KNOWN in found else Met.MET


def _asked(programme: Programme, facts: EligibilityFacts) -> Iterator[Answered]:
    if programme.kinds:
        taken = facts.order_kind in programme.kinds
        yield Answered(
            "Kind of order", Met.MET if taken else Met.NOT_MET,
            "The programme takes orders of this kind." if taken
            else "The programme takes no order of this kind.", programme.source,
        )  # fmt: skip
    if programme.from_on or programme.to_on:
        yield _dates(programme, facts.on)
    if programme.cohort:
        yield _cohort(programme, facts)
    if programme.boroughs:
        yield _borough("Area of the court", "The court sits in", facts.court_area, programme)
        yield _borough("Borough", "The person lives in", facts.area, programme)
    yield from _age(programme, facts)


def _dates(programme: Programme, on: date) -> Answered:
    early = programme.from_on is not None and on < programme.from_on
    late = programme.to_on is not None and on > programme.to_on
    if early:
        words = f"It may be imposed from {_day(programme.from_on)}; the decision comes before that."
    elif late:
        words = f"The last day on which it could be imposed was {_day(programme.to_on)}."
    else:
        words = f"The decision on {_day(on)} falls into the programme’s time."
    return Answered("Dates", Met.NOT_MET if early or late else Met.MET, words, programme.source)


def _cohort(programme: Programme, facts: EligibilityFacts) -> Answered:
    if facts.in_cohort is None:
        words = f"Nobody has said whether the person is one of those it is for: {programme.cohort}."
        return Answered("Cohort", Met.NOT_KNOWN, words, programme.source)
    says = "is" if facts.in_cohort else "is not"
    words = f"The person {says} one of those it is for: {programme.cohort}."
    met = Met.MET if facts.in_cohort else Met.NOT_MET
    return Answered("Cohort", met, words, facts.cohort_source or programme.source)


def _borough(question: str, says: str, area: str, programme: Programme) -> Answered:
    if not area.strip():
        return Answered(question, Met.NOT_KNOWN, "The borough is not recorded.", programme.source)
    known = {one.casefold() for one in programme.boroughs}
    taken = " ".join(area.split()).casefold() in known
    words = f"{says} {area}, which is {'one' if taken else 'none'} of the {len(known)} boroughs."
    return Answered(question, Met.MET if taken else Met.NOT_MET, words, programme.source)


def _age(programme: Programme, facts: EligibilityFacts) -> Iterator[Answered]:
    least, below, source = AGES.get(facts.order_kind, (None, None, ""))
    if programme.years_min is not None and (least is None or programme.years_min > least):
        least, source = programme.years_min, programme.source
    if least is None and below is None:
        return
    asked = f"at least {least}" if least is not None else f"under {below}"
    if facts.born_on is None:
        words = f"The date of birth is not recorded; the person must be {asked}."
        yield Answered("Age", Met.NOT_KNOWN, words, source)
        return
    years = relativedelta(facts.on, facts.born_on).years
    met = (least is None or years >= least) and (below is None or years < below)
    words = f"{years} on the day of the decision; the person must be {asked}."
    yield Answered("Age", Met.MET if met else Met.NOT_MET, words, source)


def _day(day: date | None) -> str:
    assert day is not None, "asked only of days that are set"
    return f"{day.day} {day:%B %Y}"
