"""Threat to life and wanted persons: asked by telephone, called back at a known number, decided by
one authoriser on call, the current place told within minutes, paper within a day, each reviewed.

The control room takes the call and calls back; whoever is on call and had no part in that decides.
Asking for the place is a look like any other, with its line.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from waypost.access import may
from waypost.access.values import Permission, Posted, Purpose
from waypost.clock import write_instant
from waypost.disclosure import clocks, lifecycle, scope, telling
from waypost.disclosure.models import KnownNumber, Request, UrgentCall
from waypost.disclosure.moving import clocks_of, load, move, record, wind
from waypost.disclosure.texts import digest, given, line
from waypost.disclosure.values import (
    URGENT_KINDS,
    Act,
    Doer,
    Found,
    Kind,
    Rank,
    Status,
    Urgency,
    What,
)
from waypost.disclosure.vetting import check_version
from waypost.errors import NoSuchThing, Refused
from waypost.monitoring.parameter_queries import speeds
from waypost.orders.queries import NUMBER_MAX, person_by_reference
from waypost.positions.queries import whereabouts
from waypost.positions.tracks import TrackRow

LOOK_BACK = timedelta(hours=24)  # an older place says nothing of where somebody is
SAID_MIN = 20  # characters
NO_NUMBER = "Choose a number of the directory that is in force: call back no other."


def take_call(
    kind: Kind, agency: str, caller_name: str, person_name: str, person_born_on: str, why: str,
    *, by: Posted, now: datetime,
) -> int:  # fmt: skip
    """What the caller says; the number of the request. Nothing is told on this call."""
    may.check(by, Permission.DISCLOSURE_CALL)
    if kind not in URGENT_KINDS:
        raise Refused("The control room takes calls about a threat to life or a wanted person.")
    caller, person = line(caller_name, "the caller’s name"), line(person_name, "the person’s name")
    said = given(why, "what is happening")
    if not caller or not person:
        raise Refused("Enter the caller’s name, and whom the call is about.")
    if len(said) < SAID_MIN:
        raise Refused("Say what is happening, and why it cannot wait for a request on paper.")
    if not _in_force(now).filter(agency=agency).exists():
        raise Refused(
            "Choose the caller’s agency from the directory. An agency without a known number "
            "cannot be called back; the administrator looks its number up and enters it."
        )
    with transaction.atomic():
        runs = clocks.submitted(kind, Urgency.IMMEDIATE, now, settings.WALL_ZONE)
        made = Request.objects.create(
            kind=kind, what=What.CURRENT, urgency=Urgency.IMMEDIATE, status=Status.CALLED,
            asker_id=by.officer_id or 0, requester_name=caller, requester_body=agency,
            authenticated="Asked by telephone; not called back yet.", made_at=now,
            submitted_at=now, person_name=person,
            person_born_on=line(person_born_on, "the date of birth"), offence=said,
            answer_by=runs.answer_by,
        )  # fmt: skip
        UrgentCall.objects.create(request=made, caller_name=caller)
        wind(made)
        telling.tell_on_call(made, "disclosure_urgent", "called", now=now)
        record("disclosure:called", made, by=by, now=now, kind=made.kind)
    return int(made.pk)


@transaction.atomic
def call_back(
    request_id: int, number_id: int, answered_by: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """The caller was reached at a number that was known beforehand."""
    found = load(request_id, Doer.CONTROL_ROOM, by, now=now, expected_version=expected_version)
    number = _in_force(now).filter(pk=min(number_id, NUMBER_MAX)).first()
    if number is None:
        raise Refused(NO_NUMBER)
    if number.agency != found.requester_body:
        raise Refused(f"That number is one of {number.agency}, not of the caller’s agency.")
    said = given(answered_by, "who answered")
    known = f"Called back at {number.number} ({number.agency}, {number.source}): {said}"
    move(found, Act.CALL_BACK, by=by, now=now, words=said, changed={"authenticated": known})
    UrgentCall.objects.filter(request=found).update(
        number=number, called_back_at=now, called_back_by_id=by.officer_id, answered_by=said
    )
    telling.tell_on_call(found, "disclosure_urgent", "called_back", now=now)
    record("disclosure:called_back", found, by=by, now=now, number=number.pk)


def tell_place(
    request_id: int, reference: str, reason: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> TrackRow | None:  # fmt: skip
    """The last usable fix of the last day, to be told on the telephone; None: there is none.

    raises   Refused for whoever is not on call, or took the call; NoSuchThing for a reference of
             nobody and of somebody whom they may not know
    """
    found = scope.find(request_id)
    scope.check_may_see(found, by, now=now)
    check_version(found, expected_version)
    lifecycle.decide(Status(found.status), Act.TELL, words=reason)
    check_on_call(found, by, now=now)
    said = given(reason, "why the place is told now")
    if len(said) < SAID_MIN:
        raise Refused("Say in a sentence why the place is told now.")
    person = person_by_reference(reference.strip())
    scope.check_may_know(person.pk, Permission.DISCLOSURE_APPROVE, by, now=now)
    if person.protected:
        raise NoSuchThing(may.NO_SUCH_PERSON)
    track = whereabouts(
        person.pk, now - LOOK_BACK, now, by=by, purpose=Purpose.DISCLOSURE, now=now,
        speeds=speeds(), about={"request": found.pk},
    )  # fmt: skip
    last = next((row for row in reversed(track.rows) if row.used), None)
    with transaction.atomic():
        held = load(request_id, Doer.AUTHORISER, by, now=now, expected_version=found.version)
        _told(held, person.pk, last, said, by, now)
    return last


def check_on_call(found: Request, by: Posted, *, now: datetime) -> None:
    """Refused unless an authoriser on call, of any rank, who had no part in taking the call."""
    scope.check_doer(found, Doer.AUTHORISER, by)
    if scope.rank_of(by.officer_id, now=now) is None:
        raise Refused("No rank of yours is recorded; an administrator records it, and a second "
                      "confirms it.")  # fmt: skip
    if not scope.is_on_call(by.officer_id, now=now):
        raise Refused("You are not on call now; whoever is decides urgent calls.")


def _told(
    held: Request, person_id: int, last: TrackRow | None, said: str, by: Posted, now: datetime
) -> None:
    changed = {
        "person_id": person_id, "decided_by_id": by.officer_id, "decided_at": now,
        "answer": {"fixes": 1 if last else 0},
    }  # fmt: skip
    runs = clocks.told(now, settings.WALL_ZONE)
    move(held, Act.TELL, by=by, now=now, words=said, changed=changed,
         clocks=clocks.Clocks(answer_by=held.answer_by, paper_by=runs.paper_by,
                              review_by=runs.review_by))  # fmt: skip
    UrgentCall.objects.filter(request=held).update(told_at=now, place=_as_told(last))
    telling.tell_reviewers(held, "disclosure_review", "told", now=now)
    telling.tell_requester(held, "disclosure_paper", "told", now=now)
    record("disclosure:place_told", held, by=by, now=now, fix=last is not None)


def _as_told(last: TrackRow | None) -> dict[str, object] | None:
    if last is None:
        return None
    return {
        "at": write_instant(last.measured_at), "lat": round(last.lat, 6), "lon": round(last.lon, 6),
        "accuracy_m": round(last.accuracy_m, 1), "mechanism": last.mechanism.name,
    }  # fmt: skip


@transaction.atomic
def put_on_paper(
    request_id: int, why: str, helps: str, reference: str, paper_sha256: str, *, by: Posted,
    now: datetime, expected_version: int | None = None,
) -> None:  # fmt: skip
    """The form that follows the call: its words and its digest."""
    found = load(request_id, Doer.CONTROL_ROOM, by, now=now, expected_version=expected_version)
    changed = {
        "why": given(why, "why it was needed"), "helps": given(helps, "how it helps"),
        "reference": line(reference, "the reference")[:80],
    }  # fmt: skip
    if len(changed["why"]) < SAID_MIN or len(changed["helps"]) < SAID_MIN:
        raise Refused("Enter what the form says of why it was needed, and how it helps.")
    sha256 = digest(paper_sha256, "the form")
    runs = clocks_of(found)
    move(found, Act.PAPER, by=by, now=now, words="The form is in.", changed=changed,
         clocks=clocks.Clocks(answer_by=runs.answer_by, review_by=runs.review_by))  # fmt: skip
    UrgentCall.objects.filter(request=found).update(paper_sha256=sha256)
    record("disclosure:on_paper", found, by=by, now=now)


@transaction.atomic
def refuse_call(
    request_id: int, reason: str, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    """Nothing is told; reviewed like every call."""
    found = scope.find(request_id)
    control = Doer.CONTROL_ROOM in scope.doers(found, by)
    doer = Doer.CONTROL_ROOM if control else Doer.AUTHORISER
    found = load(request_id, doer, by, now=now, expected_version=expected_version)
    if doer is Doer.AUTHORISER:
        check_on_call(found, by, now=now)
    changed = {"decided_by_id": by.officer_id, "decided_at": now}
    runs = clocks.call_refused(now, settings.WALL_ZONE)
    move(found, Act.REFUSE_CALL, by=by, now=now, words=given(reason, "the reason"),
         changed=changed, clocks=clocks.Clocks(answer_by=found.answer_by,
                                               review_by=runs.review_by))  # fmt: skip
    telling.tell_reviewers(found, "disclosure_review", "refused", now=now)
    record("disclosure:call_refused", found, by=by, now=now)


@transaction.atomic
def review(
    request_id: int, result: Found, words: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """By somebody who had no part in it; with or without the paper, which it then says."""
    found = load(request_id, Doer.REVIEWER, by, now=now, expected_version=expected_version)
    said = given(words, "what the review found")
    if len(said) < SAID_MIN:
        raise Refused("Say in a sentence what the review found.")
    missing = found.status == Status.TOLD
    move(found, Act.REVIEW, by=by, now=now, words=said,
         clocks=clocks.Clocks(answer_by=found.answer_by))  # fmt: skip
    UrgentCall.objects.filter(request=found).update(
        found=result.value, reviewed_by_id=by.officer_id, reviewed_at=now
    )
    record("disclosure:reviewed", found, by=by, now=now, found=result.value, without_paper=missing)


def agencies(*, now: datetime) -> list[str]:
    """Those that have a known number now."""
    return sorted(set(_in_force(now).values_list("agency", flat=True)))


def numbers_of(agency: str, *, now: datetime) -> list[tuple[int, str]]:
    rows = _in_force(now).filter(agency=agency).order_by("number")
    return [(one.pk, f"{one.number} ({one.source})") for one in rows]


def someone_on_call(*, now: datetime) -> bool:
    able = scope.authorisers(Rank.OFFICER, now=now)
    return any(scope.is_on_call(one, now=now) for one in able)


def _in_force(now: datetime) -> QuerySet[KnownNumber]:
    return KnownNumber.objects.filter(from_at__lte=now).exclude(to_at__lte=now)
