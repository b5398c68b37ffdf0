"""The people an officer may see, one person's page, and the wearer's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.access import audit, may
from waypost.access.queries import looks_at, looks_to_tell
from waypost.access.values import Case, Permission, Posted
from waypost.alerts.atv import accumulated
from waypost.alerts.dealing import own_decisions
from waypost.alerts.harm import RISK_WORDS
from waypost.alerts.queries import open_alerts_of
from waypost.alerts.risks import risks_of
from waypost.asking.queries import requests_of, to_answer
from waypost.clock import now
from waypost.corrections.queries import waiting_for
from waypost.devices.tag_queries import findings_of, signs_of_person
from waypost.disclosure.queries import own_requests
from waypost.enforcement.queries import cases_of_person, warnings_about
from waypost.equality.queries import asked_of
from waypost.equality.values import ASKED_WORDS
from waypost.errors import NoSuchThing
from waypost.identity.joining import joined_to
from waypost.identity.queries import ids_of_person, people_with_id
from waypost.identity.values import KIND_WORDS
from waypost.iom.queries import standing_of
from waypost.life.queries import numbers_of
from waypost.monitoring.appointments import kept_appointments
from waypost.monitoring.home import home_now
from waypost.monitoring.moving_queries import days_near
from waypost.monitoring.queries import is_of_tag, last_fix_at
from waypost.monitoring.sobriety_queries import own_sobriety
from waypost.monitoring.strip_queries import PersonStrips, person_strips
from waypost.necessity.tasks import early_violations, own_task_count, tasks_of_person
from waypost.orders.queries import case_of, person_orders, visible_person_ids
from waypost.orders.values import PersonOrders
from waypost.pathways.queries import open_count
from waypost.plans.queries import own_objectives, summary_of
from waypost.rules.values import Certainty, RowKind
from waypost.telling.praising import kept_weeks
from waypost.voice.answering import own_asked
from waypost.voice.meeting import meetings, own_people
from waypost.voice.notes import reviewed_lately
from waypost.web.pages.pausing import suspension_words
from waypost.web.pages.suitability import assessed_words
from waypost.web.pages.telling import own_reminder_words, reminder_words
from waypost.web.presenters import outcomes
from waypost.web.presenters import people as present
from waypost.web.presenters.asking import asks
from waypost.web.presenters.court import court_rows
from waypost.web.presenters.dealing import own_shown
from waypost.web.presenters.devices import finding_tag, own_battery_words
from waypost.web.presenters.looking import by_day
from waypost.web.presenters.meeting import diary
from waypost.web.presenters.necessity import tasks_shown
from waypost.web.presenters.plans import summary as plan_summary
from waypost.web.presenters.risks import KINDS as KINDS_OF_RISK
from waypost.web.presenters.strips import KEY, own_sober_words, strips_shown
from waypost.web.who import signed_in
from waypost.whatif.queries import attached_to
from waypost.whatif.trying import KINDS
from waypost.young_court.queries import own_reviews, reviews_of

KEPT_DAYS = timedelta(days=28)
OWN_ASKS = 3  # requests of the wearer on a page that is about something else


def people(request: HttpRequest) -> HttpResponse:
    """Everybody within reach, by name, reference or exact id; when each tag was last heard."""
    by, at = signed_in(request), now()
    ids = visible_person_ids(by, Permission.PERSON_READ, now=at)
    sought = request.GET.get("q", "").strip().casefold()
    with_id = people_with_id(sought, by, now=at) if sought else frozenset()
    found = [
        person
        for person in person_orders(ids)
        if not person.details.get("protected")  # no wearer: theirs is /devices/protection
        and (
            person.number in with_id
            or sought in f"{person.person_id} {person.details.get('name', '')}".casefold()
        )
    ]
    first = _first_words(by, at, found)
    reviewed = first["reviewed"]
    heard = last_fix_at([person.number for person in found if person.number is not None])
    rows = [
        {
            "person": person,
            "live": sum(order.live for order in present.orders_of(person, now=at)),
            "heard_at": heard.get(person.number or 0),
            "reviewed_at": reviewed.get(person.number or 0),
        }
        for person in found
    ]
    words = {
        "rows": rows,
        "q": request.GET.get("q", ""),
        "may_merge": may.decide(by, Permission.IDENTITY_MERGE).allowed,
        "owed_count": own_task_count(by, now=at),
        "weeks": [] if sought else kept_weeks(by, now=at),
        **({"may_meet": first["may_meet"]} if sought else first),
    }
    return render(request, "waypost/people.html", words)


def person(request: HttpRequest, person_id: int) -> HttpResponse:
    by, at = signed_in(request), now()
    with transaction.atomic():
        case = case_of(person_id, now=at)
        may.check(by, Permission.PERSON_READ, case)
        words = _words(person_id)
        words["orders"] = _with_numbers(words["orders"], person_id)
        words |= _strip_words(person_strips(person_id, by=by, now=at, person=words["person"]))
        words |= {
            "alerts": open_alerts_of(person_id, by, now=at)
            if may.decide(by, Permission.ALERT_READ).allowed
            else [],
            "looks": by_day(looks_at(person_id, limit=12)),
            "owed": tasks_shown(tasks_of_person(person_id, by, now=at)),
            "plan": _plan_words(person_id, by, at),
            "programmes": sorted(case.programmes),
            "court_messages": court_rows(person_id, by, now=at),
            "may_read_necessity": may.decide(by, Permission.NECESSITY_READ, case).allowed,
            "may_look": may.decide(by, Permission.WHEREABOUTS_READ).allowed,
            "may_explain": may.decide(by, Permission.ALERT_READ).allowed,
            "tag_findings": _tag_findings(person_id, by, at),
            "may_read_orders": may.decide(by, Permission.ORDER_READ, case).allowed,
            "may_order": may.decide(by, Permission.ORDER_WRITE, case).allowed
            and not words["person"].details.get("protected"),
            "may_try": may.decide(by, Permission.WHATIF_RUN, case).allowed,
            "try_kinds": KINDS,
            "referrals_open": open_count(person_id, by, now=at),
            "court_reviews": reviews_of(person_id, by, now=at),
            "iom_standing": standing_of(person_id, by, now=at),
            "attached": attached_to(person_id, by, now=at)
            if may.decide(by, Permission.ORDER_READ, case).allowed
            else {},
            "may_meet": may.decide(by, Permission.MEETING_PREPARE, case).allowed,
            "may_absent": may.decide(by, Permission.ABSENCE_AUTHORISE, case).allowed,
            "may_read_tag": may.decide(by, Permission.DEVICE_READ).allowed,
            "breach_cases": cases_of_person(person_id, by, now=at),
            "warnings": warnings_about(person_id, by, now=at),
            "may_read_breaches": may.decide(by, Permission.BREACH_READ, case).allowed,
        }
        words |= _risk_words(person_id, by, at, case)
        words |= assessed_words(person_id, words["person"], by, at)
        words |= suspension_words(person_id, by, at) | reminder_words(person_id, by, at, case)
        words |= _outcome_words(person_id, words["person"], by, at)
        words |= _identity_words(person_id, by, at, case)
        told = {"home_state": len(words["home_now"])} if words["home_now"] else None
        for one in words["joined"]:
            beside = {"beside": person_id, "merge": one.merge_id}
            audit.record("person:viewed", by=by, at=at, about=one.other_id, detail=beside)
        audit.record("person:viewed", by=by, at=at, about=person_id, detail=told)
    return render(request, "waypost/person.html", words)


def mine(request: HttpRequest) -> HttpResponse:
    """What the wearer has to do now and next, in plain words."""
    by, at = signed_in(request), now()
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    may.check(by, Permission.OWN_DATA_READ, case_of(by.own_person_id, now=at))
    with transaction.atomic():
        words = _words(by.own_person_id)
        words |= {
            "objectives": own_objectives(by, now=at),
            "sober": [own_sober_words(one) for one in own_sobriety(words["person"], now=at)],
            "looks": by_day(looks_to_tell(by.own_person_id)),
            "days_near": days_near(by.own_person_id, now=at),
            "decisions": own_shown(own_decisions(by, now=at)),
            "warnings": warnings_about(by.own_person_id, by, now=at),
            "own_requests": own_requests(by, now=at),
            "corrections": waiting_for(by, now=at),
            "battery": own_battery_words(signs_of_person(by.own_person_id, now=at)),
            **own_reminder_words(by.own_person_id, at),
            "asks": asks(requests_of(by.own_person_id, by, now=at)[:OWN_ASKS], now=at),
            "asked": own_asked(by, now=at),
            "own_court": own_reviews(by, now=at),
            "own": True,
        }
        audit.record("person:viewed_own", by=by, at=at, about=by.own_person_id)
    return render(request, "waypost/mine.html", words)


def _first_words(by: Posted, at: datetime, found: list[PersonOrders]) -> dict[str, Any]:
    """What a practitioner's first page opens with: who asks first, who is seen this week, whose
    week is not gone through."""
    ids = own_people(by, now=at)
    if ids is None:
        return {"may_meet": False, "reviewed": {}}
    reviewed = reviewed_lately(ids, now=at)
    return {
        "may_meet": True,
        "asks": asks(to_answer(by, now=at), now=at),
        "diary": diary(meetings(by, now=at, persons=found, ids=ids), now=at),
        "reviewed": reviewed,
        "to_review": len(ids - set(reviewed)),
    }


def _strip_words(found: PersonStrips) -> dict[str, Any]:
    """The strips, and the rows behind them: what was found apart from what could not be told.

    What the tag itself was stands on its own page; coming close to a zone is no violation.
    """
    newest = [
        one
        for one in reversed(found.violations)
        if not is_of_tag(one.row) and one.row.kind is not RowKind.EXCLUSION_WARNING
    ]
    return {
        "strips": strips_shown(found, settings.WALL_ZONE),
        "strip_key": KEY,
        "strips_again_from": found.again_from,
        "strips_judged_to": found.judged_to,
        "violations": [one for one in newest if one.row.certainty != Certainty.CANNOT_TELL],
        "early": early_violations(one.violation_id for one in newest),
        "untold": [one for one in newest if one.row.certainty == Certainty.CANNOT_TELL],
    }


def _outcome_words(
    person_id: int, person: PersonOrders, by: Posted, at: datetime
) -> dict[str, Any]:
    """What adds up, how appointments were kept, and whether somebody under curfew is at home."""
    may_read_alerts = may.decide(by, Permission.ALERT_READ).allowed
    sums = accumulated(person_id, by=by, now=at, person=person)
    kept = kept_appointments(person_id, by=by, from_at=at - KEPT_DAYS, now=at, person=person)
    return {
        "sums": [outcomes.sum_shown(one, with_alerts=may_read_alerts) for one in sums],
        "appointments": outcomes.appointments_shown(kept),
        "home_now": [
            outcomes.home_shown(one) for one in home_now(person_id, by=by, now=at, person=person)
        ],
    }


def _identity_words(person_id: int, by: Posted, at: datetime, case: Case) -> dict[str, Any]:
    """The person's ids, another record that was found to be theirs, whether they were asked how
    they describe themself: never what they answered."""
    asked = asked_of(person_id, by, now=at)
    return {
        "ids": [(KIND_WORDS[one.kind], one) for one in ids_of_person(person_id, by, now=at)],
        "joined": joined_to(person_id, by, now=at),
        "may_write_ids": may.decide(by, Permission.IDENTITY_WRITE, case).allowed,
        "may_merge": may.decide(by, Permission.IDENTITY_MERGE, case).allowed,
        "asked_words": ASKED_WORDS[asked] if asked else "",
    }


def _risk_words(person_id: int, by: Posted, at: datetime, case: Case) -> dict[str, Any]:
    """Recorded risks of harm, for who may read the person's alerts."""
    if not may.decide(by, Permission.ALERT_READ, case).allowed:
        return {}
    return {
        "may_read_risks": True,
        "risks": risks_of(person_id, by, now=at),
        "risk_words": RISK_WORDS,
        "risk_kinds": KINDS_OF_RISK,
        "may_write_risks": may.decide(by, Permission.RISK_WRITE, case).allowed,
    }


def _plan_words(person_id: int, by: Posted, at: datetime) -> dict[str, Any] | None:
    """What the tag is for and what is due of the plans, for roles that may read them."""
    found = summary_of(person_id, by, now=at)
    return plan_summary(found, at) if found is not None else None


def _tag_findings(person_id: int, by: Posted, at: datetime) -> list[tuple[Any, Any]]:
    """What is the matter with the person's tag, for roles that may read of tags."""
    if not may.decide(by, Permission.DEVICE_READ).allowed:
        return []
    return [(finding_tag(one.kind), one) for one in findings_of(person_id, now=at)]


def _with_numbers(
    orders: list[present.OrderShown], person_id: int
) -> list[present.OrderShown]:  # fmt: skip
    """The orders with the number of the page about each; a protection has none."""
    numbers = numbers_of(person_id)
    return [
        replace(one, number=numbers.get(one.reference))
        for one in orders
    ]  # fmt: skip


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
