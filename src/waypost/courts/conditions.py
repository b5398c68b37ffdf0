"""The monitored conditions of one order, from prompts and from results of their own. Pure.

Each comes with the court's words, where they stood, and what was read of them; what was not read is
asked. The words themselves are never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from waypost.courts.asking import ALWAYS, Asking
from waypost.courts.grammar import HoursRead, read_hours
from waypost.courts.payload import Result, read_fields
from waypost.courts.places import ZoneRead, read_area, read_circle, read_home
from waypost.courts.tables import RANKS, Says, says_of
from waypost.courts.values import Choice, Condition, OrderHeard, PersonHeard, Wants, Words
from waypost.courts.walltimes import instant_of
from waypost.orders.values import RequirementKind, TimetableRow

KINDS = {
    Says.CURFEW: RequirementKind.CURFEW,
    Says.CURFEW_MONITORED: RequirementKind.CURFEW,
    Says.STAY_OUT: RequirementKind.EXCLUSION,
    Says.STAY_OUT_EXCEPT: RequirementKind.EXCLUSION,
    Says.RADIUS: RequirementKind.EXCLUSION,
    Says.RADIUS_UNLESS: RequirementKind.EXCLUSION,
    Says.STAY_IN: RequirementKind.INCLUSION,
    Says.TRAIL: RequirementKind.TRAIL,
    Says.ALCOHOL: RequirementKind.ALCOHOL,
}
PLACES = ("place or area", "place / area", "in respect of this place", "of")
EXCEPT = re.compile(r"\b(?:except|unless|other than)\b.*", re.IGNORECASE)
AT_HOME = re.compile(r"\b(?:home|residence|bail address)\b", re.IGNORECASE)
IN_TEXT = re.compile(r"Defendant to remain at (.+?)\.+ *Curfew details:", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Spot:
    """One prompt, or one result of its own, that speaks of monitoring.

    own   the result itself is the requirement: its text is what the contractor is told
    """

    says: Says
    words: Words
    fields: Mapping[str, str]
    own: Result | None = None

    def place(self) -> str:
        if self.own:
            return self.own.value("placeArea") or self.own.value("curfewAddressDetailsAndTimings")
        return next((self.fields[name] for name in PLACES if self.fields.get(name)), "")

    def said(self, field_name: str, *references: str) -> str:
        return self.own.value(*references) if self.own else self.fields.get(field_name, "").strip()


@dataclass(frozen=True, slots=True)
class Found:
    conditions: tuple[Condition, ...] = ()
    kept: tuple[Words, ...] = ()
    tag_words: tuple[Words, ...] = ()


@dataclass(slots=True)
class _Gathering:
    """Work in progress: conditions with their numbers, and what the whole order says of places."""

    person: PersonHeard
    asking: Asking
    residences: list[tuple[str, str]]
    counts: dict[RequirementKind, int] = field(default_factory=dict)

    def reference(self, kind: RequirementKind) -> str:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{kind.value}-{self.counts[kind]}"


def conditions_of(
    results: Sequence[Result], person: PersonHeard, order: OrderHeard, asking: Asking
) -> Found:
    """What is to be monitored, what is kept in words alone, and what is said of the tag."""
    spots = list(_spots(results))
    gathering = _Gathering(person, asking, list(_residences(spots)))
    monitored = [one for one in spots if one.says in KINDS and one.says is not
                 Says.CURFEW_MONITORED]  # fmt: skip
    monitored += _curfew_without_words(spots, monitored)
    made = [_condition(one, gathering) for one in monitored]
    for one in spots:
        if one.says is Says.OTHER:
            asking.ask(f"{_slug(one.words)}/unknown", Wants.WORDS, one.words,
                       "This speaks of monitoring in words that are not known here. Enter it by "
                       "hand if it asks for something, and say what was done.")  # fmt: skip
    taken = {one.words for one in monitored}
    kept = [one.words for one in spots
            if one.says in {Says.RESIDENCE, Says.MUST} and one.words not in taken]  # fmt: skip
    kept += _others(results)
    tags = tuple(one.words for one in spots if one.says is Says.GPS_TAG)
    return Found(tuple(made), tuple(kept), tags)


def _spots(results: Sequence[Result]) -> Iterator[Spot]:
    for result in results:
        own = says_of(result.label)
        if own is Says.ENDS:  # what it ends is asked about by doubts.py
            continue
        if own is not None:
            yield Spot(own, Words(result.path, result.label, result.text), {}, result)
            continue
        for prompt in result.prompts:
            says = says_of(prompt.label)
            if says is not None and says not in {Says.NOTIFICATION, Says.ENDS}:
                words = Words(prompt.path, prompt.label, prompt.value)
                yield Spot(says, words, read_fields(prompt.value))


def _others(results: Sequence[Result]) -> Iterator[Words]:
    """Bail conditions and requirements that no tag shows, kept as the court said them."""
    for result in results[1:]:
        if says_of(result.label) is None and result.code:
            yield Words(result.path, result.label, result.text)
    for result in results[:1]:
        for prompt in result.prompts:
            low = prompt.label.casefold()
            if says_of(prompt.label) is None and low.startswith("pre-release bail condition"):
                yield Words(prompt.path, prompt.label, prompt.value)


def _residences(spots: Sequence[Spot]) -> Iterator[tuple[str, str]]:
    for one in spots:
        if one.says is Says.RESIDENCE:
            text = one.fields.get("address") or one.fields.get("bass address", "")
            if text:
                yield "the address at which to live and sleep", text


def _curfew_without_words(spots: Sequence[Spot], monitored: Sequence[Spot]) -> list[Spot]:
    """A curfew is said to be monitored and none is described: the words "Must" may be it."""
    said = [one for one in spots if one.says is Says.CURFEW_MONITORED]
    if not said or any(one.says is Says.CURFEW for one in monitored):
        return []
    must = [one for one in spots if one.says is Says.MUST]
    return [replace(must[0], says=Says.CURFEW_MONITORED)] if must else said[:1]


def _condition(spot: Spot, gathering: _Gathering) -> Condition:
    kind = KINDS[spot.says]
    reference = gathering.reference(kind)
    place = spot.place()
    known = Condition(
        reference=reference,
        kind=kind,
        words=spot.words,
        said=_told(spot),
        place=place,
        period=spot.said("curfew and electronic monitoring period",
                         "curfewAndElectronicMonitoringPeriod",
                         "exclusionAndElectronicMonitoringPeriod")
        or spot.fields.get("exclusion and electronic monitoring period", ""),
        duration=spot.own.value("exclusionAndElectronicMonitoringPeriod") if spot.own else "",
        exception=_exception(spot),
        rank=RANKS.get(spot.says, 0),
        shown=spot.says is not Says.CURFEW_MONITORED or bool(spot.words.text.strip()),
    )  # fmt: skip
    known = _dated(known, spot, gathering.asking)
    if kind in {RequirementKind.TRAIL, RequirementKind.ALCOHOL}:
        return known
    if kind is RequirementKind.CURFEW:
        known = _with_hours(known, spot, gathering.asking)
    elif kind is RequirementKind.INCLUSION:
        _ask_stay_in_hours(known, gathering.asking)
    read = _zone(known, spot, gathering)
    if read.zone is None:
        gathering.asking.ask(f"{reference}/zone", Wants.ZONE, spot.words, read.why,
                             choices=read.choices, may_drop=True)  # fmt: skip
    return replace(known, zone=read.zone, zone_how=read.how)


def _told(spot: Spot) -> str:
    """What the contractor's system is told of it: the court's words, whole."""
    if spot.says is Says.CURFEW and spot.own:
        place = _raw(spot.own, "curfewAddressDetailsAndTimings")
        return f"{place} {_raw(spot.own, 'detailsAndTimings')}"
    if spot.own:
        return spot.words.text
    if KINDS[spot.says] is RequirementKind.CURFEW:
        return spot.words.text
    return f"{spot.words.label} {spot.words.text}"


def _raw(result: Result, reference: str) -> str:
    return next((one.value for one in result.prompts if one.reference == reference), "")


def _exception(spot: Spot) -> str:
    match = EXCEPT.search(spot.words.label)
    return match[0] if match else ""


def _dated(known: Condition, spot: Spot, asking: Asking) -> Condition:
    """With its own first and last instant, where it has some."""
    found: dict[str, datetime | None] = {}
    for end, days, clocks in (
        ("start", ("start date of tagging", "start date for tag"),
         ("start time of tagging", "start time for tag")),
        ("end", ("end date of tagging", "end date for tag"),
         ("end time of tagging", "end time for tag")),
    ):  # fmt: skip
        day = _either(spot, days, f"{end}DateOfTagging", f"{end}DateForTag")
        clock = _either(spot, clocks, f"{end}Time", f"{end}TimeForTag", f"{end}TimeOfTagging")
        at = instant_of(day, clock) if day else None
        if day and at is None:
            asking.ask(f"{known.reference}/{end}", Wants.INSTANT, spot.words,
                       f"“{day} {clock}” is no date and time.")  # fmt: skip
        found[end] = at
    return replace(known, from_at=found["start"], to_at=found["end"])


def _either(spot: Spot, names: Sequence[str], *references: str) -> str:
    if spot.own:
        return spot.own.value(*references)
    return next((spot.fields[name].strip() for name in names if spot.fields.get(name)), "")


def _with_hours(known: Condition, spot: Spot, asking: Asking) -> Condition:
    read = _hours(spot)
    if read.rows is not None:
        return replace(known, hours=read.rows)
    choices = tuple(
        Choice(f"reading-{n + 1}", words, {"hours": [_row(row) for row in rows]})
        for n, (words, rows) in enumerate(read.readings)
    )
    asking.ask(f"{known.reference}/hours", Wants.HOURS, spot.words, read.why, choices=choices,
               may_drop=True)  # fmt: skip
    return replace(known, hours_clear=False)


def _hours(spot: Spot) -> HoursRead:
    if spot.own:
        return read_hours(spot.own.value("detailsAndTimings"))
    fields = spot.fields
    if fields.get("details and timings"):
        return read_hours(fields["details and timings"])
    if fields.get("between") or fields.get("and"):
        often = fields.get("frequency", fields.get("frequency of curfew", ""))
        return read_hours(f"{fields.get('between', '')} and {fields.get('and', '')} {often}")
    return HoursRead(None, "A curfew is to be monitored, and no hours are given for it.")


def _ask_stay_in_hours(known: Condition, asking: Asking) -> None:
    asking.ask(f"{known.reference}/hours", Wants.HOURS, known.words,
               "The person must not leave the place; it is not said whether that holds at all "
               "times.", choices=(ALWAYS,), may_drop=True)  # fmt: skip


def _zone(known: Condition, spot: Spot, gathering: _Gathering) -> ZoneRead:
    if spot.says in {Says.RADIUS, Says.RADIUS_UNLESS}:
        distance = spot.fields.get("within") or spot.fields.get("a radius of", "")
        return read_circle(distance, known.place, known.words.label)
    if known.kind is RequirementKind.EXCLUSION:
        return read_area(known.place)
    return read_home(list(_homes(known, spot, gathering)))


def _homes(known: Condition, spot: Spot, gathering: _Gathering) -> Iterator[tuple[str, str]]:
    """Every place that the message offers for where the person must be, the likeliest first."""
    named = known.place or spot.fields.get("defendant to remain at", "")
    if named.strip():
        yield "the place named in the condition", named
    if spot.own and (match := IN_TEXT.search(spot.own.text)) and match[1].strip() != named.strip():
        yield "the place in the text of the result", match[1]
    if details := spot.fields.get("details", ""):
        yield "the words of the condition", details
    if other := spot.fields.get("alternative curfew address", ""):
        yield "the alternative curfew address", other
    yield from gathering.residences
    if gathering.person.address.text and (not named.strip() or AT_HOME.search(named)):
        yield "the defendant’s own address", gathering.person.address.text


def _row(row: TimetableRow) -> dict[str, object]:
    return {"days": list(row.days), "start": row.start, "end": row.end}


def _slug(words: Words) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.label.casefold())[:60].strip("-") or "condition"
