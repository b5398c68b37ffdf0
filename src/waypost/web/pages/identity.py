"""Who is who: a person's ids, likely duplicates, two records found to be one person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.errors import Refused
from waypost.identity import actions, joining, merging, queries
from waypost.identity.values import KIND_WORDS, STATUS_WORDS, IdKind, MergeAct, MergeStatus
from waypost.orders.queries import case_of, person_by_reference
from waypost.orders.values import PersonOrders
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters.identity import ACTS, SideShown, side_shown, status_shown
from waypost.web.who import signed_in

MOVED: dict[MergeStatus, str] = {
    MergeStatus.IN_FORCE: "The two records are read as one person. Nothing was moved.",
    MergeStatus.REFUSED: "Refused: they stay two people, and are not suggested again.",
    MergeStatus.TAKEN_BACK: "Taken back.",
    MergeStatus.DOUBTED: "It is in doubt. Another officer confirms the reversal.",
    MergeStatus.REVERSED: "Reversed: they are two people again, with everything as it was.",
}


def ids(request: HttpRequest, person_id: int) -> HttpResponse:
    """All ids, ended ones too. POST: enter one, or end one."""
    by, at, sent = signed_in(request), now(), request.POST
    may.check(by, Permission.IDENTITY_WRITE, case_of(person_id, now=at))
    if request.method != "POST":
        return _ids_page(request, person_id)

    def act() -> str:
        if sent.get("act") == "end":
            number = number_of(sent.get("id", ""), "the id to end")
            actions.end_id(number, person_id, sent.get("why", ""), by=by, now=at)
            return "The id is ended; it stays to be seen here."
        if sent.get("kind") not in set(IdKind):
            raise Refused("Choose what kind of id it is.")
        actions.enter_id(
            person_id, IdKind(sent.get("kind", "")), sent.get("value", ""),
            sent.get("source", ""), by=by, now=at,
        )  # fmt: skip
        return "The id is written down."

    said, trouble = tried(act)
    if said is None:
        return _ids_page(request, person_id, trouble=trouble)
    messages.success(request, said)
    return redirect("person-ids", person_id=person_id)


def duplicates(request: HttpRequest) -> HttpResponse:
    """Merges that wait, likely pairs, merges that stand; or, of two references, to compare them."""
    by, at = signed_in(request), now()
    one, other = (request.GET.get(name, "").strip() for name in ("one", "other"))
    trouble = ""
    if one or other:
        pair, trouble = tried(lambda: _pair(one, other))
        if pair is not None:
            return redirect("merge-new", person_id=pair[0], other_id=pair[1])
    found = queries.duplicates(by, now=at)
    words = {
        "found": found,
        "pairs": [(pair, side_shown(pair.one), side_shown(pair.other)) for pair in found.pairs],
        "waiting": [(row, status_shown(row.status)) for row in found.waiting],
        "trouble": trouble,
        "trouble_at": "one",
        "one": one,
        "other": other,
    }
    return render(request, "waypost/duplicates.html", words, status=422 if trouble else 200)


def compare(request: HttpRequest, person_id: int, other_id: int) -> HttpResponse:
    """Two records side by side. POST: propose that they are one person."""
    by, at, sent = signed_in(request), now(), request.POST
    trouble = ""
    if request.method == "POST":

        def act() -> int:
            kept = sent.get("kept", "")
            if kept not in {str(person_id), str(other_id)}:
                raise Refused("Choose the record that is kept.")
            second = other_id if kept == str(person_id) else person_id
            return merging.propose(int(kept), second, sent.get("why", ""), by=by, now=at)

        made, trouble = tried(act)
        if made is not None:
            messages.success(request, "It is proposed. Another officer confirms it.")
            return redirect("merge", merge_id=made)
    found = joining.compare(person_id, other_id, by, now=at)
    words = {
        "page": found,
        "sides": _sides(found.one, found.other, found.orders),
        "said": sent,
        "trouble": trouble,
        "trouble_at": "why" if sent.get("kept") else f"kept-{person_id}",
    }
    return render(request, "waypost/merge_new.html", words, status=422 if trouble else 200)


def merge(request: HttpRequest, merge_id: int) -> HttpResponse:
    return _merge_page(request, merge_id, signed_in(request))


@require_POST
def move(request: HttpRequest, merge_id: int) -> HttpResponse:
    """One step of a merge; the page comes back with what was typed where it is refused."""
    by, sent = signed_in(request), request.POST

    def act() -> MergeStatus:
        if sent.get("act") not in set(MergeAct):
            raise Refused("Choose what to do.")
        return merging.move(
            merge_id, MergeAct(sent.get("act", "")), sent.get("words", ""),
            version=number_of(sent.get("version", ""), "a merge that the form is of"),
            by=by, now=now(),
        )  # fmt: skip

    status, trouble = tried(act)
    if status is None:
        return _merge_page(request, merge_id, by, trouble=trouble)
    messages.success(request, MOVED[status])
    return redirect("merge", merge_id=merge_id)


def _pair(one: str, other: str) -> tuple[int, int]:
    if not (one and other):
        raise Refused("Give both references.")
    return person_by_reference(one).pk, person_by_reference(other).pk


def _ids_page(request: HttpRequest, person_id: int, *, trouble: str = "") -> HttpResponse:
    found = queries.ids_of_person(person_id, signed_in(request), now=now(), ended_too=True)
    sent = request.POST
    ended = sent.get("id", "") if sent.get("act") == "end" else ""
    words = {
        "ids": [(KIND_WORDS[one.kind], one) for one in found],
        "kinds": [(kind.value, text) for kind, text in KIND_WORDS.items()],
        "person_id": person_id,
        "said": sent,
        "ended": ended,
        "trouble": trouble,
        "trouble_at": f"why-{ended}" if ended else "value",
    }
    return render(request, "waypost/person_ids.html", words, status=422 if trouble else 200)


def _merge_page(
    request: HttpRequest, merge_id: int, by: Posted, *, trouble: str = ""
) -> HttpResponse:
    found = joining.merge_page(merge_id, by, now=now())
    seen = found.seen
    words = {
        "page": found,
        "status": status_shown(seen.status),
        "sides": _sides(seen.kept, seen.other, found.orders),
        "acts": [(act.value, ACTS[act], needs) for act, needs in found.acts],
        "moves": [(STATUS_WORDS[one.status], one) for one in found.moves],
        "said": request.POST,
        "trouble": trouble,
        "trouble_at": f"words-{request.POST.get('act', '')}" if trouble else "",
    }
    return render(request, "waypost/merge.html", words, status=422 if trouble else 200)


def _sides(
    one: queries.Side, other: queries.Side, orders: tuple[PersonOrders, PersonOrders]
) -> list[tuple[SideShown, PersonOrders]]:
    return [(side_shown(one), orders[0]), (side_shown(other), orders[1])]
