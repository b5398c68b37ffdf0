"""One person's tag: how it is; their home units; who is protected from them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission
from waypost.clock import now
from waypost.devices import actions
from waypost.devices.clinical import Agreed, removals_of
from waypost.devices.command_words import TAKE_COMMANDS
from waypost.devices.device_queries import homes_of
from waypost.devices.protecting import Protected
from waypost.devices.protection_queries import protections_of
from waypost.devices.putting_up import Spot
from waypost.devices.tag_queries import persons_tag
from waypost.errors import Refused
from waypost.monitoring.queries import tag_states_of
from waypost.orders.queries import person_orders
from waypost.protocols.values import CommandKind
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import devices as present
from waypost.web.presenters.fitting import form_time, read_form_time
from waypost.web.who import signed_in

RECENT = timedelta(days=14)


def tag(request: HttpRequest, person_id: int) -> HttpResponse:
    """How the person's tag is, how it was charged, what was asked of it, which they wore."""
    return _tag_page(request, person_id)


@require_POST
def command(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask the tag to do something at its next contact, or take that back."""
    by, at, sent = signed_in(request), now(), request.POST
    worn = persons_tag(person_id, by, now=at).tag
    if worn is None:
        raise Refused("This person wears no tag now.")

    def act() -> str:
        if sent.get("act") == "cancel":
            actions.cancel_command(
                number_of(sent.get("command", ""), "a command"),
                reason=sent.get("reason", ""), by=by, now=at,
            )  # fmt: skip
            return "The command was taken back."
        if sent.get("kind") not in set(CommandKind):
            raise Refused("Choose what the tag is to do.")
        kind = CommandKind(sent["kind"])
        interval = _seconds(sent.get("interval_s", "")) if kind is CommandKind.INTERVAL else None
        actions.queue_command(
            worn.activation.device, kind, interval_s=interval, reason=sent.get("reason", ""),
            by=by, now=at,
        )  # fmt: skip
        return "The tag is asked at its next contact."

    said, trouble = tried(act)
    if said is None:
        return _tag_page(request, person_id, trouble=trouble)
    messages.success(request, said)
    return redirect("person-tag", person_id=person_id)


@require_POST
def removal(request: HttpRequest, person_id: int) -> HttpResponse:
    """Agree that the tag comes off for the body's sake, or say that it is back on."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "end":
            number = number_of(sent.get("removal", ""), "a removal")
            actions.end_removal(number, sent.get("how", ""), by=by, now=at)
            return "The removal has ended. From now on an opened strap is a strap tamper."
        agreed = Agreed(
            reason=sent.get("reason", ""),
            from_at=_instant(sent.get("from_at", ""), "when the tag comes off"),
            until_at=_instant(sent.get("until_at", ""), "when it will be on again"),
            note=sent.get("note", ""),
        )
        actions.record_removal(person_id, agreed, by=by, now=at)
        return "The removal is agreed."

    said, trouble = tried(act)
    if said is None:
        return _tag_page(request, person_id, trouble=trouble, trouble_at="clinical")
    messages.success(request, said)
    return redirect("person-tag", person_id=person_id)


def homes(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET: the person's home units and beacons. POST: put one up, or take one down."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "take-down":
            number = number_of(sent.get("pairing", ""), "a home unit")
            faulty = sent.get("faulty") == "yes"
            actions.take_down(number, sent.get("reason", ""), faulty=faulty, by=by, now=at)
            return "It was taken down."
        spot = Spot(
            _number(sent.get("lat", ""), "the latitude"),
            _number(sent.get("lon", ""), "the longitude"),
            _number(sent.get("radius_m", ""), "the reach of its radio"),
            sent.get("address", ""),
        )
        actions.put_up(sent.get("device", ""), person_id, spot, at=at, by=by, now=at)
        return "It is put up. What it hears counts from now on."

    trouble = ""
    if request.method == "POST":
        said, trouble = tried(act)
        if said is not None:
            messages.success(request, said)
            return redirect("person-homes", person_id=person_id)
    words = _who(person_id) | {
        "homes": [(one, present.kind_words(one.kind)) for one in homes_of(person_id, by, now=at)],
        "trouble": trouble,
        "said": sent,
        "offered": present.home_place(person_orders([person_id])[0], now=at),
    }
    return render(request, "waypost/person_homes.html", words, status=422 if trouble else 200)


def protection(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET: who is protected from this wearer, for named staff. POST: begin or end a protection."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "end":
            number = number_of(sent.get("protection", ""), "a protection")
            actions.end_protection(number, sent.get("why", ""), by=by, now=at)
            return "The protection has ended."
        said = Protected(
            reference=sent.get("reference", ""),
            name=sent.get("name", ""),
            consent_at=_instant(sent.get("consent_at", ""), "when consent was given"),
            consent_how=sent.get("consent_how", ""),
            named_staff=tuple(sent.get("named_staff", "").replace(",", " ").split()),
        )
        actions.protect(person_id, sent.get("device", ""), said, by=by, now=at)
        return "They are protected. Named staff alone can see them."

    trouble = ""
    if request.method == "POST":
        said, trouble = tried(act)
        if said is not None:
            messages.success(request, said)
            return redirect("person-protection", person_id=person_id)
    words = _who(person_id) | {
        "protections": protections_of(person_id, by, now=at),
        "trouble": trouble,
        "said": sent,
        "now_text": form_time(at),
    }
    return render(request, "waypost/person_protection.html", words, status=422 if trouble else 200)


def _tag_page(
    request: HttpRequest,
    person_id: int,
    *,
    trouble: str = "",
    trouble_at: str = "command-reason",
) -> HttpResponse:
    by, at = signed_in(request), now()
    found = persons_tag(person_id, by, now=at)
    worn = found.tag
    words = _who(person_id) | {
        "found": found,
        "tag": worn,
        "findings": [(present.finding_tag(one.kind), one) for one in worn.findings] if worn else [],
        "battery": present.battery_words(worn.signs) if worn else "",
        "usual": present.usual_words(worn.expected) if worn else "",
        "days": present.charging_days(worn.charging) if worn else [],
        "charged": present.charging_words(worn.charging) if worn else "",
        "strip_width": present.STRIP_WIDTH,
        "flags": present.flag_words(worn.flags) if worn else [],
        "asked_commands": present.command_words(worn.commands) if worn else [],
        "commands": [(one.value, said) for one, said in present.COMMANDS.items()],
        "takes_commands": worn is not None and worn.protocol in TAKE_COMMANDS,
        "may_mend_clock": may.decide(by, Permission.CLOCK_CORRECT).allowed,
        "may_command": may.decide(by, Permission.DEVICE_COMMAND).allowed,
        "may_stock": may.decide(by, Permission.DEVICE_STOCK).allowed,
        "may_fit": may.decide(by, Permission.DEVICE_FIT).allowed,
        "states": present.tag_states(
            tag_states_of(person_id, from_at=at - RECENT, to_at=at), now=at
        ),
        "removals": removals_of(person_id, now=at, since=at - RECENT),
        "removal_reasons": present.REMOVAL_REASONS,
        "now_text": form_time(at),
        "trouble": trouble,
        "trouble_at": trouble_at,
        "said": request.POST,
    }
    return render(request, "waypost/person_tag.html", words, status=422 if trouble else 200)


def _who(person_id: int) -> dict[str, object]:
    """The person's name for the head of a page; whether it may be seen the query has asked, or asks
    before anything is rendered."""
    person = next(iter(person_orders([person_id])), None)
    name = person.details.get("name") or person.person_id if person else ""
    return {"person_id": person_id, "who": name, "person": person}


def _number(text: str, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Refused(f"Enter {what} as a number.")
    return number


def _seconds(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise Refused("Enter how many seconds shall lie between its reports.")
    return int(text)


def _instant(text: str, what: str) -> datetime:
    try:
        return read_form_time(text)
    except ValueError:
        raise Refused(f"Enter {what}, such as 2026-03-01T19:00.") from None
