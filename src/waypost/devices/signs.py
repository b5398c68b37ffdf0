"""What tags have said of themselves, from the log's rows: contact, place, battery, jamming.

    news_of(fixes, events)   activation -> `News`: what is new in some entries of the log
    after(signs, news)       the signs then; late backlog never makes them older

Pure: pages need these for 20,000 tags at once, and the history is far too long to ask each time.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from waypost.devices.pairing import HOME_UNIT
from waypost.positions.schema import CLOCK_WRONG, SetAside
from waypost.positions.values import EventKind
from waypost.units import Mechanism

# Some tags state no level, only that it is low: then it counts as this many percent.
PERCENT_OF = {
    EventKind.BATTERY_LOW: 20.0,
    EventKind.BATTERY_CRITICAL: 10.0,
    EventKind.BATTERY_DEAD: 0.0,
}
CHARGING = frozenset({EventKind.CHARGING_STARTED, EventKind.CHARGING_ENDED})
JAMMED = frozenset({EventKind.JAMMING, EventKind.JAMMING_ENDED})
BATTERY = frozenset({EventKind.BATTERY_LEVEL, *PERCENT_OF, *CHARGING})
UNJAMMED_AFTER = timedelta(minutes=10)
_TELLING = pa.array([kind.value for kind in (*BATTERY, *JAMMED)])


@dataclass(frozen=True, slots=True)
class TagSays:
    """The latest a worn tag said; columns of models.TagSigns."""

    contact_at: datetime | None = None
    fix_at: datetime | None = None
    battery_percent: float | None = None
    battery_at: datetime | None = None
    charging_since: datetime | None = None
    charge_said_at: datetime | None = None
    jammed_since: datetime | None = None
    jam_said_at: datetime | None = None


@dataclass
class News:
    """What entries of the log bring of one activation. told: (when, kind, percent), any order."""

    contact_at: datetime | None = None
    fix_at: datetime | None = None
    gnss_at: datetime | None = None  # the same by satellites alone
    told: list[tuple[datetime, EventKind, float | None]] = field(default_factory=list)

    def hear(self, contact_at: datetime, fix_at: datetime | None) -> None:
        """That the tag was heard, and when its newest usable fix was measured."""
        self.contact_at = _later(self.contact_at, contact_at)
        self.fix_at = _later(self.fix_at, fix_at)


@dataclass(frozen=True, slots=True)
class Identified:
    """What a tag says it is; "" where it does not."""

    model: str
    firmware: str
    sim: str


def news_of(fixes: pa.Table, events: pa.Table) -> dict[int, News]:
    """By activation. What a home unit says of itself is no contact with the tag."""
    found: dict[int, News] = defaultdict(News)
    own = events.filter(pc.invert(pc.match_substring(events["attributes"], f'"{HOME_UNIT}"')))
    usable = fixes.filter(pc.equal(fixes["set_aside"], int(SetAside.USABLE)))
    for number, at in _latest(fixes, "received_at") + _latest(own, "received_at"):
        found[number].contact_at = _later(found[number].contact_at, at)
    for number, at in _latest(usable, "measured_at"):
        found[number].fix_at = at
    by_satellite = usable.filter(pc.equal(usable["mechanism"], int(Mechanism.GNSS)))
    for number, at in _latest(by_satellite, "measured_at"):
        found[number].gnss_at = at
    telling = own.filter(pc.is_in(own["kind"], value_set=_TELLING))
    for row in telling.drop_columns(["content_key", "raw_id"]).to_pylist():
        happened_at = _happened_at(row)
        if happened_at is not None:
            kind = EventKind(row["kind"])
            percent = percent_of(kind, row["attributes"])
            found[row["activation"]].told.append((happened_at, kind, percent))
    return dict(found)


def after(signs: TagSays, news: News) -> TagSays:
    """The signs once the news is in."""
    for at, kind, percent in sorted(news.told, key=lambda one: one[0]):
        if percent is not None and _is_newer(at, signs.battery_at):
            signs = replace(signs, battery_percent=percent, battery_at=at)
        if kind in CHARGING and _is_newer(at, signs.charge_said_at):
            since = at if kind is EventKind.CHARGING_STARTED else None
            signs = replace(signs, charging_since=since, charge_said_at=at)
        if kind in JAMMED and _is_newer(at, signs.jam_said_at):
            began = signs.jammed_since or at if kind is EventKind.JAMMING else None
            signs = replace(signs, jammed_since=began, jam_said_at=at)
    signs = replace(
        signs,
        contact_at=_later(signs.contact_at, news.contact_at),
        fix_at=_later(signs.fix_at, news.fix_at),
    )
    return replace(signs, jammed_since=None) if _is_unjammed(signs, news) else signs


def units_moved(events: pa.Table) -> list[tuple[int, str, datetime]]:
    """(activation, home unit, when) of each report that a unit was moved."""
    rows = events.filter(pc.equal(events["kind"], EventKind.HOME_UNIT_MOVED.value)).to_pylist()
    found = []
    for row in rows:
        unit, at = _attributes(row["attributes"]).get(HOME_UNIT), _happened_at(row)
        if isinstance(unit, str) and at is not None:
            found.append((int(row["activation"]), unit, at))
    return found


def _is_unjammed(signs: TagSays, news: News) -> bool:
    """Tags do not always report the end: satellites heard well after its last word say so too."""
    said_at = signs.jam_said_at
    return bool(said_at and news.gnss_at and news.gnss_at > said_at + UNJAMMED_AFTER)


def percent_of(kind: EventKind, attributes: str) -> float | None:
    """The level an event states, or stands for; None when it says none, or nonsense."""
    stated = _attributes(attributes).get("percent")
    if isinstance(stated, int | float) and not isinstance(stated, bool) and 0 <= stated <= 100:
        return float(stated)
    return PERCENT_OF.get(kind)


def identified(events: pa.Table) -> dict[int, Identified]:
    """Model, firmware and SIM that tags stated in these rows, by activation; the last counts."""
    texts = events["attributes"]
    stating = pc.or_(pc.match_substring(texts, '"firmware"'), pc.match_substring(texts, '"iccid"'))
    rows = events.filter(stating).select(["activation", "attributes"]).to_pylist()
    found: dict[int, Identified] = {}
    for row in rows:
        said = _attributes(row["attributes"])
        texts_said = (said.get("device_type"), said.get("firmware"), said.get("iccid"))
        model, firmware, sim = (str(one or "") for one in texts_said)
        before = found.get(row["activation"], Identified("", "", ""))
        found[row["activation"]] = Identified(
            model[:60] or before.model, firmware[:60] or before.firmware, sim[:30] or before.sim
        )
    return found


def _latest(rows: pa.Table, column: str) -> list[tuple[int, datetime]]:
    """(activation, the latest instant of the column)."""
    grouped = rows.group_by("activation").aggregate([(column, "max")])
    return list(
        zip(grouped["activation"].to_pylist(), grouped[f"{column}_max"].to_pylist(), strict=True)
    )


def _happened_at(row: dict[str, Any]) -> datetime | None:
    """When it happened: of a wrong clock about when we received it; None where nobody can say."""
    mark = SetAside(row["set_aside"])
    if mark is SetAside.USABLE:
        at: datetime = row["measured_at"]
        return at
    return row["received_at"] if mark in CLOCK_WRONG else None


def _attributes(text: str) -> dict[str, Any]:
    found = json.loads(text)
    return found if isinstance(found, dict) else {}


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _is_newer(at: datetime, than: datetime | None) -> bool:
    return than is None or at >= than
