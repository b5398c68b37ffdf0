"""Words of the tests of telling: a town whose worker also tells, and what went out of the house."""

from __future__ import annotations

from datetime import datetime, timedelta

from waypost.access.values import MACHINE, Posted, Role
from worked_town import Town, at


class Post:
    """A channel that keeps what it took; `fails`: it takes nothing."""

    def __init__(self) -> None:
        self.taken = []
        self.fails = False

    def send(self, message):
        from waypost.errors import Unavailable
        from waypost.notices.values import Receipt

        if self.fails:
            raise Unavailable("the line is dead")
        self.taken.append(message)
        return Receipt(delivered=True)

    def ask(self, reference):
        from waypost.notices.values import Fate

        del reference
        return Fate.DELIVERED


class Telling(Town):
    """After each run the lane of telling runs, then the outbox."""

    def __init__(self) -> None:
        super().__init__()
        self.post = Post()
        self.lane = self.new_lane()

    def new_lane(self):
        from waypost.cli.worker import make_telling_lane

        return make_telling_lane(lambda: self.now)

    def run(self) -> None:
        super().run()
        self.tell()

    def tell(self) -> None:
        from waypost.notices.outbox import deliver

        while self.lane.round():
            pass
        while deliver({"test": self.post, "mail": self.post}, now=self.now):
            pass

    def tell_through(self, start: str, end: str, step: timedelta = timedelta(minutes=10)) -> None:
        """The lane alone, at each step of the clock: judging has nothing to do."""
        self.now = at(start)
        while self.now <= at(end):
            self.tell()
            self.now += step

    @property
    def said(self) -> list[str]:
        """What went out: to whom, the text for telephones."""
        return [f"{one.address}: {one.short}" for one in self.post.taken]


def person(number: int = 1) -> int:
    from waypost.orders.models import Person

    return Person.objects.get(reference=f"P{number}").pk


def officer(
    name: str = "mona", role: Role = Role.MONITORING_OFFICER, when: datetime | None = None
) -> Posted:
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    made = make_officer(
        name, name.title(), None, role, email=f"{name}@example.org", now=at("07:00")
    )
    return posted(made, now=when or at("08:00"))


def reach(number: int = 1, *, language: str = "en", when: str = "08:30", **more) -> int:
    """A contact of the person by the test channel."""
    from waypost.notices.actions import add_contact
    from waypost.notices.values import TEST, Contact

    contact = Contact(TEST, f"wearer-{number}", language=language, **more)
    return add_contact(contact, by=MACHINE, now=at(when), person_id=person(number)).pk


def fates() -> list[str]:
    from waypost.telling.models import Reminder

    rows = Reminder.objects.order_by("at", "pk").select_related("person")
    return [f"{row.person.reference} {row.kind} {row.step} {row.fate}" for row in rows]
