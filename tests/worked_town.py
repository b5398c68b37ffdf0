"""A small town for tests of the worker: two persons with orders, a clock to set, a log to fill.

P1 must keep out of a circle of 200 m at the park and be home from 19:00 to 07:00; P2 only keeps out
of the park. Places are words; all times are on 2 March 2026 (UTC is wall time in London then).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction

HOME, PARK, STREET = (51.5500, -0.0600), (51.5650, -0.0450), (51.5570, -0.0540)
PLACES = {"home": HOME, "park": PARK, "street": STREET}
DAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(text: str) -> datetime:
    """ "18:50", or "+1 06:30" for the next day."""
    days, _, clock = text.rpartition(" ")
    parts = [int(part) for part in clock.split(":")]
    hour, minute, second = [*parts, 0][:3]
    return DAY + timedelta(days=int(days or 0), hours=hour, minutes=minute, seconds=second)


def orders_file(*, park_radius_m: float = 200, curfew: bool = True) -> bytes:
    def circle(place: str, radius_m: float) -> dict:
        lat, lon = PLACES[place]
        return {"type": "Point", "coordinates": [lon, lat], "radius_m": radius_m}

    def person(number: int, requirements: list[dict]) -> dict:
        return {
            "person_id": f"P{number}",
            "activations": [
                {"activation_id": f"A{number}", "device_id": f"D{number}",
                 "from": "2026-03-01T00:00:00Z", "to": None}
            ],
            "orders": [
                {"order_id": f"O{number}", "kind": "community_order",
                 "from": "2026-03-02T08:00:00Z", "to": "2026-03-20T00:00:00Z",
                 "requirements": requirements}
            ],
        }  # fmt: skip

    park = {"requirement_id": "R1", "kind": "exclusion", "zone": circle("park", park_radius_m),
            "timetable": None}  # fmt: skip
    days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    nights = {"requirement_id": "R2", "kind": "curfew", "zone": circle("home", 60),
              "timetable": [{"days": days, "start": "19:00", "end": "07:00"}]}  # fmt: skip
    return json.dumps(
        {"persons": [person(1, [park, nights] if curfew else [park]), person(2, [park])]}
    ).encode()


class Town:
    """Set `now`, send fixes, let the worker run."""

    def __init__(self) -> None:
        from waypost.cli.worker import followers

        self.now = at("08:00")
        self.followers = followers()
        self.give_orders(orders_file())
        self.worker = self.new_worker()

    def give_orders(self, data: bytes) -> None:
        from waypost.access.values import MACHINE
        from waypost.orders.actions import import_orders
        from waypost.orders.read import read_orders

        read = read_orders(data)
        assert not read.problems
        import_orders(read.rows, by=MACHINE, now=self.now)

    def new_worker(self):
        from waypost.monitoring.worker import Worker

        return Worker(self.followers, lambda: self.now)

    def run(self) -> None:
        self.worker.run_until_idle(rounds_max=300)

    def run_to(self, text: str) -> None:
        """Let time pass to then; the last quarter of an hour goes minute by minute."""
        self.now = max(self.now, at(text) - timedelta(minutes=15))
        self.run()
        while self.now < at(text):
            self.now = min(self.now + timedelta(minutes=1), at(text))
            self.run()

    def send(self, *fixes: tuple[str, str], person: int = 1, received: str | None = None) -> None:
        """One log entry of fixes (time, place); received when `now` says, unless told."""
        self.append(self.rows(fixes, person, received))

    def report(self, kind: str, when: str, *, person: int = 1) -> None:
        """One log entry with a state that the tag reports."""
        from waypost.positions.values import DecodedEvent, EventKind

        self.append([self._row(person, self.now, events=[DecodedEvent(at(when), EventKind(kind))])])

    def rows(self, fixes: Sequence[tuple[str, str]], person: int, received: str | None = None):
        from waypost.positions.values import DecodedFix
        from waypost.units import Mechanism

        decoded = [
            DecodedFix(at(when), *PLACES[place], accuracy_m=8.0, mechanism=Mechanism.GNSS)
            for when, place in fixes
        ]
        return [self._row(person, at(received) if received else self.now, fixes=decoded)]

    def append(self, rows) -> None:
        from waypost.positions import batch, log

        fixes, events = batch.build(rows)
        with transaction.atomic():
            log.append(fixes, events, [], source="test", now=self.now)

    def _row(self, person: int | str, received: datetime, *, fixes=(), events=()):
        from waypost.orders.models import Activation
        from waypost.positions.batch import IntakeRow

        worn = Activation.objects.get(reference=f"A{person}")
        return IntakeRow(worn.pk, worn.from_at, worn.to_at, received, fixes, events)


class Tags(Town):
    """The town, with the event lane beside the worker."""

    def __init__(self) -> None:
        from waypost.cli.worker import make_event_lane

        super().__init__()
        self.make_lane = lambda: make_event_lane(lambda: self.now)
        self.lane = self.make_lane()

    def run(self) -> None:
        super().run()
        self.lane.run_until_idle(rounds_max=300)

    def says(self, kind: str, when: str, *, person: int = 2, **said: object) -> None:
        from waypost.positions.values import DecodedEvent, EventKind

        event = DecodedEvent(at(when), EventKind(kind), said)
        self.append([self._row(person, self.now, events=[event])])

    def heard(self, start: str, end: str, *, person: int = 2, every_min: int = 5) -> None:
        """A fix each five minutes, received as it is measured."""
        when = at(start)
        while when <= at(end):
            text = f"+{(when - at('00:00')).days} {when:%H:%M}"
            self.now = max(self.now, when)
            self.append(self.rows([(text, "street")], person, text))
            when += timedelta(minutes=every_min)


def clock_text(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant:%H:%M}"


def standing(*, withdrawn: bool = False) -> list[str]:
    """Violations as lines: person requirement from-to certainty."""
    from waypost.monitoring.models import Violation

    rows = Violation.objects.filter(withdrawn=withdrawn).select_related("person")
    return [
        f"{row.person.reference} {row.requirement_reference} "
        f"{clock_text(row.from_at)}-{clock_text(row.to_at)} {row.certainty}"
        for row in rows.order_by("person__reference", "requirement_reference", "from_at", "pk")
    ]


def alerts() -> list[str]:
    """Alerts as lines: person kind certainty status."""
    from waypost.alerts.models import Alert

    return [
        f"{row.person.reference} {row.kind} {row.certainty} {row.status}"
        for row in Alert.objects.select_related("person").order_by("raised_at", "pk")
    ]


def everything() -> dict[str, object]:
    """What must be the same after a crash: violations, their versions, alerts, moves, due rows."""
    from waypost.alerts.models import AlertMove
    from waypost.jobs.models import Due
    from waypost.monitoring.models import Cursor, Dirty, PersonState, ViolationVersion
    from waypost.rules.fold import State

    # Later rows only say when a worker's plan in memory runs out: that depends on its age.
    soon = Due.objects.filter(due_at__lt=DAY + timedelta(days=2))
    return {
        "standing": standing(),
        "withdrawn": standing(withdrawn=True),
        "versions": sorted(
            ViolationVersion.objects.values_list(
                "violation__person__reference", "violation__requirement_reference",
                "version", "change", "from_at", "minutes",
            )
        ),
        "alerts": alerts(),
        "moves": sorted(AlertMove.objects.values_list("alert__kind", "what", "to_status")),
        "due": sorted(soon.values_list("kind", "due_at")),
        "states": sorted(
            (person, folded_to, State.from_bytes(bytes(state)).machines.tobytes())
            for person, folded_to, state in PersonState.objects.values_list(
                "person__reference", "folded_to", "state"
            )
        ),
        "cursor": Cursor.objects.get().position,
        "dirty": Dirty.objects.count(),
    }  # fmt: skip
