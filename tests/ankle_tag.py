"""The worked town with an alcohol tag on P2's other leg, of whom abstinence is asked."""

from __future__ import annotations

import json
from datetime import timedelta

from worked_town import Tags, at, orders_file

SOBER_NIGHT = [0.0] * 20
EVENING = [0.0, 0.01, 0.03, 0.05, 0.06, 0.055, 0.045, 0.035, 0.025, 0.015, 0.0]


class Ankle(Tags):
    """The town, with an alcohol tag on P2's other leg."""

    def __init__(self) -> None:
        from waypost.devices.models import Device

        super().__init__()
        found = json.loads(orders_file())
        second = found["persons"][1]
        second["orders"][0]["requirements"].append(
            {"requirement_id": "R5", "kind": "alcohol", "timetable": None}
        )
        second["activations"].append(
            {"activation_id": "A2B", "device_id": "ALC2", "from": "2026-03-02T08:00:00Z",
             "to": None}
        )  # fmt: skip
        Device.objects.create(reference="ALC2", kind="alcohol_tag", model="B1", known_at=self.now)
        self.give_orders(json.dumps(found).encode())

    def reads(self, first: str, levels: list[float], **more: float) -> None:
        """Readings half an hour apart from `first` on, received now in one entry."""
        from waypost.positions.values import DecodedEvent, EventKind

        events = [
            DecodedEvent(
                at(first) + n * timedelta(minutes=30), EventKind.ALCOHOL_READING,
                {"tac_percent": level, **more},
            )
            for n, level in enumerate(levels)
        ]  # fmt: skip
        self.append([self._row("2B", self.now, events=events)])

    def tells(self, kind: str, when: str, **said: object) -> None:
        from waypost.positions.values import DecodedEvent, EventKind

        event = DecodedEvent(at(when), EventKind(kind), said)
        self.append([self._row("2B", self.now, events=[event])])
