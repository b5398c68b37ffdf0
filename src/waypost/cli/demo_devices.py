"""What the demo shows of devices: an inventory with kinds, and each thing that a fitter meets.

    orders_more(until)       persons besides the world's: to be fitted, to be freed, a clock ahead,
                             an alcohol tag (`demo_alcohol`)
    set_devices(people)      stock, visits, a home unit and a beacon, somebody protected
    told_ahead(until)        what the tag says whose clock is an hour ahead

Everything is invented. Each step is idempotent, since a first start may be cut short.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from waypost import clock
from waypost.cli.demo_alcohol import ALCOHOL_MODEL, ALCOHOL_TAG, SOBER, alcohol_order
from waypost.worlds.hours import ZONE
from waypost.worlds.report import GT06, HUB, MQTT, OSMAND, QUECLINK, TELTONIKA, imei
from waypost.worlds.values import Part

if TYPE_CHECKING:
    from waypost.access.values import Posted
    from waypost.devices.stock_file import StockRow
    from waypost.worlds.values import Wearer

TO_FIT, TO_FREE, CLOCK_AHEAD = "X001", "X002", "X003"
TAG_TO_FREE, PHONE_AHEAD = "TAG790021002", "TAG790035003"
CLOCK_AHEAD_BY = timedelta(hours=1)
WALKED_FOR = timedelta(minutes=14)
HOME_UNIT, BEACON, CARRIED = "HU-2201", "BC-3107", "PD-4100"
PROTECTED = "PR01"
CLERKENWELL, ANGEL = (51.5262, -0.1068), (51.5325, -0.1058)
STRIDE_DEG = 0.0004  # some 45 m a minute
EVERY_DAY = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
PRACTITIONER = "practitioner"
# Kind, model and firmware by what a tag speaks; makers' names for what they sell, versions ours.
MAKES: dict[str, tuple[str, str, str]] = {
    HUB: ("tag", "", ""),  # its vendor knows
    OSMAND: ("phone", "OsmAnd", "4.7"),
    MQTT: ("phone", "OwnTracks", "2.5"),
    QUECLINK: ("tag", "GL300W", "R00A06V13"),
    TELTONIKA: ("tag", "TMT250", "03.00.14"),
    GT06: ("tag", "GT06N", "1.9"),
}
HUB_MODELS = ("Ankle tag A2", "Ankle tag A3")


def orders_more(until: datetime) -> bytes:
    """An orders file: one to be fitted within the court's hours, one whose order ended with the
    tag on, one who was in a forbidden street by a clock that runs an hour ahead, one who must not
    drink."""
    day = until.astimezone(ZONE).date() - timedelta(days=1)
    began, lately = _local(day, 10), until - timedelta(minutes=40)
    hours = {
        "kind": "fitting", "zone": _circle(ANGEL, 60),
        "timetable": [{"days": EVERY_DAY, "start": "17:00", "end": "24:00"}],
        "from": began.isoformat(), "to": _local(day + timedelta(days=2), 0).isoformat(),
    }  # fmt: skip
    street = {
        "kind": "exclusion", "timetable": None,
        "zone": _circle(_step(CLERKENWELL, 7), 150),
    }  # fmt: skip
    ends = until + timedelta(days=150)
    return json.dumps(
        {
            "persons": [
                _person(TO_FIT, "Fennel Placeholder", "hdc", began, ends, [hours, _curfew(ANGEL)]),
                _person(TO_FREE, "Poppy Notreal", "community_order", until - timedelta(days=3),
                        until - timedelta(hours=5), [{"kind": "trail"}], TAG_TO_FREE),
                _person(CLOCK_AHEAD, "Quill Testbury", "licence", lately, ends, [street],
                        PHONE_AHEAD),
                _person(SOBER, "Tarragon Nobody", "suspended_sentence", *alcohol_order(until),
                        ALCOHOL_TAG),
            ]
        }
    ).encode()  # fmt: skip


def told_ahead(until: datetime) -> Iterator[dict[str, Any]]:
    """A walk down a street, as rows of our batch, every time in them an hour too late; and that the
    tag whose order ended is still on."""
    yield {
        "device_id": TAG_TO_FREE, "time": clock.write_instant(until), "kind": "battery_level",
        "attributes": {"percent": 64},
    }  # fmt: skip
    minutes = int(WALKED_FOR / timedelta(minutes=1))
    for minute in range(minutes):
        at = until - WALKED_FOR + timedelta(minutes=minute)
        lat, lon = _step(CLERKENWELL, minute)
        yield {
            "device_id": PHONE_AHEAD, "time": clock.write_instant(at + CLOCK_AHEAD_BY),
            "lat": round(lat, 6), "lon": lon, "accuracy_m": 6.0, "mechanism": "GNSS",
        }  # fmt: skip


def set_devices(people: Sequence[Wearer], *, until: datetime, now: datetime) -> None:
    """Enter the inventory, then do what officers would have done with it."""
    from waypost.access.models import Officer
    from waypost.access.queries import posted
    from waypost.devices.actions import import_devices
    from waypost.devices.estate_watch import judge_estate

    by = posted(Officer.objects.get(username="monitoring"), now=now)
    import_devices(list(_stock(people)), by=by, now=now)
    judge_estate(now=now)  # those that are worn leave the stock
    _visits(until, by, now)
    for wearer in people:
        if wearer.part is Part.LATE_HOME:
            _home(wearer, by, now)
        if wearer.part is Part.ENTERS_ZONE:
            _protected(wearer, by, now)


def _stock(people: Sequence[Wearer]) -> Iterator[StockRow]:
    """Every tag that is worn, some on the shelf, one that is broken."""
    worn = [(one.tag.device_id, one.tag.protocol) for one in people if one.tag]
    worn += [(TAG_TO_FREE, HUB), (PHONE_AHEAD, OSMAND)]
    seen: set[str] = set()
    for number, (device_id, protocol) in enumerate(worn):
        if device_id not in seen:
            seen.add(device_id)
            yield _row(number, device_id, protocol)
    for number in range(5):
        yield _row(900 + number, imei(900 + number, 7), QUECLINK, "faulty" if not number else None)
    for number, (name, kind, model) in enumerate(
        ((HOME_UNIT, "home_unit", "Home unit H1"), (BEACON, "beacon", "Beacon B1"),
         (CARRIED, "protected", "Pendant P1"), ("HU-2202", "home_unit", "Home unit H1"),
         (ALCOHOL_TAG, "alcohol_tag", ALCOHOL_MODEL))
    ):  # fmt: skip
        yield _row(950 + number, name, "", None, kind, model)


def _row(
    number: int, device_id: str, protocol: str, status: str | None = None, kind: str = "",
    model: str = "",
) -> StockRow:  # fmt: skip
    from waypost.devices.lifecycle import Status
    from waypost.devices.stock_file import StockRow
    from waypost.devices.values import DeviceKind

    usual_kind, usual_model, firmware = MAKES.get(protocol, ("", "", ""))
    if protocol == HUB:
        usual_model, firmware = HUB_MODELS[number % 2], f"2.{number % 3}"
    return StockRow(
        line=number,
        device_id=device_id,
        serial=f"WP-{10_000 + 37 * number}",
        kind=DeviceKind(kind or usual_kind),
        model=model or usual_model,
        firmware=firmware or None,
        sim=None,
        status=Status(status) if status else None,
    )


def _visits(until: datetime, by: Posted, now: datetime) -> None:
    """Two visits that came to nothing, one of them within the hours that the court set."""
    from waypost.devices.values import VisitOutcome, VisitPurpose
    from waypost.fitting.actions import record_visit

    day = until.astimezone(ZONE).date() - timedelta(days=1)
    tried = (
        (_local(day, 15), VisitOutcome.WRONG_ADDRESS, "The flat number on the order is not there."),
        (_local(day, 18), VisitOutcome.NO_ACCESS, "No answer at the door or by telephone."),
    )
    for at, outcome, reason in tried:
        record_visit(
            _number(TO_FIT), VisitPurpose.FIT, outcome, at=at, reason=reason,
            officer_name="Field officer Mockridge", by=by, now=now,
        )  # fmt: skip


def _home(wearer: Wearer, by: Posted, now: datetime) -> None:
    """A home unit in the hall and a beacon upstairs."""
    from waypost.devices.actions import put_up
    from waypost.devices.models import Pairing
    from waypost.devices.putting_up import Spot
    from waypost.worlds.sentences import degrees

    person_id = _number(wearer.person_id)
    if Pairing.objects.filter(person_id=person_id).exists():
        return
    lon, lat = degrees(wearer.home)
    for device, room in ((HOME_UNIT, "hall"), (BEACON, "bedroom")):
        spot = Spot(lat, lon, 15.0, f"12 Example Street, {room}")
        put_up(device, person_id, spot, at=now, by=by, now=now)


def _protected(wearer: Wearer, by: Posted, now: datetime) -> None:
    from waypost.devices.actions import protect
    from waypost.devices.protecting import Protected
    from waypost.orders.models import Person

    if Person.objects.filter(reference=PROTECTED).exists():
        return
    said = Protected(
        PROTECTED, "Robin Guardedly", now - timedelta(days=2), "signed form", (PRACTITIONER,)
    )
    protect(_number(wearer.person_id), CARRIED, said, by=by, now=now)
    _wishes_to_be_told(Person.objects.get(reference=PROTECTED).pk, wearer, by, now)


def _wishes_to_be_told(protected_id: int, wearer: Wearer, by: Posted, now: datetime) -> None:
    """By the test channel, of every fixed zone of the wearer."""
    from waypost.notices.values import TEST, Contact
    from waypost.telling.actions import record_wish
    from waypost.telling.wishing import Wished, wearers_of

    wearer_id = _number(wearer.person_id)
    mine = [one for one in wearers_of(protected_id, by, now=now) if one.wearer_id == wearer_id]
    said = Wished(
        Contact(TEST, PROTECTED), "020 7946 0000", now - timedelta(days=2), "signed form",
        [zone.reference for one in mine for zone in one.zones], code="Your library books",
    )  # fmt: skip
    record_wish(protected_id, wearer_id, said, by=by, now=now)


def _person(
    name: str, full_name: str, kind: str, from_at: datetime, to_at: datetime,
    requirements: list[dict[str, Any]], device: str = "",
) -> dict[str, Any]:  # fmt: skip
    worn = {
        "activation_id": f"{name}-A1", "device_id": device, "from": from_at.isoformat(), "to": None,
    }  # fmt: skip
    numbered = [
        {"requirement_id": f"{name}-R{number}", **one} for number, one in enumerate(requirements)
    ]
    return {
        "person_id": name, "name": full_name, "area": "Islington",
        "team": "Islington", "officers": [PRACTITIONER], "activations": [worn] if device else [],
        "orders": [{"order_id": f"{name}-O1", "kind": kind, "from": from_at.isoformat(),
                    "to": to_at.isoformat(), "requirements": numbered}],
    }  # fmt: skip


def _curfew(home: tuple[float, float]) -> dict[str, Any]:
    return {
        "kind": "curfew", "zone": _circle(home, 60),
        "timetable": [{"days": EVERY_DAY, "start": "19:00", "end": "07:00"}],
    }  # fmt: skip


def _circle(place: tuple[float, float], radius_m: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [place[1], place[0]], "radius_m": radius_m}


def _step(place: tuple[float, float], minutes: int) -> tuple[float, float]:
    return place[0] + minutes * STRIDE_DEG, place[1]


def _local(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZONE)


def _number(reference: str) -> int:
    from waypost.orders.models import Person

    return int(Person.objects.values_list("pk", flat=True).get(reference=reference))
