"""The people an officer may see, one person's page, and the wearer's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.access import audit, may
from waypost.access.queries import looks_at, looks_to_tell
from waypost.access.values import Permission, Posted
from waypost.alerts.queries import open_alerts_of
from waypost.clock import now
from waypost.devices.tag_queries import findings_of, signs_of_person
from waypost.errors import NoSuchThing
from waypost.monitoring.queries import last_fix_at, violations_of
from waypost.orders.queries import case_of, person_orders, visible_person_ids
from waypost.web.presenters import people as present
from waypost.web.presenters.devices import finding_tag, own_battery_words
from waypost.web.presenters.looking import by_day
from waypost.web.who import signed_in

RECENT = timedelta(days=14)


def people(request: HttpRequest) -> HttpResponse:
    """Everybody within reach, found by name or reference; when each tag was last heard."""
    by, at = signed_in(request), now()
    ids = visible_person_ids(by, Permission.PERSON_READ, now=at)
    sought = request.GET.get("q", "").strip().casefold()
    found = [
        person
        for person in person_orders(ids)
        if not person.details.get("protected")  # no wearer: theirs is /devices/protection
        and sought in f"{person.person_id} {person.details.get('name', '')}".casefold()
    ]
    heard = last_fix_at([person.number for person in found if person.number is not None])
    rows = [
        {
            "person": person,
            "live": sum(order.live for order in present.orders_of(person, now=at)),
            "heard_at": heard.get(person.number or 0),
        }
        for person in found
    ]
    return render(request, "waypost/people.html", {"rows": rows, "q": request.GET.get("q", "")})


def person(request: HttpRequest, person_id: int) -> HttpResponse:
    by, at = signed_in(request), now()
    with transaction.atomic():
        may.check(by, Permission.PERSON_READ, case_of(person_id, now=at))
        words = _words(person_id) | {
            "alerts": open_alerts_of(person_id, by, now=at)
            if may.decide(by, Permission.ALERT_READ).allowed
            else [],
            "violations": violations_of(person_id, from_at=at - RECENT, to_at=at)[::-1][:20],
            "looks": by_day(looks_at(person_id, limit=12)),
            "may_look": may.decide(by, Permission.WHEREABOUTS_READ).allowed,
            "tag_findings": _tag_findings(person_id, by, at),
            "may_read_tag": may.decide(by, Permission.DEVICE_READ).allowed,
        }
        audit.record("person:viewed", by=by, at=at, about=person_id)
    return render(request, "waypost/person.html", words)


def mine(request: HttpRequest) -> HttpResponse:
    """What the wearer has to do now and next, in plain words."""
    by, at = signed_in(request), now()
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    may.check(by, Permission.OWN_DATA_READ, case_of(by.own_person_id, now=at))
    with transaction.atomic():
        words = _words(by.own_person_id) | {
            "looks": by_day(looks_to_tell(by.own_person_id)),
            "battery": own_battery_words(signs_of_person(by.own_person_id, now=at)),
        }
        audit.record("person:viewed_own", by=by, at=at, about=by.own_person_id)
    return render(request, "waypost/mine.html", words)


def _tag_findings(person_id: int, by: Posted, at: datetime) -> list[tuple[Any, Any]]:
    """What is the matter with the person's tag, for roles that may read of tags."""
    if not may.decide(by, Permission.DEVICE_READ).allowed:
        return []
    return [(finding_tag(one.kind), one) for one in findings_of(person_id, now=at)]


def _words(person_id: int) -> dict[str, Any]:
    at = now()
    found = person_orders([person_id])[0]
    return {
        "person": found,
        "person_id": person_id,
        "who": found.details.get("name") or found.person_id,
        "orders": present.orders_of(found, now=at),
        "wears_tag": any(
            one.from_at <= at and (one.to_at is None or one.to_at > at) for one in found.activations
        ),
        "next_things": present.next_things(found, now=at),
        "heard_at": last_fix_at([person_id]).get(person_id),
        "now": at,
    }
