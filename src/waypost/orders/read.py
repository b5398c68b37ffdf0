"""Read the orders file (the JSON of the design, section 4) into values, with a Problem per oddity.

A problem's `field` is the path of what is wrong ("persons[0].orders[1].requirements[2].zone"). A
bad requirement, order or activation spoils itself alone; everything beside it is kept. Optional
keys that we do not know are allowed and left behind.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from waypost.errors import BadFile, Problem, Read
from waypost.orders.fields import Desk, Fields, is_keepable
from waypost.orders.read_asked import read_alcohol, read_around, read_span
from waypost.orders.read_hours import (
    YEAR_MIN,
    read_absence,
    read_appointments,
    read_release_day,
    read_row,
)
from waypost.orders.values import (
    ActivationSpan,
    Appointments,
    BankHolidayDivision,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.orders.walltime import is_timezone
from waypost.orders.withheld import (
    AT_WITHHELD,
    AT_WITHHELD_ACTION,
    AT_WITHHELD_MESSAGE,
    Place,
    centred_on_withheld,
)
from waypost.orders.zones import read_position, read_zone
from waypost.units import ActivationRef, DeviceRef, OrderRef, PersonRef, RequirementRef

# What agencies also call the kinds we know. Anything else is OTHER, and lint says so.
ORDER_KIND_WORDS = {
    "suspended_sentence_order": OrderKind.SUSPENDED_SENTENCE,
    "home_detention_curfew": OrderKind.HDC,
    "bail": OrderKind.COURT_BAIL,
    "pss": OrderKind.POST_SENTENCE_SUPERVISION,
    "yro": OrderKind.YOUTH,
    "youth_rehabilitation_order": OrderKind.YOUTH,
    "domestic_abuse_protection_order": OrderKind.DAPO,
    "civil_order": OrderKind.CIVIL,
}
WITHOUT_ZONE = {RequirementKind.TRAIL, RequirementKind.ALCOHOL}
EXCEPTED_LENGTH_MAX = 300
NAME_LENGTH_MAX = 120  # of a programme, of a court
_PATH_STEP = re.compile(r"(\w+)\[(\d+)\]")


def read_orders(data: bytes) -> Read[PersonOrders]:
    """Persons with their orders, and what was wrong. BadFile when nothing can be made of it."""
    document = parse_document(data)
    desk = Desk()
    seen: dict[str, int] = {}
    rows: list[PersonOrders] = []
    for n, item in enumerate(document["persons"]):
        person = read_person(desk, f"persons[{n}]", item)
        if person is None:
            continue
        if person.person_id in seen:
            desk.report(f"persons[{n}].person_id", "DUPLICATE_PERSON", person.person_id,
                        f"this person stands in persons[{seen[person.person_id]}] already",
                        "send each person once, with all their orders")  # fmt: skip
            continue
        seen[person.person_id] = n
        rows.append(person)
    return Read(rows, desk.problems)


def parse_document(data: bytes) -> dict[str, Any]:
    """The JSON object with its list "persons". BadFile otherwise."""
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadFile("the orders file is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise BadFile(
            f"the orders file is not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None
    except (RecursionError, ValueError):  # ValueError: a number of thousands of digits
        raise BadFile("the orders file is JSON of a kind that nobody writes") from None
    if not isinstance(document, dict) or not isinstance(document.get("persons"), list):
        raise BadFile('the orders file is not {"persons": [...]}; see: waypost schema orders')
    return document


def ids_at(document: dict[str, Any], problem: Problem) -> tuple[str | None, str | None]:
    """The person's and the requirement's id that a problem's path runs through, as sent."""
    ids: dict[str, str | None] = {"persons": None, "requirements": None}
    here: Any = document
    for name, index in _PATH_STEP.findall(problem.field or ""):
        try:
            here = here[name][int(index)]
        except (KeyError, IndexError, TypeError):
            break
        if name in ids and isinstance(here, dict):
            value = here.get("person_id" if name == "persons" else "requirement_id")
            ids[name] = None if value is None else str(value)
    return ids["persons"], ids["requirements"]


def read_person(desk: Desk, path: str, data: Any) -> PersonOrders | None:
    fields = Fields.of(desk, path, data)
    reference = fields.identity("person_id") if fields else None
    if fields is None or reference is None:
        return None
    withheld = tuple(fields.each("withheld_addresses", read_withheld))
    return PersonOrders(
        PersonRef(reference),
        tuple(fields.each("orders", partial(read_order, withheld=withheld))),
        tuple(fields.each("activations", read_activation)),
        details=_details(fields),
    )


