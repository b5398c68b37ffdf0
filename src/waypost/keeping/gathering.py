"""What is held about a person, read table by table as restricting.py says it goes out.

    gather(person_id, ...)   every table with what of it is given; what is left out, on which ground
    texts_of(person_id)      what somebody wrote freely: an officer reads each before it goes out

What a moving exclusion led to is told by the day alone, so its rows are found first, with
everything that hangs on them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from waypost.access.models import Officer, Posting
from waypost.keeping.belonging import declared, loose, owned
from waypost.keeping.restricting import (
    POLICE_PAPERS,
    POLICE_STATEMENTS,
    POLICY,
    Given,
    Left,
    Names,
    given,
    parts_of,
)
from waypost.keeping.values import Withheld
from waypost.monitoring.moving_queries import days_near
from waypost.rules.values import RowKind

ROWS_MAX = 200_000  # of one table in one bundle: beyond that the officer is told, and asks a person


@dataclass(frozen=True, slots=True)
class Table:
    """label   of the model; rows as they go out, all with the same keys"""

    label: str
    title: str
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Something written freely, with others' names taken out; key is what an officer ticks."""

    key: str
    title: str
    column: str
    said: str
    is_given: bool


@dataclass
class Gathered:
    """tables, days_near   what goes out
    left                 rows that do not, by ground: for the officer alone
    """

    tables: list[Table] = field(default_factory=list)
    days_near: list[tuple[date, str]] = field(default_factory=list)
    left: dict[Withheld, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Moving:
    """Numbers of what a moving exclusion led to, by what it is."""

    references: frozenset[str]
    violations: frozenset[int]
    alerts: frozenset[int]
    cases: frozenset[int]
    statements: frozenset[int]


def gather(
    person_id: int, *, read: Collection[str], left_records: Collection[str], now: datetime
) -> Gathered:
    """What of the person goes out.

    read           texts that an officer lets out
    left_records   records that a restriction leaves out, as label:number
    """
    names, moving = names_of_others(person_id), _moving_of(person_id)
    gathered = Gathered(days_near=days_near(person_id, now=now))
    for model in (*reversed(owned()), *loose()):
        label = model._meta.label
        policy = POLICY.get(label)
        rows = _rows(model, person_id)
        if policy is None or isinstance(policy, Left):
            ground = Withheld.THIRD if policy is None else policy.ground
            _count(gathered, ground, rows.count())
            continue
        kept = list(_let_out(gathered, model, policy, rows, moving, left_records))
        out = tuple(given(label, row, names=names, spoken=_spoken_of, read=read) for row in kept)
        if out and not any(one.label == label for one in gathered.tables):
            gathered.tables.append(Table(label, policy.title, out))
    return gathered


def texts_of(person_id: int, *, read: Collection[str], now: datetime) -> list[Text]:
    """Every free text of rows that go out, for the officer to read."""
    names, moving = names_of_others(person_id), _moving_of(person_id)
    found: list[Text] = []
    for model in reversed(owned()):
        policy = POLICY.get(model._meta.label)
        if not isinstance(policy, Given) or not policy.texts:
            continue
        rows = _rows(model, person_id)
        for row in _let_out(Gathered(), model, policy, rows, moving, ()):
            for column in policy.texts.split():
                key = f"{model._meta.label}:{row['pk']}:{column}"
                if row[column]:
                    said = str(names.taken_out(row[column]))
                    found.append(Text(key, policy.title, column, said, key in read))
    return found


def names_of_others(person_id: int) -> Names:
    """Names of officers and of everybody else, references too; but not the person's own."""
    persons: Any = apps.get_model("orders.Person").objects
    others = persons.exclude(pk=person_id).values_list("full_name", "reference")
    own = persons.filter(pk=person_id).values_list("full_name", "reference")
    sign_ins = Officer.objects.exclude(person_id=person_id)
    staff = sign_ins.values_list("display_name", "username", "first_name", "last_name", "email")
    names: set[str] = set()
    for full_name, reference in others:
        names |= parts_of(full_name) | {reference}
    for row in staff:
        for one in row:
            names |= parts_of(one)
    for label, column in (("devices.Fitting", "fitted_by_name"), ("devices.Visit", "officer_name"),
                          ("policing.NotificationMove", "signed_by")):  # fmt: skip
        said = apps.get_model(label)._base_manager.values_list(column, flat=True).distinct()
        for one in said:
            names |= parts_of(one)
    mine = {part for name, reference in own for part in (*parts_of(name), reference)}
    return Names(names, mine)


def spoken_of(officer_id: int | None, role: str = "") -> str:
    """An officer as role and agency, as posted last; the machine as itself."""
    if officer_id is None:
        return "Waypost (the machine)"
    posting = (
        Posting.objects.filter(officer_id=officer_id)
        .select_related("team__organisation").order_by("-from_at", "-pk").first()
    )  # fmt: skip
    said = (role or (posting.role if posting else "officer")).replace("_", " ")
    agency = posting.team.organisation.name if posting and posting.team else ""
    return f"{said}, {agency}" if agency else said


def _spoken_of(value: Any) -> str:
    return "" if value is None else spoken_of(int(value))


def _rows(model: type[models.Model], person_id: int) -> Any:
    """The person's rows by what the model declares: rows of others that name them are others'."""
    path = declared(model).belongs
    wanted = {"self": "pk", "": "person_id"}.get(path, path)
    return model._base_manager.filter(**{wanted: person_id}).order_by("pk")


def _let_out(
    gathered: Gathered,
    model: type[models.Model],
    policy: Given,
    rows: Any,
    moving: _Moving,
    left_records: Collection[str],
) -> Iterator[dict[str, Any]]:
    label = model._meta.label
    if policy.when_closed:
        _count(gathered, Withheld.POLICE, rows.filter(**{policy.when_closed: None}).count())
        rows = rows.exclude(**{policy.when_closed: None})
    police = _of_the_police(label)
    if police is not None:
        _count(gathered, Withheld.POLICE, rows.filter(police).count())
        rows = rows.exclude(police)
    betraying = _betraying(model, moving)
    if betraying is not None:
        _count(gathered, Withheld.PROTECTED, rows.filter(betraying).count())
        rows = rows.exclude(betraying)
    columns = f"{policy.columns} {policy.officers} {policy.texts}".split()
    for row in rows.values("pk", *columns)[:ROWS_MAX]:
        if f"{label}:{row['pk']}" in left_records:
            _count(gathered, Withheld.THIRD, 1)
            continue
        yield row


def _of_the_police(label: str) -> Q | None:
    """Rows of tables that are given, which tell of the police or of a step that it would spoil."""
    if label == "documents.Document":
        return Q(kind__in=sorted(POLICE_PAPERS))
    if label.startswith("corrections."):
        path = {"corrections.Statement": "what", "corrections.Ground": "statement__what",
                "corrections.Correction": "statement__what"}.get(label)  # fmt: skip
        return Q(**{f"{path}__in": POLICE_STATEMENTS}) if path else None
    return None


def _moving_of(person_id: int) -> _Moving:
    """What moving exclusions that bind the person led to."""
    requirements: Any = apps.get_model("orders.RequirementVersion").objects
    asked = requirements.filter(person_id=person_id).exclude(around="")
    references = frozenset(asked.values_list("reference", flat=True))
    kinds = [RowKind.MOVING_EXCLUSION.value]
    theirs = Q(kind__in=kinds) | Q(requirement_reference__in=references)
    violations = _numbers("monitoring.Violation", Q(person_id=person_id) & theirs)
    alerts = _numbers(
        "alerts.Alert",
        Q(person_id=person_id) & (theirs | Q(violation_id__in=violations)
                                  | Q(violations__violation_id__in=violations)),
    )  # fmt: skip
    cases = _numbers("enforcement.BreachCase", Q(grounds__alert_id__in=alerts))
    statements = _numbers(
        "corrections.Statement",
        Q(grounds__alert_id__in=alerts) | Q(grounds__violation_id__in=violations),
    )
    return _Moving(references, violations, alerts, cases, statements)


def _numbers(label: str, wanted: Q) -> frozenset[int]:
    return frozenset(
        apps.get_model(label)._base_manager.filter(wanted).values_list("pk", flat=True)
    )


def _betraying(model: type[models.Model], moving: _Moving) -> Q | None:
    """Rows that say when somebody was near a protected person, by what they hang on."""
    label, found = model._meta.label, Q()
    fields = {field.name for field in model._meta.concrete_fields}
    own = {
        "monitoring.Violation": moving.violations,
        "alerts.Alert": moving.alerts,
        "enforcement.BreachCase": moving.cases,
        "corrections.Statement": moving.statements,
    }
    if label in own:
        found |= Q(pk__in=own[label])
    if "alert" in fields:
        found |= Q(alert__in=moving.alerts)
    if "alert_id" in fields:
        found |= Q(alert_id__in=moving.alerts)
    if "violation" in fields:
        found |= Q(violation__in=moving.violations)
    if "violation_id" in fields and label != "alerts.Alert":
        found |= Q(violation_id__in=moving.violations)
    if "case" in fields:
        found |= Q(case__in=moving.cases)
    if "statement" in fields:
        found |= Q(statement__in=moving.statements)
    if label == "corrections.Correction":
        found |= Q(statement__in=moving.statements)
    if label == "documents.Document":
        abouts = [f"alert:{one}" for one in moving.alerts]
        steps = apps.get_model("enforcement.StepTaken")._base_manager.filter(case__in=moving.cases)
        abouts += [f"step:{one}" for one in steps.values_list("pk", flat=True)]
        found |= Q(about__in=abouts)
    return found if found else None


def _count(gathered: Gathered, ground: Withheld, count: int) -> None:
    if count:
        gathered.left[ground] = gathered.left.get(ground, 0) + count
