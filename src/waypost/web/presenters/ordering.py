"""Forms that make machine-readable orders, and an order's page: stage, story, what was varied.

A requirement's form is the zone editor, the timetable editor and the appointments of its kind, read
exactly as an orders file is (orders/read.py), so that what a form can say a file can, and lint asks
the same of both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict

from waypost.life.queries import OrderPage, StepSeen
from waypost.life.values import (
    ACT_WORDS,
    AUTHORITY_WORDS,
    CHANGE_WORDS,
    Act,
    Programme,
    Stage,
)
from waypost.life.varying import authorities
from waypost.orders.fields import Desk
from waypost.orders.finding import Finding
from waypost.orders.law import LAW, Authority
from waypost.orders.lint import lint
from waypost.orders.queries import requirement_as_written
from waypost.orders.read import read_requirement
from waypost.orders.values import (
    BankHolidayDivision,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
)
from waypost.orders.words import DIVISION_WORDS, order_words
from waypost.orders.zone_text import zone_data
from waypost.units import OrderRef, RequirementRef
from waypost.web.presenters.fitting import read_form_time
from waypost.web.presenters.people import OrderShown, orders_of
from waypost.web.presenters.recurring import RecurringField, read_recurring_field, recurring_field
from waypost.web.presenters.timetable_field import (
    TimetableField,
    read_clock,
    read_timetable_field,
    timetable_field,
)
from waypost.web.presenters.zone_field import ZoneField, read_zone_field, zone_field

R = RequirementKind
ADDRESSES_MAX = 4
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # of an order whose start cannot be read
PLACED = frozenset({R.EXCLUSION, R.INCLUSION, R.RESTRICTION, R.CURFEW, R.ATTENDANCE})
WITH_HOURS = PLACED - {R.ATTENDANCE}  # whose times are appointments
SEVERAL = frozenset({R.CURFEW, R.INCLUSION, R.ATTENDANCE})  # any one of the places will do
KIND_WORDS: dict[RequirementKind, str] = {
    R.CURFEW: "Curfew: be at an address",
    R.EXCLUSION: "Exclusion zone: stay out",
    R.INCLUSION: "Inclusion zone: be there",
    R.RESTRICTION: "Restriction zone: stay within",
    R.ATTENDANCE: "Attendance: come to appointments",
    R.TRAIL: "Trail: whereabouts are recorded",
    R.ALCOHOL: "Alcohol: abstain, or stay under a level",
}
STAGE_TAGS: dict[Stage, str] = {
    Stage.PROPOSED: "grey", Stage.IMPOSED: "light-blue", Stage.LIVE: "green",
    Stage.SUSPENDED: "yellow", Stage.COMPLETED: "blue", Stage.REVOKED: "red",
    Stage.CONSENT_WITHDRAWN: "orange", Stage.NOT_IMPOSED: "grey",
}  # fmt: skip
PLACE_LABELS = {R.CURFEW: "Address", R.ATTENDANCE: "Place", R.INCLUSION: "Place"}


@dataclass(frozen=True, slots=True)
class RequirementForm:
    """A requirement as it stands in the form.

    zones    one field an address; hours, meetings: None where the kind has none
    other    the plain inputs, as sent: from, to, release day, level ...
    problems what the whole of it says when it is read as an orders file: id of the input, words
    asked    what it means; None while it cannot be read
    """

    kind: RequirementKind
    reference: str
    zones: tuple[ZoneField, ...]
    hours: TimetableField | None
    meetings: RecurringField | None
    other: Mapping[str, str]
    problems: tuple[tuple[str, str], ...] = ()
    asked: Requirement | None = None
    again: bool = False
    left_behind: tuple[str, ...] = ()

    @property
    def trouble(self) -> list[tuple[str, str]]:
        parts = [one.trouble for one in self.zones]
        parts += [one.trouble for one in (self.hours, self.meetings) if one is not None]
        return [said for part in parts for said in part] + list(self.problems)

    @property
    def ready(self) -> bool:
        editors = any(one.again for one in self.zones) or bool(self.hours and self.hours.again)
        return not (self.again or editors or self.trouble) and self.asked is not None

    @property
    def words(self) -> str:
        return KIND_WORDS.get(self.kind, self.kind.value)

    @property
    def more_places(self) -> bool:
        return self.kind in SEVERAL and len(self.zones) < ADDRESSES_MAX

    @property
    def divisions(self) -> list[tuple[str, str]]:
        return [(one.value, words) for one, words in DIVISION_WORDS.items()]


def kinds_for(order: OrderKind) -> list[tuple[str, str]]:
    """The kinds of requirement that a form can make under such an order."""
    return [(kind.value, words) for kind, words in KIND_WORDS.items() if kind in LAW[order].asks]


def order_kinds() -> list[tuple[str, str]]:
    return [(one.value, order_words(one)) for one in OrderKind if one is not OrderKind.PROTECTION]


def next_reference(order: Order) -> str:
    """R1, R2 ...: the first that the order has not used."""
    used = {one.requirement_id for one in order.requirements}
    return next(f"R{n}" for n in range(1, 10_000) if f"R{n}" not in used)


def empty_form(
    kind: RequirementKind, order: Order, reference: str, *, now: datetime
) -> RequirementForm:
    like = Requirement(RequirementRef(reference), kind, timetable=None if _always(kind) else ())
    return form_like(like, order, now=now)


def form_like(asked: Requirement, order: Order, *, now: datetime) -> RequirementForm:
    """The form filled from what stands."""
    kind, places = asked.kind, asked.zones[:ADDRESSES_MAX] or (None,)
    zones = tuple(
        zone_field(_zone_name(n), place, kind=kind, label=_label(kind, n),
                   warning_m=asked.warning_m if n == 0 else None)
        for n, place in enumerate(places)
    ) if kind in PLACED else ()  # fmt: skip
    rows = asked.timetable if asked.timetable is not None or _always(kind) else ()
    hours = timetable_field(
        "hours", rows, kind=kind, order_kind=order.kind, now=now, timezone=asked.timezone,
        order_from=order.from_at, order_to=order.to_at, exceptions=asked.exceptions,
        division=asked.bank_holiday_division,
    ) if kind in WITH_HOURS else None  # fmt: skip
    meetings = recurring_field("meet", asked.appointments) if kind is R.ATTENDANCE else None
    return RequirementForm(kind, asked.requirement_id, zones, hours, meetings, _other(asked),
                           left_behind=_left_behind(asked))  # fmt: skip


def read_form(
    post: QueryDict, kind: RequirementKind, order: Order, reference: str, *, now: datetime
) -> RequirementForm:
    """The form as posted, and what it means as an orders file would say it."""
    count = min(ADDRESSES_MAX, max(1, _whole(post.get("places", "1"))))
    more = "place-add" in post and kind in SEVERAL
    zones = tuple(
        read_zone_field(post, _zone_name(n), kind=kind, label=_label(kind, n), required=n == 0)
        for n in range(count)
    ) if kind in PLACED else ()  # fmt: skip
    timezone = post.get("timezone", "").strip() or "Europe/London"
    division = _division(post.get("division", ""))
    hours = read_timetable_field(
        post, "hours", kind=kind, order_kind=order.kind, now=now, timezone=timezone,
        order_from=order.from_at, order_to=order.to_at, division=division,
    ) if kind in WITH_HOURS else None  # fmt: skip
    meetings = (
        read_recurring_field(post, "meet", timezone=timezone) if kind is R.ATTENDANCE else None
    )
    if more and len(zones) < ADDRESSES_MAX:
        n = len(zones)
        zones = (*zones, zone_field(_zone_name(n), kind=kind, label=_label(kind, n)))
    other = {name: post.get(name, "").strip() for name in _NAMES}
    form = RequirementForm(kind, reference, zones, hours, meetings, other, again=more)
    return form if form.trouble else _read(form, timezone, division)


def findings(person: PersonOrders, order: Order, asked: Requirement) -> list[Finding]:
    """What lint says anew of the person once this stands: what it said before is not repeated."""
    kept = tuple(one for one in order.requirements if one.requirement_id != asked.requirement_id)
    changed = replace(order, requirements=(*kept, asked))
    others = [one for one in person.orders if one.order_id != order.order_id]
    after = lint(replace(person, orders=(*others, changed)))
    before = {(one.requirement_id, one.kind, one.message) for one in lint(person)}
    return [one for one in after if (one.requirement_id, one.kind, one.message) not in before]


def authority_choices(order: Order) -> list[tuple[str, str, str]]:
    """Value, words, and what it takes, of who may vary such an order."""
    found = []
    for authority in authorities(order):
        rule = next(one for one in LAW[order.kind].vary if one.authority is authority)
        what = "" if len(rule.changes) == len(CHANGE_WORDS) else "; only " + " and ".join(
            CHANGE_WORDS[one] for one in CHANGE_WORDS if one in rule.changes
        )  # fmt: skip
        words = AUTHORITY_WORDS[authority]
        found.append((authority.value, f"{words[:1].upper()}{words[1:]}", f"{rule.source}{what}"))
    return found


def read_authority(text: str) -> Authority | None:
    return Authority(text) if text in set(Authority) else None


def read_order(post: Mapping[str, str]) -> tuple[Order, list[tuple[str, str]]]:
    """The order's own fields as posted, and what is wrong with them: id of the input, words."""
    wrong: list[tuple[str, str]] = []
    kind = post.get("kind", "")
    if kind not in set(OrderKind) or kind == OrderKind.PROTECTION:
        wrong.append(("kind", "Choose the kind of the order"))
        kind = OrderKind.COMMUNITY_ORDER.value
    if not (reference := post.get("reference", "").strip()):
        wrong.append(("reference", "Enter the reference on the court’s paper"))
    from_at = _moment(post, "from_at", wrong, required=True)
    to_at = _moment(post, "to_at", wrong)
    if from_at and to_at and to_at <= from_at:
        wrong.append(("to_at", "The order ends before it begins: enter a later end"))
    order = Order(
        OrderRef(reference), OrderKind(kind), from_at or NEVER, to_at,
        (), True, read_day(post, "convicted_on", wrong), read_day(post, "imposed_on", wrong),
        " ".join(post.get("court", "").split())[:120],
        " ".join(post.get("programme", "").split())[:120],
    )  # fmt: skip
    return order, wrong


