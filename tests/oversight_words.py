"""A small estate for tests of leave to look: two teams, three persons, one of them limited."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from waypost.access.actions import make_officer, make_team
from waypost.access.models import Officer
from waypost.access.queries import posted
from waypost.access.values import MACHINE, Posted, Role
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.read import read_orders

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)  # a Tuesday
HOME = {"type": "Point", "coordinates": [-0.056, 51.547], "radius_m": 80}
COHORT = "Gripping the Offender"
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


class Estate:
    """P1 is pia's (Hackney), P2 is paul's (Camden), P3 is limited and nia's (Hackney).
    P1 and P3 are in the programme COHORT."""

    def __init__(self) -> None:
        before = NOW - timedelta(days=60)
        here = make_team("London", "probation_region", "Hackney team", now=before)
        there = make_team("London", "probation_region", "Camden team", now=before)
        self.teams = {"Hackney": here, "Camden": there}
        practitioner = Role.PROBATION_PRACTITIONER
        self.pia = self.officer("pia", practitioner, here, "Pia Okafor")
        self.paul = self.officer("paul", practitioner, there)
        self.nia = self.officer("nia", practitioner, here)
        self.mona = self.officer("mona", Role.MONITORING_OFFICER)
        self.dora = self.officer("dora", Role.DATA_PROTECTION_OFFICER)
        self.otto = self.officer("otto", Role.AUTHORISING_OFFICER)
        self.adam = self.officer("adam", Role.ADMINISTRATOR)
        self.anna = self.officer("anna", Role.ADMINISTRATOR)
        self._persons(before)

    def officer(self, name: str, role: Role, team=None, called: str = "") -> Posted:
        made = make_officer(name, called or name.title(), None, role, team=team,
                            email=f"{name}@example.test", now=NOW - timedelta(days=60))  # fmt: skip
        return posted(made, now=NOW)

    def again(self, one: Posted, at: datetime = NOW) -> Posted:
        """The officer with the roles that hold then."""
        return posted(Officer.objects.get(pk=one.officer_id), now=at)

    def _persons(self, before: datetime) -> None:
        curfew = {"requirement_id": "R1", "kind": "curfew", "zone": HOME,
                  "timetable": [{"days": DAYS, "start": "19:00", "end": "07:00"}]}  # fmt: skip
        persons = [
            {"person_id": reference, "name": name, "area": area, "limited": reference == "P3",
             "officers": [officer], "team": f"{area} team",
             "programmes": [COHORT] if area == "Hackney" else [],
             "activations": [{"activation_id": f"A-{reference}", "device_id": f"D-{reference}",
                              "from": before.isoformat(), "to": None}],
             "orders": [{"order_id": f"O-{reference}", "kind": "community_order",
                         "from": before.isoformat(), "to": None, "requirements": [curfew]}]}
            for reference, name, area, officer in (
                ("P1", "Alex Okafor", "Hackney", "pia"), ("P2", "Bo Lind", "Camden", "paul"),
                ("P3", "Casey Moran", "Hackney", "nia"))
        ]  # fmt: skip
        read = read_orders(json.dumps({"persons": persons}).encode())
        assert not read.problems, read.problems
        assert not import_orders(read.rows, by=MACHINE, now=before).problems
        self.people = {one.reference: one.pk for one in Person.objects.all()}

    def file(self, reference: str, *, now: datetime, **said: object) -> None:
        """An orders file that says this of the person, and nothing of orders."""
        read = read_orders(json.dumps({"persons": [{"person_id": reference, **said}]}).encode())
        assert not read.problems, read.problems
        assert not import_orders(read.rows, by=MACHINE, now=now).problems
