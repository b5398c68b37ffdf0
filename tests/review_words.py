"""A crime-mapping hub for tests: offence C1, who came to it, and the people who decide on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import transaction

from waypost.access.values import MACHINE, Posted, Role

AT = datetime(2026, 2, 3, 12, tzinfo=UTC)  # C1 may have happened from then, for ten minutes
NOW = datetime(2026, 2, 5, tzinfo=UTC)
REASON = "The best match of the night's burglaries."
STATEMENT = (
    "I am an analyst of the crime mapping hub. I looked at the fixes of this tag between 11:00 and "
    "13:00 and at the gaps between them, and saw four fixes at the place of the offence."
)


def comes(minute: int) -> float:
    """At the place from 12:02 to 12:05, else 5.5 km north of it."""
    return 51.5 if 2 <= minute < 6 else 51.55


def lives(minute: int) -> float:
    del minute
    return 51.5


class Hub:
    """CAME came to C1 and LIVES lives there; petra and pip are analysts, avery is the second
    person, ida co-ordinates an IOM unit."""

    def __init__(self) -> None:
        from waypost.review.scope import units

        self.now = NOW
        self.petra = self.officer("petra", Role.POLICE_ANALYST)
        self.pip = self.officer("pip", Role.POLICE_ANALYST)
        self.avery = self.officer("avery", Role.AUTHORISING_OFFICER)
        self.ida = self.officer("ida", Role.IOM_COORDINATOR, body="Hackney IOM", kind="iom_unit")
        self.iva = self.officer("iva", Role.IOM_COORDINATOR, body="Brent IOM", kind="iom_unit")
        self.unit = next(one for one in units() if one.name == "Hackney IOM")
        self.tags = {name: self.wearer(name) for name in ("CAME", "LIVES")}
        self.spend("CAME", comes)
        self.spend("LIVES", lives)

    def officer(self, name: str, role: Role, body: str = "", kind: str = "") -> Posted:
        from waypost.access.actions import make_officer, make_team
        from waypost.access.queries import posted

        before = AT - timedelta(days=20)
        team = make_team(body, kind, "Desk", now=before) if body else None
        mail = f"{name}@example.test"
        made = make_officer(name, name.title(), None, role, team=team, email=mail, now=before)
        return posted(made, now=NOW)

    def wearer(self, name: str, *, limited: bool = False, kind: str = "community_order") -> int:
        from waypost.orders.models import Activation, Order, Person

        since = AT - timedelta(days=20)
        person = Person.objects.create(
            reference=name, full_name=f"Robin {name.title()}", known_at=since, limited=limited
        )
        Order.objects.create(
            reference=f"O-{name}", person=person, kind=kind, known_at=since, from_at=since
        )
        return Activation.objects.create(
            reference=f"A-{name}", person=person, device_reference=f"D-{name}", known_at=since,
            from_at=since,
        ).pk  # fmt: skip

    def spend(self, name: str, where: Callable[[int], float], *, days: int = 7) -> None:
        """A fix every five minutes for days before, one a minute about the offence."""
        minutes = [*range(-60 * 24 * (days - 1), -60, 5), *range(-60, 60 * 8)]
        self.fixes(name, [(minute, where(minute)) for minute in minutes])

    def fixes(self, name: str, rows: list[tuple[float, float]]) -> None:
        from waypost.positions import batch, log
        from waypost.positions.values import DecodedFix
        from waypost.units import Mechanism

        fixes = tuple(
            DecodedFix(
                AT + timedelta(minutes=minute), lat, -0.1, accuracy_m=10.0,
                mechanism=Mechanism.GNSS,
            )
            for minute, lat in rows
        )  # fmt: skip
        row = batch.IntakeRow(self.tags[name], AT - timedelta(days=20), None, self.now, fixes=fixes)
        with transaction.atomic():
            log.append(*batch.build([row]), [], source="test", now=self.now)

    def crimes(self, *, lat: float = 51.5, batch: str = "MPS20260204") -> int:
        from waypost.offences.actions import take_delivery

        row = f"Metropolitan,BIAD,,{batch},C1,20260203120000,20260203121000,,,{lat},-0.1,WGS84,rear"
        return take_delivery(f"{row}\n".encode(), f"{batch}.csv", by=MACHINE, now=self.now).pk

    def run(self, delivery: int | None = None) -> None:
        """A run by evidence, taken in by the work list."""
        from waypost.matching.actions import run_matching
        from waypost.review.taking import take_runs

        run_matching(delivery or self.crimes(), by=MACHINE, now=self.now, method="evidence")
        take_runs(now=self.now)

    def review(self, name: str = "CAME"):
        from waypost.review.models import Review

        return Review.objects.select_related("person").get(person__reference=name)

    def opened(self, name: str = "CAME", *officers: Posted) -> int:
        from waypost.review.actions import open_match

        number = self.review(name).pk
        for by in officers or (self.petra, self.avery):
            open_match(number, REASON, by=by, now=self.now)
        return number

    def approved(self, name: str = "CAME") -> int:
        """Qualified by petra, approved by avery."""
        from waypost.review.actions import approve, qualify

        number = self.opened(name)
        qualify(number, "Four fixes at the door, and never there before.", by=self.petra,
                now=self.now)  # fmt: skip
        approve(number, "The four fixes, and the gaps.", by=self.avery, now=self.now)
        return number

    def alert(self) -> int:
        """A proximity alert that petra signed."""
        from waypost.review.proximity import make_alert

        return make_alert(self.approved(), STATEMENT, by=self.petra, now=self.now)

    def bundled(self) -> int:
        from waypost.review.proximity import approve_alert

        number = self.alert()
        approve_alert(number, "Every exhibit against the table.", by=self.avery, now=self.now)
        return number
