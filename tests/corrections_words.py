"""Somebody was told of a breach that later falls: a town with the lane that corrects."""

from __future__ import annotations

import json
from datetime import timedelta

from waypost.access.values import Role
from worked_town import Town, at, orders_file


class Corrected(Town):
    """The town, with the lane that corrects."""

    def __init__(self) -> None:
        from waypost.cli.worker import make_correction_lane

        super().__init__()
        self.corrections = make_correction_lane(lambda: self.now)

    @classmethod
    def with_a_breach(cls) -> Corrected:
        """P1 was in the park from 12:00 on; it is certain."""
        town = cls()
        town.run()
        town.now = at("12:10")
        town.send(*[(f"12:{minute:02d}", "park") for minute in range(10)])
        town.run()
        return town

    def run(self) -> None:
        super().run()
        while self.corrections.round():
            pass


def officer(name: str = "centre", role: Role = Role.MONITORING_OFFICER, team=None):
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    made = make_officer(
        name, name.title(), None, role, email=f"{name}@example.test", team=team, now=at("07:00")
    )
    return posted(made, now=at("12:00"))


def alert():
    from waypost.alerts.models import Alert

    return Alert.objects.get(kind="exclusion", person__reference="P1")


def force():
    """A police force with an officer in it."""
    from waypost.access.models import Organisation, Team

    made = Organisation.objects.create(name="Invented Police", kind="police_force")
    team = Team.objects.create(organisation=made, name="Breach desk")
    return made, officer("constable", Role.POLICE_REQUESTER, team)


def rely(town, *recipients: str, what: str = "police_notification", by=None):
    from django.db import transaction

    from waypost.corrections.actions import rely as relied

    with transaction.atomic():
        relied(
            what=what, reference=f"{what}:1", person_id=alert().person_id,
            alert_ids=[alert().pk], recipients=recipients, by=by or officer(), now=town.now,
        )  # fmt: skip


def vary(town, park_radius_m: float) -> None:
    """A variation that is entered late: the zone had that size all along."""
    known = json.loads(orders_file(park_radius_m=park_radius_m))
    known["persons"][0]["orders"][0]["requirements"][0]["valid_from"] = "2026-03-02T08:00:00Z"
    town.now += timedelta(minutes=1)
    town.give_orders(json.dumps(known).encode())
    town.now += timedelta(minutes=5)
    town.run()


def take_back(town) -> None:
    vary(town, 1)


def corrections():
    from waypost.corrections.models import Correction

    return list(Correction.objects.order_by("pk"))


def notices(template: str) -> list[str]:
    from waypost.notices.models import Notice

    return sorted(Notice.objects.filter(template=template).values_list("recipient", flat=True))
