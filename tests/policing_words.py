"""A control room and a force for tests: P2 walks into the park, and the police are told."""

from __future__ import annotations

from waypost.access.values import Posted, Role
from waypost.policing.wording import Texts
from worked_town import Town, at

TEXTS = Texts(
    "P2 was in the park from 11:50.", "Certain: three fixes show it.", "Rang twice, no answer."
)


class Precinct(Town):
    """The town with officers of the centre (mona), of a case (pia) and of two forces."""

    def __init__(self) -> None:
        super().__init__()
        from waypost.policing.scope import forces

        self.mona = self.officer("mona", Role.MONITORING_OFFICER)
        self.pia = self.officer("pia", Role.PROBATION_PRACTITIONER)
        self.reed = self.officer("reed", Role.POLICE_REQUESTER, force="Metropolitan")
        self.essex = self.officer("esme", Role.POLICE_REQUESTER, force="Essex")
        self.stray = self.officer("stray", Role.POLICE_REQUESTER)
        self.force = next(one for one in forces() if one.name == "Metropolitan")

    def officer(self, name: str, role: Role, force: str = "") -> Posted:
        from waypost.access.actions import make_officer, make_team
        from waypost.access.queries import posted

        team = make_team(force, "police_force", "Desk", now=at("06:00")) if force else None
        mail = f"{name}@example.test"
        made = make_officer(name, name.title(), None, role, team=team, email=mail, now=at("06:00"))
        return posted(made, now=at("08:00"))

    def breach(self):
        """P2 in the park at noon; the alert in hand of mona."""
        from waypost.alerts import actions
        from waypost.alerts.models import Alert

        self.now = at("12:00")
        self.send(("11:50", "park"), ("11:55", "park"), ("12:00", "park"), person=2)
        self.run()
        alert = Alert.objects.get(kind="exclusion")
        actions.acknowledge(alert.pk, by=self.mona, now=at("12:01"))
        actions.take_in_hand(alert.pk, by=self.mona, now=at("12:01"))
        alert.refresh_from_db()
        return alert

    def drafted(self) -> int:
        from waypost.policing.actions import draft

        return draft(self.breach().pk, self.force.pk, by=self.mona, now=at("12:05"))

    def sent(self) -> int:
        from waypost.policing.actions import send

        number = self.drafted()
        send(number, TEXTS, checked=True, by=self.mona, now=at("12:10"))
        return number
