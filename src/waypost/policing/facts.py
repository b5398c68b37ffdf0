"""What a notification says, as facts of the record: no more than the breach needs. Pure.

Facts are taken when a notification is drafted, or taken anew, and stored with it, so that what was
checked is what is sent. The places stand apart from the rest: they are location data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from waypost.clock import read_instant, write_instant
from waypost.orders.values import Zone

AROUND = timedelta(minutes=30)  # fixes on either side of the violation, and no more
FIXES_MAX = 60  # shown; of more, those between are thinned
THIN_EVERY = timedelta(minutes=10)
EDGE_KEPT = timedelta(minutes=45)  # around beginning and end every fix stays


@dataclass(frozen=True, slots=True)
class ViolationFact:
    """sentences: when, how sure, why it stands. version: of the stored violation"""

    violation_id: int
    version: int
    from_at: datetime
    to_at: datetime | None
    certainty: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactFact:
    at: datetime
    what: str
    result: str


@dataclass(frozen=True, slots=True)
class AccountFact:
    """reasonable: None while nobody has decided"""

    at: datetime
    given_by: str
    words: str
    reasonable: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class RiskFact:
    what: str
    since: date


@dataclass(frozen=True, slots=True)
class FixFact:
    at: datetime
    lat: float
    lon: float
    accuracy_m: float
    mechanism: str
    used: bool


@dataclass(frozen=True, slots=True)
class Places:
    """withheld_why: why there are none, where they would tell what must not be told
    cut_at         none after this is given: one look covers no more; None: all are
    """

    fixes: tuple[FixFact, ...] = ()
    zones: tuple[Zone, ...] = ()
    keep_out: bool = True
    left_out: int = 0  # fixes of a long time that were thinned away
    cut_at: datetime | None = None
    withheld_why: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    person_reference: str
    person_name: str
    born_on: date | None
    order_kind: str  # in words
    order_reference: str
    order_from: datetime
    order_until: datetime | None
    requirement: str  # what is asked, and when, in words
    headline: str
    violations: tuple[ViolationFact, ...]
    reports: tuple[str, ...]  # what the tag itself said, sentences
    contacts: tuple[ContactFact, ...]
    accounts: tuple[AccountFact, ...]
    risks: tuple[RiskFact, ...]
    taken_at: datetime

    def stands_as(self) -> dict[int, int]:
        """Which violations it rests on, in which version: what is sent must still stand so."""
        return {one.violation_id: one.version for one in self.violations}


def thinned(
    fixes: Sequence[FixFact], stretches: Sequence[tuple[datetime, datetime]]
) -> tuple[tuple[FixFact, ...], int]:
    """The fixes of a long breach: all around its edges, one in ten minutes between; how many were
    left out. A short one has them all."""
    if len(fixes) <= FIXES_MAX:
        return tuple(fixes), 0
    edges = [edge for stretch in stretches for edge in stretch]
    kept: list[FixFact] = []
    for fix in fixes:
        near = any(abs(fix.at - edge) <= EDGE_KEPT for edge in edges)
        if near or not kept or fix.at - kept[-1].at >= THIN_EVERY:
            kept.append(fix)
    return tuple(kept), len(fixes) - len(kept)


def as_json(facts: Facts) -> dict[str, Any]:
    return dict(_plain(asdict(facts)))


def places_as_json(places: Places) -> dict[str, Any]:
    return {
        "fixes": [_plain(asdict(one)) for one in places.fixes],
        "zones": [
            {"geometry": dict(one.geometry), "radius_m": one.radius_m, "width_m": one.width_m}
            for one in places.zones
        ],
        "keep_out": places.keep_out,
        "left_out": places.left_out,
        "cut_at": _plain(places.cut_at),
        "withheld_why": places.withheld_why,
    }


def from_json(said: Mapping[str, Any]) -> Facts:
    found = dict(said)
    found["born_on"] = date.fromisoformat(said["born_on"]) if said["born_on"] else None
    for name in ("order_from", "taken_at"):
        found[name] = read_instant(said[name])
    found["order_until"] = _instant(said["order_until"])
    found["violations"] = tuple(
        ViolationFact(
            one["violation_id"], one["version"], read_instant(one["from_at"]),
            _instant(one["to_at"]), one["certainty"], tuple(one["sentences"]),
        )
        for one in said["violations"]
    )  # fmt: skip
    found["reports"] = tuple(said["reports"])
    found["contacts"] = tuple(
        ContactFact(read_instant(one["at"]), one["what"], one["result"]) for one in said["contacts"]
    )
    found["accounts"] = tuple(
        AccountFact(**{**one, "at": read_instant(one["at"])}) for one in said["accounts"]
    )
    found["risks"] = tuple(
        RiskFact(one["what"], date.fromisoformat(one["since"])) for one in said["risks"]
    )
    return Facts(**found)


def places_from_json(said: Mapping[str, Any]) -> Places:
    return Places(
        fixes=tuple(FixFact(**{**one, "at": read_instant(one["at"])}) for one in said["fixes"]),
        zones=tuple(
            Zone(one["geometry"], one["radius_m"], one["width_m"]) for one in said["zones"]
        ),
        keep_out=said["keep_out"],
        left_out=said["left_out"],
        cut_at=_instant(said["cut_at"]),
        withheld_why=said["withheld_why"],
    )


def _instant(text: str | None) -> datetime | None:
    return read_instant(text) if text else None


def _plain(thing: Any) -> Any:
    if isinstance(thing, datetime):
        return write_instant(thing)
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, Mapping):
        return {name: _plain(value) for name, value in thing.items()}
    return [_plain(one) for one in thing] if isinstance(thing, list | tuple) else thing
