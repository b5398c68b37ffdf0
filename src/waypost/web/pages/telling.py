"""How those who are not staff are told: reminders, praise, a protected person's wish."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from waypost.access import may
from waypost.access.values import Case, Permission, Posted
from waypost.alerts.queries import AlertPage
from waypost.clock import now
from waypost.errors import NoSuchThing, Refused
from waypost.notices.channels import channels
from waypost.notices.values import MAIL, SMS
from waypost.orders.queries import case_of, person_orders
from waypost.telling import actions, queries
from waypost.telling.choosing import LANGUAGES, check_may_choose
from waypost.telling.praising import preview, weeks_of
from waypost.telling.queries import Chosen
from waypost.telling.wishing import Wished, wearers_of, wishes_of
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import telling as present
from waypost.web.presenters.fitting import form_time, read_form_time
from waypost.web.who import signed_in

LATEST = 3  # reminders on a page that is about something else
REACH = (SMS, MAIL)  # what people outside the staff have


def reminders(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET: how a wearer is reminded and what was sent. POST: choose for them, as they wish it."""
    by = signed_in(request)
    may.check(by, Permission.PERSON_TELL, case_of(person_id, now=now()))
    said, trouble = _chosen(request, person_id, by) if request.method == "POST" else (None, "")
    if said is not None:
        messages.success(request, said)
        return redirect("person-reminders", person_id=person_id)
    chosen = queries.chosen_by(person_id, by, now=now())
    words = _words(request, person_id, chosen, trouble) | {
        "weeks": weeks_of(person_id, by, now=now()),
        "own": False,
    }
    return render(request, "waypost/person_reminders.html", words, status=422 if trouble else 200)


def own_reminders(request: HttpRequest) -> HttpResponse:
    """The same, of oneself."""
    by = signed_in(request)
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    check_may_choose(by.own_person_id, by, now())
    wish = _chosen(request, by.own_person_id, by) if request.method == "POST" else (None, "")
    said, trouble = wish
    if said is not None:
        messages.success(request, said)
        return redirect("mine-reminders")
    chosen = queries.chosen(by.own_person_id, now=now())
    words = _words(request, by.own_person_id, chosen, trouble) | {"own": True}
    return render(request, "waypost/own_reminders.html", words, status=422 if trouble else 200)


def _chosen(request: HttpRequest, person_id: int, by: Posted) -> tuple[str | None, str]:
    sent, at = request.POST, now()

    def act() -> str:
        words = sent.get("words", "")
        if sent.get("act") == "kinds":
            kinds = sent.getlist("kinds")
            actions.choose_kinds(person_id, kinds, words=words, by=by, now=at)
            return "This is kept." if kinds else "Reminders are turned off."
        if sent.get("act") == "end":
            number = number_of(sent.get("contact", ""), "a contact")
            actions.end_way(person_id, number, by=by, now=at)
            return "It is not used any more."
        contact = present.read_contact(sent, _able())
        actions.add_way(person_id, contact, words=words, by=by, now=at)
        return "Messages will come this way from now on."

    return tried(act)


def _words(request: HttpRequest, person_id: int, chosen: Chosen, trouble: str) -> dict[str, Any]:
    person = person_orders([person_id])[0]
    return {
        "person_id": person_id,
        "who": person.details.get("name") or person.person_id,
        "chosen": chosen,
        "kinds": [
            (name, *words, name in chosen.kinds) for name, words in present.KINDS.items()
        ],
        "reminders": present.reminders_shown(queries.reminders_of(person_id, now=now())),
        "able": _able(),
        "languages": LANGUAGES,
        "trouble": trouble,
        "trouble_at": "kinds" if request.POST.get("act") == "kinds" else "address",
        "said": request.POST,
    }  # fmt: skip


def _able() -> list[str]:
    """Channels by which people outside the staff can be reached, as far as they are set up."""
    return [name for name in REACH if name in channels()]


