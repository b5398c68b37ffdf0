"""The contractor's shape: a device wearer and a monitoring order, field by field. Pure.

    wearer_shape(person)          who it is about
    order_shape(heard)            of a message: the court's own words throughout
    stored_shape(person, ...)     of an order as it stands here: its hours day by day, and each zone
                                  written out after "Area:", as our editor reads it
    losses(order)                 what of a stored order the shape has no field for

Every field of the shape is there; what is not said is empty. Times are wall times of England.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from waypost.courts.values import Condition, Heard, OrderHeard, PersonHeard
from waypost.courts.walltimes import wall_of
from waypost.orders.values import (
    WEEKDAYS,
    AlcoholMode,
    BankHolidays,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.orders.zone_text import zone_data

Shape = dict[str, Any]
DAYS = dict(zip(WEEKDAYS, ("Mo", "Tu", "Wed", "Th", "Fr", "Sa", "Su"), strict=True))
CURFEW, ZONES = "Curfew with EM", "EM Exclusion / Inclusion Zone"
TRAIL, ALCOHOL = "Location Monitoring (Fitted Device)", "AML"
LIST_KINDS = {RequirementKind.CURFEW: CURFEW, RequirementKind.TRAIL: TRAIL,
              RequirementKind.EXCLUSION: ZONES, RequirementKind.INCLUSION: ZONES,
              RequirementKind.ALCOHOL: ALCOHOL}  # fmt: skip
# The kind's own word stands in order_type_description, so that it comes back as what it was.
TYPES: dict[OrderKind, tuple[str, str]] = {
    OrderKind.COURT_BAIL: ("Pre-Trial", "Bail Order"),
    OrderKind.IMMIGRATION_BAIL: ("Immigration", "Bail Order"),
    OrderKind.LICENCE: ("Post Release", "License Condition of a Custodial Order"),
    OrderKind.HDC: ("Post Release", "License Condition of a Custodial Order"),
    OrderKind.PAROLE: ("Post Release", "License Condition of a Custodial Order"),
    OrderKind.POST_SENTENCE_SUPERVISION: ("Post Release", "License Condition of a Custodial Order"),
    OrderKind.CIVIL: ("Civil", ""),
}
COMMUNITY = ("Community", "Requirement of Community Order")
WEARER_FIELDS = (
    "title first_name middle_name last_name alias date_of_birth adult_child sex gender_identity "
    "disability address_1 address_2 address_3 address_4 address_post_code no_fixed_address "
    "secondary_address_1 secondary_address_2 secondary_address_3 secondary_address_4 "
    "secondary_address_post_code tertiary_address_1 tertiary_address_2 tertiary_address_3 "
    "tertiary_address_4 tertiary_address_post_code phone_number risk_serious_harm risk_self_harm "
    "risk_details mappa mappa_case_type mappa_category risk_categories responsible_adult_required "
    "parent guardian parent_address_1 parent_address_2 parent_address_3 parent_address_4 "
    "parent_address_post_code parent_phone_number parent_dob pnc_id nomis_id delius_id "
    "prison_number home_office_case_reference_number cepr interpreter_required language"
)
ORDER_FIELDS = (
    "case_id allday_lockdown atv_allowance condition_type court court_order_email device_type "
    "device_wearer enforceable_condition exclusion_allday interim_court_date issuing_organisation "
    "media_interest new_order_received notifying_officer_email notifying_officer_name "
    "notifying_organization no_post_code no_address_1 no_address_2 no_address_3 no_address_4 "
    "no_email no_name no_phone_number offence offence_date offences order_end order_id "
    "order_request_type order_start order_type order_type_description order_type_detail "
    "order_variation_date order_variation_details order_variation_req_received_date "
    "order_variation_type pdu_responsible pdu_responsible_email planned_order_end_date "
    "released_under_prarr responsible_officer_details_received responsible_officer_email "
    "responsible_officer_phone responsible_officer_name responsible_organization ro_post_code "
    "ro_address_1 ro_address_2 ro_address_3 ro_address_4 ro_email ro_phone ro_region sentence_date "
    "sentence_expiry sentence_type tag_at_source tag_at_source_details "
    "date_and_time_installation_will_take_place technical_bail trial_date trial_outcome "
    "conditional_release_date conditional_release_start_time conditional_release_end_time "
    "reason_for_order_ending_early business_unit service_end_date curfew_description curfew_start "
    "curfew_end curfew_duration trail_monitoring exclusion_zones inclusion_zones abstinence "
    "schedule checkin_schedule revocation_date revocation_type installation_address_1 "
    "installation_address_2 installation_address_3 installation_address_4 "
    "installation_address_post_code crown_court_case_reference_number "
    "magistrate_court_case_reference_number issp hdc order_status pilot subcategory "
    "offence_additional_details dapol_missed_in_error ac_eligible_offences "
    "dapo_order_clause_numbers install_at_source_pilot"
)
LISTS = frozenset(
    {"disability", "risk_categories", "enforceable_condition", "offences", "curfew_duration",
     "exclusion_zones", "inclusion_zones", "checkin_schedule", "ac_eligible_offences",
     "dapo_order_clause_numbers"}
)  # fmt: skip


def wearer_shape(person: PersonHeard) -> Shape:
    """The device wearer as the message says who it is."""
    lines = (*person.address.lines, "", "", "", "")[:4]
    child = bool(person.is_child)
    return _whole(WEARER_FIELDS) | {
        "first_name": person.first_name,
        "middle_name": person.middle_name,
        "last_name": person.last_name,
        "date_of_birth": person.born.isoformat() if person.born else "",
        "adult_child": "child" if child else "adult",
        "sex": person.sex,
        **{f"address_{n + 1}": line for n, line in enumerate(lines)},
        "address_post_code": person.address.postcode,
        "no_fixed_address": _flag(person.no_fixed_abode),
        "phone_number": phone_abroad(person.phone),
        "responsible_adult_required": _flag(child),
        "pnc_id": person.id_of("pnc_id"),
        "nomis_id": person.id_of("nomis_id"),
        "delius_id": person.id_of("delius_id"),
        "prison_number": person.id_of("prison_number"),
        "interpreter_required": "true" if person.interpreter else "",
        "language": person.language if person.interpreter else "",
    }


def order_shape(heard: Heard, case_id: str = "") -> Shape:
    """The monitoring order of a message, with what was read of it so far."""
    order = heard.order
    shown = [one for one in heard.conditions if one.shown]
    spans = [(one, one.from_at or order.from_at, one.to_at or order.to_at) for one in shown]
    ends = [end for _, _, end in spans if end is not None]
    last = max(ends) if ends else order.to_at
    curfews = [(one, start, end) for one, start, end in spans
               if one.kind is RequirementKind.CURFEW]  # fmt: skip
    zones = [one for one in shown
             if one.kind in {RequirementKind.EXCLUSION, RequirementKind.INCLUSION}]  # fmt: skip
    shape = _order_head(order, heard.person.name, case_id or heard.person.id_of("defendant_id"))
    if curfews:
        one, start, end = curfews[0]
        shape |= {"curfew_description": one.said, "curfew_start": _wall(start),
                  "curfew_end": _wall(end)}  # fmt: skip
    return shape | {
        "enforceable_condition": _enforceable((one.kind, start, end) for one, start, end in spans),
        "order_end": _wall(last),
        "service_end_date": _day(last),
        "trail_monitoring": _trail(shown, zones),
        "exclusion_zones": [
            *_zones_of(sorted(zones, key=lambda one: one.rank), RequirementKind.EXCLUSION, order),
            *({"description": f"{one.label} {one.text}", "duration": None,
               "start": _day(order.from_at), "end": _day(order.to_at)} for one in heard.tag_words),
        ],
        "inclusion_zones": list(_zones_of(zones, RequirementKind.INCLUSION, order)),
        "abstinence": "Yes" if any(one.kind is RequirementKind.ALCOHOL for one in shown) else "",
    }  # fmt: skip


def stored_shape(
    person: PersonOrders, order: Order, heard: Heard | None = None, said: Mapping[str, str] | None
    = None,
) -> Shape:  # fmt: skip
    """A stored order with its person, as one document.

    heard   the message it came from, where it came from one: who and where the wearer is
    said    the court's words by requirement
    """
    who = heard.person if heard else _person(person)
    words = said or {}
    head = heard.order if heard else OrderHeard(order.order_id, kind=order.kind)
    shape = _order_head(_as_stored(head, order), who.name, person.person_id)
    asked = order.requirements
    ends = [one.to_at or order.to_at for one in asked]
    last = None if not ends or None in ends else max(end for end in ends if end)
    curfews = [one for one in asked if one.kind is RequirementKind.CURFEW]
    if curfews:
        first = curfews[0]
        shape |= {
            "curfew_description": _described(first, words),
            "curfew_start": _wall(first.from_at or order.from_at),
            "curfew_end": _wall(first.to_at or order.to_at),
            "curfew_duration": [_duration(one, n) for n, one in enumerate(curfews)],
        }
    zones = {kind: [_zone(one, order, words) for one in asked if one.kind is kind]
             for kind in (RequirementKind.EXCLUSION, RequirementKind.INCLUSION)}  # fmt: skip
    shape |= {
        "enforceable_condition": _enforceable(
            (one.kind, one.from_at or order.from_at, one.to_at or order.to_at) for one in asked
        ),
        "order_end": _wall(order.to_at),
        "service_end_date": _day(last),
        "trail_monitoring": "Yes" if any(one.kind is RequirementKind.TRAIL for one in asked) else
        ("No" if any(zones.values()) else ""),
        "exclusion_zones": zones[RequirementKind.EXCLUSION],
        "inclusion_zones": zones[RequirementKind.INCLUSION],
        "abstinence": _abstinence(asked),
        "order_type_description": order.kind.value,
    }  # fmt: skip
    return {"device_wearer": wearer_shape(who), "monitoring_order": shape}


def losses(order: Order) -> list[str]:
    """What of the order the shape cannot say, each as a sentence: for who relies on it."""
    found = []
    curfews = [one for one in order.requirements if one.kind is RequirementKind.CURFEW]
    if len(curfews) > 2:
        found.append(f"Of {len(curfews)} curfews the shape has places for two.")
    for one in order.requirements:
        where = f"{one.requirement_id}: "
        if one.kind not in LIST_KINDS:
            found.append(f"{where}the shape has no requirement of the kind {one.kind.value}.")
        if one.exceptions:
            found.append(f"{where}authorised absences are not said.")
        if one.excepted:
            found.append(f"{where}what is excepted stands in its words alone.")
        if one.timezone != "Europe/London":
            found.append(f"{where}its hours are of {one.timezone}.")
        if one.around is not None:
            found.append(f"{where}a zone that moves with a protected person is never sent.")
        if len(one.zones) > 1:
            found.append(f"{where}only the first of {len(one.zones)} places is written out.")
        if any(row != TimetableRow(row.days, row.start, row.end) for row in one.timetable or ()):
            found.append(f"{where}dates, rotas and bank holidays of its hours are not said.")
        if one.timetable is not None and one.kind is not RequirementKind.CURFEW:
            found.append(f"{where}the shape gives hours to curfews alone.")
        if one.kind is RequirementKind.CURFEW and _doubled(one):
            found.append(f"{where}two stretches on one day are said one after the other.")
        if any((one.warning_m, one.atv_limit, one.release_day, one.minimum_stay)) or (
            one.alcohol and one.alcohol.mode is AlcoholMode.LEVEL
        ):
            found.append(f"{where}its warning ring, limits, level or day of release is not said.")
    return found


def phone_abroad(phone: str) -> str:
    """A number with the country's code, as the shape has it: 0044 and no nought after."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    if not digits:
        return ""
    if phone.strip().startswith("+") or digits.startswith("00"):
        return digits if digits.startswith("00") else f"00{digits}"
    return f"0044{digits.removeprefix('0')}"


