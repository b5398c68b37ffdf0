"""Referral: somebody known or new is to be assessed, for an order and a programme.

A new person is recorded with no order: the court officer's team, or the practitioner, has the case
until an orders file names who is responsible. A reference that somebody has already, of whom the
officer may not know, cannot be told from one that is used for something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Reach
from waypost.errors import Refused
from waypost.orders.actions import bump_head
from waypost.orders.models import Caseload, Person
from waypost.orders.queries import case_of
from waypost.orders.values import OrderKind
from waypost.suitability.eligibility import PROGRAMMES
from waypost.suitability.models import Assessment, AssessmentMove
from waypost.suitability.scope import named, said
from waypost.suitability.values import OPEN, AssessmentKind, Status

ORDER_KINDS: dict[AssessmentKind, tuple[OrderKind, ...]] = {
    AssessmentKind.PRE_SENTENCE: (
        OrderKind.COMMUNITY_ORDER, OrderKind.SUSPENDED_SENTENCE, OrderKind.YOUTH,
        OrderKind.COURT_BAIL, OrderKind.DAPO, OrderKind.CIVIL,
    ),
    AssessmentKind.PRE_RELEASE: (
        OrderKind.HDC, OrderKind.LICENCE, OrderKind.PAROLE, OrderKind.POST_SENTENCE_SUPERVISION,
    ),
}  # fmt: skip
ORDER_KINDS[AssessmentKind.NEW_ADDRESS] = tuple(
    kind for kinds in list(ORDER_KINDS.values()) for kind in kinds
)
NOT_THIS = (
    "This reference cannot be used: it is somebody’s who is not among your cases. Look at it "
    "again, or ask their responsible officer or team to take you on."
)


@dataclass(frozen=True, slots=True)
class Referred:
    """What the form gives. name, born_on, area: of somebody who is not known here yet."""

    reference: str
    kind: AssessmentKind
    order_kind: OrderKind
    programme: str
    court: str
    court_area: str
    decision_on: date
    why: str
    name: str = ""
    born_on: date | None = None
    area: str = ""


@transaction.atomic
def refer(given: Referred, *, by: Posted, now: datetime) -> int:
    """Begin an assessment; its number. Sent twice it is one.

    raises   Refused for an order of the other kind, a day gone by, or somebody out of reach
    """
    may.check(by, Permission.SUITABILITY_WRITE)
    _check(given, now)
    person = _person(given, by, now)
    case = case_of(person.pk, now=now)
    may.check(by, Permission.SUITABILITY_WRITE, case)
    same = Assessment.objects.filter(
        person=person, kind=given.kind.value, order_kind=given.order_kind.value,
        decision_on=given.decision_on, status__in=[one.value for one in OPEN],
    ).first()  # fmt: skip
    if same is not None:
        return same.pk
    made = Assessment.objects.create(
        person=person, kind=given.kind.value, order_kind=given.order_kind.value,
        programme=given.programme, court=named(given.court, "Name the court or the prison."),
        court_area=" ".join(given.court_area.split())[:120], decision_on=given.decision_on,
        why=said(given.why, "Say why monitoring is thought of, in a sentence."),
        made_at=now, made_by_id=by.officer_id, officer_id=by.officer_id,
    )  # fmt: skip
    AssessmentMove.objects.create(
        assessment=made, at=now, act="refer", from_status="", to_status=Status.REFERRED.value,
        officer_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "assessment:referred", by=by, at=now, about=person.pk,
        detail={"assessment": made.pk, "order_kind": made.order_kind},
    )  # fmt: skip
    return made.pk


def _check(given: Referred, now: datetime) -> None:
    if given.order_kind not in ORDER_KINDS[given.kind]:
        raise Refused("Choose an order that this kind of assessment is made for.")
    if given.programme not in PROGRAMMES:
        raise Refused("Choose a programme, or none.")
    if given.decision_on < now.date():
        raise Refused("The day of the hearing or release has gone by; look at it again.")
    if given.born_on is not None and not 1900 <= given.born_on.year <= now.year - 10:
        raise Refused("Look at the date of birth again: nobody so old or so young is assessed.")


def _person(given: Referred, by: Posted, now: datetime) -> Person:
    """The person of this reference, else a new one."""
    reference = named(given.reference, "Give the person’s reference.", limit=80)
    if "\x00" in reference:
        raise Refused("Give the person’s reference.")
    found = Person.objects.filter(reference=reference).first()
    if found is not None:
        case = case_of(found.pk, now=now)
        if found.protected or not may.decide(by, Permission.SUITABILITY_WRITE, case).allowed:
            raise Refused(NOT_THIS)
        return found
    made = Person.objects.create(
        reference=reference, known_at=now, born_on=given.born_on,
        full_name=named(given.name, "Nobody has this reference yet: give the person’s name, too.",
                        limit=200),
        area=" ".join(given.area.split())[:120],
    )  # fmt: skip
    _hold(made, by, now)
    bump_head()
    return made


def _hold(person: Person, by: Posted, now: datetime) -> None:
    """Whose case it is: the team's where the officer sees its cases, else their own."""
    team = min(by.team_ids, default=None)
    is_teams = team is not None and may.reach(by, Permission.SUITABILITY_WRITE) is Reach.TEAM
    Caseload.objects.create(
        person=person, from_at=now, team_id=team if is_teams else None,
        officer_id=None if is_teams else by.officer_id,
    )  # fmt: skip