def week(request: HttpRequest, week_id: int) -> HttpResponse:
    """GET: what the wearer would be told of a kept week. POST: have them told."""
    by, at = signed_in(request), now()
    if request.method == "POST":
        actions.say_well_done(week_id, by=by, now=at)
        seen = preview(week_id, by, now=at)
        messages.success(request, f"{seen.week.name} is told that you saw it.")
        return redirect("person-reminders", person_id=seen.week.person_id)
    seen = preview(week_id, by, now=at)
    words = {"week": seen.week, "seen": seen, "language": LANGUAGES.get(seen.language)}
    return render(request, "waypost/praise.html", words)


def near(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET: a protected person's wishes to be told when a wearer comes near. POST: record, end."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "end":
            number = number_of(sent.get("wish", ""), "a wish")
            actions.end_wish(number, sent.get("why", ""), by=by, now=at)
            return "It has ended. Nothing more is told."
        wearer_id = number_of(sent.get("wearer", ""), "the wearer")
        wished = Wished(
            contact=present.read_contact(sent, _able()),
            ring=sent.get("ring", ""),
            consent_at=_instant(sent.get("consent_at", "")),
            consent_how=sent.get("consent_how", ""),
            requirements=sent.getlist(f"zones-{wearer_id}"),
            code=sent.get("code", ""),
            never_from=present.read_time(sent.get("never_from", "")),
            never_to=present.read_time(sent.get("never_to", "")),
            never_when=sent.get("never_when", ""),
        )
        actions.record_wish(person_id, wearer_id, wished, by=by, now=at)
        return "It is recorded. They are told from now on."

    trouble = ""
    if request.method == "POST":
        said, trouble = tried(act)
        if said is not None:
            messages.success(request, said)
            return redirect("person-near", person_id=person_id)
    wishes = wishes_of(person_id, by, now=at)
    recorded = {one.wearer_id for one in wishes if one.to_at is None}
    wearers = [one for one in wearers_of(person_id, by, now=at) if one.wearer_id not in recorded]
    person = person_orders([person_id])[0]
    words = {
        "person_id": person_id,
        "who": person.details.get("name") or person.person_id,
        "wearers": wearers,
        "wishes": wishes,
        "able": _able(),
        "languages": LANGUAGES,
        "trouble": trouble,
        "trouble_at": "ring",
        "said": sent,
        "now_text": form_time(at),
    }
    return render(request, "waypost/person_near.html", words, status=422 if trouble else 200)


def reminder_words(person_id: int, by: Posted, at: datetime, case: Case) -> dict[str, Any]:
    """The last reminders, for the person's page, to who may choose how they are told."""
    if not may.decide(by, Permission.PERSON_TELL, case).allowed:
        return {}
    seen = queries.reminders_of(person_id, now=at)[:LATEST]
    return {"may_tell": True, "reminders": present.reminders_shown(seen)}


def own_reminder_words(person_id: int, at: datetime) -> dict[str, Any]:
    """The same for the wearer's own page."""
    seen = queries.reminders_of(person_id, now=at)[:LATEST]
    chosen = queries.chosen(person_id, now=at)
    return {
        "reminders": present.reminders_shown(seen),
        "can_remind": bool(chosen.contacts and chosen.kinds),
    }


def alert_words(page: AlertPage, by: Posted, at: datetime) -> dict[str, Any]:
    """What an alert's page says of reminders to its wearer, and, to named staff of a protected
    person alone, of what that person was told."""
    alert = page.alert
    if alert.nameless:
        return {}
    found: dict[str, Any] = {"near": queries.near_of(alert.alert_id, by, now=at)}
    if may.decide(by, Permission.PERSON_READ).allowed:
        before = queries.reminders_before(
            alert.person_id, alert.kind, alert.requirement_reference, alert.from_at
        )
        found["reminded_about"] = before is not None
        found["reminded"] = present.reminders_shown(before or ())
    return found


def _instant(text: str) -> datetime:
    try:
        return read_form_time(text)
    except (ValueError, OverflowError):
        raise Refused("Enter when they agreed, such as 2026-03-01T19:00.") from None
