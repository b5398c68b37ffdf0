"""Every stored column says how private it is, how long it is kept and whose it is."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from waypost.access.foreign_columns import FOREIGN
from waypost.columns import Columns
from waypost.orders.models import Person


def every_model() -> list[type[models.Model]]:
    return list(apps.get_models(include_auto_created=True))


def declared(model: type[models.Model]) -> Columns | None:
    own = model.__dict__.get("declares")
    return own if isinstance(own, Columns) else FOREIGN.get(model._meta.label)


def owner(model: type[models.Model], path: str) -> type[models.Model]:
    """The model a lookup path ends at; FieldDoesNotExist when it leads nowhere."""
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model
    return model


def test_every_model_declares_its_columns():
    assert [model._meta.label for model in every_model() if declared(model) is None] == []


def test_every_concrete_column_has_exactly_one_privacy_label():
    gaps = {}
    for model in every_model():
        labelled = set((declared(model) or Columns("")).labels())
        concrete = {field.name for field in model._meta.concrete_fields}
        if labelled != concrete:
            gaps[model._meta.label] = sorted(labelled ^ concrete)
    assert gaps == {}


def test_what_belongs_to_a_person_leads_to_the_person():
    wrong = []
    for model in every_model():
        declares = declared(model)
        if declares is None or declares.belongs == "":
            continue
        if declares.belongs == "self":
            leads_home = model is Person
        else:
            leads_home = owner(model, declares.belongs) is Person
        if not leads_home:
            wrong.append(model._meta.label)
    assert wrong == []


def test_a_table_that_points_at_a_person_says_that_it_belongs_to_one():
    """A forgotten `belongs` would leave rows behind when a person is deleted or asks."""
    silent = [
        model._meta.label
        for model in every_model()
        if any(field.related_model is Person for field in model._meta.concrete_fields)
        and not (declared(model) and declared(model).belongs)
    ]
    assert silent == []


def test_foreign_declarations_name_tables_that_exist():
    assert set(FOREIGN) <= {model._meta.label for model in every_model()}
