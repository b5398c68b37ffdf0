"""A town in which what is upheld is followed up: officers of every rank, alerts that are upheld."""

from __future__ import annotations

from datetime import timedelta

from corrections_words import Corrected, officer
from waypost.access.values import Posted, Role
from worked_town import at


class Enforced(Corrected):
    """The town, with the lanes that correct and that propose."""

    def __init__(self) -> None:
        from waypost.cli.worker import make_enforcement_lane

        super().__init__()
        self.enforcement = make_enforcement_lane(lambda: self.now)
        self.centre = officer()
        self.responsible = probation("responsible")

    def run(self) -> None:
        super().run()
        while self.enforcement.round() or self.corrections.round():
            pass

    def in_the_park(self, when: str, *, person: int = 1) -> int:
        """The person is in the park for ten minutes and goes home; the alert."""
        from waypost.alerts.models import Alert

        began = at(when)
        day = (began - at("00:00")).days
        minutes = [began + timedelta(minutes=n) for n in range(12)]
        self.now = max(self.now, minutes[-1] + timedelta(minutes=1))
        self.send(
            *[(f"+{day} {one:%H:%M}", "park" if n < 10 else "street")
              for n, one in enumerate(minutes)],
            person=person,
        )  # fmt: skip
        self.run()
        found = Alert.objects.filter(kind="exclusion", person__reference=f"P{person}")
        return int(found.order_by("-pk")[0].pk)

    def uphold(self, alert_id: int) -> None:
        from waypost.alerts import actions

        actions.acknowledge(alert_id, by=self.centre, now=self.now)
        actions.uphold(alert_id, by=self.centre, now=self.now, note="No reason was given.")
        self.now += timedelta(seconds=10)
        self.run()

    def take(self, step: str, *, by: Posted | None = None, at_time=None, case=None, **more):
        from waypost.enforcement.actions import Asked, take_step
        from waypost.enforcement.values import Step

        row = case or open_case()
        row.refresh_from_db()
        given = {"words": "It was in the park, which the order forbids.", **more}
        asked = Asked(Step(step), at_time or self.now, **given)
        made = take_step(
            row.pk, asked, by=by or self.responsible, now=self.now, expected_version=row.version
        )
        self.now += timedelta(seconds=10)
        self.run()
        return made


def probation(name: str, role: Role = Role.PROBATION_PRACTITIONER, *, persons=("P1", "P2")):
    """An officer responsible for these persons."""
    from waypost.access.models import Officer
    from waypost.orders.models import Caseload, Person

    who = officer(name, role)
    for one in Person.objects.filter(reference__in=persons):
        Caseload.objects.create(
            person=one, officer=Officer.objects.get(pk=who.officer_id), from_at=at("00:00")
        )
    return who


def open_case():
    from waypost.enforcement.models import BreachCase

    return BreachCase.objects.filter(closed_at=None).order_by("-pk")[0]


def steps(case) -> list[str]:
    return [one.step for one in case.steps.order_by("pk")]
