"""The estate of devices: the list with its health, one device, and what is done with stock."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.devices import actions
from waypost.devices.device_queries import device_seen
from waypost.devices.estate_queries import Sought, estate
from waypost.devices.flag_queries import flags
from waypost.devices.health import FindingKind
from waypost.devices.lifecycle import STARTS_AS, Status
from waypost.devices.stock_file import LENGTH_MAX, StockRow
from waypost.devices.tag_queries import findings_of
from waypost.devices.values import DeviceKind
from waypost.errors import Refused
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import devices as present
from waypost.web.who import signed_in

PAGE_MAX = 10_000


def listed(request: HttpRequest) -> HttpResponse:
    """The inventory, found by serial or id, by state, by what is the matter."""
    sent = request.GET
    page = sent.get("page", "1")
    sought = Sought(
        text=sent.get("q", "").strip(),
        status=Status(sent["status"]) if sent.get("status") in set(Status) else None,
        finding=FindingKind(sent["finding"]) if sent.get("finding") in set(FindingKind) else None,
        page=min(int(page), PAGE_MAX) if page.isdecimal() and len(page) < 6 else 1,
    )
    found = estate(signed_in(request), sought, now=now())
    words = {
        "found": found,
        "sought": sought,
        "rows": [
            (one, [present.finding_tag(kind) for kind in one.findings]) for one in found.lines
        ],
        "counts": [(present.finding_tag(kind), count) for kind, count in found.by_finding],
        "statuses": present.status_options(),
        "states": [(present.status_words(one), one, n) for one, n in found.by_status],
        "usual": present.usual(found.learnt),
        "query": _query(sent),
    }
    return render(request, "waypost/devices.html", words)


def one(request: HttpRequest, device_id: int) -> HttpResponse:
    """One device: what it is, its states, who wore it as far as the asker may know."""
    return _device_page(request, device_id, signed_in(request))


def add(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: a device enters the inventory."""
    by, at = signed_in(request), now()
    trouble = ""
    if request.method == "POST":
        made, trouble = tried(lambda: actions.add_device(_row(request), by=by, now=at))
        if made is not None:
            messages.success(request, "The device is in the inventory.")
            return redirect("device", device_id=made)
    words = _form_words() | {"trouble": trouble, "said": request.POST or request.GET}
    return render(request, "waypost/device_add.html", words, status=422 if trouble else 200)


@require_POST
def token(request: HttpRequest, device_id: int) -> HttpResponse:
    """Make a token and show it, this once and nowhere else: not in an address, not in a cookie."""
    by, at = signed_in(request), now()
    device = device_seen(device_id, by, now=at)
    made = actions.make_device_token(device.reference, by=by, now=at)
    return _device_page(request, device_id, by, token=made)


@require_POST
def change(request: HttpRequest, device_id: int) -> HttpResponse:
    """Move a device, mend what is said of it, end a token of its."""
    by = signed_in(request)
    acts = {"move": _move, "describe": _describe, "end-token": _end_token, "settle-flag": _settle}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Refused("Choose what to do with the device.")
    said, trouble = tried(lambda: act(request, device_id, by))
    if said is None:
        return _device_page(request, device_id, by, trouble=trouble)
    messages.success(request, said)
    return redirect("device", device_id=device_id)


def _move(request: HttpRequest, device_id: int, by: Posted) -> str:
    to = request.POST.get("to", "")
    if to not in set(Status):
        raise Refused("Choose what the device is now.")
    reason = request.POST.get("reason", "")
    actions.move_device(device_id, Status(to), reason, by=by, now=now())
    return f"The device is {present.status_words(to)} now."


def _describe(request: HttpRequest, device_id: int, by: Posted) -> str:
    actions.describe_device(device_id, _row(request, with_status=False), by=by, now=now())
    return "What is said of the device was mended."


def _end_token(request: HttpRequest, device_id: int, by: Posted) -> str:
    token_id = number_of(request.POST.get("token", ""), "a token")
    actions.end_device_token(token_id, by=by, now=now())
    return "The token holds no longer."


def _settle(request: HttpRequest, device_id: int, by: Posted) -> str:
    flag_id = number_of(request.POST.get("flag", ""), "a flag")
    actions.settle_flag(flag_id, request.POST.get("how", ""), by=by, now=now())
    return "The flag is settled."


def _row(request: HttpRequest, *, with_status: bool = True) -> StockRow:
    """What the form says of a device. Refused where a field cannot be that."""
    sent = {name: request.POST.get(name, "").strip() for name in (*LENGTH_MAX, "kind", "status")}
    if not sent["device_id"]:
        raise Refused("Enter the id that the device itself reports.")
    for name, length in LENGTH_MAX.items():
        if len(sent[name]) > length:
            raise Refused(f"The {name.replace('_', ' ')} has at most {length} characters.")
    status = sent["status"] if with_status else ""
    if sent["kind"] not in {"", *DeviceKind} or status not in {"", *STARTS_AS}:
        raise Refused("Choose the kind and the state from the lists.")
    return StockRow(
        line=0,
        device_id=sent["device_id"],
        serial=sent["serial"] or None,
        kind=DeviceKind(sent["kind"]) if sent["kind"] else None,
        model=sent["model"] or None,
        firmware=sent["firmware"] or None,
        sim=sent["sim"] or None,
        status=Status(status) if status else None,
    )


def _device_page(
    request: HttpRequest, device_id: int, by: Posted, *, trouble: str = "", token: str = ""
) -> HttpResponse:
    at = now()
    device = device_seen(device_id, by, now=at)
    worn = [one for one in device.activations if one.to_at is None or one.to_at > at]
    words = _form_words() | {
        "device": device,
        "kind": present.kind_words(device.kind),
        "status": present.status_words(device.status),
        "allowed": [(one.value, present.status_words(one)) for one in device.allowed],
        "moves": [
            (move, present.status_words(move.from_status), present.status_words(move.to_status))
            for move in device.moves
        ],
        "worn": worn[0] if worn else None,
        "findings": findings_of(worn[0].person_id, now=at) if worn else (),
        "flags": flags(by, device=device.reference),
        "may_fit": may.decide(by, Permission.DEVICE_FIT).allowed,
        "trouble": trouble,
        "trouble_at": f"{request.POST.get('act', 'move')}-form",
        "said": request.POST,
        "token": token,
    }
    return render(request, "waypost/device.html", words, status=422 if trouble else 200)


def _form_words() -> dict[str, Any]:
    return {
        "kinds": [(one.value, words) for one, words in present.KINDS.items()],
        "starts": [(one.value, present.status_words(one)) for one in Status if one in STARTS_AS],
    }


def _query(sent: Any) -> str:
    """The filters of the list as they stand, for the links of its pages."""
    kept = sent.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""