def _order_head(order: OrderHeard, name: str, case_id: str) -> Shape:
    kind = order.kind
    order_type, condition = TYPES.get(kind, COMMUNITY) if kind else ("", "")
    agency = order.agency
    return _whole(ORDER_FIELDS) | {
        "case_id": case_id,
        "condition_type": condition,
        "device_wearer": name,
        "notifying_organization": _court_kind(order),
        "no_name": order.court,
        "order_id": order.reference,
        "order_request_type": "Variation" if order.is_variation else "New Order",
        "order_start": _wall(order.from_at),
        "order_type": order_type,
        "order_variation_date": _wall(order.made_at) if order.is_variation else "",
        "released_under_prarr": "false",
        "responsible_officer_details_received": "No",
        "responsible_organization": agency.kind,
        "ro_email": agency.email,
        "ro_region": agency.team,
        "issp": "Yes" if order.intensive else "No",
        "hdc": "Yes" if kind is OrderKind.HDC else "No",
        "order_status": "Not Started",
    }


def _court_kind(order: OrderHeard) -> str:
    if not order.court:
        return ""
    return "Crown Court" if order.crown else "Magistrates Court"


def _as_stored(head: OrderHeard, order: Order) -> OrderHeard:
    """The head with the dates and the kind as they stand now; a new order, whatever began it."""
    return OrderHeard(
        reference=order.order_id, kind=order.kind, from_at=order.from_at, to_at=order.to_at,
        intensive=head.intensive, court=head.court, crown=head.crown, agency=head.agency,
    )  # fmt: skip


