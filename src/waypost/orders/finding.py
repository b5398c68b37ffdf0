"""What a check says: shared by the modules of lint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from waypost.orders.values import Order, PersonOrders, Requirement

Said = tuple[str | None, str, str]  # requirement_id, kind, message
HORIZON = timedelta(days=366)  # how far an open-ended order is looked at
NO_END = datetime.max.replace(tzinfo=UTC)
DAY = timedelta(days=1)

# Every kind of finding and what it asks a human to look at; the reference page is printed from it.
FINDINGS = {
    "activations_overlap": "two tags are on the person at once",
    "alcohol_level_low": "a level under the one above which tags confirm drinking",
    "alcohol_over_120_days": "alcohol monitoring for longer than the law allows on this order",
    "alcohol_rule_misplaced": "an alcohol rule on a requirement of another kind",
    "anchor_without_rota": "an anchor_date without every_weeks",
    "appointment_in_curfew": "an appointment elsewhere in the hours of a curfew",
    "atv_limit_misplaced": "a limit of added-up absence on a requirement that is no curfew",
    "bank_holiday_hours_add_up": "hours of bank holidays beside usual hours that do not stop",
    "bank_holiday_row_never_binds": "a row for bank holidays, of which none falls in the order",
    "bank_holidays_without_effect": "a weekend row that stops on bank holidays, which are weekdays",
    "curfew_long": "more than 16 hours of curfew in a day",
    "curfew_over_day_maximum": "more hours in a day than the law allows",
    "curfew_over_week_maximum": "more hours in a week than the law allows",
    "curfew_under_day_minimum": "fewer hours in a day of curfew than the law allows",
    "curfew_under_hdc_minimum": "fewer hours in a day than the law asks of a home detention curfew",
    "device_activations_overlap": "one tag on two persons, or twice, at the same time",
    "duplicate_order": "an order's id stands twice",
    "duplicate_requirement": "a requirement's id stands twice",
    "fitting_beyond_order": "a fitting window outside its order",
    "fitting_without_end": "a fitting window without an end",
    "fitting_without_hours": "a fitting window without hours",
    "fitting_without_tag": "a fitting window in an order that needs no tag",
    "fixed_address_missing": "a curfew without a place, as of somebody of no fixed address",
    "home_cut_off": "an exclusion zone over the address of a curfew, at the same time",
    "minimum_stay_beyond_grace": "a stay that nobody can keep who comes as late as they may",
    "minimum_stay_misplaced": "a minimum stay on a requirement that is no attendance",
    "minimum_stay_too_long": "a stay longer than the appointment",
    "moving_zone_around_wearer": "a moving exclusion around the wearer themselves",
    "never_required": "nothing is ever required while the order lasts",
    "order_ends_before_start": "an order that ends before it starts",
    "order_kind_unknown": "an order of a kind whose rules are not checked",
    "order_longer_than_allowed": "an order that lasts longer than the law allows",
    "order_without_activation": "an order during which no tag is worn",
    "order_without_requirements": "an order that asks nothing",
    "person_too_old": "a wearer too old for an order of this kind",
    "person_too_young": "a wearer too young for an order of this kind",
    "place_cut_off": "an exclusion zone over a place to be in, at the same time",
    "place_in_warning_ring": "a warning ring over a place to be in: it would warn each time",
    "release_day_late": "a day of release after the start: nothing is asked before it",
    "release_day_misplaced": "a day of release on a requirement that is no curfew",
    "release_day_outside_order": "a day of release outside the time of its curfew",
    "release_night_open": "a first night that ends before the usual hours of that night",
    "requirement_longer_than_allowed": "a requirement asked for longer than the law allows",
    "requirement_not_available": "a requirement that is not available under this kind of order",
    "rota_never_binds": "a rota of which no week falls in the order",
    "row_adds_nothing": "a row whose time the other rows ask for already",
    "row_never_binds": "a row of which no day falls in the order",
    "staggered_rows_gap": "dated rows that leave some days out between them",
    "staggered_rows_overlap": "dated rows that both start on some days, by a slip of a date",
    "trail_on_bail": "whereabouts monitoring on court bail, where it is not available",
    "warning_ring_misplaced": "a warning ring on a requirement that is no exclusion",
    "warning_ring_on_moving_zone": "a warning ring that tells how near a protected person is",
    "way_cut_off": "an exclusion zone round which there is no way between two places to be in",
    "way_through_zone": "an exclusion zone across the straight way between two places to be in",
    "zone_crosses_antimeridian": "a zone over the 180th meridian",
    "zone_crosses_itself": "a zone that is not a simple shape",
    "zone_outside_britain": "a zone abroad",
    "zone_too_small": "a place to be in that is too small for a tag to be placed there",
    "zone_very_detailed": "a zone of more than 5,000 positions",
    "zone_very_large": "a zone larger than Greater London",
    "zone_without_area": "a zone without an area",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One odd thing; requirement_id None when it is about the person, an order or a tag."""

    person_id: str | None
    requirement_id: str | None
    kind: str
    message: str

    def row(self) -> dict[str, str | None]:
        """As `waypost orders check` prints it."""
        return {
            "person_id": self.person_id,
            "requirement_id": self.requirement_id,
            "kind": self.kind,
            "message": self.message,
        }


def finding_of(person_id: str, said: Said) -> Finding:
    """What a check said of the person. A kind that FINDINGS does not know is a mistake of ours."""
    requirement_id, kind, message = said
    assert kind in FINDINGS, kind
    return Finding(person_id, requirement_id, kind, message)


def asked_of(person: PersonOrders) -> Iterator[tuple[Order, Requirement]]:
    """Every requirement with its order."""
    for order in person.orders:
        for requirement in order.requirements:
            yield order, requirement


def span_looked_at(order: Order, requirement: Requirement) -> tuple[datetime, datetime]:
    """The requirement's own time, of an open end the first year."""
    start = max(order.from_at, requirement.from_at or order.from_at)
    ends = (order.to_at, requirement.to_at, later(start, HORIZON))
    return start, min(end for end in ends if end is not None)


def later(start: datetime, span: timedelta) -> datetime:
    """`start` and the span, within the calendar."""
    return min(start, NO_END - span - 3 * DAY) + span


def longer_than(days: int, order: Order, requirement: Requirement) -> bool:
    """Whether it is asked for more days than these, or without an end."""
    start = max(order.from_at, requirement.from_at or order.from_at)
    ends = [end for end in (order.to_at, requirement.to_at) if end is not None]
    return not ends or min(ends) - start > timedelta(days=days + 1)  # from noon to midnight is less
