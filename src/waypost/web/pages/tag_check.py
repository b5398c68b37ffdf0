"""After the fitting: the first fix on the map, the notice given, and how it all stands."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.clock import now
from waypost.errors import BadUse, Conflict, NoSuchThing, Refused
from waypost.fitting import actions
from waypost.fitting.after_fitting import fitting_record
from waypost.fitting.first_fix import look_again, open_check
from waypost.fitting.induction import HOW_GIVEN, LANGUAGES
from waypost.web.presenters import fitting as present
from waypost.web.presenters import tag_check as checking
from waypost.web.presenters.shapes import names_of
from waypost.web.who import signed_in

DIGITS_MAX = 18


def check(request: HttpRequest, activation_id: int) -> HttpResponse:
    """What the tag says, from the fitting on; the page looks again every two seconds."""
    by, at = signed_in(request), now()
    found = open_check(activation_id, by=by, now=at)
    record = fitting_record(activation_id, by=by, now=at, watched=True)
    data = checking.check_data(found, record.person, now=at)
    words = present.record_words(record) | {
        "check": checking.check_words(found, now=at),
        "rows": data["rows"],
        "data": data,
        "key": {"gnss", "accuracy"} | {f"zone-{zone['meaning']}" for zone in data["zones"]},
        "zone_names": names_of(data["zones"]),
        "wide": True,
    }
    return render(request, "waypost/fitting_check.html", words)


def fixes(request: HttpRequest, activation_id: int) -> JsonResponse:
    """What came after a position of the log, as the page's script reads it."""
    by, at = signed_in(request), now()
    after = request.GET.get("after", "0")
    if not after.isdecimal() or len(after) > DIGITS_MAX:
        raise BadUse("after is a position of the log")
    try:
        found = look_again(activation_id, after=int(after), by=by, now=at)
    except NoSuchThing:
        raise
    except Refused as refusal:  # the half hour is over: said in the page, no new line each poll
        return JsonResponse({"over": str(refusal)}, status=409)
    return JsonResponse(checking.check_data(found, None, now=at))


@require_POST
def seen(request: HttpRequest, activation_id: int) -> HttpResponse:
    """The officer found the tag's place right; on to the notice."""
    by, at = signed_in(request), now()
    try:
        actions.confirm_first_fix(activation_id, by=by, now=at)
    except NoSuchThing:
        raise
    except Refused as refusal:
        messages.info(request, str(refusal))
        return redirect("fitting-check", activation_id=activation_id)
    return redirect("fitting-notice", activation_id=activation_id)


def notice(request: HttpRequest, activation_id: int) -> HttpResponse:
    """GET: the notice, to be read out, printed, signed. POST: it was given."""
    by, at = signed_in(request), now()
    trouble = ""
    if request.method == "POST":
        try:
            actions.give_notice(
                activation_id,
                sha256=request.POST.get("sha256", ""),
                language=request.POST.get("language", ""),
                how=request.POST.get("how", ""),
                by=by,
                now=at,
            )
        except (NoSuchThing, Conflict):
            raise
        except Refused as refusal:
            trouble = str(refusal)
        else:
            messages.success(request, "The notice was recorded.")
            return redirect("fitting-done", activation_id=activation_id)
    record = fitting_record(activation_id, by=by, now=at)
    words = present.record_words(record) | {
        "notice": record.notice,
        "languages": LANGUAGES,
        "how_given": HOW_GIVEN,
        "trouble": trouble,
        "said": request.POST,
    }
    return render(request, "waypost/fitting_notice.html", words, status=422 if trouble else 200)


def done(request: HttpRequest, activation_id: int) -> HttpResponse:
    """How the fitting stands, step by step."""
    by, at = signed_in(request), now()
    record = fitting_record(activation_id, by=by, now=at)
    words = present.record_words(record) | {"how": HOW_GIVEN.get(record.induction_how, "")}
    return render(request, "waypost/fitting_done.html", words)
