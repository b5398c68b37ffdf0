"""The demo's services: a few with places, and some of the cohort referred to them."""

from __future__ import annotations

from datetime import datetime

from waypost.access.values import Posted


def refer_some(now: datetime) -> None:
    """As the demo's coordinator. Once: what stands already stays."""
    from waypost.access.models import Officer
    from waypost.access.queries import posted
    from waypost.iom.queries import member_ids
    from waypost.pathways import actions
    from waypost.pathways.actions import Offered
    from waypost.pathways.models import Service
    from waypost.pathways.values import Act, Came, Kind

    if Service.objects.exists():
        return
    by = posted(Officer.objects.get(username="iom"), now=now)
    offered = (
        Offered("Someone to talk to", "Mentors of London", Kind.MENTORING, 1, "Young adults"),
        Offered("Thinking ahead", "Probation Service", Kind.CBT, 12, "Anybody on an order"),
        Offered("Work first", "Islington Works", Kind.EMPLOYMENT, 20, "", ("Islington",)),
        Offered("Women’s hub", "Together Women", Kind.WOMEN, 8, "Women"),
    )
    numbers = [actions.enter_service(one, by=by, now=now) for one in offered]
    people = member_ids(by, now=now)[:2]
    referrals = [
        actions.refer(one, numbers[0], "Asked for somebody to talk to.", by=by, now=now)
        for one in people
    ]
    for version, act in enumerate((Act.ACCEPT, Act.START), 1):
        for number in referrals[:1]:
            actions.move_referral(number, act, "Spoke with the mentor by telephone.",
                                  expected_version=version, by=by, now=now)  # fmt: skip
    for number in referrals[:1]:
        actions.keep_session(number, now, Came.ATTENDED, by=by, now=now)
    _budgets(people[:1], by, now)


def _budgets(people: list[int], by: Posted, now: datetime) -> None:
    """A budget, and a spend that a practitioner's colleague is to decide on."""
    from waypost.pathways.budgets import allocate, ask_spend

    for one in people:
        allocate(one, 250_00, "What helps to begin work again.", by=by, now=now)
        ask_spend(one, 48_50, "Work boots for the course.", by=by, now=now)
