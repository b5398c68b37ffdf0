"""Addresses of a protected person that a wearer must not learn: listed, added, ended.

Places come in the body of a POST and leave the page by no redirect, message or address.
"""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from waypost.clock import now
from waypost.devices.protection_queries import KeptAway, kept_away_from
from waypost.orders.queries import person_orders
from waypost.orders.withholding import addresses_of, end_withholding, withhold_address
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters.withheld import WithheldForm, read_withheld_form
from waypost.web.who import signed_in

Wearers = tuple[KeptAway, ...]
NOT_SURE = (
    "The box is not ticked: tick it if the wearer may learn this address, else leave it withheld."
)
SHOWN = "The address is withheld. It is shown to the wearer already: see below what to have varied."


def addresses(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET: the addresses and from whom they are kept. POST: add one, or end one."""
    wearers = kept_away_from(person_id, signed_in(request), now=now())
    if request.method != "POST":
        return _page(request, person_id, wearers, WithheldForm())
    if request.POST.get("act") == "end":
        return _end(request, person_id, wearers)
    return _add(request, person_id, wearers)


def _add(request: HttpRequest, person_id: int, wearers: Wearers) -> HttpResponse:
    form = read_withheld_form(request.POST, [one.wearer_id for one in wearers])
    wearer_id, place = form.wearer_id, form.place
    if wearer_id is None or place is None or form.trouble:
        return _page(request, person_id, wearers, form)
    by, spot = signed_in(request), (place.lat, place.lon)
    shown, refused = tried(lambda: withhold_address(person_id, wearer_id, spot, by=by, now=now()))
    if shown is None:
        return _page(request, person_id, wearers, replace(form, trouble={"place": refused}))
    if shown:
        messages.warning(request, SHOWN)
    else:
        messages.success(request, "The address is withheld. No zone shows it to the wearer now.")
    return redirect("person-withheld", person_id=person_id)


def _end(request: HttpRequest, person_id: int, wearers: Wearers) -> HttpResponse:
    address_id = number_of(request.POST.get("address", ""), "an address")
    if request.POST.get("sure") != "yes":
        form = WithheldForm(trouble={f"sure-{address_id}": NOT_SURE})
        return _page(request, person_id, wearers, form, ending=address_id)
    end_withholding(address_id, by=signed_in(request), now=now())
    messages.success(request, "The address is not withheld any more.")
    return redirect("person-withheld", person_id=person_id)


def _page(
    request: HttpRequest,
    person_id: int,
    wearers: Wearers,
    form: WithheldForm,
    *,
    ending: int | None = None,
) -> HttpResponse:
    """The page; `ending` is the address whose end was asked for and not confirmed."""
    listed = addresses_of(person_id, signed_in(request), now=now())
    person = next(iter(person_orders([person_id])))
    words = {
        "person_id": person_id,
        "who": person.details.get("name") or person.person_id,
        "standing": [one for one in listed if one.to_at is None],
        "ended": [one for one in listed if one.to_at is not None],
        "wearers": wearers,
        "chosen": form.wearer_id or (wearers[0].wearer_id if len(wearers) == 1 else None),
        "form": form,
        "ending": ending,
    }
    status = 422 if form.trouble else 200
    return render(request, "waypost/person_withheld.html", words, status=status)
