"""What a variation changes of a requirement, and whether whoever decides it may (orders/law.py).

changes_of(before, after)                  the parts of it that law tells apart
decide_variation(order, changes, ...)      the rule that allows it, or a refusal that names one
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from waypost.errors import Refused
from waypost.life.values import AUTHORITY_WORDS, CHANGE_WORDS
from waypost.orders.hours import hours_by_day
from waypost.orders.law import LAW, Authority, Change, MayVary
from waypost.orders.values import Order, Requirement, RequirementKind, TimetableRow
from waypost.orders.versions import asks_the_same

PLACES = {RequirementKind.CURFEW, RequirementKind.RESTRICTION, RequirementKind.FITTING}


def changes_of(before: Requirement | None, after: Requirement | None) -> frozenset[Change]:
    """Which parts differ. None before: it is added; None after: it is taken out."""
    if before is None or after is None:
        return frozenset() if before is after else _whole(before)
    found: set[Change] = set()
    if _places(before) != _places(after):
        found.add(Change.ADDRESS if after.kind in PLACES else Change.ZONE)
    if before.timetable != after.timetable or before.appointments != after.appointments:
        found.add(Change.START_TIMES if _only_starts_differ(before, after) else Change.HOURS)
    if (before.from_at, before.to_at) != (after.from_at, after.to_at):
        found.add(Change.DATES)
    hours, places = after.timetable, after.zones
    like = replace(before, timetable=hours, appointments=after.appointments, zones=places,
                   from_at=after.from_at, to_at=after.to_at)  # fmt: skip
    if not asks_the_same(like, after) or before.exceptions != after.exceptions:
        found.add(Change.OTHER)
    return frozenset(found)


def decide_variation(
    order: Order,
    changes: Collection[Change],
    authority: Authority,
    *,
    consent: bool,
    reference: str,
) -> MayVary:
    """The rule that lets this authority make these changes.

    reference  the court's or issuer's own, without which nobody can look the decision up
    raises     Refused, naming the law and whose decision it would be
    """
    if not changes:
        raise Refused("Nothing is changed: what the form asks is what the order asks already.")
    rules = LAW[order.kind].vary
    mine = [rule for rule in rules if rule.authority is authority]
    if not mine:
        whose = " or ".join(AUTHORITY_WORDS[rule.authority] for rule in rules)
        raise Refused(f"This order is not for {AUTHORITY_WORDS[authority]} to vary; it is for "
                      f"{whose} ({rules[0].source}).")  # fmt: skip
    rule = mine[0]
    if beyond := [one for one in Change if one in changes and one not in rule.changes]:
        raise Refused(
            f"{_capital(AUTHORITY_WORDS[authority])} may not change "
            f"{' or '.join(CHANGE_WORDS[one] for one in beyond)} ({rule.source}); "
            f"ask {_others(rules, authority)}."
        )
    _check_conviction(order, rule, rules)
    if rule.consent and not consent:
        raise Refused(f"The wearer has to agree to this ({rule.source}); say that they did.")
    if authority in NAMED_BY_REFERENCE and not reference.strip():
        raise Refused(f"Give the reference of the decision of {AUTHORITY_WORDS[authority]}, so "
                      "that it can be looked up.")  # fmt: skip
    return rule


NAMED_BY_REFERENCE = {Authority.COURT, Authority.LICENCE_ISSUER, Authority.HOME_OFFICE}


def authorities(order: Order) -> list[Authority]:
    """Who may vary an order of this kind at all."""
    return [rule.authority for rule in LAW[order.kind].vary]


def _check_conviction(order: Order, rule: MayVary, rules: tuple[MayVary, ...]) -> None:
    if rule.convicted_from is None:
        return
    if order.convicted_on is None:
        raise Refused(f"The day of conviction is not recorded, and {rule.source} is for "
                      f"convictions from {rule.convicted_from:%-d %B %Y} on: record it first, or "
                      f"ask {_others(rules, rule.authority)}.")  # fmt: skip
    if order.convicted_on < rule.convicted_from:
        raise Refused(f"{rule.source} is for convictions from {rule.convicted_from:%-d %B %Y} on; "
                      f"this one is of {order.convicted_on:%-d %B %Y}: ask "
                      f"{_others(rules, rule.authority)}.")  # fmt: skip


def _others(rules: tuple[MayVary, ...], authority: Authority) -> str:
    found = [AUTHORITY_WORDS[one.authority] for one in rules if one.authority is not authority]
    return " or ".join(found) or "a lawyer"


def _whole(before: Requirement | None) -> frozenset[Change]:
    return frozenset({Change.ADDED if before is None else Change.REMOVED})


def _places(requirement: Requirement) -> list[tuple[object, float | None, float | None]]:
    return [(zone.geometry, zone.radius_m, zone.width_m) for zone in requirement.zones]


def _only_starts_differ(before: Requirement, after: Requirement) -> bool:
    """Whether each day's curfew is as long as it was, and only begins at another time.

    A variation notice must not vary the length of any curfew period (Sch. 9 para. 10A(8)).
    """
    if before.timetable is None or after.timetable is None:
        return False
    if before.appointments != after.appointments:
        return False
    return sorted(_lengths(before.timetable)) == sorted(_lengths(after.timetable))


def _lengths(rows: Collection[TimetableRow]) -> list[tuple[str, float]]:
    """(day on which it starts, hours) of every period; what narrows a row must stay as it is."""
    found = []
    for row in rows:
        length = sum(hours_by_day([TimetableRow(("MO",), row.start, row.end)]))
        kept = repr(replace(row, days=(), start="", end=""))
        found += [(f"{day}{kept}", length) for day in row.days]
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
