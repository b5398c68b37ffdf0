"""What may be asked of requests: what waits for whom, one with its story, what is kept over them.

Somebody outside sees what they asked, how it stands, what was answered. What is told of a refusal
comes from the request itself (checking.told_of_refusal); staff see the reason on record, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from waypost.access import may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted, Role
from waypost.disclosure import checking, lifecycle, scope, vetting
from waypost.disclosure.checking import Finding, Told, told_of_refusal
from waypost.disclosure.clocks import Runs, running
from waypost.disclosure.figures import Asked, Group, figures
from waypost.disclosure.gathering import NOTHING
from waypost.disclosure.models import DipTest, KnownNumber, OnCall, RankHeld, Request, RequestMove
from waypost.disclosure.moving import clocks_of, record, wanted_of
from waypost.disclosure.releasing import can_download
from waypost.disclosure.urgent import numbers_of
from waypost.disclosure.values import (
    OF_A_PLACE,
    URGENT_KINDS,
    Act,
    Doer,
    Found,
    Ground,
    Kind,
    Outcome,
    Rank,
    Status,
    Wanted,
    What,
)
from waypost.errors import Refused
from waypost.orders.models import Person

RECENT = timedelta(days=90)  # how long what is over stands in the list
LISTED_MAX = 200
ALIKE_MAX = 20
NAMES_MISSING = "former officer"


@dataclass(frozen=True, slots=True)
class RequestRow:
    """waits: which clock runs, until when. mine: it waits for the asker"""

    request_id: int
    kind: Kind
    what: What
    status: Status
    urgency: str
    requester: str
    reference: str
    made_at: datetime
    waits: tuple[datetime, Runs] | None
    overdue: bool
    mine: bool
    can_download: bool
    download_until: datetime | None


@dataclass(frozen=True, slots=True)
class RequestList:
    """mine: waits for the asker, soonest first. staff: the asker sees everybody's"""

    mine: tuple[RequestRow, ...]
    open: tuple[RequestRow, ...]
    over: tuple[RequestRow, ...]
    staff: bool
    may_ask: bool
    may_call: bool


@dataclass(frozen=True, slots=True)
class MoveSeen:
    at: datetime
    act: Act
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class CallSeen:
    """place: what was told; for who told it and for reviewers alone"""

    agency: str
    called_back_at: datetime | None
    answered_by: str
    told_at: datetime | None
    place: dict[str, Any] | None
    paper_sha256: str
    found: str
    numbers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """requester: the asker reads it as who filed it.

    told            of a refusal, or of what is still wanted
    person          reference and name of whom it was found to mean, as far as they may know
    findings        of the machine, for staff, as the request stands
    alike           other questions about places by the same body in an overlapping time: for staff
    why_not         why the asker cannot decide it, though it waits for a decision
    said            what was answered, in sentences
    """

    row: RequestRow
    version: int
    wanted: Wanted
    requester: bool
    authenticated: str
    authority_sha256: str
    acts: tuple[Act, ...]
    moves: tuple[MoveSeen, ...]
    told: tuple[Told, ...]
    question: str
    person: tuple[str, str] | None
    can_link: bool
    suggested: tuple[tuple[str, str], ...]
    deciders: tuple[tuple[int, str], ...]
    limited: bool
    findings: tuple[Finding, ...]
    rank: Rank
    why_not: str
    said: tuple[str, ...]
    outcome: Outcome | None
    outcome_words: str
    downloads: int
    follows: int | None
    after: tuple[int, ...]
    can_ask_names: bool
    alike: tuple[int, ...]
    call: CallSeen | None
    dip: str


def requests(by: Posted, *, now: datetime) -> RequestList:
    """What waits for the asker, what else is open, what was over lately."""
    may.check(by, Permission.DISCLOSURE_READ)
    staff = scope.is_staff(by)
    hidden = scope.hidden_own_ids(by, now=now) if staff else frozenset()
    within = ~Q(pk__in=hidden) if staff else Q(asker_id=by.officer_id or 0)
    found = Request.objects.filter(within).select_related("call", "person", "follows")
    over = Q(status__in=[Status.REFUSED, Status.WITHDRAWN, Status.CLOSED])
    held = scope.rank_of(by.officer_id, now=now)
    rows = [
        _row(one, by, held, now=now)
        for one in found.exclude(over).order_by("submitted_at", "pk")[: 5 * LISTED_MAX]
    ]
    done = found.filter(over, made_at__gt=now - RECENT).order_by("-made_at", "-pk")[:LISTED_MAX]
    return RequestList(
        tuple(sorted((one for one in rows if one.mine), key=_soonest)),
        tuple(sorted((one for one in rows if not one.mine), key=_soonest)),
        tuple(_row(one, by, held, now=now) for one in done),
        staff,
        may.decide(by, Permission.DISCLOSURE_ASK).allowed,
        scope.is_control_room(by),
    )


