"""Requests as their pages show them: the form as typed, the list's groups, figures, the preview."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.access.values import Posted
from waypost.alerts.figures import Figure
from waypost.clock import now
from waypost.disclosure.asking import Requester, kinds_for
from waypost.disclosure.checking import GROUND_WORDS, length_words
from waypost.disclosure.clocks import RUNS_WORDS
from waypost.disclosure.exporting import local_time
from waypost.disclosure.figures import Group, Taken
from waypost.disclosure.kinds import KIND_WORDS, KINDS, WHAT_WORDS
from waypost.disclosure.lifecycle import ACT_WORDS, STATUS_WORDS
from waypost.disclosure.queries import MoveSeen, RequestList, RequestRow
from waypost.disclosure.releasing import Answer, zone_of
from waypost.disclosure.values import (
    OF_A_PLACE,
    OF_ONE_PERSON,
    OWN_KINDS,
    Found,
    Ground,
    Kind,
    Outcome,
    Place,
    Urgency,
    Wanted,
    What,
    Window,
)
from waypost.orders.placing import find_place
from waypost.positions.tracks import Track
from waypost.web.presenters import short_track
from waypost.web.presenters.fitting import read_form_time
from waypost.web.presenters.shapes import area_of
from waypost.web.presenters.track_rows import MECHANISM_SIGNS
from waypost.web.templatetags.waypost import length, local, metres

FORM_TIME = "%Y-%m-%dT%H:%M"
NOT_ENOUGH = "not enough data"
OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.USED_IN_EVIDENCE: "Used in evidence",
    Outcome.ARREST: "Led to an arrest or charge",
    Outcome.ELIMINATED: "Somebody was ruled out",
    Outcome.INTELLIGENCE: "Led to other enquiries",
    Outcome.NOT_USED: "Not used",
    Outcome.OTHER: "Something else",
}
FOUND_WORDS: dict[Found, str] = {
    Found.LAWFUL: "Lawful and proportionate",
    Found.LESSONS: "Lawful, with lessons",
    Found.NOT_LAWFUL: "Not lawful, or not proportionate",
}
URGENCY_WORDS: dict[Urgency, str] = {
    Urgency.ROUTINE: "Routine",
    Urgency.URGENT: "Urgent: it cannot wait for the usual time",
}
GROUND_LABELS: dict[Ground, str] = {
    ground: words.rstrip(".") for ground, words in GROUND_WORDS.items()
}
GROUPS: tuple[tuple[str, str], ...] = (
    ("Waits for you", "Nothing waits for you."),
    ("Open", "No other request is open."),
    ("Over in the last 90 days", "None."),
)


@dataclass(frozen=True, slots=True)
class Form:
    """A request as it was typed. trouble: what is wrong, by field; wanted: what it asks for"""

    kind: Kind
    said: Mapping[str, str]
    wanted: Wanted | None
    requester: Requester
    trouble: dict[str, str]

    @property
    def rule(self) -> Any:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a request's story."""

    move: MoveSeen
    title: str


def kind_of(by: Posted, name: str) -> Kind | None:
    """The kind of the form; the first that the officer may file where none is named."""
    able = kinds_for(by)
    return next((one for one in able if one.value == name), able[0] if able else None)


def read_form(kind: Kind, fields: Mapping[str, str]) -> Form:
    said = {name: str(fields.get(name, "")) for name in FIELDS}
    trouble: dict[str, str] = {}
    what = _choice(What, said["what"])
    if what is None or what not in KINDS[kind].what or what is What.NAMES:
        trouble["what"] = "Choose what is asked for"
    urgency = _choice(Urgency, said["urgency"] or "routine")
    if urgency not in URGENCY_WORDS:
        trouble["urgency"] = "Choose how urgent it is"
    times = _times(said, trouble)
    place = _place(said, trouble) if what in OF_A_PLACE else None
    if trouble or what is None or urgency is None:
        return Form(kind, said, None, _requester(said), trouble)
    wanted = Wanted(
        kind, what, urgency, Window(*times), place, said["person_name"], said["person_born_on"],
        said["person_reference"], said["offence"], said["reference"], said["why"], said["helps"],
        said["special_reason"],
    )  # fmt: skip
    return Form(kind, said, wanted, _requester(said), trouble)


FIELDS = (
    "what", "urgency", "from", "to", "place", "radius_m", "person_name", "person_born_on",
    "person_reference", "offence", "reference", "why", "helps", "special_reason",
    "requester_name", "requester_body", "identity", "authority",
)  # fmt: skip


