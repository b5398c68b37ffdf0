"""An estate that is asked for location data: a force, checkers, authorising officers with ranks, a
wearer, a reviewer. P2 walks into the park at ten to noon; P1 stays at home, which is two kilometres
off."""

from __future__ import annotations

from datetime import datetime, timedelta

from waypost.access.values import Posted, Role
from waypost.disclosure.values import (
    Ground,
    Kind,
    Place,
    Rank,
    Urgency,
    Wanted,
    What,
    Window,
)
from worked_town import PARK, Town, at

WHY = "A bag was taken in the park at noon, and the description that was given fits this person."
HELPS = "If the tag was elsewhere the person is ruled out; if it was there we look at the cameras."
REASON = "Proportionate: a quarter of an hour of one person, for a robbery with violence."
SPECIAL = "The owner was away from Friday to Monday and cannot say when the bag was taken."
PLACE = Place(*PARK, 100.0, "the park")


def window(start: str = "11:45", end: str = "12:15") -> Window:
    return Window(at(start), at(end))


def wanted(what: What = What.TRACK, kind: Kind = Kind.POLICE, **more: object) -> Wanted:
    person = (
        {} if what is What.ANYBODY else {"person_name": "Two Example", "person_reference": "P2"}
    )
    said: dict[str, object] = {
        "urgency": Urgency.ROUTINE, "window": window(), "offence": "Robbery in the park",
        "place": None if what is What.TRACK else PLACE,
        "reference": "01/2345/26", "why": WHY, "helps": HELPS, **person, **more,
    }  # fmt: skip
    return Wanted(kind=kind, what=what, **said)  # type: ignore[arg-type]


class Bureau(Town):
    """The town with everybody who has a part in a request."""

    def __init__(self) -> None:
        super().__init__()
        self.reed = self.officer("reed", Role.POLICE_REQUESTER, force="Metropolitan")
        self.esme = self.officer("esme", Role.POLICE_REQUESTER, force="Essex")
        self.ana = self.officer("ana", Role.POLICE_ANALYST)
        self.mona = self.officer("mona", Role.MONITORING_OFFICER)
        self.nora = self.officer("nora", Role.MONITORING_OFFICER)
        self.cora = self.officer("cora", Role.COURT_REPORT_OFFICER)
        self.avery = self.officer("avery", Role.AUTHORISING_OFFICER)
        self.sable = self.officer("sable", Role.AUTHORISING_OFFICER)
        self.dora = self.officer("dora", Role.DATA_PROTECTION_OFFICER)
        self.ada = self.officer("ada", Role.ADMINISTRATOR)
        self.bo = self.officer("bo", Role.ADMINISTRATOR)
        self.wes = self.officer("wes", Role.WEARER, person="P2")
        self.rank(self.avery, Rank.OFFICER)
        self.rank(self.sable, Rank.SENIOR)

    def officer(self, name: str, role: Role, force: str = "", person: str = "") -> Posted:
        from waypost.access.actions import make_officer, make_team
        from waypost.access.queries import posted

        team = make_team(force, "police_force", "Desk", now=at("06:00")) if force else None
        made = make_officer(
            name, name.title(), None, role, team=team, email=f"{name}@example.test",
            person_id=self.person(person) if person else None, now=at("06:00"),
        )  # fmt: skip
        return posted(made, now=at("08:00"))

    def person(self, reference: str) -> int:
        from waypost.orders.models import Person

        return Person.objects.get(reference=reference).pk

    def rank(self, whose: Posted, rank: Rank) -> None:
        from waypost.disclosure.actions import confirm_rank, record_rank

        assert whose.officer_id is not None
        held = record_rank(whose.officer_id, rank, at("06:00"), None, by=self.ada, now=at("06:30"))
        confirm_rank(held, by=self.bo, now=at("06:31"))

    def limit(self, reference: str, *named: Posted) -> None:
        """From now on the person is known to these alone."""
        from waypost.orders.models import Caseload, Person

        Person.objects.filter(reference=reference).update(limited=True)
        for one in named:
            Caseload.objects.create(
                person_id=self.person(reference), officer_id=one.officer_id, from_at=at("06:00"),
                named=True,
            )  # fmt: skip

    def walk(self) -> None:
        """P2 at noon in the park, before and after in the street; P1 at home all the while."""
        self.now = at("13:00")
        self.send(
            ("11:20", "street"), ("11:40", "street"), ("11:50", "park"), ("11:55", "park"),
            ("12:00", "park"), ("12:12", "street"), ("12:40", "street"), person=2,
        )  # fmt: skip
        self.send(*((f"{10 + m // 60}:{m % 60:02}", "home") for m in range(40, 160)), person=1)

    def ask(
        self, what: What = What.TRACK, by: Posted | None = None, when: str = "14:00", **more: object
    ) -> int:
        from waypost.disclosure.actions import submit
        from waypost.disclosure.asking import Requester

        return submit(wanted(what, **more), Requester(), by=by or self.reed, now=at(when))

    def checked(self, what: What = What.TRACK, link: str = "P2", note: str = "", **more) -> int:
        from waypost.disclosure.actions import link as join
        from waypost.disclosure.actions import pass_on

        number = self.ask(what, **more)
        if link and what is not What.ANYBODY:
            join(number, link, by=self.ana, now=at("14:10"))
        pass_on(number, note, by=self.ana, now=at("14:20"))
        return number

    def grant(self, number: int, by: Posted | None = None, when: str = "15:00") -> None:
        from waypost.disclosure.actions import grant, preview

        who = by or self.avery
        _, answer = preview(number, by=who, now=at(when))
        grant(number, REASON, answer.digest, by=who, now=at(when))

    def granted(self, what: What = What.TRACK, by: Posted | None = None, **more) -> int:
        number = self.checked(what, **more)
        self.grant(number, by)
        return number

    def refused(self, number: int, *grounds: Ground, by: Posted | None = None) -> None:
        from waypost.disclosure.actions import refuse

        refuse(number, grounds, "For the record alone.", by=by or self.ana, now=at("15:00"))


def stored(number: int):
    from waypost.disclosure.models import Request

    return Request.objects.get(pk=number)


def page(number: int, by: Posted, when: str = "15:30"):
    from waypost.disclosure.queries import request_page

    return request_page(number, by, now=at(when))


def told(number: int) -> list[tuple[str, str]]:
    """Notices: template and whom."""
    from waypost.access.models import Officer
    from waypost.notices.models import Notice

    names = dict(Officer.objects.values_list("pk", "username"))
    rows = Notice.objects.filter(about=f"disclosure:{number}").order_by("pk")
    return [(one.template.removeprefix("disclosure_"), names[one.officer_id]) for one in rows]


def run_clocks(now: datetime) -> None:
    from waypost.disclosure.clock_lane import DisclosureLane

    lane = DisclosureLane(lambda: now)
    while lane.round():
        pass


def days(count: float) -> timedelta:
    return timedelta(days=count)
