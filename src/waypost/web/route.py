"""One page or answer of the web, as the tables of routes name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waypost.access.values import Permission


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    name: str
    view: Callable[..., Any]
    permission: Permission
    summary: str  # one sentence for a person
    title: str = ""  # its word in the menu
    under: str = ""  # the page of the menu that it stands under; "" for one of the menu itself
