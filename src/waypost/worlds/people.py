"""Who is tagged in the seeded London: invented people, what their orders ask, what they wear.

    wearers(seed, count, from_s, until_s) -> the same people for the same arguments

Each wearer is drawn from a generator of its own (seed, index), so that the first ten of a hundred
are the ten of ten. Names are put together from words that nobody is called. Eight of them are the
cast: roles that every demo needs (`CAST`); the rest are drawn from the order kinds of the field.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from waypost.orders.values import WEEKDAYS, OrderKind, RequirementKind, TimetableRow
from waypost.worlds.hours import ZONE, Seconds, Window, dates, wall_s
from waypost.worlds.places import BOROUGHS, Town
from waypost.worlds.report import GT06, HUB, IMEI_PROTOCOLS, MQTT, OSMAND, QUECLINK, TELTONIKA, imei
from waypost.worlds.values import CAST, Ask, Part, Place, Shape, Tag, Wearer
from waypost.worlds.zones import (
    CURFEW_STAGGERED,
    EXCLUSION_HOURS,
    RESTRICTED_AT_NIGHT,
    RESTRICTED_BY_DAY,
    area_around,
    beside_home,
    redrawn,
    zone_away_from,
)

FORENAMES = tuple(
    "Alder Bramble Clover Dapple Ember Fennel Gale Heather Indigo Juniper Kestrel Larch Merle "  # noqa: SIM905
    "Nettle Onyx Poppy Quill Rowan Sorrel Tansy Umber Vesper Willow Yarrow Zephyr".split()
)
SURNAMES = tuple(
    "Exampleton Sampleford Testbury Mockridge Fablewood Inventham Figmentley Storyman Makebelieve "  # noqa: SIM905
    "Specimen Placeholder Pretendham Dummyfield Draftwell Notreal Imagineham".split()
)


# Kinds of order with their shares (2020 national figures of location monitoring, rounded).
SHARES: dict[OrderKind, float] = {
    OrderKind.COURT_BAIL: 0.34,
    OrderKind.COMMUNITY_ORDER: 0.18,
    OrderKind.SUSPENDED_SENTENCE: 0.08,
    OrderKind.HDC: 0.16,
    OrderKind.LICENCE: 0.12,
    OrderKind.PAROLE: 0.08,
    OrderKind.DAPO: 0.04,
}
EXCLUSION, CURFEW, INCLUSION, RESTRICTION, ATTENDANCE, TRAIL = (
    RequirementKind.EXCLUSION,
    RequirementKind.CURFEW,
    RequirementKind.INCLUSION,
    RequirementKind.RESTRICTION,
    RequirementKind.ATTENDANCE,
    RequirementKind.TRAIL,
)
# What each kind usually asks. Trail alone is not available on court bail, and never stands there.
USUAL: dict[OrderKind, tuple[tuple[RequirementKind, ...], ...]] = {
    OrderKind.COURT_BAIL: ((EXCLUSION,), (CURFEW,), (EXCLUSION, CURFEW)),
    OrderKind.COMMUNITY_ORDER: ((CURFEW, ATTENDANCE), (EXCLUSION, ATTENDANCE), (CURFEW, EXCLUSION)),
    OrderKind.SUSPENDED_SENTENCE: ((CURFEW,), (CURFEW, EXCLUSION)),
    OrderKind.HDC: ((CURFEW,), (CURFEW, ATTENDANCE)),
    OrderKind.LICENCE: (
        (EXCLUSION, ATTENDANCE, TRAIL),
        (EXCLUSION, EXCLUSION, TRAIL),
        (CURFEW, EXCLUSION, ATTENDANCE),
    ),
    OrderKind.PAROLE: ((EXCLUSION, INCLUSION, ATTENDANCE), (INCLUSION, ATTENDANCE, TRAIL)),
    OrderKind.DAPO: ((EXCLUSION,), (EXCLUSION, EXCLUSION)),
    OrderKind.OTHER: ((TRAIL,),),
}
PART_ORDERS: dict[Part, tuple[OrderKind, tuple[RequirementKind, ...]]] = {
    Part.ENTERS_ZONE: (OrderKind.LICENCE, (EXCLUSION, ATTENDANCE)),
    Part.BAILED: (OrderKind.COURT_BAIL, (EXCLUSION, CURFEW)),
    Part.LATE_HOME: (OrderKind.HDC, (CURFEW,)),
    Part.CUTS_STRAP: (OrderKind.COMMUNITY_ORDER, (CURFEW, EXCLUSION)),
    Part.HANDED_BACK: (OrderKind.COMMUNITY_ORDER, (CURFEW,)),
    Part.WEARS_USED_TAG: (OrderKind.LICENCE, (EXCLUSION, ATTENDANCE)),
    Part.LIMITED: (OrderKind.DAPO, (EXCLUSION,)),
    Part.NOT_FITTED: (OrderKind.HDC, (CURFEW,)),
}
CURFEW_HOURS = (("19:00", "07:00"), ("20:00", "06:00"), ("21:00", "06:00"), ("19:00", "06:00"))
LATE_HOME_MINUTES = 4
ZONES_BESIDE_HOME = 0.2  # of exclusion zones
CURFEW_RADII_M = (60.0, 80.0, 100.0)
MAKES = (HUB, QUECLINK, TELTONIKA, GT06, MQTT)  # of tags that a hub carries


def wearers(
    town: Town, seed: int, count: int, *, from_s: Seconds, until_s: Seconds, restless: float = 1.0
) -> list[Wearer]:
    """`count` wearers with orders that run over [from_s, until_s) and on.

    restless   everybody does so many times more of what is not allowed: for trials of the rules
    """
    people: list[Wearer] = []
    for index in range(count):
        rng = np.random.default_rng([seed, index, 1])
        before = people[-1].tag if people else None
        one = _wearer(town, rng, seed, index, from_s, until_s, before)
        people.append(replace(one, restless=one.restless * restless))
    return people


def _wearer(
    town: Town,
    rng: np.random.Generator,
    seed: int,
    index: int,
    from_s: Seconds,
    until_s: Seconds,
    before: Tag | None,
) -> Wearer:
    part = CAST[index] if index < len(CAST) else Part.ANYBODY
    borough = list(BOROUGHS)[int(rng.integers(len(BOROUGHS)))]
    home = town.any_of(town.in_borough(borough), rng)
    work = town.near(home, 800, 6000, rng) if rng.random() < 0.55 else None
    shop = town.near(home, 150, 900, rng)
    friend, pub = town.near(home, 600, 4000, rng), town.near(home, 200, 1500, rng)
    haunts = [home, shop, friend, pub, town.centre(borough), *([work] if work else [])]
    order_kind, kinds = _order(part, rng)
    order_from_s = _order_from(part, rng, from_s, until_s)
    person_id = f"W{index + 1:03d}"
    asks = tuple(
        _ask(f"{person_id}-R{number}", kind, town, rng, haunts, _curfew_hours(part, rng, until_s))
        for number, kind in enumerate(kinds, start=1)
    )
    if part is Part.ANYBODY:
        own = np.random.default_rng([seed, index, 6])
        asks = _particular(asks, haunts, own, (from_s, until_s))
    return Wearer(
        index=index,
        person_id=person_id,
        name=f"{FORENAMES[int(rng.integers(len(FORENAMES)))]} "
        f"{SURNAMES[int(rng.integers(len(SURNAMES)))]}",
        born=date(1966, 1, 1) + timedelta(days=int(rng.beta(3.5, 1.6) * 42 * 365)),
        borough=borough,
        part=part,
        order_kind=order_kind,
        order_from_s=order_from_s,
        home=home,
        work=work,
        shop=shop,
        friend=friend,
        pub=pub,
        office=town.centre(borough),
        asks=asks,
        tag=_tag(part, rng, person_id, order_from_s, from_s, until_s, before),
        restless=float(rng.lognormal(-0.3, 0.8)),
        offends=bool(rng.random() < 0.15),
    )


def _order(part: Part, rng: np.random.Generator) -> tuple[OrderKind, tuple[RequirementKind, ...]]:
    shares = np.array(list(SHARES.values()))
    kind = list(SHARES)[int(rng.choice(len(SHARES), p=shares / shares.sum()))]
    usual = USUAL[kind][int(rng.integers(len(USUAL[kind])))]
    return PART_ORDERS.get(part, (kind, usual))


def _order_from(part: Part, rng: np.random.Generator, from_s: Seconds, until_s: Seconds) -> Seconds:
    """Most orders began before the history does; the others in its first part."""
    late = float(rng.random()) * 0.6 if rng.random() < 0.3 else 0.0
    if part is Part.NOT_FITTED:
        late = 1 - 3600 * 26 / (until_s - from_s)
    elif part is Part.WEARS_USED_TAG:
        late = 0.5
    elif part is not Part.ANYBODY:
        late = 0.0
    began = from_s + max(late, 0.0) * (until_s - from_s)
    return float(-(-began // 600) * 600)


def _tag(
    part: Part,
    rng: np.random.Generator,
    person_id: str,
    order_from_s: Seconds,
    from_s: Seconds,
    until_s: Seconds,
    before: Tag | None,
) -> Tag | None:
    """A third send as they go, the others every 5-15 minutes. None: not fitted yet.

    Of those that a vendor's hub carries, four in five (never the cast's) are of makes that also
    speak for themselves where they are let: named by IMEI, or by their topic at a broker.
    """
    protocol = OSMAND if part is Part.ENTERS_ZONE or rng.random() < 0.3 else HUB
    live = part is not Part.ANYBODY or protocol == OSMAND or rng.random() < 0.3
    every_s = 0.0 if live else float(rng.uniform(300, 900))
    indoor_gnss = float(rng.choice([1 / 17, 0.2, 0.45], p=[0.4, 0.4, 0.2]))
    beacon, serial = bool(rng.random() < 0.5), int(rng.integers(10_000))
    if part is Part.NOT_FITTED:
        return None
    used = before.device_id if part is Part.WEARS_USED_TAG and before else None
    ends_s = None
    if part is Part.HANDED_BACK:
        ends_s = float((from_s + 0.4 * (until_s - from_s)) // 3600 * 3600)
    device = used or f"TAG{700_000 + serial * 7}{person_id[1:]}"
    if part is Part.ANYBODY and protocol == HUB:
        protocol = MAKES[int(person_id[1:]) % len(MAKES)]
        if protocol in IMEI_PROTOCOLS:
            device = imei(int(person_id[1:]), serial)
        elif protocol == MQTT:
            device = f"owntracks/waypost/{device}"
    return Tag(
        device, f"{person_id}-A1", order_from_s, ends_s, protocol, every_s, indoor_gnss, beacon
    )


def _curfew_hours(
    part: Part, rng: np.random.Generator, until_s: Seconds
) -> tuple[TimetableRow, ...]:
    start, end = CURFEW_HOURS[int(rng.integers(len(CURFEW_HOURS)))]
    if part is Part.LATE_HOME:
        begins = datetime.fromtimestamp(until_s, UTC).astimezone(ZONE)
        begins += timedelta(minutes=LATE_HOME_MINUTES)
        start, end = f"{begins:%H:%M}", f"{begins + timedelta(hours=10):%H:%M}"
    return (TimetableRow(WEEKDAYS, start, end),)


def _ask(
    requirement_id: str,
    kind: RequirementKind,
    town: Town,
    rng: np.random.Generator,
    haunts: list[Place],
    hours: tuple[TimetableRow, ...],
) -> Ask:
    home = haunts[0]
    if kind is EXCLUSION:
        return Ask(requirement_id, kind, zone_away_from(haunts, town, rng))
    if kind is CURFEW:
        return Ask(requirement_id, kind, Shape(home, 60.0), hours)
    if kind is ATTENDANCE:
        return Ask(requirement_id, kind, Shape(haunts[4], 80.0), weekday=int(rng.integers(5)))
    return Ask(requirement_id, kind)


def _particular(asks: tuple[Ask, ...], haunts: list[Place], rng: np.random.Generator,
                span: Window) -> tuple[Ask, ...]:  # fmt: skip
    """What courts make of the usual requirements: other shapes, other hours, a second address,
    an evening off, and for some an area not to be left. Drawn apart from the rest, so that who
    lives where does not depend on it. The cast's stay plain."""
    found = [_made_particular(ask, haunts, rng, span) for ask in asks]
    chance = rng.random()
    if chance < 0.26:
        reference = f"{asks[0].requirement_id.rsplit('-R', 1)[0]}-R{len(asks) + 1}"
        by_day = any(ask.kind is CURFEW for ask in asks)  # at night the curfew holds them
        if chance < 0.1:
            found.append(Ask(reference, INCLUSION, area_around(haunts, 3900, rng)))
        elif by_day:
            area = area_around(haunts, 1200, rng)
            found.append(Ask(reference, RESTRICTION, area, RESTRICTED_BY_DAY))
        else:
            area = area_around(haunts[:4], 1200, rng)
            found.append(Ask(reference, RESTRICTION, area, RESTRICTED_AT_NIGHT))
    return tuple(found)


