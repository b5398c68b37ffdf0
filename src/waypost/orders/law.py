"""What the law says of each kind of order: what may be asked, how long, of whom, who may vary it.

Data, with its source and the day on which it turns; lint, forms and the manual read it here. The
law was read on legislation.gov.uk in November 2026 as far as it is published there; where a limit
is policy and no Act, or our own caution, its source says so. England and Wales.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from waypost.orders.values import OrderKind, RequirementKind

# Police, Crime, Sentencing and Courts Act 2022 s.150, s.151 and Sch. 17: of offences of which
# somebody was convicted on or after this day.
PCSC_2022 = date(2022, 6, 28)
ADULT = 18


class Authority(StrEnum):
    """Whose decision a change of an order is."""

    COURT = "court"
    RESPONSIBLE_OFFICER = "responsible_officer"  # by notice, with consent, within limits
    LICENCE_ISSUER = "licence_issuer"  # the Secretary of State, the Parole Board, a governor
    HOME_OFFICE = "home_office"  # or the First-tier Tribunal, of immigration bail
    WEARER = "wearer"  # of what is worn by consent


class Change(StrEnum):
    """What a variation does, in the parts that law tells apart."""

    START_TIMES = "start_times"  # curfew hours begin at another time, none is longer or shorter
    ADDRESS = "address"  # another place to be at
    HOURS = "hours"  # more, fewer or other hours
    ZONE = "zone"  # another zone to stay out of or within
    ADDED = "added"  # a requirement that was not asked before
    REMOVED = "removed"
    DATES = "dates"  # when it begins or ends
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CurfewLimits:
    """Hours and length of a curfew; None: no limit is set.

    convicted_from  of offences of which somebody was convicted on or after this day
    """

    source: str
    convicted_from: date = date.min
    day_hours_min: float | None = None
    day_hours_max: float | None = None
    week_hours_max: float | None = None
    months_max: int | None = None


@dataclass(frozen=True, slots=True)
class MayVary:
    """Who may make which changes, and how.

    convicted_from  only where somebody was convicted on or after this day; None: whenever
    consent         the wearer must agree
    """

    authority: Authority
    changes: frozenset[Change]
    source: str
    consent: bool = False
    convicted_from: date | None = None


@dataclass(frozen=True, slots=True)
class KindLaw:
    """One kind of order.

    asks        the requirements that may be monitored under it
    age_min, age_max  of the wearer when it is made; None: no bound
    months_max  how long the whole order may last; None: not set here
    days_max    by requirement: how many days it may be asked
    curfew      newest first: the first whose convicted_from is not after the conviction holds
    """

    source: str
    asks: frozenset[RequirementKind]
    vary: tuple[MayVary, ...]
    age_min: int | None = None
    age_max: int | None = None
    months_max: int | None = None
    days_max: Mapping[RequirementKind, int] = field(default_factory=dict)
    months_max_by: Mapping[RequirementKind, int] = field(default_factory=dict)
    curfew: tuple[CurfewLimits, ...] = ()
    ends_by_consent: bool = False


R = RequirementKind
EVERYTHING = frozenset(RequirementKind)
NO_TRAIL = EVERYTHING - {R.TRAIL}
NO_ALCOHOL = EVERYTHING - {R.ALCOHOL}
ALL_CHANGES = frozenset(Change)
BY_NOTICE = MayVary(
    Authority.RESPONSIBLE_OFFICER, frozenset({Change.START_TIMES, Change.ADDRESS}),
    "Sentencing Act 2020 Sch. 9 para. 10A", consent=True, convicted_from=PCSC_2022,
)  # fmt: skip


def _by(authority: Authority, source: str) -> MayVary:
    return MayVary(authority, ALL_CHANGES, source)


_SENTENCE_CURFEW = (
    CurfewLimits("Sentencing Act 2020 Sch. 9 para. 9, as amended by the Police, Crime, Sentencing "
                 "and Courts Act 2022 s.150", PCSC_2022, 2, 20, 112, 24),
    CurfewLimits("Sentencing Act 2020 Sch. 9 para. 9, of convictions before 28 June 2022",
                 day_hours_min=2, day_hours_max=16, months_max=12),
)  # fmt: skip
_LICENCE = _by(Authority.LICENCE_ISSUER, "Criminal Justice Act 2003 s.250: the Secretary of State")

LAW: Mapping[OrderKind, KindLaw] = {
    OrderKind.COMMUNITY_ORDER: KindLaw(
        "Sentencing Act 2020 Part 9 ch. 2 and Sch. 9", EVERYTHING,
        (_by(Authority.COURT, "Sentencing Act 2020 Sch. 10"), BY_NOTICE),
        age_min=ADULT, months_max=36, days_max={R.ALCOHOL: 120}, months_max_by={R.EXCLUSION: 24},
        curfew=_SENTENCE_CURFEW,
    ),
    OrderKind.SUSPENDED_SENTENCE: KindLaw(
        "Sentencing Act 2020 Part 10 ch. 5 and Sch. 9", EVERYTHING,
        (_by(Authority.COURT, "Sentencing Act 2020 Sch. 16"), BY_NOTICE),
        age_min=ADULT, days_max={R.ALCOHOL: 120}, curfew=_SENTENCE_CURFEW,
    ),
    OrderKind.LICENCE: KindLaw(
        "Criminal Justice Act 2003 s.250", EVERYTHING, (_LICENCE,), age_min=ADULT,
    ),
    OrderKind.HDC: KindLaw(
        "Criminal Justice Act 2003 s.246, s.253", NO_ALCOHOL, (_LICENCE,), age_min=ADULT,
        days_max={R.CURFEW: 365},
        curfew=(CurfewLimits("Criminal Justice Act 2003 s.253(2)", day_hours_min=9),),
    ),
    OrderKind.PAROLE: KindLaw(
        "Criminal Justice Act 2003 s.250; Crime (Sentences) Act 1997 s.31", EVERYTHING,
        (_by(Authority.LICENCE_ISSUER, "Crime (Sentences) Act 1997 s.31(3): the Parole Board "
                                       "directs or is consulted"),),
        age_min=ADULT,
    ),
    OrderKind.POST_SENTENCE_SUPERVISION: KindLaw(
        "Criminal Justice Act 2003 s.256AA, s.256AB", NO_ALCOHOL,
        (_by(Authority.LICENCE_ISSUER, "Criminal Justice Act 2003 s.256AB: the Secretary of "
                                       "State"),),
        age_min=ADULT, months_max=12,
    ),
    OrderKind.YOUTH: KindLaw(
        "Sentencing Act 2020 Part 9 ch. 1 and Sch. 6", NO_ALCOHOL,
        (_by(Authority.COURT, "Sentencing Act 2020 Sch. 8"),),
        age_min=10, age_max=ADULT - 1, months_max=36, months_max_by={R.EXCLUSION: 3},
        curfew=(
            CurfewLimits("Sentencing Act 2020 Sch. 6 para. 18, as amended by the Police, Crime, "
                         "Sentencing and Courts Act 2022 Sch. 17", PCSC_2022, 2, 20, 112, 12),
            CurfewLimits("Sentencing Act 2020 Sch. 6 para. 18, of convictions before 28 June 2022",
                         day_hours_min=2, day_hours_max=16, months_max=12),
        ),
    ),
    OrderKind.COURT_BAIL: KindLaw(
        "Bail Act 1976 s.3, s.3AA to s.3AC", NO_TRAIL - {R.ALCOHOL},
        (_by(Authority.COURT, "Bail Act 1976 s.3(8)"),),
        age_min=12,
    ),
    OrderKind.IMMIGRATION_BAIL: KindLaw(
        "Immigration Act 2016 Sch. 10 para. 2 and 4", NO_ALCOHOL,
        (_by(Authority.HOME_OFFICE, "Immigration Act 2016 Sch. 10 para. 6"),), age_min=ADULT,
    ),
    OrderKind.DAPO: KindLaw(
        "Domestic Abuse Act 2021 s.35 to s.38", EVERYTHING,
        (_by(Authority.COURT, "Domestic Abuse Act 2021 s.44"),),
        age_min=ADULT, months_max_by=dict.fromkeys(EVERYTHING, 12),
    ),
    OrderKind.CIVIL: KindLaw(
        "the Act under which the order was made", EVERYTHING,
        (_by(Authority.COURT, "the Act under which the order was made"),),
    ),
    OrderKind.VOLUNTARY: KindLaw(
        "consent, which may be withdrawn at any time (Data Protection Act 2018 s.8, UK GDPR "
        "art. 7(3))", EVERYTHING - {R.CURFEW, R.RESTRICTION},
        (_by(Authority.WEARER, "the wearer’s consent"),
         MayVary(Authority.RESPONSIBLE_OFFICER, ALL_CHANGES, "with the wearer’s consent",
                 consent=True)),
        age_min=ADULT, ends_by_consent=True,
    ),
    OrderKind.OTHER: KindLaw(
        "the order itself", EVERYTHING, (_by(Authority.COURT, "the order itself"),),
    ),
    OrderKind.PROTECTION: KindLaw(
        "the protected person’s consent", frozenset({R.TRAIL}),
        (_by(Authority.WEARER, "the protected person’s consent"),), ends_by_consent=True,
    ),
}  # fmt: skip


def curfew_limits(kind: OrderKind, convicted_on: date | None) -> CurfewLimits | None:
    """The limits that hold; of an unknown day of conviction the newest, which allow the most."""
    found = LAW[kind].curfew
    if convicted_on is None:
        return found[0] if found else None
    return next((one for one in found if one.convicted_from <= convicted_on), None)


def allows(kind: OrderKind, asked: RequirementKind) -> bool:
    return asked in LAW[kind].asks


def age_on(born_on: date, day: date) -> int:
    """Whole years; who is born on 29 February has their birthday on 1 March of other years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
