"""Asking: file a request, answer what is still wanted, withdraw it, ask for names, tell what came.

Whoever files it is identified by how they sign in; of somebody who has no account (a court, a
solicitor) staff say how identity was checked, of a solicitor also the signed authority’s digest.
Nothing here looks at whether the person asked about wears a tag, but for the wearer's own request.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from waypost.access import may
from waypost.access.queries import organisation_of
from waypost.access.values import Permission, Posted
from waypost.disclosure import clocks, kinds, scope, telling
from waypost.disclosure.kinds import KINDS
from waypost.disclosure.models import Request
from waypost.disclosure.moving import clocks_of, load, move, record, wanted_of, wind
from waypost.disclosure.texts import digest, given, line
from waypost.disclosure.values import (
    OF_A_PLACE,
    OF_ONE_PERSON,
    URGENT_KINDS,
    Act,
    Doer,
    Kind,
    Outcome,
    Place,
    Status,
    Wanted,
    What,
)
from waypost.errors import Refused
from waypost.geo import in_britain

CHECKED_MIN = 10  # characters of how identity was checked
RADIUS_M_MIN = 10.0
YEARS_BACK = 7  # longer than any schedule keeps places: a slip of the year


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, where it is not whoever signed in. authority: digest of a solicitor's authority"""

    name: str = ""
    body: str = ""
    identity: str = ""
    authority: str = ""


def submit(wanted: Wanted, requester: Requester, *, by: Posted, now: datetime) -> int:
    """File it; the number of the request. Refused, naming the field, where it cannot be kept."""
    may.check(by, Permission.DISCLOSURE_ASK)
    rule = KINDS[wanted.kind]
    if wanted.kind in URGENT_KINDS:
        raise Refused("Threats to life and wanted persons are taken by telephone, on its page.")
    if not rule.asked_by & by.roles:
        raise Refused("Choose a kind of request that your role can file.")
    if wanted.what not in rule.what or wanted.what is What.NAMES:
        raise Refused("Choose what is asked for.")
    asked = checked(wanted, now=now)
    who = _requester(asked.kind, requester, by)
    own = by.own_person_id if asked.kind is Kind.OWN else None
    with transaction.atomic():
        made = _create(asked, who, own, None, by, now)
        telling.tell_checkers(made, "disclosure_submitted", "submitted", now=now)
        record("disclosure:submitted", made, by=by, now=now, kind=made.kind, what=made.what)
    return int(made.pk)


def ask_names(request_id: int, why: str, helps: str, *, by: Posted, now: datetime) -> int:
    """After a place was answered with yes: who they were. A request of its own, decided apart."""
    first = scope.find(request_id)
    scope.check_may_see(first, by, now=now)
    scope.check_doer(first, Doer.REQUESTER, by)
    if first.what != What.ANYBODY or first.status not in {Status.GRANTED, Status.CLOSED}:
        raise Refused("Names are asked for after the question about a place was answered.")
    if first.answer.get("verdict") != "yes":
        raise Refused("No tag was observed there, so there is nobody to name.")
    if Request.objects.filter(follows=first).exclude(status=Status.WITHDRAWN).exists():
        raise Refused("The names have been asked for already.")
    asked = replace(
        wanted_of(first), what=What.NAMES, why=given(why, "why names are needed"),
        helps=given(helps, "how names help"),
    )  # fmt: skip
    who = Requester(
        first.requester_name, first.requester_body, first.authenticated, first.authority_sha256
    )
    with transaction.atomic():
        made = _create(asked, who, None, first, by, now)
        telling.tell_checkers(made, "disclosure_submitted", "submitted", now=now)
        record("disclosure:names_asked", made, by=by, now=now, follows=first.pk)
    return int(made.pk)