def waiting_count(by: Posted, *, now: datetime) -> int:
    """How many wait for the asker: the number beside the word in the menu."""
    return len(requests(by, now=now).mine)


def request_page(request_id: int, by: Posted, *, now: datetime) -> RequestPage:
    """One request with its story; opening it leaves the line disclosure:viewed."""
    with transaction.atomic():
        found = scope.find(request_id)
        scope.check_may_see(found, by, now=now)
        page = _page(found, by, now)
        record("disclosure:viewed", found, by=by, now=now)
    return page


def own_requests(by: Posted, *, now: datetime) -> tuple[RequestRow, ...]:
    """A wearer's own, for their page."""
    rows = Request.objects.filter(asker_id=by.officer_id or 0).select_related("call", "person")
    return tuple(_row(one, by, None, now=now) for one in rows.order_by("-pk")[:LISTED_MAX])


def figures_of(by: Posted, *, from_at: datetime, to_at: datetime) -> tuple[Group, ...]:
    """Of what was asked in [from_at, to_at), as it stands by now. Counts alone, nobody in them."""
    may.check(by, Permission.DISCLOSURE_REVIEW)
    found = Request.objects.filter(made_at__gte=from_at, made_at__lt=to_at).order_by("pk")
    found = found.exclude(pk__in=scope.hidden_own_ids(by, now=to_at))
    return figures(_asked(one) for one in found)


@dataclass(frozen=True, slots=True)
class DipRow:
    test_id: int
    request_id: int
    kind: Kind
    what: What
    status: Status
    found: str
    words: str
    reviewer: str
    reviewed_at: datetime | None
    may_review: bool


@dataclass(frozen=True, slots=True)
class DipMonth:
    month: date
    ended: int
    rows: tuple[DipRow, ...]


