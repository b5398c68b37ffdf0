"""The draft that is tried: read as a requirement in an orders file is, and refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waypost.errors import Problem, Refused
from waypost.orders.fields import Desk
from waypost.orders.read import read_requirement
from waypost.orders.values import Requirement
from waypost.whatif.trying import KINDS

PATH = "draft"


def read_draft(draft: Mapping[str, Any]) -> Requirement:
    """The requirement that a draft says. Refused, naming the field, where it cannot be read."""
    desk = Desk()
    read = read_requirement(desk, PATH, {"requirement_id": PATH, **draft})
    if desk.problems:
        raise Refused(f"The draft cannot be tried: {_words(desk.problems[0])}.")
    if read is None or read.kind not in KINDS or read.around is not None:
        raise Refused(
            "The draft cannot be tried: kind: only zones, curfews and appointments at a fixed "
            "place can be set against the past; choose one of them."
        )
    return read


def _words(problem: Problem) -> str:
    place = (problem.field or PATH).removeprefix(f"{PATH}.")
    return f"{place}: {problem.message}; {problem.action}"
