"""A contractor's device wearer and monitoring order, read as any message is. Pure; never raises.

Hours and dates are fields there, and are read as they stand; a zone is words, which are read only
where they write an area out (`contractor.py`, "Area:") or name a distance round a postcode.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from waypost.courts import doubts
from waypost.courts.asking import ALWAYS, NO_END, Asking
from waypost.courts.contractor import ALCOHOL, COMMUNITY, CURFEW, DAYS, TRAIL, TYPES, ZONES
from waypost.courts.grammar import read_date, read_hours
from waypost.courts.hearing import KIND_CHOICES
from waypost.courts.payload import objects, text_of
from waypost.courts.places import AREA, read_area, read_circle, read_home
from waypost.courts.values import (
    Address,
    Agency,
    Choice,
    Condition,
    Form,
    Heard,
    OrderHeard,
    PersonHeard,
    Wants,
    Words,
)
from waypost.courts.walltimes import day_of, instant_of
from waypost.orders.fields import Desk
from waypost.orders.read_hours import read_row
from waypost.orders.values import WEEKDAYS, OrderKind, RequirementKind, TimetableRow

ID_FIELDS = ("pnc_id", "nomis_id", "delius_id", "prison_number", "cepr",
             "home_office_case_reference_number")  # fmt: skip
DAY_WORDS = {word.casefold(): day for day, word in DAYS.items()}
ZONE_LISTS = {RequirementKind.EXCLUSION: "exclusion_zones",
              RequirementKind.INCLUSION: "inclusion_zones"}  # fmt: skip


def hear_contractor(document: Mapping[str, Any]) -> tuple[Heard, ...]:
    """The one order of the document."""
    wearer = document.get("device_wearer")
    sent = document.get("monitoring_order", document.get("order"))
    if not isinstance(wearer, Mapping) or not isinstance(sent, Mapping):
        return ()
    name = "monitoring_order" if "monitoring_order" in document else "order"
    asking = Asking()
    person = _person(wearer, document, sent)
    order = _order(sent, name, asking)
    conditions = tuple(_conditions(sent, name, person, order, asking))
    heard = Heard(Form.CONTRACTOR, person, order, conditions,
                  device_wearer=wearer, monitoring_order=sent)  # fmt: skip
    if not conditions:
        asking.ask("order/nothing", Wants.WORDS, order.words,
                   "The order lists nothing that is to be monitored. Ask its sender.",
                   may_drop=True)  # fmt: skip
    for check in doubts.CHECKS:
        check(heard, asking)
    return (replace(heard, questions=asking.questions),)


def _person(
    wearer: Mapping[str, Any], document: Mapping[str, Any], sent: Mapping[str, Any]
) -> PersonHeard:
    ids = [(name, text_of(wearer, name)) for name in ID_FIELDS]
    ids.append(("case_id", text_of(sent, "case_id") or text_of(document, "case_id")))
    lines = tuple(text_of(wearer, f"address_{n}") for n in range(1, 5))
    child = text_of(wearer, "adult_child").casefold()
    needed = text_of(wearer, "interpreter_required").casefold()
    return PersonHeard(
        first_name=text_of(wearer, "first_name"),
        middle_name=text_of(wearer, "middle_name"),
        last_name=text_of(wearer, "last_name"),
        born=read_date(text_of(wearer, "date_of_birth")),
        sex=text_of(wearer, "sex").casefold(),
        is_child=child == "child" if child else None,
        address=Address(lines, text_of(wearer, "address_post_code")),
        no_fixed_abode=text_of(wearer, "no_fixed_address").casefold() == "true",
        phone=text_of(wearer, "phone_number"),
        interpreter={"true": True, "false": False}.get(needed),
        language=text_of(wearer, "language"),
        ids=tuple((name, value) for name, value in ids if value),
        words=Words("device_wearer", "Device wearer", "\n".join(one for one in lines if one)),
    )


def _order(sent: Mapping[str, Any], name: str, asking: Asking) -> OrderHeard:
    varies = text_of(sent, "order_request_type").casefold() == "variation"
    words = Words(name, text_of(sent, "order_type") or "Monitoring order",
                  text_of(sent, "order_variation_details"))  # fmt: skip
    order = OrderHeard(
        reference=(text_of(sent, "order_id") or f"{text_of(sent, 'case_id')}-order")[:80],
        label=words.label,
        kind=_kind(sent),
        is_variation=varies,
        from_at=_instant(sent, "order_start") or _first(sent, "start_date"),
        to_at=_instant(sent, "order_end"),
        binds_at=_instant(sent, "order_variation_date") if varies else None,
        intensive=text_of(sent, "issp").casefold() == "yes",
        court=text_of(sent, "no_name"),
        crown="crown" in text_of(sent, "notifying_organization").casefold(),
        case_reference=text_of(sent, "magistrate_court_case_reference_number")
        or text_of(sent, "crown_court_case_reference_number"),
        made_at=_instant(sent, "order_variation_date" if varies else "order_start"),
        agency=Agency(text_of(sent, "responsible_organization"), text_of(sent, "ro_region"),
                      text_of(sent, "ro_email")),
        words=words,
    )  # fmt: skip
    if order.kind is None:
        asking.ask("order/kind", Wants.CHOICE, words,
                   f"“{text_of(sent, 'order_type')}, {text_of(sent, 'condition_type')}, "
                   f"{text_of(sent, 'order_type_description') or 'no description'}” may be an "
                   "order of several kinds.", choices=KIND_CHOICES)  # fmt: skip
    if order.from_at is None:
        asking.ask("order/start", Wants.INSTANT, words, "The order has no beginning that can be "
                   "read.")  # fmt: skip
    if text_of(sent, "order_end") and order.to_at is None:
        asking.ask("order/end", Wants.INSTANT, words, f"“{text_of(sent, 'order_end')}” is no date "
                   "and time.", choices=(NO_END,))  # fmt: skip
    return order


def _kind(sent: Mapping[str, Any]) -> OrderKind | None:
    """The kind, where the fields leave no choice."""
    pair = text_of(sent, "order_type"), text_of(sent, "condition_type")
    described = text_of(sent, "order_type_description").casefold()
    if described in set(OrderKind):  # a description that the type contradicts is asked about
        kind = OrderKind(described)
        return kind if pair == TYPES.get(kind, COMMUNITY) else None
    if text_of(sent, "hdc").casefold() == "yes":
        return OrderKind.HDC
    fitting = [kind for kind, known in TYPES.items() if known == pair and pair[1]]
    return fitting[0] if len(fitting) == 1 else None


def _conditions(
    sent: Mapping[str, Any], name: str, person: PersonHeard, order: OrderHeard, asking: Asking
) -> Iterator[Condition]:
    listed = {text_of(row, "condition"): row for _, row in objects(sent, "enforceable_condition")}
    yield from _curfews(sent, name, person, order, listed.get(CURFEW), asking)
    if TRAIL in listed or text_of(sent, "trail_monitoring").casefold() == "yes":
        yield _listed("trail-1", RequirementKind.TRAIL, listed.get(TRAIL), name, TRAIL, order)
    if ALCOHOL in listed or text_of(sent, "abstinence"):
        one = _listed("alcohol-1", RequirementKind.ALCOHOL, listed.get(ALCOHOL), name, ALCOHOL,
                      order)  # fmt: skip
        if text_of(sent, "abstinence").casefold() == "no":
            asking.ask("alcohol-1/unknown", Wants.WORDS, one.words, "A level of alcohol is to be "
                       "monitored; the message does not say which.", may_drop=True)  # fmt: skip
        yield one
    zones = 0
    for kind, rows in ZONE_LISTS.items():
        for n, row in objects(sent, rows):
            zones += 1
            yield _zone(f"{kind.value}-{n + 1}", kind, row, f"{name}.{rows}[{n}]", order, asking)
    if ZONES in listed and not zones:
        asking.ask("order/nothing", Wants.WORDS, Words(name, ZONES, ""),
                   "A zone is to be monitored, and none is listed. Ask its sender.",
                   may_drop=True)  # fmt: skip


def _curfews(
    sent: Mapping[str, Any], name: str, person: PersonHeard, order: OrderHeard,
    listed: Mapping[str, Any] | None, asking: Asking,
) -> Iterator[Condition]:  # fmt: skip
    said = text_of(sent, "curfew_description")
    durations = objects(sent, "curfew_duration")
    if not (durations or said or listed):
        return
    areas = AREA.search(said)
    for n, row in durations or [(0, {})]:
        reference = f"curfew-{n + 1}"
        words = Words(f"{name}.curfew_duration[{n}]", "Curfew", said)
        start = _instant(sent, "curfew_start") or _instant(listed or {}, "start_date")
        end = _instant(sent, "curfew_end") or _instant(listed or {}, "end_date")
        one = Condition(
            reference,
            RequirementKind.CURFEW,
            words,
            said,
            from_at=_unless(start, order.from_at),
            to_at=_unless(end, order.to_at),
        )
        one = _with_hours(one, row, said, asking)
        place = areas[0] if areas and n == 0 else _address(sent, row, person)
        read = read_home([("the address sent with it", place)])
        if read.zone is None:
            asking.ask(f"{reference}/zone", Wants.ZONE, words, read.why, choices=read.choices,
                       may_drop=True)  # fmt: skip
        yield replace(one, zone=read.zone, zone_how=read.how, place=place)


def _with_hours(one: Condition, row: Mapping[str, Any], said: str, asking: Asking) -> Condition:
    if text_of(row, "allday").casefold() in {"yes", "true"}:
        return replace(one, hours=None)
    rows, wrong = _schedule(row)
    if rows and not wrong:
        return replace(one, hours=rows)
    read = read_hours(AREA.sub("", said))
    if not rows and not wrong and read.rows is not None:
        return replace(one, hours=read.rows)
    why = f"“{wrong}” in its schedule cannot be read." if wrong else "It has no schedule."
    choices = tuple(
        Choice(f"reading-{n + 1}", words, {"hours": [_row_data(row) for row in rows]})
        for n, (words, rows) in enumerate(read.readings)
    )
    asking.ask(f"{one.reference}/hours", Wants.HOURS, one.words, why, choices=choices,
               may_drop=True)  # fmt: skip
    return replace(one, hours_clear=False)


def _schedule(row: Mapping[str, Any]) -> tuple[tuple[TimetableRow, ...], str]:
    """Rows of the schedule, days with the same hours together; and the first that is none."""
    days: dict[tuple[str, str], list[str]] = {}
    for _, line in objects(row, "schedule"):
        day = DAY_WORDS.get(text_of(line, "day").casefold()) or _day(text_of(line, "day"))
        start, end = text_of(line, "start")[:5], text_of(line, "end")[:5]
        desk = Desk()
        read = read_row(desk, "schedule", {"days": [day], "start": start, "end": end})
        if day is None or read is None or desk.problems:
            return (), f"{text_of(line, 'day')} {text_of(line, 'start')} {text_of(line, 'end')}"
        days.setdefault((read.start, read.end), []).append(day)
    return tuple(
        TimetableRow(tuple(day for day in WEEKDAYS if day in named), start, end)
        for (start, end), named in days.items()
    ), ""


def _zone(
    reference: str, kind: RequirementKind, row: Mapping[str, Any], path: str, order: OrderHeard,
    asking: Asking,
) -> Condition:  # fmt: skip
    said = text_of(row, "description")
    words = Words(path, "Exclusion zone" if kind is RequirementKind.EXCLUSION else
                  "Inclusion zone", said)  # fmt: skip
    read = _place(said)
    if read.zone is None:
        asking.ask(f"{reference}/zone", Wants.ZONE, words, read.why, choices=read.choices,
                   may_drop=True)  # fmt: skip
    if kind is RequirementKind.INCLUSION and not AREA.search(said):
        asking.ask(f"{reference}/hours", Wants.HOURS, words, "The shape gives a zone to stay in no "
                   "hours; it is not said whether it holds at all times.", choices=(ALWAYS,),
                   may_drop=True)  # fmt: skip
    start, end = _instant(row, "start"), _instant(row, "end", last_day=True)
    start, end = _but_same_day(start, order.from_at), _but_same_day(end, order.to_at)
    return Condition(
        reference, kind, words, AREA.sub("", said), place=said, zone=read.zone, zone_how=read.how,
        from_at=_unless(start, order.from_at), to_at=_unless(end, order.to_at),
        duration=text_of(row, "duration"),
    )  # fmt: skip


def _place(said: str) -> Any:
    """A place as written out; else a distance before "of" round a place; else the place alone."""
    distance, word, place = said.partition(" of ")
    if word and not AREA.search(said):
        read = read_circle(distance.rpartition("ithin")[2] or distance, place, said)
        if read.zone is not None:
            return read
    return read_area(said)


def _listed(
    reference: str, kind: RequirementKind, row: Mapping[str, Any] | None, name: str, label: str,
    order: OrderHeard,
) -> Condition:  # fmt: skip
    start, end = (_instant(row or {}, f"{which}_date") for which in ("start", "end"))
    return Condition(
        reference, kind, Words(f"{name}.enforceable_condition", label, ""), label,
        from_at=_unless(start, order.from_at), to_at=_unless(end, order.to_at),
    )  # fmt: skip


def _address(sent: Mapping[str, Any], row: Mapping[str, Any], person: PersonHeard) -> str:
    """The wearer's own address of a primary curfew; another place is sent with the wearer."""
    location = text_of(row, "location").casefold()
    return person.address.text if location in {"", "primary"} else ""


def _first(sent: Mapping[str, Any], name: str) -> datetime | None:
    found = [_instant(row, name) for _, row in objects(sent, "enforceable_condition")]
    return min((at for at in found if at), default=None)


def _unless(own: datetime | None, of_order: datetime | None) -> datetime | None:
    """A condition's own date, where it says another than its order."""
    return None if own == of_order else own


def _but_same_day(own: datetime | None, of_order: datetime | None) -> datetime | None:
    """The order's own instant, where the zone names its day alone."""
    same = own is not None and of_order is not None and day_of(own) == day_of(of_order)
    return of_order if same else own


def _instant(data: Mapping[str, Any], name: str, *, last_day: bool = False) -> datetime | None:
    """A date, with its time where it has one. A last day alone lasts to its end."""
    day, _, clock = text_of(data, name).replace("T", " ").partition(" ")
    at = instant_of(day, clock)
    return instant_of(day, "23:59:59") if at and last_day and not clock else at


def _day(word: str) -> str | None:
    two = word[:2].upper()
    return two if two in WEEKDAYS else None


def _row_data(row: TimetableRow) -> dict[str, object]:
    return {"days": list(row.days), "start": row.start, "end": row.end}