def _made_particular(ask: Ask, haunts: list[Place], rng: np.random.Generator, span: Window) -> Ask:
    chance = rng.random(5)
    if ask.kind is EXCLUSION and ask.shape is not None:
        hours = EXCLUSION_HOURS[int(chance[0] * 4) % 3] if chance[1] < 0.25 else None
        near = beside_home(haunts, rng) if chance[2] < ZONES_BESIDE_HOME else None
        shape = near or redrawn(ask.shape, haunts, rng)
        ring_m = float(round(rng.uniform(60, 200))) if chance[3] < 0.4 and not near else None
        return replace(ask, shape=shape, timetable=hours, warning_m=ring_m)
    if ask.kind is CURFEW:
        staggered = CURFEW_STAGGERED[int(chance[0] * 2)] if chance[1] < 0.2 else ask.timetable
        also = (Shape(haunts[2], 60.0),) if chance[2] < 0.1 else ()
        off = _evenings_off(rng, span) if chance[3] < 0.15 else ()
        home = Shape(haunts[0], CURFEW_RADII_M[int(chance[4] * len(CURFEW_RADII_M))])
        return replace(ask, shape=home, timetable=staggered, also=also, absences=off)
    if ask.kind is INCLUSION:
        return replace(ask, shape=area_around(haunts, 3900, rng))
    return ask


def _evenings_off(rng: np.random.Generator, span: Window) -> tuple[Window, ...]:
    """One authorised absence in about ten days: three hours of an evening."""
    days = list(dates(*span))
    picked = sorted(rng.choice(len(days), max(1, len(days) // 10), replace=False))
    return tuple((wall_s(days[n], 19 * 60), wall_s(days[n], 22 * 60)) for n in picked)
