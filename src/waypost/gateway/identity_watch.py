"""Where devices speak from, watched as their messages are committed: places kept, oddities flagged.

A message like the one before costs a look into a dictionary. What is new is written with the group:
a network or protocol not seen of the device before, when it was last heard there (every half hour),
and a flag for an officer, one a device and kind, that grows at most once a minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import F

from waypost.devices.models import DeviceFlag, DevicePlace
from waypost.devices.values import FlagKind
from waypost.gateway.group import Group
from waypost.gateway.identity import SHARED_FROM, Claim, Known, judge, newest_fix
from waypost.gateway.values import TagMessage

PLACE_AGAIN_AFTER = timedelta(minutes=30)  # how fine `last_at` of a place is
FLAG_AGAIN_AFTER = timedelta(minutes=1)  # how fine the count of a flag is
REMEMBERED_FOR = timedelta(days=30)  # places not heard from for longer are news again
Place = tuple[str, str, str]  # device, network, protocol
Odd = tuple[str, FlagKind]


class IdentityWatch:
    """For one gateway's committer."""

    def __init__(self) -> None:
        self._known: dict[str, Known] | None = None  # by device; None: not read yet
        self._devices_at: Counter[str] = Counter()  # by network
        self._write_at: dict[str, datetime] = {}  # when a device's place is due to be written
        self._places: dict[Place, datetime] = {}  # to be written
        self._flags: dict[Odd, tuple[datetime, str]] = {}  # to be written: when, protocol
        self._flagged_at: dict[Odd, datetime] = {}

    def look(
        self, messages: Sequence[TagMessage], group: Group, *, now: datetime
    ) -> Mapping[int, tuple[bytes, ...]]:
        known = self._known if self._known is not None else self._read(now)
        heard = group.heard
        for message in messages:
            device, network = message.decoded.device_id, message.network
            if network is None or device is None or device not in heard:
                continue
            one = known.get(device)
            if one is None:
                one = known[device] = Known()
            self._take(device, one, network, message)
        if self._places:
            self._write_places()
        if self._flags:
            self._write_flags()
        return {}

    def committed(self) -> None:
        self._places, self._flags = {}, {}

    def undone(self) -> None:
        """What was seen stays seen, and is written with the next group."""

    def _take(self, device: str, known: Known, network: str, message: TagMessage) -> None:
        claim = Claim(
            network,
            message.protocol,
            message.received_at,
            message.reachable,
            newest_fix(message.decoded),
        )
        if not known.is_same_as_before(claim):
            self._judge(device, known, claim)
        known.heard(claim)
        due_at = self._write_at.get(device)
        if due_at is None or claim.at >= due_at:
            self._note_place(device, claim)

    def _judge(self, device: str, known: Known, claim: Claim) -> None:
        kind = judge(claim, known, is_shared=self._devices_at[claim.network] >= SHARED_FROM)
        if kind is not None:
            last = self._flagged_at.get((device, kind))
            if last is None or claim.at - last >= FLAG_AGAIN_AFTER:
                self._flagged_at[device, kind] = claim.at
                self._flags[device, kind] = claim.at, claim.protocol
        if claim.network not in known.networks:
            self._devices_at[claim.network] += 1
        self._note_place(device, claim)

    def _note_place(self, device: str, claim: Claim) -> None:
        self._places[device, claim.network, claim.protocol] = claim.at
        self._write_at[device] = claim.at + PLACE_AGAIN_AFTER

    def _read(self, now: datetime) -> dict[str, Known]:
        """What earlier gateways have learnt."""
        found: dict[str, Known] = {}
        latest: dict[str, datetime] = {}
        rows = DevicePlace.objects.filter(last_at__gte=now - REMEMBERED_FOR).order_by("last_at")
        for device, network, protocol, last_at in rows.values_list(
            "device_reference", "network", "protocol", "last_at"
        ).iterator():
            one = found.setdefault(device, Known())
            if network not in one.networks:
                self._devices_at[network] += 1
            one.heard(Claim(network, protocol, last_at))
            one.returns = ()
            latest[device] = last_at
        for device, last_at in latest.items():
            self._write_at[device] = last_at + PLACE_AGAIN_AFTER
        self._known = found
        return found

    def _write_places(self) -> None:
        """In the order of their names, against deadlocks with another gateway."""
        rows = [
            DevicePlace(
                device_reference=device, network=network, protocol=protocol, first_at=at, last_at=at
            )
            for (device, network, protocol), at in sorted(self._places.items())
        ]
        DevicePlace.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["device_reference", "network", "protocol"],
            update_fields=["last_at"],
        )

    def _write_flags(self) -> None:
        for (device, kind), (at, protocol) in sorted(self._flags.items()):
            grown = DeviceFlag.objects.filter(device_reference=device, kind=kind, settled_at=None)
            if not grown.update(count=F("count") + 1, last_at=at):
                DeviceFlag.objects.get_or_create(
                    device_reference=device,
                    kind=kind,
                    settled_at=None,
                    defaults={"first_at": at, "last_at": at, "detail": {"protocol": protocol}},
                )