def _enforceable(
    spans: Iterable[tuple[RequirementKind, datetime | None, datetime | None]],
) -> list[Shape]:
    """One line a kind of condition, from the first beginning to the last end."""
    found: dict[str, list[tuple[datetime | None, datetime | None]]] = {}
    for kind, start, end in spans:
        if kind in LIST_KINDS:
            found.setdefault(LIST_KINDS[kind], []).append((start, end))
    lines = []
    for name in (CURFEW, TRAIL, ZONES, ALCOHOL):
        if name in found:
            starts = [start for start, _ in found[name] if start]
            ends = [end for _, end in found[name]]
            last = None if None in ends else max(end for end in ends if end)
            lines.append({"condition": name, "start_date": _wall(min(starts, default=None)),
                          "end_date": _wall(last)})  # fmt: skip
    return lines


def _zones_of(
    zones: Sequence[Condition], kind: RequirementKind, order: OrderHeard
) -> Iterator[Shape]:
    for one in zones:
        if one.kind is kind:
            yield {"description": one.said, "duration": one.duration or None,
                   "start": _day(one.from_at or order.from_at),
                   "end": _day(one.to_at or order.to_at)}  # fmt: skip


def _zone(one: Requirement, order: Order, words: Mapping[str, str]) -> Shape:
    return {
        "description": _described(one, words),
        "duration": None,
        "start": _wall(one.from_at or order.from_at),
        "end": _wall(one.to_at or order.to_at),
    }