def read_order(
    desk: Desk, path: str, data: Any, *, withheld: tuple[Place, ...] = ()
) -> Order | None:
    fields = Fields.of(desk, path, data)
    if fields is None:
        return None
    mark = len(desk.problems)
    reference = fields.identity("order_id")
    kind = _order_kind(fields)
    from_at = fields.instant("from", required=True)
    if from_at is not None and from_at.year < YEAR_MIN:
        fields.bad("from", "INVALID_TIME", f"from is before {YEAR_MIN}", "send the day it began")
    to_at = fields.instant("to")
    convicted_on, imposed_on = fields.day("convicted_on"), fields.day("imposed_on")
    court = fields.text("court", longest=NAME_LENGTH_MAX)
    programme = fields.text("programme", longest=NAME_LENGTH_MAX)
    if not desk.clean_since(mark) or reference is None or kind is None or from_at is None:
        return None
    read = partial(read_requirement, withheld=withheld)
    requirements = tuple(fields.each("requirements", read))
    return Order(
        OrderRef(reference), kind, from_at, to_at, requirements, desk.clean_since(mark),
        convicted_on, imposed_on, " ".join(court.split()), " ".join(programme.split()),
    )  # fmt: skip


def read_requirement(
    desk: Desk, path: str, data: Any, *, withheld: tuple[Place, ...] = ()
) -> Requirement | None:
    fields = Fields.of(desk, path, data)
    if fields is None:
        return None
    mark = len(desk.problems)
    reference = fields.identity("requirement_id")
    kind = _requirement_kind(fields)
    if kind is None:
        return None
    around = read_around(fields, kind)
    zones = () if around else _zones(fields, kind)
    if desk.clean_since(mark) and centred_on_withheld(zones, withheld):
        fields.bad("zone", AT_WITHHELD, AT_WITHHELD_MESSAGE, AT_WITHHELD_ACTION)
    requirement = Requirement(
        RequirementRef(reference or ""),
        kind,
        zones=zones,
        timetable=_timetable(fields),
        timezone=_timezone(fields),
        exceptions=tuple(fields.each("exceptions", read_absence)),
        appointments=_appointments(fields, kind),
        from_at=fields.instant("from"),
        to_at=fields.instant("to"),
        valid_from=fields.instant("valid_from"),
        warning_m=fields.metres("warning_m") if fields.has("warning_m") else None,
        minimum_stay=read_span(fields, "minimum_stay"),
        atv_limit=read_span(fields, "atv_limit"),
        release_day=fields.part("release_day", read_release_day),
        bank_holiday_division=fields.choice(
            "bank_holiday_division", BankHolidayDivision.ENGLAND_AND_WALES
        ),
        alcohol=fields.part("alcohol", read_alcohol),
        around=around[0] if around else None,
        around_radius_m=around[1] if around else None,
        excepted=" ".join(fields.text("excepted", longest=EXCEPTED_LENGTH_MAX).split()),
    )
    return requirement if desk.clean_since(mark) else None


def read_withheld(desk: Desk, path: str, data: Any) -> Place | None:
    """An address that the wearer must not learn, as a GeoJSON Point."""
    fields = Fields.of(desk, path, data)
    if fields is None:
        return None
    if fields.data.get("type") != "Point":
        fields.bad("type", "INVALID_WITHHELD_ADDRESS", "a withheld address is a Point",
                   'send {"type": "Point", "coordinates": [lon, lat]}')  # fmt: skip
        return None
    position = read_position(desk, f"{path}.coordinates", fields.data.get("coordinates"))
    return None if position is None else (position[1], position[0])


def read_activation(desk: Desk, path: str, data: Any) -> ActivationSpan | None:
    fields = Fields.of(desk, path, data)
    if fields is None:
        return None
    mark = len(desk.problems)
    reference, device = fields.identity("activation_id"), fields.identity("device_id")
    from_at, to_at = fields.instant("from", required=True), fields.instant("to")
    if from_at and to_at and to_at <= from_at:
        fields.bad("to", "ENDS_BEFORE_START", "the tag is taken off before it is fitted",
                   "send a to after from, or null while it is worn")  # fmt: skip
    if not desk.clean_since(mark) or reference is None or device is None or from_at is None:
        return None
    return ActivationSpan(ActivationRef(reference), DeviceRef(device), from_at, to_at)


