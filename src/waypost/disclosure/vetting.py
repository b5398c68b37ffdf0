"""Checking a request: whom it means, what the machine finds against it, back to the requester or on
to whoever decides. A checker sees no place and no track.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.disclosure import checking, clocks, scope, telling
from waypost.disclosure.models import Request
from waypost.disclosure.moving import MOVED_FIRST, clocks_of, load, move, record, save, wanted_of
from waypost.disclosure.texts import given
from waypost.disclosure.values import (
    OF_ONE_PERSON,
    URGENT_KINDS,
    Act,
    Doer,
    Ground,
    Kind,
    Status,
)
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.models import Person
from waypost.orders.queries import case_of, person_by_reference

SUGGESTED_MAX = 5
# Said whether or not the asker may know whom the other found: so that it betrays nobody.
CHECK_YOURSELF = (
    "Another checker has said whom this request means. Say it yourself before you pass it on: link "
    "the person, or nobody."
)


@transaction.atomic
def link(
    request_id: int, reference: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """Say whom the request means, by our reference; empty: nobody whom we know.

    raises   NoSuchThing alike for a reference of nobody and of somebody whom they may not know
    """
    found = load(request_id, Doer.CHECKER, by, now=now, expected_version=expected_version)
    check_can_link(found)
    person_id = None
    if reference.strip():
        person = person_by_reference(reference.strip())
        scope.check_may_know(person.pk, Permission.DISCLOSURE_CHECK, by, now=now)
        if person.protected:
            raise NoSuchThing(may.NO_SUCH_PERSON)  # wears no tag; not ours to say more
        person_id = person.pk
    save(found, {"person_id": person_id, "checker_id": by.officer_id, "decider_id": None})
    record("disclosure:linked" if person_id else "disclosure:unlinked", found, by=by, now=now)


def check_can_link(found: Request) -> None:
    if found.what not in OF_ONE_PERSON or found.kind == Kind.OWN:
        raise Refused("This request is about no one person whom somebody could link.")
    if found.status not in {Status.SUBMITTED, Status.CALLED_BACK}:
        raise Refused("A person is linked while the request is being checked.")


def suggested(found: Request, by: Posted, *, now: datetime) -> list[tuple[str, str]]:
    """References and names of those whom the words fit exactly, as far as the checker may know."""
    name, born = found.person_name.strip().casefold(), _date(found.person_born_on)
    reference = found.person_reference.strip()
    rows = [  # in memory: names and dates of birth may be sealed in the database
        one
        for one in Person.objects.filter(protected=False).order_by("reference")
        if (name and one.full_name.casefold() == name and born in (None, one.born_on))
        or (reference and one.reference == reference)
    ]
    reads = may.decide(by, Permission.PERSON_READ).allowed
    return [
        (one.reference, one.full_name if reads else "")
        for one in rows[: 4 * SUGGESTED_MAX]
        if may.decide(by, Permission.DISCLOSURE_CHECK, case_of(one.pk, now=now)).allowed
    ][:SUGGESTED_MAX]


@transaction.atomic
def give_back(
    request_id: int, grounds: Collection[Ground], question: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """To the requester, who reads the grounds and the question; the clock stands meanwhile."""
    found = load(request_id, Doer.CHECKER, by, now=now, expected_version=expected_version)
    said = given(question, "the question")
    changed = {"grounds": [one.value for one in Ground if one in set(grounds)]}
    move(found, Act.RETURN, by=by, now=now, words=said, told=True, changed=changed,
         clocks=clocks.returned(clocks_of(found), now))  # fmt: skip
    telling.tell_requester(found, "disclosure_returned", f"returned:{found.version}", now=now)
    record("disclosure:returned", found, by=by, now=now, grounds=found.grounds)


@transaction.atomic
def pass_on(
    request_id: int, words: str, *, by: Posted, now: datetime, decider_id: int | None = None,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """To whoever decides. words: for them, and needed where the machine finds something.

    decider_id   who alone decides it; somebody under limited access is decided by named staff
    """
    found = load(request_id, Doer.CHECKER, by, now=now, expected_version=expected_version)
    if found.kind in URGENT_KINDS:
        raise Refused("An urgent call goes to whoever is on call, from its own page.")
    if found.checker_id is not None and found.checker_id != by.officer_id:
        raise Refused(CHECK_YOURSELF)
    wanted = wanted_of(found)
    against = checking.findings(wanted, now=now)
    said = given(words, "your note")
    if against and not said:
        raise Refused("Say why it should go on in spite of what the check finds.")
    if any(one.ground is Ground.TOO_BROAD and "no reason allows" in one.reason for one in against):
        raise Refused("It is wider than any reason allows: return it, or refuse it.")
    _check_decider(found, decider_id, now=now)
    changed = {
        "checked_by_id": by.officer_id, "checked_at": now, "decider_id": decider_id,
        "findings": [asdict(one) for one in against],
    }  # fmt: skip
    move(found, Act.CHECK, by=by, now=now, words=said, changed=changed)
    telling.tell_authorisers(found, "disclosure_checked", f"checked:{found.version}", now=now)
    record("disclosure:checked", found, by=by, now=now, findings=len(against))


def deciders(found: Request, by: Posted, *, now: datetime) -> list[int]:
    """Who could decide it, for the checker's choice; of somebody limited their named staff."""
    needed = checking.rank_needed(wanted_of(found))
    able = scope.authorisers(needed, now=now, but={found.asker_id, by.officer_id})
    if found.person_id is None or scope.person_seen(found, by, now=now) is None:
        return able
    case = case_of(found.person_id, now=now)
    return [one for one in able if one in case.named_officer_ids] if case.limited else able


def _check_decider(found: Request, decider_id: int | None, *, now: datetime) -> None:
    if found.person_id is not None:  # linked by whoever passes it on, who may know of them
        case = case_of(found.person_id, now=now)
        if case.limited and decider_id not in case.named_officer_ids:
            raise Refused("Choose who decides it: an authorising officer who is named staff.")
    if decider_id is None:
        return
    needed = checking.rank_needed(wanted_of(found))
    if decider_id not in scope.authorisers(needed, now=now, but={found.asker_id}):
        raise Refused("Choose an authorising officer of the rank that this needs.")


def _date(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a date
        except ValueError:
            continue
    return None


def check_version(found: Request, expected: int | None) -> None:
    if expected is not None and expected != found.version:
        raise Conflict(MOVED_FIRST)
