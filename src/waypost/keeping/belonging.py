"""Which rows of which tables are a person's: read from what every model declares, never listed.

    owned()          models of which rows belong to persons, those that point at others first
    paths_of(model)  every way from a row to a person by which deleting the person takes the row
    rows_of(...)     the rows by one of those ways

A row that points at two persons (a protection: who is kept safe, and from whom) goes with the first
of them that goes: it says something of both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import models

from waypost.access.foreign_columns import FOREIGN
from waypost.columns import Columns, Retention
from waypost.keeping.values import Scope

PERSON = "orders.Person"
AN_ACTIVATION_S = (Retention.WHEREABOUTS, Retention.QUARANTINE)


def declared(model: type[models.Model]) -> Columns:
    own = model.__dict__.get("declares")
    return own if isinstance(own, Columns) else FOREIGN[model._meta.label]


@lru_cache(maxsize=1)
def owned() -> tuple[type[models.Model], ...]:
    """Models of persons' rows: a model stands before whatever it points at. Proofs stand in none:
    audit lines and deletions are kept by their own rule."""
    mine = {
        model
        for model in apps.get_models()
        if declared(model).belongs and declared(model).retention is not Retention.AUDIT
    }
    sorter: TopologicalSorter[type[models.Model]] = TopologicalSorter()
    for model in sorted(mine, key=lambda one: one._meta.label):
        sorter.add(model)
        for field in _pointing(model):
            if field.related_model in mine and field.related_model is not model:
                sorter.add(field.related_model, model)
    return tuple(sorter.static_order())


def of_scope(scope: Scope) -> tuple[type[models.Model], ...]:
    """Whose rows a deletion of this scope takes, in order."""
    if scope is Scope.PERSON:
        return owned()
    return tuple(one for one in owned() if declared(one).retention in AN_ACTIVATION_S)


@lru_cache(maxsize=256)
def paths_of(model: type[models.Model]) -> tuple[str, ...]:
    """Lookups from a row to the number of a person; "pk" for the person itself."""
    return tuple(sorted(set(_paths(model, ()))))


def rows_of(model: type[models.Model], path: str, person_id: int) -> Any:
    return model._base_manager.filter(**{path: person_id})


def worn_path(model: type[models.Model]) -> str:
    """The lookup to the activation that a row hangs on; "" where it hangs on none."""
    path = declared(model).belongs
    return path.removesuffix("__person") if path.endswith("activation__person") else ""


def others_pointing(person_id: int) -> dict[int, set[str]]:
    """Other persons whose rows deleting this one would take, with the labels of those rows."""
    found: dict[int, set[str]] = {}
    for model in owned():
        belongs = declared(model).belongs
        for path in paths_of(model):
            if belongs == "self" or path == belongs:
                continue
            owners = rows_of(model, path, person_id).values_list(f"{belongs}__pk", flat=True)
            for owner in set(owners) - {person_id, None}:
                found.setdefault(int(owner), set()).add(model._meta.label)
    return found


def loose() -> tuple[type[models.Model], ...]:
    """Models that name a person by number without pointing at one: notices, contacts, sign-ins."""
    return tuple(
        model
        for model in apps.get_models()
        if declared(model).retention is not Retention.AUDIT
        and any(
            field.name == "person_id" and not field.is_relation
            for field in model._meta.concrete_fields
        )
    )


def _paths(model: type[models.Model], seen: Collection[type[models.Model]]) -> Iterator[str]:
    if model._meta.label == PERSON:
        yield "pk"
        return
    for field in _pointing(model):
        target = field.related_model
        if target._meta.label == PERSON:
            yield field.name
        elif target is not model and target not in seen:
            for path in _paths(target, (*seen, model)):
                yield f"{field.name}__{path}"


def _pointing(model: type[models.Model]) -> list[Any]:
    """Fields by which deleting what they point at deletes the row."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE
    ]
