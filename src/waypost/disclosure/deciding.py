"""Deciding: see exactly what would be released, then grant it, refuse it, or send it back.

Four eyes: nobody decides what they asked for or checked, and the rank comes from the kind
(kinds.py). What is granted is what was previewed: gathered again, it must have the same digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction

from waypost.access.values import Permission, Posted
from waypost.disclosure import checking, clocks, lifecycle, releasing, scope, telling
from waypost.disclosure.gathering import gather, nothing
from waypost.disclosure.kinds import KINDS
from waypost.disclosure.models import Request
from waypost.disclosure.moving import clocks_of, load, move, record, wanted_of
from waypost.disclosure.places import gather_place
from waypost.disclosure.places import sentences as place_sentences
from waypost.disclosure.releasing import Answer
from waypost.disclosure.texts import given
from waypost.disclosure.values import Act, Doer, Ground, Kind, Status, Wanted, What
from waypost.disclosure.vetting import check_version
from waypost.documents.queries import content_of
from waypost.errors import Conflict, Refused
from waypost.training.queries import check_trained

CHANGED = (
    "What would be released is not what you saw: more has arrived or something was corrected. "
    "Preview it again."
)
REASON_MIN = 20  # characters: a word in a box is no reason


def preview(request_id: int, *, by: Posted, now: datetime) -> tuple[Request, Answer]:
    """What would be released, to whoever decides; of a person a look with its line."""
    found = scope.find(request_id)
    scope.check_may_see(found, by, now=now)
    _check_waits(found)
    scope.check_may_decide(found, checking.rank_needed(wanted_of(found)), by, now=now)
    answer = _gather(found, by, now)
    with transaction.atomic():
        record(
            "disclosure:previewed", found, by=by, now=now, fixes=len(answer.rows),
            digest=answer.digest,
        )  # fmt: skip
    return found, answer


def grant(
    request_id: int, reason: str, digest: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """Release what was previewed.

    digest   of the preview: Refused without one, Conflict where it is not the same any more
    """
    found = scope.find(request_id)
    scope.check_may_see(found, by, now=now)
    check_version(found, expected_version)
    lifecycle.decide(Status(found.status), Act.GRANT, words=reason)
    wanted = wanted_of(found)
    scope.check_may_decide(found, checking.rank_needed(wanted), by, now=now)
    check_trained(by, Permission.DISCLOSURE_APPROVE, now=now)
    said = given(reason, "why it is necessary and proportionate")
    if len(said) < REASON_MIN:
        raise Refused("Say in a sentence why it is necessary and proportionate.")
    if not digest:
        raise Refused("Preview what would be released before you grant it.")
    answer = _gather(found, by, now)
    if answer.digest != digest:
        raise Conflict(CHANGED)
    until = now + KINDS[wanted.kind].download
    content = releasing.bundle_of(found, answer, by=by, now=now, until=until)
    with transaction.atomic():
        held = load(request_id, Doer.AUTHORISER, by, now=now, expected_version=found.version)
        document_id = releasing.keep(held, content, by=by, now=now)
        _grant(held, answer, document_id, until, said, by, now)


def _grant(
    held: Request, answer: Answer, document_id: int, until: datetime, said: str, by: Posted,
    now: datetime,
) -> None:  # fmt: skip
    changed = {
        "decided_by_id": by.officer_id, "decided_at": now, "document_id": document_id,
        "download_until": until, "answer": releasing.kept_answer(answer),
    }  # fmt: skip
    runs = clocks.granted(now, settings.WALL_ZONE)
    asks_outcome = Kind(held.kind) not in {Kind.OWN, Kind.SOLICITOR}  # nobody owes us what for
    move(held, Act.GRANT, by=by, now=now, words=said, changed=changed,
         clocks=clocks.Clocks(answer_by=held.answer_by,
                              outcome_by=runs.outcome_by if asks_outcome else None))  # fmt: skip
    telling.tell_requester(held, "disclosure_answered", "answered", now=now)
    named = [one.person[0] for one in answer.persons if one.person is not None]
    record(
        "disclosure:granted", held, by=by, now=now, document_id=document_id,
        fixes=len(answer.rows), persons=len(named), digest=answer.digest,
        sha256=_digest_of(document_id),
    )  # fmt: skip


def refuse(
    request_id: int, grounds: Collection[Ground], reason: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """Refuse it. The requester reads the grounds, each with what would be acceptable, which come
    from the request alone; the reason is for the record."""
    if not grounds:
        raise Refused("Choose on which grounds it is refused.")
    with transaction.atomic():
        found = scope.find(request_id, lock=True)
        doer = Doer.AUTHORISER if found.status == Status.CHECKED else Doer.CHECKER
        found = load(request_id, doer, by, now=now, expected_version=expected_version)
        if doer is Doer.AUTHORISER:
            needed = checking.rank_needed(wanted_of(found))
            scope.check_may_decide(found, needed, by, now=now)
        changed = {
            "grounds": [one.value for one in Ground if one in set(grounds)],
            "decided_by_id": by.officer_id, "decided_at": now,
        }  # fmt: skip
        move(found, Act.REFUSE, by=by, now=now, words=given(reason, "the reason"),
             changed=changed, clocks=clocks.Clocks(answer_by=found.answer_by))  # fmt: skip
        telling.tell_requester(found, "disclosure_answered", "answered", now=now)
        record("disclosure:refused", found, by=by, now=now, grounds=found.grounds)


@transaction.atomic
def send_back(
    request_id: int, words: str, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    """To the checkers: something is to be looked at again. The clock goes on."""
    found = load(request_id, Doer.AUTHORISER, by, now=now, expected_version=expected_version)
    scope.check_may_decide(found, checking.rank_needed(wanted_of(found)), by, now=now)
    said = given(words, "what is to be checked again")
    move(found, Act.SEND_BACK, by=by, now=now, words=said, clocks=clocks_of(found),
         changed={"checked_by_id": None, "checked_at": None, "decider_id": None})  # fmt: skip
    telling.tell_checkers(found, "disclosure_submitted", f"back:{found.version}", now=now)
    record("disclosure:sent_back", found, by=by, now=now)


def _check_waits(found: Request) -> None:
    if found.status != Status.CHECKED:
        raise Refused("Only what was checked and waits for leave is previewed.")


def _gather(found: Request, by: Posted, now: datetime) -> Answer:
    wanted = wanted_of(found)
    if wanted.what in {What.ANYBODY, What.NAMES}:
        return _of_anybody(found, wanted, by, now)
    one = gather(found, scope.person_seen(found, by, now=now), by=by, now=now)
    return Answer((one,), None, one.said, one.digest)


def _of_anybody(found: Request, wanted: Wanted, by: Posted, now: datetime) -> Answer:
    assert wanted.window is not None
    assert wanted.place is not None, "checked when it was asked"
    place = gather_place(wanted.window, wanted.place, by=by, now=now)
    said = place_sentences(place)
    with transaction.atomic():
        record(
            "place:asked", found, by=by, now=now, judged=place.judged,
            not_judged=place.not_judged,
        )  # fmt: skip
    if wanted.what is What.ANYBODY:
        told = f"{place.verdict}\n{chr(10).join(said)}"
        return Answer((), place, said, hashlib.sha256(told.encode()).hexdigest())
    persons = tuple(gather(found, one, by=by, now=now) for one in place.observed) or (nothing(),)
    whole = hashlib.sha256("".join(one.digest for one in persons).encode())
    head = f"{len(place.observed)} of the programme’s tags were observed at the place."
    return Answer(persons, place, (head,), whole.hexdigest())


def _digest_of(document_id: int) -> str:
    return hashlib.sha256(content_of(document_id)).hexdigest()
