"""Per kind of request: who may ask, what rank decides, by when, how much without a special reason.

`KINDS` and `ANSWER` are the whole of it; the manual's page is printed from them. No Act gives ranks
or, but for the month of subject access, times: those are our assumption, for an agency to change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from waypost.access.values import Role
from waypost.disclosure.values import Kind, Rank, Urgency, What

OURS = "our assumption"
DPA = "Data Protection Act 2018"


class Clock(StrEnum):
    """How a time to answer runs: by hours that pass, or to the end of a local day."""

    HOURS = "hours"
    DAYS = "days"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Within:
    clock: Clock
    number: int
    source: str = OURS


@dataclass(frozen=True, slots=True)
class KindRule:
    """words           as people say it
    asked_by        roles that file it: for themselves, or (entered) for somebody who has no account
    what            what may be asked for
    rank            of who decides; ranks: where it is another for what is asked
    beyond_rank     of who decides when a special reason is given for more than is usual
    window, radius_m, place_window   the widest without a special reason; window_max: with one
    scoped          only orders that list crime mapping as a lawful use are looked at
    download        how long the answer can be fetched
    """

    words: str
    asked_by: frozenset[Role]
    what: tuple[What, ...]
    rank: Rank
    ranks: dict[What, Rank]
    beyond_rank: Rank
    window: timedelta
    place_window: timedelta
    window_max: timedelta
    radius_m: float
    radius_m_max: float
    scoped: bool
    download: timedelta
    law: str
    source: str

    def rank_for(self, what: What, *, special: bool) -> Rank:
        rank = self.ranks.get(what, self.rank)
        return max(rank, self.beyond_rank) if special else rank

    def window_for(self, what: What) -> timedelta:
        return self.window if what is What.TRACK else self.place_window


DAY = timedelta(days=1)
KINDS: dict[Kind, KindRule] = {
    Kind.POLICE: KindRule(
        words="Police enquiry into an offence",
        asked_by=frozenset({Role.POLICE_REQUESTER}),
        what=(What.TRACK, What.PRESENCE, What.ANYBODY, What.NAMES),
        rank=Rank.OFFICER,
        ranks={What.ANYBODY: Rank.SENIOR, What.NAMES: Rank.SENIOR},
        beyond_rank=Rank.SENIOR,
        window=2 * DAY, place_window=timedelta(hours=12), window_max=14 * DAY,
        radius_m=250.0, radius_m_max=1000.0, scoped=True, download=14 * DAY,
        law=f"{DPA} s.35, s.38 to 40; code of practice",
        source="windows: 48 hours of the crime-mapping hub, 12 hours of an offence file, 14 days "
        f"at most; circle and ranks: {OURS}",
    ),
    Kind.COURT: KindRule(
        words="Order or request of a court",
        asked_by=frozenset({Role.COURT_REPORT_OFFICER}),
        what=(What.TRACK, What.PRESENCE),
        rank=Rank.OFFICER, ranks={}, beyond_rank=Rank.SENIOR,
        window=14 * DAY, place_window=14 * DAY, window_max=31 * DAY,
        radius_m=1000.0, radius_m_max=5000.0, scoped=False, download=28 * DAY,
        law=f"{DPA} s.35 and Sch. 8 para. 2 (administration of justice)",
        source=OURS,
    ),
    Kind.OWN: KindRule(
        words="The wearer, of themself",
        asked_by=frozenset({Role.WEARER}),
        what=(What.TRACK, What.PRESENCE),
        rank=Rank.OFFICER, ranks={}, beyond_rank=Rank.OFFICER,
        window=31 * DAY, place_window=31 * DAY, window_max=31 * DAY,
        radius_m=1000.0, radius_m_max=5000.0, scoped=False, download=28 * DAY,
        law=f"{DPA} s.45 (right of access)",
        source=OURS,
    ),
    Kind.SOLICITOR: KindRule(
        words="A solicitor, with the wearer’s signed authority",
        asked_by=frozenset({Role.MONITORING_OFFICER, Role.COURT_REPORT_OFFICER}),
        what=(What.TRACK, What.PRESENCE),
        rank=Rank.OFFICER, ranks={}, beyond_rank=Rank.OFFICER,
        window=31 * DAY, place_window=31 * DAY, window_max=31 * DAY,
        radius_m=1000.0, radius_m_max=5000.0, scoped=False, download=28 * DAY,
        law=f"{DPA} s.45, on the wearer’s behalf",
        source=OURS,
    ),
    Kind.LIFE: KindRule(
        words="Threat to life, by telephone",
        asked_by=frozenset({Role.MONITORING_OFFICER}),
        what=(What.CURRENT,),
        rank=Rank.OFFICER, ranks={}, beyond_rank=Rank.OFFICER,
        window=DAY, place_window=DAY, window_max=DAY,
        radius_m=0.0, radius_m_max=0.0, scoped=False, download=timedelta(0),
        law=f"{DPA} s.35 and Sch. 8 para. 3 (vital interests)",
        source=OURS,
    ),
    Kind.WANTED: KindRule(
        words="Wanted person, by telephone",
        asked_by=frozenset({Role.MONITORING_OFFICER}),
        what=(What.CURRENT,),
        rank=Rank.OFFICER, ranks={}, beyond_rank=Rank.OFFICER,
        window=DAY, place_window=DAY, window_max=DAY,
        radius_m=0.0, radius_m_max=0.0, scoped=False, download=timedelta(0),
        law=f"{DPA} s.35, s.38 to 40; code of practice",
        source=OURS,
    ),
}  # fmt: skip

MONTH = Within(Clock.MONTH, 1, f"{DPA} s.54: one month")
ANSWER: dict[Urgency, Within] = {
    Urgency.ROUTINE: Within(Clock.DAYS, 10),
    Urgency.URGENT: Within(Clock.HOURS, 48),
    Urgency.IMMEDIATE: Within(Clock.HOURS, 1),
}
PAPER = Within(Clock.HOURS, 24, "the programme: paper within 24 hours")
REVIEW = Within(Clock.DAYS, 3)
OUTCOME = Within(Clock.DAYS, 28, "the programme: outcome asked for later")
OUTCOME_AGAIN = Within(Clock.DAYS, 14)
LEFT_AT_LEAST = timedelta(hours=24)  # of the answer's clock, once what was wanted has come


def answer_within(kind: Kind, urgency: Urgency) -> Within:
    """How long an answer may take; a wearer's own are never slower than the law's month."""
    if kind in {Kind.OWN, Kind.SOLICITOR} and urgency is Urgency.ROUTINE:
        return MONTH
    return ANSWER[urgency]


KIND_WORDS: dict[Kind, str] = {kind: rule.words for kind, rule in KINDS.items()}
WHAT_WORDS: dict[What, str] = {
    What.TRACK: "Where one person’s tag was in a window of time",
    What.PRESENCE: "Whether one person’s tag was at a place in a window of time",
    What.ANYBODY: "Whether any tagged person was at a place in a window of time (no names)",
    What.NAMES: "Who the tagged persons at that place were",
    What.CURRENT: "Where one person’s tag is now",
}
RANK_WORDS: dict[Rank, str] = {
    Rank.OFFICER: "authorising officer",
    Rank.SENIOR: "senior authorising officer",
    Rank.HEAD: "head of disclosure",
}