def dip_months(by: Posted, *, now: datetime) -> tuple[DipMonth, ...]:
    """What was drawn, latest month first."""
    may.check(by, Permission.DISCLOSURE_REVIEW)
    tests = DipTest.objects.select_related("draw", "request").order_by("-draw__month", "request_id")
    tests = tests.exclude(request_id__in=scope.hidden_own_ids(by, now=now))
    names = _names({one.reviewed_by_id for one in tests})
    months: dict[date, list[DipTest]] = {}
    for one in tests:
        months.setdefault(one.draw.month, []).append(one)
    return tuple(
        DipMonth(month, len(several[0].draw.ended), tuple(_dip(x, by, names) for x in several))
        for month, several in months.items()
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """What administrators keep: ranks, who is on call, known numbers; who may be given a rank."""

    ranks: tuple[tuple[RankHeld, str, str, bool], ...]  # row, whose, recorded by, may confirm
    on_call: tuple[tuple[OnCall, str, bool], ...]  # row, whose, holds now
    numbers: tuple[KnownNumber, ...]
    authorisers: tuple[tuple[int, str], ...]


def kept(by: Posted, *, now: datetime) -> Kept:
    may.check(by, Permission.OFFICER_WRITE)
    ranks = list(RankHeld.objects.filter(Q(to_at=None) | Q(to_at__gt=now)).order_by("pk"))
    calls = list(OnCall.objects.filter(to_at__gt=now).order_by("from_at", "pk"))
    able = scope.officers_in(Role.AUTHORISING_OFFICER, now=now)
    names = _names(
        able
        | {one.officer_id for one in ranks}
        | {one.officer_id for one in calls}
        | {one.made_by_id for one in ranks}
    )
    return Kept(
        tuple(
            (
                one, names.get(one.officer_id, NAMES_MISSING),
                names.get(one.made_by_id or 0, "Waypost"),
                one.confirmed_at is None and by.officer_id not in {one.made_by_id, one.officer_id},
            )
            for one in ranks
        ),
        tuple(
            (one, names.get(one.officer_id, NAMES_MISSING), one.from_at <= now) for one in calls
        ),
        tuple(KnownNumber.objects.filter(to_at=None).order_by("agency", "number")),
        tuple(sorted(((one, names[one]) for one in able if one in names), key=lambda x: x[1])),
    )  # fmt: skip


def _row(found: Request, by: Posted, held: Rank | None, *, now: datetime) -> RequestRow:
    status = Status(found.status)
    runs = running(clocks_of(found), status)
    waits = runs[0] if runs else None
    return RequestRow(
        request_id=found.pk,
        kind=Kind(found.kind),
        what=What(found.what),
        status=status,
        urgency=found.urgency,
        requester=", ".join(x for x in (found.requester_name, found.requester_body) if x),
        reference=found.reference,
        made_at=found.made_at,
        waits=waits,
        overdue=waits is not None and waits[0] <= now,
        mine=_is_mine(found, by, held, now=now),
        can_download=can_download(found, by, now=now),
        download_until=found.download_until,
    )


def _is_mine(found: Request, by: Posted, held: Rank | None, *, now: datetime) -> bool:
    """Whether it is the asker's turn."""
    doers = scope.doers(found, by)
    status = Status(found.status)
    if status is Status.RETURNED:
        return Doer.REQUESTER in doers
    if status is Status.GRANTED:
        unread = not found.downloads or (found.outcome_by is not None and found.outcome_by <= now)
        return Doer.REQUESTER in doers and unread
    if status is Status.SUBMITTED:
        return Doer.CHECKER in doers
    if status in {Status.CALLED, Status.TOLD}:
        return Doer.CONTROL_ROOM in doers
    if status is Status.CALLED_BACK:
        return Doer.AUTHORISER in doers and scope.is_on_call(by.officer_id, now=now)
    if status in {Status.PAPERED, Status.CALL_REFUSED}:
        return Doer.REVIEWER in doers
    if status is Status.CHECKED and Doer.AUTHORISER in doers:
        return not _why_not(found, by, held, now=now)
    return False


def _why_not(found: Request, by: Posted, held: Rank | None, *, now: datetime) -> str:
    """Why an authorising officer cannot decide it; empty: they can."""
    try:
        scope.check_may_decide(found, checking.rank_needed(wanted_of(found)), by, now=now)
    except Refused as refusal:
        return str(refusal)
    return ""


def _page(found: Request, by: Posted, now: datetime) -> RequestPage:
    held = scope.rank_of(by.officer_id, now=now)
    doers, status = scope.doers(found, by), Status(found.status)
    wanted, mine = wanted_of(found), found.asker_id == by.officer_id
    staff = scope.is_staff(by)
    seen_id = scope.person_seen(found, by, now=now)
    person = Person.objects.filter(pk=seen_id).first() if seen_id is not None else None
    checks = Doer.CHECKER in doers and status is Status.SUBMITTED
    urgent = found.kind in URGENT_KINDS
    grounds = [Ground(one) for one in found.grounds]
    moves = list(RequestMove.objects.filter(request=found).order_by("at", "pk"))
    last_told = next((one.words for one in reversed(moves) if one.told), "")
    waits_decision = status is Status.CHECKED and Doer.AUTHORISER in doers
    why_not = _why_not(found, by, held, now=now) if waits_decision else ""
    acts = lifecycle.allowed_acts(status, doers)
    if why_not:
        acts = ()
    deciders = vetting.deciders(found, by, now=now) if checks else []
    names = _names(set(deciders))
    return RequestPage(
        row=_row(found, by, held, now=now),
        version=found.version,
        wanted=wanted,
        requester=mine,
        authenticated=found.authenticated if staff or mine else "",
        authority_sha256=found.authority_sha256,
        acts=acts,
        moves=tuple(_moves(moves, staff=staff)),
        told=told_of_refusal(wanted, grounds),
        question=last_told if status is Status.RETURNED else "",
        person=_named(person, by) if person and staff else None,
        can_link=(checks and not urgent and found.kind != Kind.OWN
                  and found.what in {What.TRACK, What.PRESENCE}),
        suggested=tuple(vetting.suggested(found, by, now=now)) if checks else (),
        deciders=tuple((one, names.get(one, NAMES_MISSING)) for one in deciders),
        limited=bool(person and person.limited),
        findings=checking.findings(wanted, now=now) if staff and not urgent else (),
        rank=checking.rank_needed(wanted),
        why_not=why_not,
        said=_said(found, knows=mine or found.person_id == seen_id),
        outcome=Outcome(found.outcome) if found.outcome else None,
        outcome_words=found.outcome_words,
        downloads=found.downloads,
        follows=found.follows_id,
        after=tuple(found.after.order_by("pk").values_list("pk", flat=True)),
        can_ask_names=_can_ask_names(found, mine),
        alike=_alike(found) if staff else (),
        call=_call(found, by, doers, now=now) if urgent and staff else None,
        dip=_dip_words(found) if staff else "",
    )  # fmt: skip


def _named(person: Person, by: Posted) -> tuple[str, str]:
    able = (Permission.PERSON_READ, Permission.DISCLOSURE_APPROVE)
    named = any(may.decide(by, one).allowed for one in able)
    return person.reference, person.full_name if named else ""


def _said(found: Request, *, knows: bool) -> tuple[str, ...]:
    """What was answered; to whoever may not know of the person, as if it were about nobody."""
    if not found.document_id:
        return ()
    return tuple(found.answer.get("said", ())) if knows else (NOTHING,)


def _can_ask_names(found: Request, mine: bool) -> bool:
    answered = found.what == What.ANYBODY and found.answer.get("verdict") == "yes"
    asked = found.after.exclude(status=Status.WITHDRAWN).exists()
    return mine and answered and not asked


def _alike(found: Request) -> tuple[int, ...]:
    """Answers about places that overlap can tell more together than each does."""
    if found.what not in OF_A_PLACE or found.kind != Kind.POLICE or found.from_at is None:
        return ()
    same = Request.objects.filter(
        kind=Kind.POLICE, requester_body=found.requester_body, what__in=sorted(OF_A_PLACE),
        from_at__lt=found.to_at, to_at__gt=found.from_at,
    )  # fmt: skip
    return tuple(same.exclude(pk=found.pk).order_by("-pk").values_list("pk", flat=True)[:ALIKE_MAX])


def _moves(moves: list[RequestMove], *, staff: bool) -> list[MoveSeen]:
    """The story: staff read all of it; the requester what happened, and what was meant for them."""
    names = _names({one.officer_id for one in moves})
    return [
        MoveSeen(
            one.at, Act(one.act),
            names.get(one.officer_id or 0, "Waypost") if staff else "",
            one.words if staff or one.told else "",
        )
        for one in moves
        if staff or one.act not in {Act.CHECK, Act.SEND_BACK}
    ]  # fmt: skip


def _call(found: Request, by: Posted, doers: frozenset[Doer], *, now: datetime) -> CallSeen | None:
    call = getattr(found, "call", None)
    if call is None:
        return None
    shows = by.officer_id == found.decided_by_id or Doer.REVIEWER in doers
    return CallSeen(
        found.requester_body, call.called_back_at, call.answered_by, call.told_at,
        call.place if shows else None, call.paper_sha256, call.found,
        tuple(numbers_of(found.requester_body, now=now)),
    )  # fmt: skip


def _dip(one: DipTest, by: Posted, names: dict[int, str]) -> DipRow:
    return DipRow(
        one.pk, one.request_id, Kind(one.request.kind), What(one.request.what),
        Status(one.request.status), one.found, one.words,
        names.get(one.reviewed_by_id or 0, ""), one.reviewed_at,
        one.reviewed_at is None and by.officer_id not in scope.involved(one.request),
    )  # fmt: skip


def _dip_words(found: Request) -> str:
    test = DipTest.objects.filter(request=found).first()
    if test is None:
        return ""
    if test.reviewed_at is None:
        return "Drawn for the dip test; nobody has looked at it again yet."
    return f"Dip test: {Found(test.found).value.replace('_', ' ')}."


def _asked(one: Request) -> Asked:
    status = Status(one.status)
    refused = status in {Status.REFUSED, Status.CALL_REFUSED} or (
        status is Status.CLOSED and one.kind in URGENT_KINDS and not one.answer
    )
    granted = one.decided_at is not None and not refused
    return Asked(
        Kind(one.kind), one.made_at, one.decided_at if granted or refused else None, one.answer_by,
        granted, refused, status is Status.WITHDRAWN,
    )  # fmt: skip


def _names(ids: set[int | None] | set[int]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}


def _soonest(row: RequestRow) -> tuple[bool, datetime, int]:
    by = row.waits[0] if row.waits else row.made_at
    return row.waits is None, by, row.request_id