def read_day(post: Mapping[str, str], name: str, wrong: list[tuple[str, str]]) -> date | None:
    text = post.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong.append((name, "Enter a date, like 2026-03-01"))
        return None


def programme_words(programme: Programme) -> list[tuple[str, str]]:
    """What a programme is for, a label and words each."""
    until = "no last day" if programme.impose_to is None else f"{programme.impose_to:%-d %B %Y}"
    monitored = "no last day" if programme.monitor_to is None else (
        f"{programme.monitor_to:%-d %B %Y}"
    )  # fmt: skip
    kinds = sorted(order_words(kind) for kind in programme.kinds)
    return [
        ("Legal instrument", programme.instrument),
        ("Orders made from", f"{programme.impose_from:%-d %B %Y} to {until}"),
        ("Monitored until", monitored),
        ("Places funded", "not set" if programme.places is None else f"{programme.places:,}"),
        ("Kinds of order", ", ".join(kinds) or "any"),
        ("Courts", ", ".join(programme.courts) or "any"),
        ("Boroughs", ", ".join(programme.boroughs) or "any"),
    ]


_NAMES = ("from", "to", "release_on", "release_start", "release_end", "timezone", "division",
          "minimum_stay", "atv_limit", "alcohol", "level", "excepted")  # fmt: skip


