"""A control room for tests: officers, a rota, and the town's clocks fired as the worker does."""

from __future__ import annotations

from datetime import datetime

from waypost.access.values import MACHINE, Posted, Role
from worked_town import Town, at


class Room(Town):
    """The town; after each run the clock lane runs, too."""

    def __init__(self) -> None:
        from waypost.cli.worker import make_clock_lane

        super().__init__()
        self.clocks = make_clock_lane(lambda: self.now)

    def run(self) -> None:
        super().run()
        while self.clocks.round():
            pass

    def officer(self, name: str, role: Role = Role.MONITORING_OFFICER) -> Posted:
        from waypost.access.actions import make_officer
        from waypost.access.queries import posted

        mail = f"{name}@example.test"
        made = make_officer(name, name.title(), None, role, email=mail, now=at("07:00"))
        return posted(made, now=at("08:00"))

    def on_duty(self, who: Posted, role: str, start: str = "08:00", end: str = "20:00") -> int:
        from waypost.alerts.duty import enter_duty
        from waypost.alerts.values import DutyRole

        assert who.officer_id is not None
        return enter_duty(
            who.officer_id, DutyRole(role), at(start), at(end), by=MACHINE, now=at("08:00")
        )

    def alert(self, kind: str, when: str, *, person: int = 2):
        """A report of a tag, judged at once; its alert."""
        from waypost.alerts.models import Alert

        self.now = at(when)
        self.report(kind, when, person=person)
        self.run()
        return Alert.objects.order_by("-pk")[0]


def told(alert_id: int) -> list[str]:
    """Notices of escalation: rung and officer."""
    from waypost.access.models import Officer
    from waypost.notices.models import Notice

    names = dict(Officer.objects.values_list("pk", "username"))
    rows = Notice.objects.filter(about=f"alert:{alert_id}", template="alert_escalated")
    return [
        f"{row.step.split(':')[1]} {names[row.officer_id]}"
        for row in rows.order_by("made_at", "pk")
    ]


def moves(alert_id: int) -> list[str]:
    from waypost.alerts.models import AlertMove

    return list(
        AlertMove.objects.filter(alert_id=alert_id).order_by("pk").values_list("what", flat=True)
    )


def due_at(alert_id: int) -> datetime | None:
    from waypost.alerts.calling import CLOCK_DUE
    from waypost.jobs import due

    row = due.waiting(CLOCK_DUE, {str(alert_id)}).get(str(alert_id))
    return row.due_at if row else None
