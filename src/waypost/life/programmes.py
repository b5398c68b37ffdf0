"""Which orders a programme is for: what lies outside it is a question to a person, never refused,
since the order is somebody else's."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from waypost.life.values import Programme
from waypost.orders.values import Order
from waypost.orders.words import order_words

LONDON = ZoneInfo("Europe/London")


def outside(
    programme: Programme | None, order: Order, *, area: str, place_taken: int | None
) -> list[str]:
    """Why the order does not fit the programme that it names; empty: it fits.

    programme    None: no record has the name that the order gives
    area         the borough of the wearer; "": not known
    place_taken  how many are monitored under the programme, this one among them; None: not counted
    """
    if programme is None:
        return [f"There is no record of a programme called {order.programme}."]
    found = []
    if programme.kinds and order.kind not in programme.kinds:
        kinds = ", ".join(sorted(order_words(kind) for kind in programme.kinds))
        found.append(f"{order_words(order.kind)} is not of this programme, which is for: {kinds}.")
    found += _by_dates(programme, order)
    if programme.courts and order.court not in programme.courts:
        made_by = f"was made by {order.court}" if order.court else "does not say by which court"
        found.append(f"The order {made_by}; the programme is for {_listed(programme.courts)}.")
    if programme.boroughs and area not in programme.boroughs:
        lives = f"lives in {area}" if area else "has no borough on record"
        found.append(f"The wearer {lives}; the programme is for {_listed(programme.boroughs)}.")
    if programme.places is not None and (place_taken or 0) > programme.places:
        found.append(f"{place_taken} are monitored under it, and {programme.places} places are "
                     "funded.")  # fmt: skip
    return found


def _by_dates(programme: Programme, order: Order) -> list[str]:
    imposed_on = order.imposed_on or order.from_at.astimezone(LONDON).date()
    found = []
    if imposed_on < programme.impose_from:
        found.append(f"It was made on {_day(imposed_on)}, before the programme’s first day of "
                     f"imposing, {_day(programme.impose_from)}.")  # fmt: skip
    if programme.impose_to is not None and imposed_on > programme.impose_to:
        found.append(f"It was made on {_day(imposed_on)}, after the programme’s last day of "
                     f"imposing, {_day(programme.impose_to)}.")  # fmt: skip
    if programme.monitor_to is not None:
        ends = order.to_at.astimezone(LONDON).date() if order.to_at is not None else None
        if ends is None or ends > programme.monitor_to:
            until = f"until {_day(ends)}" if ends else "without an end"
            found.append(f"It lasts {until}; the programme’s last day of monitoring is "
                         f"{_day(programme.monitor_to)}.")  # fmt: skip
    return found


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