def _read(form: RequirementForm, timezone: str, division: BankHolidayDivision) -> RequirementForm:
    """What the editors gave, put together as a file writes it and read as a file is."""
    wrong: list[tuple[str, str]] = []
    data = _data(form, timezone, division, wrong)
    desk = Desk()
    asked = read_requirement(desk, "requirement", data)
    for problem in desk.problems:
        at = (problem.field or "").removeprefix("requirement.").partition(".")[0]
        wrong.append((_INPUTS.get(at, "requirement-form"), f"{problem.message}: {problem.action}"))
    return replace(form, asked=None if wrong else asked, problems=tuple(wrong))


_INPUTS = {"zone": "zone", "addresses": "zone", "timetable": "hours", "release_day": "release_on",
           "appointments": "meet-0-first", "atv_limit": "atv_limit", "alcohol": "level",
           "minimum_stay": "minimum_stay", "from": "from", "to": "to"}  # fmt: skip


def _data(
    form: RequirementForm, timezone: str, division: BankHolidayDivision,
    wrong: list[tuple[str, str]],
) -> dict[str, Any]:  # fmt: skip
    other = form.other
    data: dict[str, Any] = {
        "requirement_id": form.reference, "kind": form.kind.value, "timezone": timezone,
        "bank_holiday_division": division.value,
    }  # fmt: skip
    places = [zone_data(one.zone) for one in form.zones if one.zone is not None]
    if len(places) > 1:
        data["addresses"] = places
    elif places:
        data["zone"] = places[0]
    if form.zones and form.zones[0].warning_m is not None:
        data["warning_m"] = form.zones[0].warning_m
    if form.hours is not None:
        data["timetable"] = form.hours.timetable_data
        data["exceptions"] = form.hours.exceptions_data
    if form.meetings is not None and form.meetings.series:
        data["appointments"] = list(form.meetings.series)
    for name in ("from", "to"):
        moment = _moment(other, name, wrong)
        if moment is not None:
            data[name] = moment.isoformat()
    if other.get("excepted"):
        data["excepted"] = other["excepted"]
    for name in ("minimum_stay", "atv_limit"):
        if other.get(name):
            minutes = _whole(other[name])
            if not minutes:
                wrong.append((name, "Enter a number of minutes, or nothing"))
            data[name] = f"PT{minutes}M"
    if other.get("release_on"):
        data["release_day"] = {"date": other["release_on"],
                               "start": read_clock(other.get("release_start", "")),
                               "end": read_clock(other.get("release_end", ""))}  # fmt: skip
    if form.kind is R.ALCOHOL:
        data["alcohol"] = _alcohol(other, wrong)
    return data


