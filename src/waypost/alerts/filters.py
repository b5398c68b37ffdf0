"""Which alerts an officer wishes to look at: by area, team, kind, and whose they are. Pure.

Filters stand in the address of the page. A call for help is shown whatever they ask: nothing that
stands above everything hides behind a choice made an hour ago, and nobody learns from a call that
comes and goes with an area where somebody is whom they may not know of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from waypost.alerts.values import CALLS_FOR_HELP, AlertKind

VALUES_MAX = 60  # of one filter: more than there are boroughs, or kinds
TEXT_MAX = 120
DIGITS_MAX = 18  # more fit no column


class Whose(StrEnum):
    ANYBODY = ""
    MINE = "mine"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty ones ask for everything."""

    areas: frozenset[str] = frozenset()
    team_ids: frozenset[int] = frozenset()
    kinds: frozenset[AlertKind] = frozenset()
    whose: Whose = Whose.ANYBODY

    @property
    def any(self) -> bool:
        return bool(self.areas or self.team_ids or self.kinds or self.whose)

    @property
    def count(self) -> int:
        return len(self.areas) + len(self.team_ids) + len(self.kinds) + bool(self.whose)

    def address(self, page: int = 1) -> str:
        """What stands behind the `?`: the same filters give the same words."""
        pairs: list[tuple[str, str]] = [("area", area) for area in sorted(self.areas)]
        pairs += [("team", str(team)) for team in sorted(self.team_ids)]
        pairs += [("kind", kind.value) for kind in sorted(self.kinds)]
        pairs += [("whose", self.whose.value)] if self.whose else []
        pairs += [("page", str(page))] if page > 1 else []
        return urlencode(pairs)

    def asks(self, facts: Facts, officer_id: int | None) -> bool:
        """Whether they leave such an alert; the store's twin is listing_query.asked_for."""
        if facts.kind in CALLS_FOR_HELP:
            return True
        return (
            (not self.areas or facts.area in self.areas)
            and (not self.team_ids or bool(self.team_ids & facts.team_ids))
            and (not self.kinds or facts.kind in self.kinds)
            and (self.whose is not Whose.MINE or facts.owner_id == officer_id)
            and (self.whose is not Whose.NOBODY or facts.owner_id is None)
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters look at."""

    kind: AlertKind
    area: str
    team_ids: frozenset[int]
    owner_id: int | None


NONE = Filters()


def read_filters(fields: Mapping[str, Iterable[str]]) -> Filters:
    """From an address, every value of each name. What is no filter of ours asks for nothing."""
    areas = frozenset(one.strip()[:TEXT_MAX] for one in _some(fields, "area") if one.strip())
    teams = [one for one in _some(fields, "team") if one.isdecimal() and len(one) <= DIGITS_MAX]
    whose = next((one for one in _some(fields, "whose") if one in set(Whose)), "")
    return Filters(
        areas=frozenset(one.replace("\x00", "") for one in areas),
        team_ids=frozenset(int(one) for one in teams),
        kinds=frozenset(AlertKind(one) for one in _some(fields, "kind") if one in set(AlertKind)),
        whose=Whose(whose),
    )


def without(filters: Filters, name: str, value: object) -> Filters:
    """The same but for one: what its cross leads to."""
    left: Any = Whose.ANYBODY if name == "whose" else getattr(filters, name) - {value}
    return replace(filters, **{name: left})


def _some(fields: Mapping[str, Iterable[str]], name: str) -> list[str]:
    return list(fields.get(name, ()))[:VALUES_MAX]