def _described(one: Requirement, words: Mapping[str, str]) -> str:
    said = words.get(one.requirement_id, "").strip()
    area = f"Area: {json.dumps(zone_data(one.zones[0]))}" if one.zones else ""
    return "\n".join(part for part in (said, area) if part)


def _duration(one: Requirement, place: int) -> Shape:
    """A curfew's hours day by day; all day, every day, where it names none."""
    rows = one.timetable
    schedule = [{"day": DAYS[day], "start": row.start, "end": row.end}
                for day in WEEKDAYS for row in rows or () if day in row.days]  # fmt: skip
    return {"location": ("primary", "secondary", "tertiary")[min(place, 2)],
            "allday": "Yes" if rows is None else "", "schedule": schedule}  # fmt: skip


def _doubled(one: Requirement) -> bool:
    days = [day for row in one.timetable or () for day in row.days]
    return len(days) != len(set(days)) or any(
        row.bank_holidays is not BankHolidays.AS_USUAL for row in one.timetable or ()
    )


def _abstinence(asked: Sequence[Requirement]) -> str:
    rules = [one for one in asked if one.kind is RequirementKind.ALCOHOL]
    if not rules:
        return ""
    level = rules[0].alcohol is not None and rules[0].alcohol.mode is AlcoholMode.LEVEL
    return "No" if level else "Yes"


def _trail(shown: Sequence[Condition], zones: Sequence[Condition]) -> str:
    if any(one.kind is RequirementKind.TRAIL for one in shown):
        return "Yes"
    return "No" if zones else ""


def _person(person: PersonOrders) -> PersonHeard:
    """Who a stored person is: a name here is one text, whose last word is taken for the family's"""
    first, _, last = str(person.details.get("name", "")).rpartition(" ")
    return PersonHeard(first_name=first, last_name=last, born=person.details.get("born"))


def _whole(names: str) -> Shape:
    return {name: [] if name in LISTS else "" for name in names.split()}


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _wall(instant: datetime | None) -> str:
    return "" if instant is None else f"{wall_of(instant.astimezone(UTC)):%Y-%m-%d %H:%M:%S}"


def _day(instant: datetime | None) -> str:
    return _wall(instant)[:10]