def form_of(wanted: Wanted) -> dict[str, str]:
    """A request as its form would have it, to be sent again."""
    window, place = wanted.window, wanted.place
    return {
        "what": wanted.what.value, "urgency": wanted.urgency.value,
        "from": local(window.from_at).strftime(FORM_TIME) if window else "",
        "to": local(window.to_at).strftime(FORM_TIME) if window else "",
        "place": f"{place.lat:.6f}, {place.lon:.6f}" if place else "",
        "radius_m": f"{place.radius_m:.0f}" if place else "",
        "person_name": wanted.person_name, "person_born_on": wanted.person_born_on,
        "person_reference": wanted.person_reference, "offence": wanted.offence,
        "reference": wanted.reference, "why": wanted.why, "helps": wanted.helps,
        "special_reason": wanted.special_reason,
    }  # fmt: skip


def form_words(kind: Kind, said: Mapping[str, str], by: Posted) -> dict[str, Any]:
    """What the form's template is told."""
    rule = KINDS[kind]
    whats = [(one.value, WHAT_WORDS[one]) for one in rule.what if one is not What.NAMES]
    return {
        "kind": kind.value,
        "kind_words": rule.words,
        "law": rule.law,
        "kinds": [(one.value, KIND_WORDS[one]) for one in kinds_for(by)],
        "whats": whats,
        "urgencies": [(one.value, words) for one, words in URGENCY_WORDS.items()],
        "said": said,
        "own": kind is Kind.OWN,
        "asks_why": kind not in OWN_KINDS,
        "entered": kind in {Kind.COURT, Kind.SOLICITOR},
        "solicitor": kind is Kind.SOLICITOR,
        "window_words": length_words(rule.window),
        "place_window_words": length_words(rule.place_window),
        "radius_words": f"{rule.radius_m:.0f}",
    }


def groups(found: RequestList) -> list[dict[str, Any]]:
    several = zip(GROUPS, (found.mine, found.open, found.over), strict=True)
    return [
        {"title": title, "empty": empty, "rows": [_row_shown(one) for one in rows]}
        for (title, empty), rows in several
    ]


def _row_shown(row: RequestRow) -> dict[str, Any]:
    by, clock = row.waits if row.waits else (None, None)
    return {
        "row": row,
        "title": f"R-{row.request_id}: {WHAT_WORDS[row.what].lower()}",
        "kind": KIND_WORDS[row.kind],
        "status": STATUS_WORDS[row.status],
        "waits": RUNS_WORDS[clock] if clock else "",
        "by": by,
    }


def asked_facts(wanted: Wanted) -> list[tuple[str, str]]:
    """What was asked for, as rows of name and value; empty ones are left out."""
    window, place = wanted.window, wanted.place
    rows = [
        ("What is asked", WHAT_WORDS[wanted.what]),
        ("Urgency", wanted.urgency.value.capitalize()),
        ("Person", ", ".join(
            one for one in (wanted.person_name, wanted.person_born_on and
                            f"born {wanted.person_born_on}", wanted.person_reference) if one
        ) if wanted.what in OF_ONE_PERSON else ""),
        ("Place", _place_words(place) if place else ""),
        ("Offence or enquiry", wanted.offence),
        ("Reference", wanted.reference),
        ("Why this data is needed", wanted.why),
        ("How it helps", wanted.helps),
        ("Why more than is usual", wanted.special_reason),
    ]  # fmt: skip
    if window:
        rows.insert(2, ("Length of the window", length_words(window.to_at - window.from_at)))
    return [(name, value) for name, value in rows if value]


def _place_words(place: Place) -> str:
    said = f"{place.words}: " if place.words else ""
    return f"{said}{place.lat:.5f}, {place.lon:.5f}, {place.radius_m:.0f} m around it"


def story(moves: tuple[MoveSeen, ...]) -> list[Step]:
    return [Step(one, ACT_WORDS[one.act].capitalize()) for one in moves]