def _alcohol(other: Mapping[str, str], wrong: list[tuple[str, str]]) -> dict[str, Any]:
    if other.get("alcohol") != "level":
        return {"mode": "abstinence"}
    try:
        return {"mode": "level", "level_g_per_dl": float(other.get("level", ""))}
    except ValueError:
        wrong.append(("level", "Enter the level in grams per decilitre, like 0.08"))
        return {"mode": "abstinence"}


def _other(asked: Requirement) -> dict[str, str]:
    release, alcohol = asked.release_day, asked.alcohol
    found = {
        "from": _form_time(asked.from_at), "to": _form_time(asked.to_at),
        "timezone": asked.timezone, "division": asked.bank_holiday_division.value,
        "minimum_stay": _minutes(asked.minimum_stay), "atv_limit": _minutes(asked.atv_limit),
        "alcohol": alcohol.mode.value if alcohol else "abstinence",
        "excepted": asked.excepted,
        "level": f"{alcohol.level_g_per_dl:g}" if alcohol and alcohol.level_g_per_dl else "",
    }  # fmt: skip
    if release is not None:
        found |= {"release_on": release.on_date.isoformat(), "release_start": release.start,
                  "release_end": release.end}  # fmt: skip
    return found


def _left_behind(asked: Requirement) -> tuple[str, ...]:
    """What of it the form cannot hold: saving would leave it out, so it is said."""
    said = []
    if len(asked.zones) > ADDRESSES_MAX:
        said.append(f"The order names {len(asked.zones)} places; this form holds {ADDRESSES_MAX}.")
    if asked.kind is R.ATTENDANCE and recurring_field("meet", asked.appointments).kept:
        said.append("Some appointments go by a rule that this form cannot show; send them by an "
                    "orders file.")  # fmt: skip
    if asked.kind is R.ATTENDANCE and asked.timetable is not None:
        said.append("Its hours are not carried over: write its appointments below.")
    if asked.around is not None:
        said.append("The zone moves with a protected person’s device; send it by an orders file.")
    return tuple(said)


