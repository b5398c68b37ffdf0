"""Requests for location data: the list, the form, one request, its preview, acts and answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access.values import Permission
from waypost.clock import now
from waypost.disclosure import actions, queries, urgent
from waypost.disclosure.kinds import KIND_WORDS, RANK_WORDS
from waypost.disclosure.moving import wanted_of
from waypost.disclosure.values import URGENT_KINDS, Act, Found, Ground, Kind, Outcome, Status
from waypost.errors import Refused
from waypost.training.queries import why_untrained
from waypost.web.pages.papers import file_answer
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import disclosure as present
from waypost.web.waiting import forget_requests
from waypost.web.who import signed_in


def listed(request: HttpRequest) -> HttpResponse:
    found = queries.requests(signed_in(request), now=now())
    words = {"found": found, "groups": present.groups(found)}
    return render(request, "waypost/requests.html", words)


def new(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: file it; where it is refused, the form with what was typed."""
    by = signed_in(request)
    kind = present.kind_of(by, request.POST.get("kind", "") or request.GET.get("kind", ""))
    if kind is None:
        raise Refused("Your role files no request by form.")
    if request.method != "POST":
        return _form(request, kind, {}, {})
    form = present.read_form(kind, request.POST)
    if form.wanted is None:
        return _form(request, kind, form.said, form.trouble)
    wanted = form.wanted
    number, refused = tried(lambda: actions.submit(wanted, form.requester, by=by, now=now()))
    if number is None:
        return _form(request, kind, form.said, {"what": refused})
    messages.success(
        request, f"Request R-{number} has been sent. You are told when it has been decided."
    )
    return redirect("request", request_id=number)


def edit(request: HttpRequest, request_id: int) -> HttpResponse:
    """What was still wanted, in the request itself."""
    by = signed_in(request)
    page = queries.request_page(request_id, by, now=now())
    if Act.RESUBMIT not in page.acts:
        raise Refused("A request is changed while you are asked for more.")
    kind, more = page.wanted.kind, {"page": page, "edits": request_id}
    if request.method != "POST":
        return _form(request, kind, present.form_of(page.wanted), {}, **more)
    fixed = {"what": page.wanted.what.value, "urgency": page.wanted.urgency.value}
    form = present.read_form(kind, {**request.POST.dict(), **fixed})
    if form.wanted is None:
        return _form(request, kind, form.said, form.trouble, **more)
    wanted = form.wanted
    done, refused = tried(
        lambda: (actions.resubmit(request_id, wanted, by=by, now=now(),
                                  expected_version=_version(request)), True)[1]
    )  # fmt: skip
    if done is None:
        return _form(request, kind, form.said, {"what": refused}, **more)
    forget_requests(by)
    messages.success(request, "It has been sent again. You are told when it has been decided.")
    return redirect("request", request_id=request_id)


def call(request: HttpRequest) -> HttpResponse:
    """The form of an urgent call, for the control room."""
    by, sent = signed_in(request), request.POST
    trouble = ""
    if request.method == "POST":

        def act() -> int:
            return actions.take_call(
                _kind(sent.get("kind", "")), sent.get("agency", ""), sent.get("caller_name", ""),
                sent.get("person_name", ""), sent.get("person_born_on", ""), sent.get("why", ""),
                by=by, now=now(),
            )  # fmt: skip

        number, trouble = tried(act)
        if number is not None:
            messages.success(request, "The call is on record. Ring off, and call back at a known "
                             "number: tell nothing before that.")  # fmt: skip
            return redirect("request", request_id=number)
    words = {
        "kinds": [(one.value, KIND_WORDS[one]) for one in Kind if one in URGENT_KINDS],
        "agencies": urgent.agencies(now=now()),
        "on_call": urgent.someone_on_call(now=now()),
        "said": sent,
        "trouble": trouble,
        "trouble_at": "agency",
    }
    return render(request, "waypost/request_call.html", words, status=422 if trouble else 200)


