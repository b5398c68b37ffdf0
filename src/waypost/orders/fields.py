"""Reading one JSON object field by field: each oddity becomes a Problem that says where it stands.

Shared by the readers of orders and zones. A getter answers None when the field is absent or wrong;
in the second case it has left a problem, so a reader asks `clean_since` at the end of a row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from waypost.clock import read_instant
from waypost.errors import Problem

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)
VALUE_LENGTH_MAX = 120  # of what was sent, as shown in a problem
TEXT_LENGTH_MAX = 10_000
ID_LENGTH_MAX = 80  # what the records hold
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


@dataclass
class Desk:
    """Where problems are laid while a file is read."""

    problems: list[Problem] = field(default_factory=list)

    def report(self, path: str, kind: str, value: Any, message: str, action: str) -> None:
        """Lay down one problem; `value` is shown as the JSON that was sent, shortened."""
        shown = value if isinstance(value, str) or value is None else json.dumps(value)
        if shown is not None and len(shown) > VALUE_LENGTH_MAX:
            shown = shown[: VALUE_LENGTH_MAX - 1] + "…"
        self.problems.append(Problem(None, kind, path, shown, message, action))

    def clean_since(self, mark: int) -> bool:
        """Whether nothing was reported after `mark = len(desk.problems)`."""
        return len(self.problems) == mark


@dataclass(frozen=True)
class Fields:
    """One JSON object and where it stands ("persons[0].orders[1]")."""

    desk: Desk
    path: str
    data: Mapping[str, Any]

    @classmethod
    def of(cls, desk: Desk, path: str, data: Any) -> Fields | None:
        """The object, or None after reporting that there is something else."""
        if isinstance(data, dict):
            return cls(desk, path, data)
        desk.report(path, "NOT_AN_OBJECT", data, "this is not an object", 'send { "key": value }')
        return None

    def bad(self, name: str, kind: str, message: str, action: str) -> None:
        """Report the field."""
        self.desk.report(f"{self.path}.{name}", kind, self.data.get(name), message, action)

    def identity(self, name: str) -> str | None:
        """A required id: text of 1-80 characters without control characters (a number is text)."""
        value = self.data.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and _is_id(value):
            return value.strip()
        kind = "MISSING_ID" if value in (None, "") else "INVALID_ID"
        self.bad(name, kind, f"{name} is not a usable id", f"send 1-{ID_LENGTH_MAX} characters")
        return None

    def has(self, name: str) -> bool:
        """Whether the field stands there and says something."""
        return self.data.get(name) is not None

    def text(self, name: str, default: str = "", *, longest: int = TEXT_LENGTH_MAX) -> str:
        """An optional text that the records can hold; anything else is reported."""
        value = self.data.get(name)
        if value is None:
            return default
        if isinstance(value, str) and is_keepable(value) and len(value) <= longest:
            return value.strip()
        self.bad(name, "NOT_TEXT", f"{name} is not text of at most {longest} characters",
                 "send a string")  # fmt: skip
        return default

    def flag(self, name: str) -> bool:
        """An optional true or false."""
        value = self.data.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.bad(name, "NOT_A_FLAG", f"{name} is neither true nor false", "send true or false")
        return False

    def instant(self, name: str, *, required: bool = False) -> datetime | None:
        """An ISO 8601 time with offset, as UTC."""
        value = self.data.get(name)
        action = "write ISO 8601 with offset, like 2026-03-01T09:00:00Z"
        if value is None:
            if required:
                self.bad(name, "MISSING_TIME", f"{name} is missing", action)
            return None
        try:
            return read_instant(value)
        except (ValueError, OverflowError) as error:
            self.bad(name, "INVALID_TIME", str(error), action)
        except (AttributeError, TypeError):
            self.bad(name, "INVALID_TIME", f"{name} is not a time", action)
        return None

    def duration(self, name: str, default: timedelta | None = None) -> timedelta | None:
        """An ISO 8601 duration of weeks, days, hours, minutes, seconds; `default` when absent."""
        value = self.data.get(name)
        if value is None and default is not None:
            return default
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if match and any(match.groups()):
            try:
                return timedelta(**{unit: int(n) for unit, n in match.groupdict("0").items()})
            except (OverflowError, ValueError):  # more than time has, or thousands of digits
                pass
        action = "write ISO 8601, like PT1H or PT10M"
        self.bad(name, "INVALID_DURATION", f"{name} is not a duration", action)
        return None

    def metres(self, name: str) -> float | None:
        """A required length: a number above zero."""
        value = self.data.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e7:
            return float(value)
        self.bad(name, f"INVALID_{name.upper()}", f"{name} is not a length in metres above 0",
                 "send a number of metres above 0")  # fmt: skip
        return None

    def day(self, name: str, *, required: bool = False) -> date | None:
        """A local date, as 2026-03-02."""
        value = self.data.get(name)
        if value is None and not required:
            return None
        try:
            if isinstance(value, str) and _DATE.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:  # 30 February
            pass
        kind = "MISSING_DATE" if value is None else "INVALID_DATE"
        self.bad(name, kind, f"{name} is not a date", "write a date like 2026-03-02")
        return None

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """An optional whole number between two bounds."""
        value = self.data.get(name)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.bad(name, f"INVALID_{name.upper()}", f"{name} is not between {least} and {most}",
                 f"send a whole number from {least} to {most}")  # fmt: skip
        return default

    def choice(self, name: str, default: Choice) -> Choice:
        """An optional word of the default's own set."""
        word = self.text(name, default).lower()
        words = type(default)
        if word in set(words):
            return words(word)
        self.bad(name, f"INVALID_{name.upper()}", f"{name} is none of the words it may be",
                 f"send one of {', '.join(words)}")  # fmt: skip
        return default

    def part(self, name: str, read: Callable[[Desk, str, Any], Value | None]) -> Value | None:
        """What `read` makes of an optional object."""
        value = self.data.get(name)
        return None if value is None else read(self.desk, f"{self.path}.{name}", value)

    def each(
        self, name: str, read: Callable[[Desk, str, Any], Value | None], *, required: bool = False
    ) -> list[Value]:
        """What `read` makes of each item of a list, without those it refuses."""
        value = self.data.get(name)
        if value is None and not required:
            return []
        if not isinstance(value, list):
            self.bad(name, "NOT_A_LIST", f"{name} is not a list", f'send "{name}": [ … ]')
            return []
        found = [
            read(self.desk, f"{self.path}.{name}[{n}]".lstrip("."), item)
            for n, item in enumerate(value)
        ]
        return [item for item in found if item is not None]


def is_keepable(text: str) -> bool:
    """Whether a database takes the text: PostgreSQL no NUL, and none a lone surrogate."""
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def _is_id(value: str) -> bool:
    return bool(value.strip()) and len(value) <= ID_LENGTH_MAX and value.isprintable()