def preview_words(answer: Answer, wanted: Wanted, zone: str) -> dict[str, Any]:
    """The map's data and the table of exactly the fixes that would be released."""
    track = _track_of(answer, wanted)
    shapes = [] if wanted.place is None else [_circle(wanted.place)]
    rows = [
        {
            "n": n,
            "person": reference,
            "local": local_time(row.at, zone),
            "at": row.at,
            "place": f"{row.lat:.5f}, {row.lon:.5f}",
            "within": metres(row.accuracy_m),
            "how": _sign_words(row.mechanism),
        }
        for n, (reference, row) in enumerate(answer.rows)
    ]
    return {
        "data": short_track.map_data(track, shapes) if track else None,
        "key": short_track.key_of(track, []) if track else frozenset(),
        "circle": shapes[0]["label"] if shapes else "",
        "rows": rows,
        "said": answer.said,
        "persons": [one for one in answer.persons if one.person is not None],
        "elsewhere": sum(one.least.elsewhere for one in answer.persons),
        "set_aside": sum(one.least.set_aside for one in answer.persons),
        "nothing": bool(answer.persons) and all(one.is_nothing for one in answer.persons),
        "names": wanted.what is What.NAMES,
        "anybody": wanted.what is What.ANYBODY,
        "digest": answer.digest,
    }


def _track_of(answer: Answer, wanted: Wanted) -> Track | None:
    """One track of all the fixes, by person and time: no line joins those of two."""
    tracks = [one.track for one in answer.persons if one.track is not None]
    window = wanted.window
    if window is None or not any(one.rows for one in tracks):
        return None
    rows = tuple(row for one in tracks for row in one.rows)
    return Track(window.from_at, window.to_at, rows, (), ())


def _circle(place: Place) -> dict[str, Any]:
    """The circle asked about, drawn as the place of a crime is."""
    return {
        "meaning": "scene",
        "label": f"The place asked about, {place.radius_m:.0f} m",
        "kind": "asked",
        "requirement": "",
        "geometry": area_of(zone_of(place)),
    }


def _sign_words(name: str) -> str:
    return next((words for one, (_, words) in MECHANISM_SIGNS.items() if one.name == name), name)


def figures_shown(groups: tuple[Group, ...]) -> list[dict[str, str]]:
    return [
        {
            "name": KIND_WORDS[one.kind] if one.kind else "All requests",
            "made": str(one.made),
            "waiting": str(one.waiting),
            "withdrawn": str(one.withdrawn),
            "granted": _share(one.granted),
            "refused": _share(one.refused),
            "in_time": _share(one.in_time),
            "taken": _taken(one.taken),
        }
        for one in groups
    ]


def _share(one: Figure) -> str:
    of = f"{one.numerator} of {one.denominator:.0f}"
    if not one.enough:
        return f"{of} ({NOT_ENOUGH} for a share)"
    low, high = 100 * one.low, 100 * one.high
    return f"{of}: {100 * one.value:.0f} %, 95 % interval {low:.0f} to {high:.0f} %"


def _taken(one: Taken) -> str:
    if one.median is None or one.low is None or one.high is None:
        return f"{one.answered} answered ({NOT_ENOUGH} for a median)"
    said = (
        f"Half within {length(one.median)} (95 % interval {length(one.low)} to {length(one.high)}"
    )
    if one.first_quartile is not None and one.third_quartile is not None:
        said += f"; a quarter within {length(one.first_quartile)}, three within "
        said += length(one.third_quartile)
    return f"{said}), of {one.answered} answered"


def _times(said: Mapping[str, str], trouble: dict[str, str]) -> tuple[datetime, datetime]:
    found = []
    for name, words in (("from", "begins"), ("to", "ends")):
        try:
            found.append(read_form_time(said[name]))
        except (ValueError, OverflowError):
            trouble[name] = f"Enter when the window {words}, such as 2026-03-01T19:00"
            found.append(now())
    if not trouble and found[0] >= found[1]:
        trouble["to"] = "The end must come after the beginning"
    return found[0], found[1]


def _place(said: Mapping[str, str], trouble: dict[str, str]) -> Place | None:
    found = find_place(said["place"]) if said["place"].strip() else None
    if found is None:
        trouble["place"] = (
            "Enter a postcode, a National Grid reference, or latitude, longitude such as "
            "51.5422, -0.0595"
        )
    try:
        radius_m = float(said["radius_m"])
    except ValueError:
        radius_m = math.nan
    if not (math.isfinite(radius_m) and 10 <= radius_m <= 100_000):
        trouble["radius_m"] = "Enter the circle’s radius in metres, from 10"
    if found is None or not math.isfinite(radius_m):
        return None
    return Place(found.lat, found.lon, radius_m, said["place"].strip())


def _requester(said: Mapping[str, str]) -> Requester:
    return Requester(
        said["requester_name"], said["requester_body"], said["identity"], said["authority"]
    )


def _choice(of: Any, text: str) -> Any:
    try:
        return of(text)
    except ValueError:
        return None


def month_words(month: Any) -> str:
    return f"{month:%B %Y}"