def one(request: HttpRequest, request_id: int) -> HttpResponse:
    return _page(request, request_id)


@require_POST
def preview(request: HttpRequest, request_id: int) -> HttpResponse:
    """What would be released, for whoever decides; of a person a look with its line."""
    by, at = signed_in(request), now()
    found, answer = actions.preview(request_id, by=by, now=at)
    return _preview(request, found, answer)


@require_POST
def move(request: HttpRequest, request_id: int) -> HttpResponse:
    """One act on a request; where it is refused, the page again with what was typed."""
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Refused("choose what to do with the request")
    by, (do, said) = signed_in(request), ACTS[name]

    def act() -> str:
        given = {"by": by, "now": now(), "expected_version": _version(request)}
        return do(request, request_id, given) or said

    done, trouble = tried(act)
    if done is None:
        if name == Act.GRANT:
            found, answer = actions.preview(request_id, by=by, now=now())
            return _preview(request, found, answer, trouble=trouble)
        return _page(request, request_id, trouble=trouble)
    forget_requests(by)
    messages.success(request, done)
    return redirect("request", request_id=request_id)


@require_POST
def download(request: HttpRequest, request_id: int) -> HttpResponse:
    """The signed bundle; each time leaves its line."""
    name, content = actions.download(request_id, by=signed_in(request), now=now())
    forget_requests(signed_in(request))
    return file_answer(name, "application/zip", content)


def _form(
    request: HttpRequest, kind: Kind, said: Any, trouble: dict[str, str], **more: Any
) -> HttpResponse:
    words = present.form_words(kind, said, signed_in(request)) | {"trouble": trouble, **more}
    return render(request, "waypost/request_new.html", words, status=422 if trouble else 200)


def _page(request: HttpRequest, request_id: int, *, trouble: str = "") -> HttpResponse:
    page = queries.request_page(request_id, signed_in(request), now=now())
    name = request.POST.get("act", "")
    words = {
        "page": page,
        "facts": present.asked_facts(page.wanted),
        "kind": KIND_WORDS[page.wanted.kind],
        "rank": RANK_WORDS[page.rank],
        "story": present.story(page.moves),
        "may": {act.value: True for act in page.acts},
        "grounds": [(one.value, words) for one, words in present.GROUND_LABELS.items()],
        "found_grounds": {one.ground.value for one in page.findings}
        | set(request.POST.getlist("ground")),
        "outcomes": [(one.value, words) for one, words in present.OUTCOME_WORDS.items()],
        "findings_of_review": [(one.value, words) for one, words in present.FOUND_WORDS.items()],
        "outcome_words": present.OUTCOME_WORDS[page.outcome] if page.outcome else "",
        "ended": page.row.status in {Status.REFUSED, Status.WITHDRAWN, Status.CLOSED},
        "at": now(),
        "trouble": trouble,
        "trouble_at": f"words-{name}" if name in ACTS else "main",
        "said": request.POST,
    }
    return render(request, "waypost/request.html", words, status=422 if trouble else 200)


def _preview(request: HttpRequest, found: Any, answer: Any, *, trouble: str = "") -> HttpResponse:
    wanted = wanted_of(found)
    words = present.preview_words(answer, wanted, settings.WALL_ZONE) | {
        "number": found.pk,
        "version": found.version,
        "kind": KIND_WORDS[wanted.kind],
        "facts": present.asked_facts(wanted),
        "window": wanted.window,
        "trouble": trouble,
        "trouble_at": "words-grant",
        "typed": request.POST,
        "untrained": why_untrained(signed_in(request), Permission.DISCLOSURE_APPROVE, now=now()),
        "wide": True,
    }
    return render(request, "waypost/request_preview.html", words, status=422 if trouble else 200)


def _version(request: HttpRequest) -> int:
    return number_of(request.POST.get("version", ""), "the request anew: reload its page")


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise Refused("Choose what the call is about.") from None


def _grounds(request: HttpRequest) -> list[Ground]:
    return [Ground(one) for one in request.POST.getlist("ground") if one in set(Ground)]


