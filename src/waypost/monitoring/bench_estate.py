"""What the live benches need around them: a store with an estate of wearers, and fixes of theirs.

Everybody lives somewhere in London under a night curfew, two exclusion zones (one by timetable) and
an inclusion zone, as in bench `rules`; a fix lies at home, or (`at_zone`) in the middle of the
first exclusion zone. Log entries are what the gateway's committer would have written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import to_us
from waypost.geo import BRITISH
from waypost.orders.values import WEEKDAYS, RequirementKind
from waypost.positions.quality import content_keys
from waypost.positions.schema import EVENTS, FIXES, TIME
from waypost.units import Mechanism

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MIDDLE = (530_000.0, 184_000.0)  # Camden, on the National Grid
TOWN_M = 6_000.0
R95_M = 10.0
SPREAD_M = 4.0  # of fixes about the place they are at
ZONE_EAST_M, ZONE_NORTH_M = 3_000.0, 1_500.0  # of the first exclusion zone, from home
# kind, metres east and north of home, radius, hours (None: always)
ASKED: tuple[tuple[RequirementKind, float, float, float, tuple[str, str] | None], ...] = (
    (RequirementKind.CURFEW, 0.0, 0.0, 60.0, ("19:00", "07:00")),
    (RequirementKind.EXCLUSION, ZONE_EAST_M, ZONE_NORTH_M, 300.0, None),
    (RequirementKind.EXCLUSION, -4_000.0, 2_000.0, 300.0, ("08:00", "16:00")),
    (RequirementKind.INCLUSION, 0.0, 0.0, 9_000.0, None),
)


@dataclass(frozen=True, slots=True)
class Estate:
    """Person n wears activation number `activations[n]` and lives at `homes[n]` (metres)."""

    activations: Integers
    homes: Floats


def make_estate(count: int, *, since: datetime) -> Estate:
    """So many wearers whose orders and tags are live since then, written in bulk."""
    from waypost.orders.models import (
        Activation,
        Order,
        OrdersHead,
        Person,
        RequirementVersion,
        TimetableEntry,
        ZoneVersion,
    )

    chance = np.random.default_rng(2)
    homes = np.array(MIDDLE) + chance.uniform(-TOWN_M, TOWN_M, (count, 2))
    told = {"known_at": since}
    persons = Person.objects.bulk_create(
        [Person(reference=f"P{n}", **told) for n in range(count)], batch_size=2_000
    )
    Order.objects.bulk_create(
        [
            Order(reference=f"O{one.pk}", person=one, kind="community_order", from_at=since, **told)
            for one in persons
        ],
        batch_size=2_000,
    )
    asked = RequirementVersion.objects.bulk_create(
        [
            RequirementVersion(
                person=one, order_reference=f"O{one.pk}", reference=f"R{number}", kind=kind.value,
                valid_from=since, digest=f"{one.pk:060x}{number:04x}", **told,
            )
            for one in persons
            for number, (kind, *_) in enumerate(ASKED)
        ],
        batch_size=2_000,
    )  # fmt: skip
    lat, lon = _centres(homes)
    ZoneVersion.objects.bulk_create(
        [
            ZoneVersion(
                requirement=one, radius_m=ASKED[n % len(ASKED)][3], valid_from=since,
                geometry={"type": "Point", "coordinates": [float(lon[n]), float(lat[n])]}, **told,
            )
            for n, one in enumerate(asked)
        ],
        batch_size=2_000,
    )  # fmt: skip
    TimetableEntry.objects.bulk_create(
        [
            TimetableEntry(requirement=one, days=" ".join(WEEKDAYS), start=hours[0], end=hours[1])
            for n, one in enumerate(asked)
            if (hours := ASKED[n % len(ASKED)][4]) is not None
        ],
        batch_size=2_000,
    )
    worn = Activation.objects.bulk_create(
        [
            Activation(reference=f"A{one.pk}", person=one, device_reference=f"D{one.pk}",
                       from_at=since, **told)
            for one in persons
        ],
        batch_size=2_000,
    )  # fmt: skip
    head, _ = OrdersHead.objects.get_or_create(pk=1)
    head.version += 1
    head.save()
    return Estate(np.array([one.pk for one in worn], dtype=np.int64), homes)


def fixes_of(
    estate: Estate,
    who: Integers,
    measured_us: Integers,
    received_us: Integers,
    chance: np.random.Generator,
    *,
    at_zone: npt.NDArray[np.bool_] | None = None,
) -> pa.Table:
    """GNSS fixes (schema.FIXES): fix i is of person who[i]; `at_zone`: in the exclusion zone."""
    count = who.size
    places = estate.homes[who] + chance.normal(0, SPREAD_M, (count, 2))
    if at_zone is not None:
        places[at_zone] += (ZONE_EAST_M, ZONE_NORTH_M)
    lat, lon = BRITISH.unproject(places[:, 0], places[:, 1])
    accuracy = np.full(count, R95_M, dtype=np.float32)
    mechanism = np.full(count, Mechanism.GNSS, dtype=np.int8)
    columns = {
        "activation": estate.activations[who],
        "measured_at": pa.array(measured_us).cast(TIME),
        "received_at": pa.array(received_us).cast(TIME),
        "lat": lat,
        "lon": lon,
        "easting_m": places[:, 0],
        "northing_m": places[:, 1],
        "accuracy_m": accuracy,
        "accuracy_stated": np.ones(count, dtype=np.bool_),
        "mechanism": mechanism,
        "altitude_m": pa.nulls(count, pa.float32()),
        "speed_mps": pa.nulls(count, pa.float32()),
        "course_deg": pa.nulls(count, pa.float32()),
        "set_aside": np.zeros(count, dtype=np.int8),
        "content_key": content_keys(lat, lon, accuracy, mechanism),
        "raw_id": pa.nulls(count, pa.int64()),
    }
    return pa.table(columns, schema=FIXES)


def say(fixes: pa.Table, *, now: datetime) -> None:
    """One log entry, committed."""
    from django.db import transaction

    from waypost.positions import log

    with transaction.atomic():
        log.append(fixes, EVENTS.empty_table(), None, source="bench", now=now)


def say_at_home(estate: Estate, who: Integers, chance: np.random.Generator, at: datetime) -> None:
    """A fix at home of each of them, measured within the second before `at`."""
    measured = to_us(at) - chance.integers(0, 1_000_000, who.size)
    say(fixes_of(estate, who, measured, np.full(who.size, to_us(at)), chance), now=at)


def bare_distances(estate: Estate, who: Integers, places: Floats) -> float:
    """One vectorised pass: each place's distance to its person's four zones; their sum, so that
    nothing is left out."""
    total = 0.0
    for _, east, north, radius_m, _ in ASKED:
        centres = estate.homes[who] + (east, north)
        total += float(np.hypot(*(places - centres).T).sum()) - radius_m * who.size
    return total


def _centres(homes: Floats) -> tuple[Floats, Floats]:
    """(lat, lon) of every zone, person by person."""
    offsets = np.array([(east, north) for _, east, north, *_ in ASKED])
    places = (homes[:, None, :] + offsets[None]).reshape(-1, 2)
    return BRITISH.unproject(places[:, 0], places[:, 1])


__all__ = ["ASKED", "Estate", "bare_distances", "fixes_of", "make_estate", "say", "say_at_home"]
