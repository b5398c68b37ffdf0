"""Forms of a page as data: what each asks, what was typed, beside which one a refusal stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """kind: text, area, date, datetime-local, select, radios, checks. value: as it stands first."""

    name: str
    label: str
    kind: str = "text"
    options: Options = ()
    hint: str = ""
    value: str = ""
    required: bool = True
    chosen: tuple[str, ...] = ()  # of checks


@dataclass(frozen=True, slots=True)
class Form:
    """about: the number of what it is about, where several forms of the act stand on the page."""

    act: str
    title: str
    button: str
    fields: tuple[Field, ...]
    about: str = ""
    hidden: dict[str, str] = field(default_factory=dict)
    grave: bool = False
    is_open: bool = False
    trouble: str = ""

    @property
    def key(self) -> str:
        return f"{self.act}-{self.about}" if self.about else self.act


def filled(form: Form, said: QueryDict, trouble: str = "") -> Form:
    """The form with what was typed into it, and why it was refused, where it was this one."""
    if not trouble or said.get("act") != form.act or said.get("about", "") != form.about:
        return form
    fields = tuple(
        replace(one, value=said.get(one.name, ""), chosen=tuple(said.getlist(one.name)))
        for one in form.fields
    )
    return replace(form, fields=fields, is_open=True, trouble=trouble)