def _order_kind(fields: Fields) -> OrderKind | None:
    word = fields.text("kind").lower()
    if not word:
        fields.bad("kind", "MISSING_KIND", "the order has no kind", _one_of(OrderKind))
        return None
    if word == OrderKind.PROTECTION:
        fields.bad(
            "kind", "NO_COURT_ORDER", "a protection is a person's consent, and no order of a court",
            "enter it on the wearer's page; or give the kind of the court's order",
        )  # fmt: skip
        return None
    if word in set(OrderKind):
        return OrderKind(word)
    return ORDER_KIND_WORDS.get(word, OrderKind.OTHER)


def _requirement_kind(fields: Fields) -> RequirementKind | None:
    word = fields.text("kind").lower()
    if word in set(RequirementKind):
        return RequirementKind(word)
    fields.bad("kind", "INVALID_REQUIREMENT_KIND", "this is not a kind of requirement",
               _one_of(RequirementKind))  # fmt: skip
    return None


def _zones(fields: Fields, kind: RequirementKind) -> tuple[Zone, ...]:
    """The zone, then the other addresses: any one of them satisfies a must-be-inside rule."""
    zones = fields.each("addresses", read_zone)
    if fields.data.get("zone") is not None:
        zone = read_zone(fields.desk, f"{fields.path}.zone", fields.data["zone"])
        zones = [*([zone] if zone else []), *zones]
    elif not fields.data.get("addresses") and kind not in WITHOUT_ZONE:
        fields.bad("zone", "MISSING_ZONE", f"a requirement of kind {kind} needs a zone",
                   "send GeoJSON under zone")  # fmt: skip
    return tuple(zones)


def _timetable(fields: Fields) -> tuple[TimetableRow, ...] | None:
    if fields.data.get("timetable") is None:
        return None
    rows = fields.each("timetable", read_row)
    if fields.data["timetable"] == []:
        fields.bad("timetable", "EMPTY_TIMETABLE", "an empty timetable would never bind",
                   "send rows, or null for always")  # fmt: skip
    return tuple(rows)


def _appointments(fields: Fields, kind: RequirementKind) -> tuple[Appointments, ...]:
    found = fields.each("appointments", read_appointments)
    never = not fields.data.get("appointments") and fields.data.get("timetable") is None
    if kind is RequirementKind.ATTENDANCE and never:
        fields.bad("appointments", "MISSING_APPOINTMENTS", "nothing says when to attend",
                   "send appointments, or a timetable")  # fmt: skip
    return tuple(found)


def _timezone(fields: Fields) -> str:
    name = fields.text("timezone", "Europe/London")
    if not is_timezone(name):
        fields.bad("timezone", "INVALID_TIMEZONE", "the zone database knows no such zone",
                   "send a name like Europe/London")  # fmt: skip
    return name


def _details(fields: Fields) -> dict[str, Any]:
    """What the file adds about the person: name, born, area, limited, holders, programmes."""
    found: dict[str, Any] = {}
    for name, longest in (("name", 200), ("area", 120), ("team", 200)):
        if text := fields.text(name, longest=longest):
            found[name] = text
    if fields.text("born") and (born_on := fields.day("born")) is not None:
        found["born"] = born_on
    if "limited" in fields.data:
        found["limited"] = fields.flag("limited")
    if officers := fields.each("officers", _officer):
        found["officers"] = tuple(officers)
    if fields.data.get("programmes") is not None:  # an empty list: in none any more
        found["programmes"] = tuple(fields.each("programmes", _programme))
    return found


def _programme(desk: Desk, path: str, data: Any) -> str | None:
    name = " ".join(data.split()) if isinstance(data, str) and is_keepable(data) else ""
    if 0 < len(name) <= NAME_LENGTH_MAX:
        return name
    desk.report(path, "INVALID_PROGRAMME", data, "this is not the name of a programme",
                f"send its name, of at most {NAME_LENGTH_MAX} characters")  # fmt: skip
    return None


def _officer(desk: Desk, path: str, data: Any) -> str | None:
    if isinstance(data, str) and data.strip() and is_keepable(data):
        return data.strip()
    desk.report(path, "NOT_TEXT", data, "this is not an officer's user name", "send a string")
    return None


def _one_of(kinds: type[OrderKind] | type[RequirementKind]) -> str:
    return f"send one of {', '.join(kind for kind in kinds if kind != OrderKind.PROTECTION)}"
