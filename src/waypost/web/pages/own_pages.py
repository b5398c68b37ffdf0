"""The wearer's own places and standing, and their page on paper for those without a phone."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.asking.queries import requests_of
from waypost.clock import now
from waypost.devices.tag_queries import signs_of_person
from waypost.errors import NoSuchThing
from waypost.monitoring.queries import last_fix_at
from waypost.orders.queries import case_of, person_orders
from waypost.orders.withholding import withheld_from
from waypost.voice.goals import goals_of
from waypost.voice.sharing import standing_of
from waypost.voice.values import GOAL_WORDS
from waypost.web.presenters import asking, people
from waypost.web.presenters.devices import own_battery_words
from waypost.web.presenters.own_places import own_places
from waypost.web.who import signed_in


def places(request: HttpRequest) -> HttpResponse:
    """Where the wearer must be, and must not be: zones on a map and in a list."""
    by, at = signed_in(request), now()
    person_id = _own(by)
    may.check(by, Permission.OWN_DATA_READ, case_of(person_id, now=at))
    with transaction.atomic():
        shown, data, key = own_places(
            person_orders([person_id])[0],
            withheld_from([person_id], now=at).get(person_id, []),
            now=at,
        )
        audit.record("person:viewed_own", by=by, at=at, about=person_id)
    words = {"places": shown, "data": data, "key": key, "wide": True}
    return render(request, "waypost/own_places.html", words)


def standing(request: HttpRequest) -> HttpResponse:
    """Which programmes the wearer is in, and who shares what."""
    by, at = signed_in(request), now()
    person_id = _own(by)
    may.check(by, Permission.OWN_DATA_READ, case_of(person_id, now=at))
    with transaction.atomic():
        words = {"standing": standing_of(person_id, now=at), "orders": _orders(person_id)}
        audit.record("person:viewed_own", by=by, at=at, about=person_id)
    return render(request, "waypost/own_standing.html", words)


def on_paper(request: HttpRequest, person_id: int) -> HttpResponse:
    """The wearer's page as an officer prints it for somebody without a phone."""
    by, at = signed_in(request), now()
    may.check(by, Permission.MEETING_PREPARE, case_of(person_id, now=at))
    with transaction.atomic():
        person = person_orders([person_id])[0]
        if person.details.get("protected"):
            raise NoSuchThing(may.NO_SUCH_PERSON)
        shown, _, _ = own_places(
            person, withheld_from([person_id], now=at).get(person_id, []), now=at
        )
        words: dict[str, Any] = {
            "who": person.details.get("name") or person.person_id,
            "person_id": person_id,
            "orders": people.orders_of(person, now=at),
            "next_things": people.next_things(person, now=at, limit=12),
            "heard_at": last_fix_at([person_id]).get(person_id),
            "battery": own_battery_words(signs_of_person(person_id, now=at)),
            "places": shown,
            "asks": asking.asks(requests_of(person_id, by, now=at), now=at),
            "standing": standing_of(person_id, now=at),
            "goals": [(one, GOAL_WORDS[one.state]) for one in goals_of(person_id)],
            "now": at,
        }
        audit.record("own_page:printed", by=by, at=at, about=person_id)
    return render(request, "waypost/own_paper.html", words)


def _own(by: Posted) -> int:
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    return by.own_person_id


def _orders(person_id: int) -> list[Any]:
    return [one for one in people.orders_of(person_orders([person_id])[0], now=now()) if one.live]