def _moment(
    post: Mapping[str, str], name: str, wrong: list[tuple[str, str]], *, required: bool = False
) -> datetime | None:
    text = post.get(name, "").strip()
    if not text and not required:
        return None
    try:
        return read_form_time(text)
    except (ValueError, OverflowError):
        wrong.append((name, "Enter a date and a time, such as 2026-03-01T19:00"))
        return None


def _form_time(at: datetime | None) -> str:
    """As datetime-local has it; seconds only where there are any, so that nothing is lost."""
    if at is None:
        return ""
    wall = at.astimezone(ZoneInfo(settings.WALL_ZONE))
    return f"{wall:%Y-%m-%dT%H:%M:%S}" if wall.second else f"{wall:%Y-%m-%dT%H:%M}"


def _minutes(span: Any) -> str:
    return "" if span is None else f"{span.total_seconds() / 60:g}"


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _zone_name(n: int) -> str:
    return "zone" if n == 0 else f"zone{n + 1}"


def _label(kind: RequirementKind, n: int) -> str:
    label = PLACE_LABELS.get(kind, "Zone")
    return label if n == 0 else f"{label} {n + 1} (leave empty if there is none)"


def _always(kind: RequirementKind) -> bool:
    return kind in {R.EXCLUSION, R.TRAIL, R.ALCOHOL}


def _division(text: str) -> BankHolidayDivision:
    known = {one.value: one for one in BankHolidayDivision}
    return known.get(text, BankHolidayDivision.ENGLAND_AND_WALES)


def as_ordered(asked: Requirement) -> Requirement:
    """What binds, as the order says it: the time of its version is no part of it."""
    return asked if asked.version_id is None else requirement_as_written(asked.version_id)


def deciders(order: Order) -> list[tuple[str, str, str]]:
    """Of who may vary it, those who may make every change: they may suspend and end it."""
    whole = {one.authority.value for one in LAW[order.kind].vary
             if len(one.changes) == len(CHANGE_WORDS)}  # fmt: skip
    return [one for one in authority_choices(order) if one[0] in whole]


def order_shown(page: OrderPage, *, now: datetime) -> OrderShown:
    """The order's requirements in words, as the person's page has them."""
    only = replace(page.person, orders=(page.order,))
    return orders_of(only, now=now)[0]


# What officers do by themselves, by no law of variations: nobody's decision is named with it.
OF_OFFICERS = frozenset({Act.TRANSFER, Act.ACCEPT, Act.PARTICULARS})


def steps_shown(steps: Sequence[StepSeen]) -> list[dict[str, Any]]:
    """The story, newest first: what was done, on whose decision, what changed."""
    return [
        {
            "step": one,
            "what": ACT_WORDS[one.act].capitalize(),
            "whose": AUTHORITY_WORDS[one.authority]
            if one.authority and one.act not in OF_OFFICERS
            else "",
            "changes": [
                f"{reference}: {', '.join(CHANGE_WORDS[part] for part in parts)}"
                for reference, parts in one.changes
            ],
        }
        for one in reversed(steps)
    ]


def programme_given(had: Programme | None) -> dict[str, Any]:
    """What the form of a programme is filled with."""
    if had is None:
        return {"version": 0, "kinds": []}
    days = {"impose_from": had.impose_from, "impose_to": had.impose_to,
            "monitor_to": had.monitor_to}  # fmt: skip
    return {
        "name": had.name, "version": had.version, "instrument": had.instrument,
        "places": "" if had.places is None else str(had.places),
        "courts": "\n".join(had.courts), "boroughs": "\n".join(had.boroughs),
        "kinds": [kind.value for kind in had.kinds],
        **{name: day.isoformat() if day else "" for name, day in days.items()},
    }  # fmt: skip


def lines_of(text: str) -> tuple[str, ...]:
    """Names, one a line; empty lines and doubles are left out."""
    return tuple(dict.fromkeys(" ".join(one.split())[:120] for one in text.splitlines()
                               if one.strip()))  # fmt: skip


def made_given(order: Order) -> dict[str, str]:
    """How the order was made, as the form about it is filled."""
    days = {"convicted_on": order.convicted_on, "imposed_on": order.imposed_on}
    return {name: day.isoformat() if day else "" for name, day in days.items()} | {
        "court": order.court, "programme": order.programme,
    }  # fmt: skip
