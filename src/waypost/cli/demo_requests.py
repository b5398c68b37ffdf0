"""The demo's requests: ranks, one on call, a known number; one request granted, one refused, one
that waits for leave, and a question about a place. All invented.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waypost.access.values import Posted
    from waypost.disclosure.asking import Requester
    from waypost.disclosure.values import Place, Wanted, What

SECOND_AUTHORISER, SECOND_ADMINISTRATOR = "authorising2", "administrator2"
WHY = (
    "A watch was taken in the street at that time, and the description that two witnesses gave "
    "fits this person."
)
HELPS = "If the tag was elsewhere the person is ruled out; if it was there we look at the cameras."
REASON = "Proportionate: one evening, one person, and a robbery with violence is enquired into."


def ask_for_data(now: datetime) -> None:
    """Once: a start that was cut short goes on from what there is."""
    from waypost.cli.demo_training import pass_courses
    from waypost.disclosure import actions
    from waypost.disclosure.models import Request
    from waypost.disclosure.values import Ground, What

    _authorities(now)
    pass_courses(now)
    reed, analyst = _officer("requester", now), _officer("analyst", now)
    avery = _officer("authorising", now)
    person = _wearer()
    if person is None:
        return
    name, reference, place, when = person
    done = Request.objects.count()
    if done < 1:
        number = _asked(What.TRACK, name, reference, place, when, reed, now - timedelta(days=3))
        _checked(number, reference, analyst, now - timedelta(days=3, hours=-2))
        _granted(number, avery, now - timedelta(days=2))
    if done < 2:
        number = actions.submit(
            _too_broad(name, reference, when), _nobody(), by=reed, now=now - timedelta(days=2)
        )
        actions.refuse(
            number, [Ground.TOO_BROAD, Ground.TENUOUS],
            "Two weeks of somebody’s life for an enquiry that is not named.", by=analyst,
            now=now - timedelta(days=1),
        )  # fmt: skip
    if done < 3:
        number = _asked(What.PRESENCE, name, reference, place, when, reed, now - timedelta(hours=5))
        _checked(number, reference, analyst, now - timedelta(hours=4))
    if done < 4:
        number = _asked(What.ANYBODY, "", "", place, when, reed, now - timedelta(hours=8))
        _checked(number, "", analyst, now - timedelta(hours=7))
        _granted(number, _officer(SECOND_AUTHORISER, now), now - timedelta(hours=6))


def _authorities(now: datetime) -> None:
    """Avery and a senior officer, each recorded by one administrator and confirmed by another."""
    from waypost.access.actions import make_officer
    from waypost.access.values import Role
    from waypost.cli.demo_setting import PASS_PHRASE
    from waypost.disclosure import actions
    from waypost.disclosure.models import RankHeld
    from waypost.disclosure.values import Rank

    at = now - timedelta(days=30)
    for username, name, role in (
        (SECOND_AUTHORISER, "Sable Overton", Role.AUTHORISING_OFFICER),
        (SECOND_ADMINISTRATOR, "Addie Seconder", Role.ADMINISTRATOR),
    ):
        make_officer(username, name, PASS_PHRASE, role, now=at)
    if RankHeld.objects.exists():
        return
    adrian, addie = _officer("administrator", now), _officer(SECOND_ADMINISTRATOR, now)
    for username, rank in (("authorising", Rank.OFFICER), (SECOND_AUTHORISER, Rank.SENIOR)):
        officer_id = _officer(username, now).officer_id
        assert officer_id is not None
        held = actions.record_rank(officer_id, rank, at, None, by=adrian, now=now)
        actions.confirm_rank(held, by=addie, now=now)
        if rank is Rank.SENIOR:
            actions.put_on_call(officer_id, now, now + timedelta(days=7), by=adrian, now=now)
    actions.add_number(
        "Metropolitan Police", "020 7946 0123", "the force’s published switchboard", by=adrian,
        now=at,
    )  # fmt: skip


def _wearer() -> tuple[str, str, Place, datetime] | None:
    """Somebody whose tag was heard lately, where it was, and when: by the machine, for the demo."""
    from waypost import clock
    from waypost.disclosure.values import Place
    from waypost.matching.in_scope import in_scope
    from waypost.orders.models import Person
    from waypost.orders.queries import person_orders
    from waypost.positions.queries import fixes_between

    for person in Person.objects.filter(limited=False, protected=False).order_by("reference")[:20]:
        for worn in in_scope(person_orders([person.pk])):
            end = worn.spans[-1][1]
            to_at = min(end, clock.now() - timedelta(days=4))
            fixes = fixes_between([worn.activation], to_at - timedelta(days=2), to_at)
            if fixes.num_rows:
                row = fixes.slice(fixes.num_rows // 2, 1).to_pylist()[0]
                place = Place(row["lat"], row["lon"], 150.0, "where the watch was taken")
                return person.full_name, person.reference, place, row["measured_at"]
    return None


def _asked(
    what: What, name: str, reference: str, place: Place, when: datetime, by: Posted, at: datetime
) -> int:
    from waypost.disclosure import actions
    from waypost.disclosure.values import OF_A_PLACE, Kind, Urgency, Wanted, Window

    wanted = Wanted(
        Kind.POLICE, what, Urgency.ROUTINE,
        Window(when - timedelta(hours=1), when + timedelta(hours=1)),
        place if what in OF_A_PLACE else None, name, "", reference,
        "Robbery of a watch in the street", "01/4711/26", WHY, HELPS,
    )  # fmt: skip
    return actions.submit(wanted, _nobody(), by=by, now=at)


def _too_broad(name: str, reference: str, when: datetime) -> Wanted:
    from waypost.disclosure.values import Kind, Urgency, Wanted, What, Window

    return Wanted(
        Kind.POLICE, What.TRACK, Urgency.ROUTINE,
        Window(when - timedelta(days=14), when), None, name, "", reference, "Various", "",
        "We would like to see what this person does in general.",
        "It gives us background on what this person does, just in case.",
    )  # fmt: skip


def _checked(number: int, reference: str, by: Posted, at: datetime) -> None:
    from waypost.disclosure import actions

    if reference:
        actions.link(number, reference, by=by, now=at)
    actions.pass_on(number, "Clear, in time and in proportion.", by=by, now=at)


def _granted(number: int, by: Posted, at: datetime) -> None:
    from waypost.disclosure import actions

    _, answer = actions.preview(number, by=by, now=at)
    actions.grant(number, REASON, answer.digest, by=by, now=at)


def _nobody() -> Requester:
    from waypost.disclosure.asking import Requester

    return Requester()


def _officer(username: str, now: datetime) -> Posted:
    from waypost.access.models import Officer
    from waypost.access.queries import posted

    return posted(Officer.objects.get(username=username), now=now)
