"""What may be asked of necessity: one person's records and proofs, one's own notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import prefetch_related_objects

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose, Role
from waypost.documents.queries import Listed, documents_about
from waypost.errors import NoSuchThing
from waypost.fitting.induction import HOW_GIVEN
from waypost.necessity.deciding import told_at
from waypost.necessity.marking import fitted_inductions, kept_since, told_of
from waypost.necessity.models import (
    AddressCheck,
    InductionProof,
    NecessityRecord,
    NoticeProof,
    PlainNotice,
)
from waypost.necessity.tasks import TaskSeen, names_of, tasks_about
from waypost.necessity.values import (
    ABOUT,
    NO_SUCH_NOTICE,
    CheckFound,
    CheckKind,
    Given,
    ReviewFound,
    Told,
)
from waypost.orders.models import Order, Person
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.orders.values import OrderKind


@dataclass(frozen=True, slots=True)
class ReviewSeen:
    at: datetime
    officer: str
    outcome: ReviewFound
    words: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class RecordSeen:
    version: int
    monitoring: str
    access: str
    alternatives: tuple[tuple[str, str], ...]
    vulnerability: str
    vulnerability_done: str
    review_at: datetime
    made_at: datetime
    made_by: str
    reviews: tuple[ReviewSeen, ...]


@dataclass(frozen=True, slots=True)
class ProofSeen:
    """A proof of delivery or of an induction. what: "notice" or "induction"."""

    what: str
    proof_id: int
    at: datetime
    by_name: str
    how: Given | None
    words: str
    language: str
    late_why: str
    recorded_at: datetime
    recorded_by: str
    taken_back_at: datetime | None
    taken_back_why: str


@dataclass(frozen=True, slots=True)
class NoticeSeen:
    notice_id: int
    version: int
    language: str
    written_in: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    sha256: str
    made_at: datetime
    made_by: str
    papers: tuple[Listed, ...]
    proofs: tuple[ProofSeen, ...]


@dataclass(frozen=True, slots=True)
class CheckSeen:
    kind: CheckKind
    outcome: CheckFound
    checked_at: datetime
    words: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """One order with all that is kept of it here. told_at: from when violations may count; None:
    not yet. before_kept: it began before proof was kept here, and its violations count."""

    order_id: str
    kind: OrderKind
    from_at: datetime
    to_at: datetime | None
    live: bool
    told_at: datetime | None
    before_kept: bool
    tasks: tuple[TaskSeen, ...]
    record: RecordSeen | None
    older: tuple[RecordSeen, ...]
    notices: tuple[NoticeSeen, ...]
    inductions: tuple[ProofSeen, ...]
    checks: tuple[CheckSeen, ...]


@dataclass(frozen=True, slots=True)
class PersonSeen:
    person_id: int
    reference: str
    orders: tuple[OrderSeen, ...]
    may_write: bool


@transaction.atomic
def person_page(person_id: int, by: Posted, *, now: datetime) -> PersonSeen:
    """All of one person's; opening it leaves the line necessity:viewed."""
    case = case_of(person_id, now=now)
    may.check(by, Permission.NECESSITY_READ, case)
    person = Person.objects.get(pk=person_id)
    told, tasks = told_of([person_id]), tasks_about([person_id], by, now=now)
    found = PersonSeen(
        person_id,
        person.reference,
        tuple(_order(one, told, tasks, now) for one in _orders(person_id)),
        may.decide(by, Permission.NECESSITY_WRITE, case).allowed,
    )
    audit.record("necessity:viewed", by=by, at=now, about=person_id, purpose=_purpose(by))
    return found


@transaction.atomic
def own_notices(by: Posted, *, now: datetime) -> list[tuple[str, NoticeSeen]]:
    """What the wearer was given, newest of each order first; leaves plain_notice:read_own."""
    own = by.own_person_id
    if own is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    may.check(by, Permission.OWN_DATA_READ, case_of(own, now=now))
    rows = PlainNotice.objects.filter(person_id=own).order_by("-made_at", "-pk")
    found = [(one.order_reference, _notice(one)) for one in rows]
    audit.record("plain_notice:read_own", by=by, at=now, about=own, purpose=Purpose.SUBJECT_ACCESS)
    return found


