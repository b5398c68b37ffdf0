"""What a requirement asks where its order says nothing: the standing rule, with its source."""

from __future__ import annotations

from datetime import timedelta

from waypost.orders.values import (
    AlcoholRule,
    Appointments,
    Order,
    OrderKind,
    Requirement,
    RequirementKind,
)

# Accumulated time violation: short absences without good reason are added up, and on a home
# detention curfew two hours of them are a breach. The figure is the one the project's issue 4
# states for HDC; agencies that work to another write `atv_limit` into the order.
ATV_LIMIT_HDC = timedelta(minutes=120)


def atv_limit_of(order: Order, requirement: Requirement) -> timedelta | None:
    """How much unreasonable absence adds up to a breach of this curfew; None: it is not added up.

    What the order says goes first; without it, two hours on a home detention curfew and nothing on
    any other order, whose single absences are breaches by themselves.
    """
    if requirement.kind is not RequirementKind.CURFEW:
        return None
    if requirement.atv_limit is not None:
        return requirement.atv_limit
    return ATV_LIMIT_HDC if order.kind is OrderKind.HDC else None


def minimum_stay_of(requirement: Requirement, series: Appointments) -> timedelta:
    """How long of an appointment of this series must be stayed, at most its own length."""
    said = series.minimum_stay if series.minimum_stay is not None else requirement.minimum_stay
    return series.duration if said is None else min(said, series.duration)


def alcohol_of(requirement: Requirement) -> AlcoholRule | None:
    """The alcohol rule; abstinence where only the kind is stated, None for another kind."""
    if requirement.kind is not RequirementKind.ALCOHOL:
        return None
    return requirement.alcohol or AlcoholRule()
