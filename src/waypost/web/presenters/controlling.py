"""The control room as its page shows it: filters, outlines, contacts, the last fix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.alerts.filters import Filters, Whose, without
from waypost.alerts.harm import RISK_WORDS as RISK_WORDS
from waypost.alerts.incident_view import Choices, Concerned, Reachable
from waypost.alerts.listing import Listing
from waypost.alerts.values import AlertKind
from waypost.notices.values import MAIL, SMS, TEST
from waypost.orders.values import PersonOrders
from waypost.positions.tracks import TrackRow, TrackTable
from waypost.web.presenters.shapes import MEANING, area_of
from waypost.web.templatetags.waypost import channel_words, words

HOURS = (12, 8, 4, 1)  # for how long one may say that one answers alerts
ROWS_SHOWN = 40  # of the track beside the map; the whereabouts page has all of them
WHOSE_WORDS = {Whose.MINE: "With me", Whose.NOBODY: "With nobody"}
LINKS = {MAIL: "mailto:", SMS: "tel:"}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    words: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FiltersShown:
    areas: tuple[Choice, ...]
    teams: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    whose: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What the filters do, in words; one: (words, address without it)."""

    ones: tuple[tuple[str, str], ...]
    left_out: int
    left_out_untouched: int


@dataclass(frozen=True, slots=True)
class ContactShown:
    channel: str
    address: str
    href: str  # that rings or writes; empty where a browser can do neither


@dataclass(frozen=True, slots=True)
class ReachableShown:
    who: str
    role: str
    contacts: tuple[ContactShown, ...]


def choices_shown(found: Choices, filters: Filters) -> FiltersShown:
    """What there is to filter by; what is chosen stays, even where nothing has it any more."""
    areas, kinds = dict(found.areas), dict(found.kinds)
    teams = {team_id: (name, count) for team_id, name, count in found.teams}
    for area in filters.areas:
        areas.setdefault(area, 0)
    for kind in filters.kinds:
        kinds.setdefault(kind.value, 0)
    for team_id in filters.team_ids:
        teams.setdefault(team_id, (f"Team {team_id}", 0))
    return FiltersShown(
        areas=tuple(Choice(one, one, n, one in filters.areas) for one, n in sorted(areas.items())),
        teams=tuple(
            Choice(str(one), name, n, one in filters.team_ids)
            for one, (name, n) in sorted(teams.items(), key=lambda pair: pair[1][0])
        ),
        kinds=tuple(
            Choice(one, words(one), n, AlertKind(one) in filters.kinds)
            for one, n in sorted(kinds.items())
        ),
        whose=tuple(
            Choice(one.value, said, 0, filters.whose is one)
            for one, said in ((Whose.ANYBODY, "Anybody’s"), *WHOSE_WORDS.items())
        ),
    )


def held(filters: Filters, listing: Listing, teams: Mapping[int, str]) -> Held:
    """Each filter with the address that leaves it out, and what all of them leave out."""
    ones: list[tuple[str, str, object]] = []
    ones += [(area, "areas", area) for area in sorted(filters.areas)]
    ones += [(teams.get(one, f"Team {one}"), "team_ids", one) for one in sorted(filters.team_ids)]
    ones += [(words(kind), "kinds", kind) for kind in sorted(filters.kinds)]
    if filters.whose is not Whose.ANYBODY:
        ones.append((WHOSE_WORDS[filters.whose], "whose", filters.whose))
    return Held(
        tuple((said, without(filters, name, value).address()) for said, name, value in ones),
        listing.left_out,
        listing.left_out_untouched,
    )


def zones_shown(
    concerned: Iterable[Concerned], persons: Mapping[int | None, PersonOrders], *, now: datetime
) -> list[dict[str, Any]]:
    """Each zone that binds now of the requirement that an alert is about, as maps draw them."""
    return [
        {
            "alert": one.alert_id,
            "meaning": MEANING[requirement.kind],
            "label": f"{one.person_reference}: {words(requirement.kind)} "
            f"{requirement.requirement_id}",
            "geometry": area_of(zone),
        }
        for one in concerned
        if one.person_id in persons
        for order in persons[one.person_id].orders
        for requirement in order.requirements
        if requirement.requirement_id == one.requirement_reference
        and requirement.kind in MEANING
        and (requirement.to_at is None or requirement.to_at > now)
        for zone in requirement.zones
    ]


def reachable_shown(found: Sequence[Reachable]) -> list[ReachableShown]:
    return [
        ReachableShown(
            one.who,
            one.role,
            tuple(
                ContactShown(
                    channel_words(contact.channel).capitalize(),
                    contact.address,
                    f"{LINKS[contact.channel]}{contact.address}"
                    if contact.channel in LINKS
                    else "",
                )
                for contact in one.contacts
                if contact.channel != TEST
            ),
        )
        for one in found
    ]


def last_fix(table: TrackTable) -> TrackRow | None:
    """The last usable fix of the track, or None."""
    used = table.used.nonzero()[0]
    return next(iter(table.rows([int(used[-1])])), None) if used.size else None


def with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
