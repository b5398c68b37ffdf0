"""Parameters as they are kept, typed and shown: JSON values, forms with bounds, differences. Pure.

values_of / parameters_of    a revision's record: seconds, metres, shares, by field name
read_form                    what somebody typed, in each number's own unit, or what is wrong
shown, differences           for people
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from waypost.errors import Problem, Read
from waypost.rules.parameter_words import SECONDS, WORDS, ParameterWords, Unit
from waypost.rules.values import Parameters

NAMES: tuple[str, ...] = tuple(field.name for field in fields(Parameters))
DEFAULTS = Parameters()
LONGEST = 20  # characters of a number as typed

Kept = dict[str, float | int]


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that two revisions have differently."""

    name: str
    before: str
    after: str


def values_of(parameters: Parameters) -> Kept:
    """The numbers as a record keeps them: durations in seconds."""
    return {name: _kept(getattr(parameters, name)) for name in NAMES}


def parameters_of(values: Mapping[str, Any]) -> Parameters:
    """The numbers of a record. One that the record does not state (it was written by an earlier
    version) stands at this version's default; one that this version does not know is not read."""
    told = {name: values[name] for name in NAMES if name in values}
    return Parameters(**{name: _of_kind(name, value) for name, value in told.items()})


def unstated(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Numbers of this version that a record does not state."""
    return tuple(name for name in NAMES if name not in values)


def digest_of_values(values: Mapping[str, Any]) -> str:
    """A hash of exactly these numbers: a preview is of them and of no others."""
    return hashlib.sha256(json.dumps(dict(values), sort_keys=True).encode()).hexdigest()


def read_form(sent: Mapping[str, str]) -> Read[Parameters]:
    """The numbers typed, each in its own unit; one row, or all that is wrong with them."""
    problems: list[Problem] = []
    told: dict[str, Any] = {}
    for name in NAMES:
        number, problem = _read_number(name, sent.get(name, "").strip())
        if problem is not None:
            problems.append(problem)
        else:
            told[name] = _of_kind(name, round(number * _unit(name), 10))
    if problems:
        return Read(problems=problems)
    return Read(rows=[Parameters(**told)])


def typed(parameters: Parameters) -> dict[str, str]:
    """What a form shows in its fields."""
    return {name: _plain(_kept(getattr(parameters, name)) / _unit(name)) for name in NAMES}


def shown(name: str, parameters: Parameters) -> str:
    """One number with its unit: 15 minutes, 90 metres a second."""
    number, unit = typed(parameters)[name], WORDS[name].unit
    if unit is Unit.PERCENT:
        return f"{number} %"
    return f"{number} {unit}".strip()


def bounds(name: str) -> str:
    """What the number may be, in words."""
    words = WORDS[name]
    return f"{_plain(words.lowest)} to {_plain(words.highest)} {words.unit}".strip()


def differences(before: Parameters, after: Parameters) -> list[Difference]:
    """What `after` has differently, in the order of the fields."""
    return [
        Difference(name, shown(name, before), shown(name, after))
        for name in NAMES
        if getattr(before, name) != getattr(after, name)
    ]


def _read_number(name: str, text: str) -> tuple[float, Problem | None]:
    words = WORDS[name]
    allowed = f"Type a number from {bounds(name)}."
    try:
        number = float(text) if len(text) <= LONGEST and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        saw = "is not filled in" if not text else "is not a number"
        return 0.0, _problem(words, name, text, saw, allowed)
    if not words.lowest <= number <= words.highest:
        side = "less" if number < words.lowest else "more"
        saw = f"is {_plain(number)}, {side} than it may be"
        return 0.0, _problem(words, name, text, saw, allowed)
    if isinstance(getattr(DEFAULTS, name), int) and number != int(number):
        return 0.0, _problem(words, name, text, f"is {_plain(number)}, not a whole number", allowed)
    return number, None


def _problem(words: ParameterWords, name: str, text: str, saw: str, action: str) -> Problem:
    kind = "NOT_A_NUMBER" if "number" in saw or "filled" in saw else "OUT_OF_BOUNDS"
    return Problem(None, kind, name, text[:80], f"“{words.name}” {saw}.", action)


def _kept(value: Any) -> float | int:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a number of the rules is a duration or a number, not {type(value)}")
    return value


def _of_kind(name: str, value: float) -> Any:
    """A kept number as what the field's default is."""
    default = getattr(DEFAULTS, name)
    if isinstance(default, timedelta):
        return timedelta(seconds=value)
    return int(value) if isinstance(default, int) else float(value)


def _unit(name: str) -> float:
    """How many of what is kept are one of what is typed."""
    unit = WORDS[name].unit
    return 0.01 if unit is Unit.PERCENT else float(SECONDS.get(unit, 1))


def _plain(number: float) -> str:
    """As people write it: no exponent, no zeros behind."""
    text = f"{number:.10f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