@transaction.atomic
def resubmit(
    request_id: int,
    wanted: Wanted,
    *,
    by: Posted,
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """What was still wanted, in the request itself; its clock runs on."""
    found = load(request_id, Doer.REQUESTER, by, now=now, expected_version=expected_version)
    before = wanted_of(found)
    asked = checked(
        replace(wanted, kind=before.kind, what=before.what, urgency=before.urgency), now=now
    )
    values = _columns(asked) | {"submitted_at": now, "grounds": [], "decider_id": None}
    if (asked.person_name, asked.person_born_on, asked.person_reference) != (
        before.person_name, before.person_born_on, before.person_reference,
    ) and asked.kind is not Kind.OWN:  # fmt: skip
        values["person_id"] = None  # other words may mean somebody else
    move(found, Act.RESUBMIT, by=by, now=now, changed=values,
         clocks=clocks.resubmitted(clocks_of(found), now))  # fmt: skip
    telling.tell_checkers(found, "disclosure_submitted", f"again:{found.version}", now=now)
    record("disclosure:resubmitted", found, by=by, now=now)


@transaction.atomic
def withdraw(
    request_id: int, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    """It is not wanted any more."""
    found = load(request_id, Doer.REQUESTER, by, now=now, expected_version=expected_version)
    move(found, Act.WITHDRAW, by=by, now=now, clocks=clocks.Clocks())
    record("disclosure:withdrawn", found, by=by, now=now)


@transaction.atomic
def tell_outcome(
    request_id: int, outcome: Outcome, words: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """What came of the answer; nothing more is waited for."""
    found = load(request_id, Doer.REQUESTER, by, now=now, expected_version=expected_version)
    said = given(words, "what came of it")
    if outcome is Outcome.OTHER and not said:
        raise Refused("Say what came of it.")
    changed = {"outcome": outcome.value, "outcome_words": said}
    move(found, Act.OUTCOME, by=by, now=now, changed=changed, clocks=clocks.Clocks())
    record("disclosure:outcome_told", found, by=by, now=now, outcome=outcome.value)


def checked(wanted: Wanted, *, now: datetime) -> Wanted:
    """The request with its words trimmed. Refused where it cannot be kept at all; what is merely
    too broad or unclear is a checker's matter (checking.findings)."""
    window = wanted.window
    if window is None:
        raise Refused("Enter from when to when, in London time.")
    if not window.from_at < window.to_at:
        raise Refused("The end must come after the beginning.")
    if window.from_at > now:
        raise Refused("The window has not begun: requests are about the past.")
    if window.from_at.year < now.year - YEARS_BACK:
        raise Refused(f"The window begins in {window.from_at.year}; check the year.")
    place = _place(wanted)
    about_person = wanted.what in OF_ONE_PERSON and wanted.kind is not Kind.OWN
    return replace(
        wanted,
        place=place,
        person_name=line(wanted.person_name, "the person’s name") if about_person else "",
        person_born_on=line(wanted.person_born_on, "the date of birth") if about_person else "",
        person_reference=(
            line(wanted.person_reference, "the person’s reference") if about_person else ""
        ),
        offence=given(wanted.offence, "the offence or enquiry"),
        reference=line(wanted.reference, "the reference")[:80],
        why=given(wanted.why, "why this data is needed"),
        helps=given(wanted.helps, "how it helps"),
        special_reason=given(wanted.special_reason, "the special reason"),
    )


def _place(wanted: Wanted) -> Place | None:
    if wanted.what not in OF_A_PLACE:
        return None
    place = wanted.place
    if place is None:
        raise Refused(
            "Enter the place: a postcode, a National Grid reference, or latitude, longitude."
        )
    if not (math.isfinite(place.radius_m) and place.radius_m >= RADIUS_M_MIN):
        raise Refused(f"Enter the circle’s radius in metres, at least {RADIUS_M_MIN:.0f}.")
    if not (-90 <= place.lat <= 90 and -180 <= place.lon <= 180):
        raise Refused("The place is not on the Earth: latitude comes first, then longitude.")
    if not bool(in_britain(place.lat, place.lon)[0]):
        raise Refused("The place lies outside Great Britain: latitude comes first.")
    return replace(place, words=line(place.words, "the place"))


def _requester(kind: Kind, told: Requester, by: Posted) -> Requester:
    """Who asks and how they were known. Refused where that is not said."""
    if kind is Kind.OWN:
        if by.own_person_id is None:
            raise Refused("This account is no wearer’s; ask the monitoring centre.")
        return Requester(by.name, "", "Signed in as the wearer.")
    if kind is Kind.POLICE:
        force = organisation_of(by)
        if not force:
            raise Refused("Your account is in no force’s team; the administrator puts it into one.")
        return Requester(by.name, force, f"Signed in from an account of {force}.")
    name = line(told.name, "the name of who asks")
    body = line(told.body, "the court or firm")
    identity = given(told.identity, "how identity was checked")
    if not name or not body:
        raise Refused("Enter the name of who asks, and the court or firm.")
    if len(identity) < CHECKED_MIN:
        raise Refused("Say how identity was checked: called back, met, known seal or address.")
    authority = ""
    if kind is Kind.SOLICITOR:
        authority = digest(told.authority, "the wearer’s signed authority")
    return Requester(name, body, identity, authority)


def _create(
    asked: Wanted, who: Requester, own: int | None, follows: Request | None, by: Posted,
    now: datetime,
) -> Request:  # fmt: skip
    runs = clocks.submitted(asked.kind, asked.urgency, now, settings.WALL_ZONE)
    made = Request.objects.create(
        kind=asked.kind, what=asked.what, urgency=asked.urgency, status=Status.SUBMITTED,
        person_id=own, follows=follows, asker_id=by.officer_id or 0, requester_name=who.name,
        requester_body=who.body, authenticated=who.identity, authority_sha256=who.authority,
        made_at=now, submitted_at=now, answer_by=runs.answer_by, **_columns(asked),
    )  # fmt: skip
    wind(made)
    return made


def _columns(asked: Wanted) -> dict[str, object]:
    place, window = asked.place, asked.window
    assert window is not None, "checked"
    return {
        "person_name": asked.person_name, "person_born_on": asked.person_born_on,
        "person_reference": asked.person_reference, "offence": asked.offence,
        "reference": asked.reference, "why": asked.why, "helps": asked.helps,
        "special_reason": asked.special_reason, "from_at": window.from_at, "to_at": window.to_at,
        "place_lat": place.lat if place else None, "place_lon": place.lon if place else None,
        "radius_m": place.radius_m if place else None, "place_words": place.words if place else "",
    }  # fmt: skip


def kinds_for(by: Posted) -> list[Kind]:
    """The kinds of request that the officer's roles file by form."""
    return [
        kind for kind, rule in kinds.KINDS.items()
        if kind not in URGENT_KINDS and rule.asked_by & by.roles
    ]  # fmt: skip
