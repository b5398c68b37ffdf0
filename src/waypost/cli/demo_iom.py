"""The demo's IOM unit: a cohort of a few, a conference that was held and one coming up, offers, an
action that is late, a task of the police, and two entries of intelligence.

All of it is written now, about days before: nobody was anybody's case before the demo began."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waypost.access.values import Posted

MEMBERS = 6
DAY = timedelta(days=1)
REASONS = "The panel looked at the last three months and at what the borough asks for."


def meet_about_some(now: datetime) -> None:
    """As the demo's coordinator: members of their borough, whose names the world made up. Once: a
    start that was cut short goes on from what it had written."""
    from waypost.access.models import Officer
    from waypost.access.queries import posted
    from waypost.access.values import Permission
    from waypost.iom.models import Conference, Member
    from waypost.orders.models import Person
    from waypost.orders.queries import visible_person_ids

    by = posted(Officer.objects.get(username="iom"), now=now)
    seen = visible_person_ids(by, Permission.IOM_WRITE, now=now)
    rows = Person.objects.filter(protected=False, limited=False, activations__isnull=False)
    if seen is not None:
        rows = rows.filter(pk__in=seen)
    people = list(rows.distinct().order_by("reference").values_list("pk", flat=True)[:MEMBERS])
    known = set(Member.objects.values_list("person_id", flat=True))
    for number, person_id in enumerate(people):
        if person_id not in known:
            _select(number, person_id, by, now)
    if people and not Conference.objects.exists():
        _held(people[:3], by, now)
        _coming(people, by, now)
        _asked(people[0], by, now)


def _select(number: int, person_id: int, by: Posted, now: datetime) -> None:
    from waypost.iom.actions import decide_cohort
    from waypost.iom.cohorts import Decided
    from waypost.iom.values import Criterion, DecidedBy, Standing

    standing, criteria = (
        (Standing.FIXED, [Criterion.NEIGHBOURHOOD_CRIME, Criterion.HIGH_RISK]),
        (Standing.FLEX, [Criterion.NEIGHBOURHOOD_CRIME, Criterion.PRIORITY_GROUP]),
        (Standing.FREE, [Criterion.OTHER_HARM]),
    )[number % 3]
    decided = Decided(standing, criteria, REASONS, DecidedBy.MEETING, "Selection panel",
                      now - 20 * DAY)  # fmt: skip
    decide_cohort(person_id, decided, expected_version=0, by=by, now=now)


def _held(people: list[int], by: Posted, now: datetime) -> None:
    from waypost.iom import actions
    from waypost.iom.conferring import Agreed, Planned
    from waypost.iom.models import AgendaItem, Offer
    from waypost.iom.values import ConferenceAct, OfferAct, OfferStatus

    planned = Planned("Case conference, last time", now - 14 * DAY, "Town hall, room 4", by.name)
    number = actions.plan(planned, people, by=by, now=now)
    actions.move_conference(number, ConferenceAct.HOLD, expected_version=1, by=by, now=now)
    for agency, name, present in (
        ("Probation", "Perrin Caseworthy", True), ("Police", "Reed Askwell", True),
        ("Prison", "Lane Gatehouse", False),
    ):  # fmt: skip
        actions.attend(number, agency, name, present=present, by=by, now=now)
    for item in AgendaItem.objects.filter(conference_id=number).order_by("pk"):
        actions.decide_item(item.pk, "Stays where they are; looked at again next time.",
                            expected_version=1, by=by, now=now)  # fmt: skip
    agreed = (
        Agreed("Ring the hostel about a place.", "Probation", "Perrin Caseworthy", now - DAY / 2,
               "practitioner"),
        Agreed("Bring the mentor to the next appointment.", "Probation", by.name, now + 3 * DAY),
    )  # fmt: skip
    for person_id, one in zip(people, agreed, strict=False):
        actions.agree_action(person_id, one, conference_id=number, by=by, now=now)
    actions.draw_minutes(number, by=by, now=now)
    actions.move_conference(number, ConferenceAct.CLOSE, next_at=now + 2 * DAY, by=by, now=now,
                            expected_version=2)  # fmt: skip
    for offer in Offer.objects.filter(status=OfferStatus.OWED).exclude(person_id=people[0]):
        actions.move_offer(offer.pk, OfferAct.MAKE, "A mentor and help with work, in person.",
                           expected_version=1, by=by, now=now)  # fmt: skip


def _coming(people: list[int], by: Posted, now: datetime) -> None:
    from waypost.iom.actions import plan
    from waypost.iom.conferring import Planned

    plan(Planned("Case conference, next", now + 2 * DAY, "By video", by.name), people, by=by,
         now=now)  # fmt: skip


def _asked(person_id: int, by: Posted, now: datetime) -> None:
    from waypost.access.models import Team
    from waypost.cli.demo_police import DESK, FORCE
    from waypost.iom.actions import enter_entry, send_task
    from waypost.iom.intelligence import Told
    from waypost.iom.tasking import Asked
    from waypost.iom.values import Assessment, Handling, Source, TaskKind

    team = Team.objects.get(organisation__name=FORCE, name=DESK)
    asked = Asked(
        TaskKind.WELFARE, team.pk, "See that they are well, and take the leaflet along.",
        "To know how they are before the conference.", "They answered no call this week.",
        Handling.PERMITTED, "", now + 2 * DAY,
    )  # fmt: skip
    send_task(person_id, asked, by=by, now=now)
    for handling, conditions in ((Handling.PERMITTED, ""),
                                 (Handling.CONDITIONS, "For the unit alone.")):  # fmt: skip
        told = Told(
            "Said to be looking for work at the market.", "A patrol of the borough.",
            Source.UNTESTED, Assessment.INDIRECT, handling, conditions, (), now - 4 * DAY,
            now + 28 * DAY,
        )  # fmt: skip
        enter_entry(person_id, told, by=by, now=now)