def _text(request: HttpRequest, name: str = "words") -> str:
    return request.POST.get(name, "")


Given = dict[str, Any]


def _link(request: HttpRequest, number: int, given: Given) -> str:
    reference = _text(request, "reference").strip()
    actions.link(number, reference, **given)
    return "The person is linked." if reference else "Nobody is linked to it."


def _pass_on(request: HttpRequest, number: int, given: Given) -> None:
    chosen = _text(request, "decider")
    decider = number_of(chosen, "who decides it") if chosen else None
    actions.pass_on(number, _text(request), decider_id=decider, **given)


def _return(request: HttpRequest, number: int, given: Given) -> None:
    actions.give_back(number, _grounds(request), _text(request), **given)


def _refuse(request: HttpRequest, number: int, given: Given) -> None:
    actions.refuse(number, _grounds(request), _text(request), **given)


def _grant(request: HttpRequest, number: int, given: Given) -> None:
    actions.grant(number, _text(request), _text(request, "digest"), **given)


def _outcome(request: HttpRequest, number: int, given: Given) -> None:
    try:
        outcome = Outcome(_text(request, "outcome"))
    except ValueError:
        raise Refused("Choose what came of it.") from None
    actions.tell_outcome(number, outcome, _text(request), **given)


def _names(request: HttpRequest, number: int, given: Given) -> str:
    del given["expected_version"]
    made = actions.ask_names(number, _text(request, "why"), _text(request, "helps"), **given)
    return f"Request R-{made} for the names has been sent; it is decided apart."


def _call_back(request: HttpRequest, number: int, given: Given) -> None:
    known = number_of(_text(request, "number"), "the number that was called back")
    actions.call_back(number, known, _text(request), **given)


def _tell(request: HttpRequest, number: int, given: Given) -> str:
    last = actions.tell_place(number, _text(request, "reference"), _text(request), **given)
    if last is None:
        return "There is no usable fix of the last 24 hours. Tell the caller that nothing is known."
    return "The place stands below: tell it to the caller now, with its time and its circle."


def _paper(request: HttpRequest, number: int, given: Given) -> None:
    actions.put_on_paper(
        number, _text(request, "why"), _text(request, "helps"), _text(request, "form_reference"),
        _text(request, "sha256"), **given,
    )  # fmt: skip


def _review(request: HttpRequest, number: int, given: Given) -> None:
    try:
        found = Found(_text(request, "found"))
    except ValueError:
        raise Refused("Choose what the review found.") from None
    actions.review(number, found, _text(request), **given)


def _with_words(do: Callable[..., None]) -> Callable[..., None]:
    return lambda request, number, given: do(number, _text(request), **given)


def _plain(do: Callable[..., None]) -> Callable[..., None]:
    return lambda request, number, given: do(number, **given)


# Word of the form -> what it does, and what is said when it is done (unless the act says it).
ACTS: dict[str, tuple[Callable[..., str | None], str]] = {
    "link": (_link, ""),
    Act.RETURN: (_return, "The requester is asked for more."),
    Act.CHECK: (_pass_on, "It waits for whoever decides it."),
    Act.SEND_BACK: (_with_words(actions.send_back), "It waits to be checked again."),
    Act.GRANT: (_grant, "It is granted. The requester has been told that it was decided."),
    Act.REFUSE: (_refuse, "It is refused. The requester has been told that it was decided."),
    Act.WITHDRAW: (_plain(actions.withdraw), "The request is withdrawn."),
    Act.OUTCOME: (_outcome, "Thank you: what came of it is on record."),
    "names": (_names, ""),
    Act.CALL_BACK: (_call_back, "Whoever is on call has been told."),
    Act.TELL: (_tell, ""),
    Act.PAPER: (_paper, "The form is on record. The call waits for its review."),
    Act.REFUSE_CALL: (_with_words(actions.refuse_call), "It is refused, and will be reviewed."),
    Act.REVIEW: (_review, "The review is on record."),
}
