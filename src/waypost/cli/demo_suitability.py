"""The demo's assessments: one waits for answers, one is ready for the court, one is held up by a
check and waits for a named person, one is decided. People and homes are all invented.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waypost.access.values import Posted

WHO = (
    ("N-501", "Remy Ashgrove", date(2002, 5, 17)),
    ("N-502", "Tamsin Birchall", date(1989, 11, 2)),
    ("N-503", "Ossian Calder", date(1994, 1, 30)),
    ("N-504", "Wilf Denholm", date(2000, 8, 9)),
)
CURFEW = {
    "kind": "curfew",
    "zone": {"type": "Point", "coordinates": [-0.1027, 51.5465], "radius_m": 60},
    "timetable": [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"],
                   "start": "20:00", "end": "06:00"}],
}  # fmt: skip
WORDS = (
    "The offences were committed at night, and each of them far from home.",
    "Works at a bakery and lives with family, who were asked on their own.",
    "Reporting daily was considered; it does not cover the hours at which the offences were "
    "committed.",
)


def assess(now: datetime) -> None:
    """Once: a start that was cut short goes on from what there is."""
    from waypost.suitability.models import Assessment

    court = _officer("court", now)
    for number, step in enumerate((_waiting, _ready, _held_up, _decided)):
        if Assessment.objects.filter(person__reference=WHO[number][0]).exists():
            continue
        step(number, court, now)


def _waiting(number: int, by: Posted, now: datetime) -> None:
    """Asked of the police four days ago, and not answered: late."""
    from waypost.necessity.values import CheckKind
    from waypost.suitability import actions

    at = now - timedelta(days=5)
    made = _referred(number, by, at)
    _home(made, by, at)
    asked = actions.ask_check(made, CheckKind.DOMESTIC_ABUSE, "", by=by, now=at)
    actions.chase(asked, "Rang the public protection desk.", by=by, now=now - timedelta(days=1))
    _answered(made, CheckKind.CHILD_SAFEGUARDING, by, at)


def _ready(number: int, by: Posted, now: datetime) -> None:
    from waypost.necessity.values import CheckKind

    at = now - timedelta(days=3)
    made = _referred(number, by, at)
    _home(made, by, at)
    for kind in CheckKind:
        _answered(made, kind, by, at)
    _worded(made, by, now)


def _held_up(number: int, by: Posted, now: datetime) -> None:
    """A release on a home detention curfew of which a check is missing: an officer cannot wait."""
    from waypost.necessity.values import CheckKind
    from waypost.suitability import actions

    at = now - timedelta(days=1)
    made = _referred(number, by, at, release=True)
    _home(made, by, at)
    actions.ask_check(made, CheckKind.DOMESTIC_ABUSE, "", by=by, now=at)
    _answered(made, CheckKind.CHILD_SAFEGUARDING, by, at)
    _worded(made, by, now)
    actions.ask_leave(
        made, "The release is on Monday and the desk is closed until then.", by=by, now=now
    )


def _decided(number: int, by: Posted, now: datetime) -> None:
    from waypost.suitability import actions
    from waypost.suitability.proposing import Decided
    from waypost.suitability.values import InPlace, Outcome

    _ready(number, by, now)
    made = _number(WHO[number][0])
    actions.send(made, expected_version=2, by=by, now=now)
    given = Decided(
        Outcome.WITH_CHANGES, f"O-{WHO[number][0]}", now.date(), "Highbury Magistrates’ Court",
        InPlace.YES, "the chair of the bench", "The court made it two hours shorter.",
    )  # fmt: skip
    actions.record_sentence(made, given, by=by, now=now)


def _referred(number: int, by: Posted, at: datetime, *, release: bool = False) -> int:
    from waypost.orders.values import OrderKind
    from waypost.suitability import actions
    from waypost.suitability.referring import Referred
    from waypost.suitability.values import Act, AssessmentKind, CommitmentKind

    reference, name, born_on = WHO[number]
    kind = AssessmentKind.PRE_RELEASE if release else AssessmentKind.PRE_SENTENCE
    given = Referred(
        reference, kind, OrderKind.HDC if release else OrderKind.COMMUNITY_ORDER, "national",
        "HMP Pentonville" if release else "Highbury Magistrates’ Court", "Islington",
        at.date() + timedelta(days=14), "Burglaries, each of them committed at night.", name,
        born_on, "Islington",
    )  # fmt: skip
    made = actions.refer(given, by=by, now=at)
    actions.do(made, Act.TAKE, "", by=by, now=at)
    actions.record_score(made, "OGRS", f"{40 + 7 * number} %", at.date(), "", by=by, now=at)
    actions.add_commitment(made, CommitmentKind.WORK, "shift at a bakery", ["TU", "TH"], "13:00",
                           "21:00", by=by, now=at)  # fmt: skip
    return made


def _home(made: int, by: Posted, at: datetime) -> None:
    from waypost.suitability import actions
    from waypost.suitability.householders import Said
    from waypost.suitability.models import Householder
    from waypost.suitability.recording import Found
    from waypost.suitability.values import Consent, How, Signal, Suitable

    actions.record_home(made, "1 Invented Walk, London N1", by=by, now=at)
    found = Found(Suitable.SUITABLE, "Visited; a room of their own.", True, Signal.GOOD, at.date())
    actions.record_finding(made, found, by=by, now=at)
    actions.add_householder(made, "Somebody Invented", "a relative", by=by, now=at)
    living = Householder.objects.get(home__assessment_id=made)
    said = Said(Consent.YES, How.VISIT, at, by.name, "Glad to have them back.", True)
    actions.record_answer(made, living.pk, said, by=by, now=at)


def _answered(made: int, kind: Any, by: Posted, at: datetime) -> None:
    from waypost.suitability import actions
    from waypost.suitability.checking import Answered
    from waypost.suitability.values import Answer

    asked = actions.ask_check(made, kind, "", by=by, now=at)
    later = at + timedelta(hours=3)
    given = Answered(Answer.NOTHING_KNOWN, "Nothing is recorded.", "The duty desk", later)
    actions.answer(asked, given, by=by, now=later)


def _worded(made: int, by: Posted, now: datetime) -> None:
    from waypost.suitability import actions
    from waypost.suitability.wording import TITLES

    actions.ask_for(made, CURFEW, by=by, now=now)
    actions.draft(made, by=by, now=now)
    sections = list(zip(TITLES, WORDS, strict=True))
    actions.edit(made, sections, expected_version=1, by=by, now=now)


def _number(reference: str) -> int:
    from waypost.suitability.models import Assessment

    return int(Assessment.objects.get(person__reference=reference).pk)


def _officer(username: str, now: datetime) -> Posted:
    from waypost.access.models import Officer
    from waypost.access.queries import posted

    return posted(Officer.objects.get(username=username), now=now)