def check_may_open(number: int, *, by: Posted, now: datetime) -> None:
    """Whether they may open a paper of a plain notice: whom it is for, and who reads why."""
    found = PlainNotice.objects.filter(pk=min(number, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_NOTICE)
    own = by.own_person_id == found.person_id
    permission = Permission.OWN_DATA_READ if own else Permission.NECESSITY_READ
    may.check(by, permission, case_of(found.person_id, now=now), absent=NO_SUCH_NOTICE)


def _orders(person_id: int) -> list[Order]:
    """Each in its newest version, the newest order first."""
    newest = {
        one.reference: one
        for one in Order.objects.filter(person_id=person_id)
        .exclude(kind=OrderKind.PROTECTION)
        .order_by("version", "pk")
    }
    return sorted(newest.values(), key=lambda one: (one.from_at, one.pk), reverse=True)


def _order(
    order: Order, told: dict[tuple[int, str], Told], tasks: Iterable[TaskSeen], now: datetime
) -> OrderSeen:
    mine = {"person_id": order.person_id, "order_reference": order.reference}
    known, kept = told[order.person_id, order.reference], kept_since()
    records = [_record(one) for one in NecessityRecord.objects.filter(**mine).order_by("-version")]
    notices = list(PlainNotice.objects.filter(**mine).order_by("-version"))
    prefetch_related_objects(notices, "proofs")
    checks = list(AddressCheck.objects.filter(**mine).order_by("-checked_at", "-pk"))
    names = names_of(one.recorded_by_id for one in checks)
    return OrderSeen(
        order.reference, OrderKind(order.kind), order.from_at, order.to_at,
        order.from_at <= now and (order.to_at is None or now < order.to_at),
        told_at(known), kept is None or order.from_at < kept,
        tuple(one for one in tasks if one.task.order_id == order.reference),
        records[0] if records else None, tuple(records[1:]),
        tuple(_notice(one) for one in notices),
        _inductions(InductionProof.objects.filter(**mine).order_by("-explained_at", "-pk"))
        + _fitted(order),
        tuple(
            CheckSeen(CheckKind(one.kind), CheckFound(one.outcome), one.checked_at, one.words,
                      names.get(one.recorded_by_id or 0, "Waypost"))
            for one in checks
        ),
    )  # fmt: skip


def _record(row: NecessityRecord) -> RecordSeen:
    reviews = list(row.reviews.order_by("-at", "-pk"))
    names = names_of([row.made_by_id, *(one.officer_id for one in reviews)])
    return RecordSeen(
        row.version, row.monitoring, row.access,
        tuple((option, why) for option, why in row.alternatives), row.vulnerability,
        row.vulnerability_done, reviews[0].next_at if reviews else row.review_at, row.made_at,
        names.get(row.made_by_id or 0, "Waypost"),
        tuple(
            ReviewSeen(one.at, names.get(one.officer_id or 0, "Waypost"),
                       ReviewFound(one.outcome), one.words, one.next_at)
            for one in reviews
        ),
    )  # fmt: skip


def _notice(row: PlainNotice) -> NoticeSeen:
    proofs = sorted(row.proofs.all(), key=lambda one: (one.given_at, one.pk))
    names = names_of([row.made_by_id, *(one.recorded_by_id for one in proofs)])
    return NoticeSeen(
        row.pk, row.version, row.language, row.written_in,
        tuple((title, tuple(lines)) for title, lines in row.sections), row.sha256, row.made_at,
        names.get(row.made_by_id or 0, "Waypost"), tuple(documents_about(f"{ABOUT}:{row.pk}")),
        tuple(_proof(one, row.language, names) for one in proofs),
    )  # fmt: skip


def _proof(one: NoticeProof, language: str, names: dict[int, str]) -> ProofSeen:
    return ProofSeen(
        "notice", one.pk, one.given_at, one.given_by, Given(one.how), one.detail, language,
        one.late_why, one.recorded_at, names.get(one.recorded_by_id or 0, "Waypost"),
        one.taken_back_at, one.taken_back_why,
    )  # fmt: skip


def _inductions(rows: Iterable[InductionProof]) -> tuple[ProofSeen, ...]:
    found = list(rows)
    names = names_of(one.recorded_by_id for one in found)
    return tuple(
        ProofSeen(
            "induction", one.pk, one.explained_at, one.explained_by, None,
            one.understood + (f" (interpreter: {one.interpreter})" if one.interpreter else ""),
            one.language, one.late_why, one.recorded_at,
            names.get(one.recorded_by_id or 0, "Waypost"), one.taken_back_at, one.taken_back_why,
        )
        for one in found
    )  # fmt: skip


def _fitted(order: Order) -> tuple[ProofSeen, ...]:
    """Notices read out and explained when a tag was put on, within this order."""
    found = fitted_inductions([order.person_id]).get(order.person_id, [])
    names = names_of(one.by_id for one in found)
    return tuple(
        ProofSeen(
            "fitting", one.activation_id, one.at, one.by_name, None,
            HOW_GIVEN.get(one.how, one.how), one.language, "", one.at,
            names.get(one.by_id or 0, "Waypost"), None, "",
        )
        for one in found
        if one.is_within(order.from_at, order.to_at)
    )  # fmt: skip


def _purpose(by: Posted) -> Purpose:
    reviews = by.roles <= {Role.DATA_PROTECTION_OFFICER}
    return Purpose.AUDIT_REVIEW if reviews else Purpose.SUPERVISION
