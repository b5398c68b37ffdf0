"""What may be asked of pathways: the catalogue with its places and who waits how long; one service;
one person's referrals. Places and waiting are counted over everybody, persons are the asker's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted, Purpose
from waypost.orders.models import Person
from waypost.orders.queries import case_of, visible_person_ids
from waypost.pathways.deciding import acts_of
from waypost.pathways.models import Referral, ReferralMove, Service, Session
from waypost.pathways.scope import find_service
from waypost.pathways.values import OPEN, WAITS, Act, Came, Places, Status


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """longest: that somebody waits for a place now; None: nobody does."""

    service: Service
    places: Places
    waiting: int
    longest: timedelta | None


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """waits: since when it waits for an answer or a place; late: the answer is over its time."""

    referral: Referral
    status: Status
    person: str
    waits: timedelta | None
    late: bool
    attended: int
    sessions: tuple[tuple[Session, Came], ...]
    moves: tuple[tuple[ReferralMove, str], ...]
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    rows: tuple[ServiceRow, ...]
    ended: tuple[ServiceRow, ...]
    may_write: bool


@dataclass(frozen=True, slots=True)
class ServicePage:
    row: ServiceRow
    referrals: tuple[ReferralRow, ...]  # of the asker's people, whoever waits longest first
    may_write: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    person_id: int
    reference: str
    name: str
    referrals: tuple[ReferralRow, ...]
    services: tuple[ServiceRow, ...]  # to which they may be referred
    may_write: bool


def catalogue(by: Posted, *, now: datetime) -> Catalogue:
    """Every service with its places; those with a free place and the shortest wait first."""
    may.check(by, Permission.SERVICE_READ)
    rows = _rows(Service.objects.order_by("name", "pk"), now)
    running = [one for one in rows if one.service.ended_at is None]
    running.sort(key=lambda one: (not one.places.free, one.longest or timedelta(0)))
    ended = tuple(one for one in rows if one.service.ended_at is not None)
    may_write = may.decide(by, Permission.SERVICE_WRITE).allowed
    return Catalogue(tuple(running), ended, may_write)


def service_page(service_id: int, by: Posted, *, now: datetime) -> ServicePage:
    """One service and the asker's own people in it."""
    may.check(by, Permission.SERVICE_READ)
    found = find_service(service_id)
    seen = visible_person_ids(by, Permission.PATHWAY_READ, now=now)
    rows = Referral.objects.filter(service=found, status__in=OPEN)
    rows = rows if seen is None else rows.filter(person_id__in=seen)
    listed = _referrals(rows.select_related("service", "person").order_by("referred_at"), by, now)
    (row,) = _rows([found], now)
    return ServicePage(row, listed, may.decide(by, Permission.SERVICE_WRITE).allowed)


@transaction.atomic
def person_page(person_id: int, by: Posted, *, now: datetime) -> PersonPage:
    """One person's referrals, the newest first; opening it leaves the line pathways:viewed."""
    case = case_of(person_id, now=now)
    may.check(by, Permission.PATHWAY_READ, case)
    person = Person.objects.get(pk=person_id)
    rows = Referral.objects.filter(person_id=person_id).select_related("service", "person")
    fitting = [
        one for one in _rows(Service.objects.filter(ended_at=None).order_by("name"), now)
        if not one.service.areas or person.area in one.service.areas
    ]  # fmt: skip
    page = PersonPage(
        person_id, person.reference, person.full_name or person.reference,
        _referrals(rows.order_by("-referred_at", "-pk"), by, now), tuple(fitting),
        may.decide(by, Permission.PATHWAY_WRITE, case).allowed,
    )  # fmt: skip
    audit.record("pathways:viewed", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION)
    return page


def open_count(person_id: int, by: Posted, *, now: datetime) -> int | None:
    """For the person's own page: how many are open; None for who may not read it."""
    if not may.decide(by, Permission.PATHWAY_READ, case_of(person_id, now=now)).allowed:
        return None
    return Referral.objects.filter(person_id=person_id, status__in=OPEN).count()


def sessions_between(
    person_id: int, from_at: datetime, to_at: datetime
) -> list[tuple[str, int, int]]:
    """Service, sessions they came to, sessions that took place. The caller asked who may read."""
    rows = Session.objects.filter(referral__person_id=person_id, at__gte=from_at, at__lte=to_at)
    held, came = Counter[str](), Counter[str]()
    for name, said in rows.exclude(came=Came.CALLED_OFF).values_list(
        "referral__service__name", "came"
    ):
        held[name] += 1
        came[name] += said == Came.ATTENDED
    return [(name, came[name], held[name]) for name in sorted(held)]


def _rows(services: Iterable[Service], now: datetime) -> list[ServiceRow]:
    """A wait is counted whoever waits: it names nobody."""
    open_ones = Referral.objects.filter(status__in=OPEN).values_list(
        "service_id", "status", "referred_at"
    )
    taken: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    since: dict[int, datetime] = {}
    for service_id, status, at in open_ones:
        if status == Status.STARTED:
            taken[service_id] += 1
        else:
            waiting[service_id] += 1
            since[service_id] = min(at, since.get(service_id, at))
    return [
        ServiceRow(
            one, Places(one.places, taken[one.pk]), waiting[one.pk],
            now - since[one.pk] if one.pk in since else None,
        )
        for one in services
    ]  # fmt: skip


def _referrals(rows: Iterable[Referral], by: Posted, now: datetime) -> tuple[ReferralRow, ...]:
    referrals = list(rows)
    ids = [one.pk for one in referrals]
    moves = list(ReferralMove.objects.filter(referral_id__in=ids).order_by("pk"))
    sessions = list(Session.objects.filter(referral_id__in=ids).order_by("-at"))
    wanted = {one.officer_id for one in moves if one.officer_id is not None}
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}
    writes = may.decide(by, Permission.PATHWAY_WRITE).allowed
    return tuple(
        ReferralRow(
            one, Status(one.status), one.person.full_name or one.person.reference,
            now - one.referred_at if one.status in WAITS else None,
            one.status == Status.REFERRED and one.answer_by < now,
            sum(each.came == Came.ATTENDED for each in sessions if each.referral_id == one.pk),
            tuple((each, Came(each.came)) for each in sessions if each.referral_id == one.pk),
            tuple((each, names.get(each.officer_id or 0, "Waypost")) for each in moves
                  if each.referral_id == one.pk),
            acts_of(Status(one.status)) if writes else (),
        )
        for one in referrals
    )  # fmt: skip
