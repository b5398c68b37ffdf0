"""What an answer would hold, taken from the records: the least that answers, and what it shows.

    gather(found, person_id, by, now)   of one person, by a look for disclosure with its line

The same is gathered for the preview and for the release; a digest tells whether it is still the
same. Of somebody who wears no tag, of a wearer whose order does not allow the use, and of somebody
whom nobody but named staff may know, there is nothing that can be released, and it reads alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.access.values import Posted, Purpose
from waypost.clock import to_us
from waypost.disclosure import minimum, presence, soundness
from waypost.disclosure.checking import length_words
from waypost.disclosure.kinds import KINDS
from waypost.disclosure.minimum import Least, digest_of, least
from waypost.disclosure.models import Request
from waypost.disclosure.moving import wanted_of
from waypost.disclosure.presence import Presence
from waypost.disclosure.soundness import AROUND, LOOK_BACK, Report
from waypost.disclosure.values import OF_A_PLACE, Kind, Place, Wanted, Window
from waypost.matching.in_scope import in_scope
from waypost.monitoring.parameter_queries import speeds
from waypost.orders.directory import live_spans
from waypost.orders.queries import person_orders
from waypost.orders.values import PersonOrders
from waypost.positions.queries import events_between, whereabouts
from waypost.positions.tracks import Speeds, Track, TrackRow

NOTHING = (
    "Nothing is held that can be released in answer to this request. That does not show that "
    "somebody wears no tag, or was not there."
)
Spans = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """person   reference and name of whom it is about; None: of nobody whom we may speak of
    said     what is claimed, in sentences, in the order of the paper
    digest   of what would be released
    track    for the preview's map; None where there is none
    """

    person: tuple[str, str] | None
    least: Least
    presence: Presence | None
    said: tuple[str, ...]
    digest: str
    track: Track | None = None

    @property
    def is_nothing(self) -> bool:
        return self.person is None


def gather(found: Request, person_id: int | None, *, by: Posted, now: datetime) -> Gathered:
    """person_id   whom the request is about as far as the officer may know (scope.person_seen)

    raises   Refused as whereabouts are
    """
    wanted = wanted_of(found)
    window = wanted.window
    assert window is not None, "a request that can be decided has a window"
    if person_id is None:
        return nothing()
    person = person_orders([person_id])[0]
    spans = allowed_spans(person, wanted.kind)
    if not any(start < window.to_at and window.from_at < end for _, start, end in spans):
        return nothing()
    of_place = wanted.what in OF_A_PLACE
    around = AROUND if of_place else timedelta(0)
    going_by = speeds()
    track = whereabouts(
        person_id, window.from_at - around, window.to_at + around, by=by,
        purpose=Purpose.DISCLOSURE, now=now, speeds=going_by, about={"request": found.pk},
    )  # fmt: skip
    rows = tuple(one for one in track.rows if _within(one, spans))
    kept = least(rows, wanted.what, window, wanted.place)
    seen = None
    if of_place:
        assert wanted.place is not None
        told = reports_of({number for number, _, _ in spans}, window)
        reports = [one for several in told.values() for one in several]
        seen = judged(rows, reports, spans, window, wanted.place, going_by)
    said = _sentences(wanted, kept, track, seen)
    shown = Track(window.from_at, window.to_at, _shown(rows, kept), (), ())
    name = str(person.details.get("name", ""))
    return Gathered((person.person_id, name), kept, seen, said, digest_of(kept, said), shown)


def nothing() -> Gathered:
    empty = Least((), 0, 0)
    return Gathered(None, empty, None, (NOTHING,), digest_of(empty, (NOTHING,)))


def allowed_spans(person: PersonOrders, kind: Kind) -> list[tuple[int, datetime, datetime]]:
    """(activation, from, to) in which this kind of request may look: of the police only orders that
    list crime mapping as a lawful use (matching/scope.py), of others any that was live."""
    if person.details.get("protected"):
        return []
    if KINDS[kind].scoped:
        return [
            (one.activation, start, end) for one in in_scope([person]) for start, end in one.spans
        ]
    return [
        (worn.number, start, end)
        for worn in person.activations
        if worn.number is not None
        for start, end in live_spans(person, worn)
    ]


def judged(
    rows: Sequence[TrackRow],
    reports: Iterable[Report],
    spans: Sequence[tuple[int, datetime, datetime]],
    window: Window,
    place: Place,
    going_by: Speeds,
) -> Presence:
    """Whether the tag was at the place.

    rows      of the window and an hour around it, by time, set aside or not
    reports   what its tags reported, as far back as soundness looks
    """
    spots = minimum.spots_of(rows, place)
    against = soundness.troubles(
        reports, rows, spots, [(start, end) for _, start, end in spans], window, place.radius_m
    )
    used = [spot for row, spot in zip(rows, spots, strict=True) if row.used]
    return presence.judge(
        used, place.radius_m, (to_us(window.from_at), to_us(window.to_at)),
        speed_mps=fastest(going_by), troubles=against,
    )  # fmt: skip


def reports_of(activations: Collection[int], window: Window) -> dict[int, list[Report]]:
    """By activation, what tags reported of strap, case, radio and removals; one reading for all."""
    table = events_between(activations, window.from_at - LOOK_BACK, window.to_at + AROUND)
    columns = (table[name].to_pylist() for name in ("activation", "measured_at", "kind"))
    found: dict[int, list[Report]] = defaultdict(list)
    for number, at, kind in zip(*columns, strict=True):
        found[number].append(Report(at, kind))
    return found


def fastest(going_by: Speeds) -> float:
    """The fastest of the speeds that judging ever went by: the most cautious to exclude with."""
    return max(speed for _, speed in going_by)


def _within(row: TrackRow, spans: Sequence[tuple[int, datetime, datetime]]) -> bool:
    return any(
        row.activation == number and start <= row.measured_at < end for number, start, end in spans
    )


def _shown(rows: Sequence[TrackRow], kept: Least) -> tuple[TrackRow, ...]:
    """The rows that would be released, as the map takes them."""
    wanted = {(one.at, one.lat, one.lon) for one in kept.rows}
    decimals = minimum.LAT_LON_DECIMALS
    return tuple(
        one for one in rows
        if one.used
        and (one.measured_at, round(one.lat, decimals), round(one.lon, decimals)) in wanted
    )  # fmt: skip


def _sentences(wanted: Wanted, kept: Least, track: Track, seen: Presence | None) -> tuple[str, ...]:
    if seen is not None:
        return presence.sentences(seen)
    window = wanted.window
    assert window is not None
    times = [to_us(one.at) for one in kept.rows]
    bounds = (to_us(window.from_at), to_us(window.to_at))
    silent = timedelta(microseconds=presence.without_data_us(times, bounds))
    length = window.to_at - window.from_at
    count = len(kept.rows)
    known = 100 * (1 - silent / length)
    return (
        f"In the window of {length_words(length)} there {'is' if count == 1 else 'are'} {count} "
        f"fix{'' if count == 1 else 'es'} that can be relied on; {kept.set_aside} more were set "
        "aside and are not given.",
        f"There is data for {known:.0f} % of the time; for {length_words(silent)} in all, in "
        "stretches of over five minutes, there is none.",
        "This is said of the tag, not of the person.",
    )
