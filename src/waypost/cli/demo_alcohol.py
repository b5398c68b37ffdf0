"""What the demo shows of an alcohol tag: ten days of somebody who must not drink, one reading each
half hour.

    alcohol_order(until)   what is asked, and since when the tag is worn
    told_sober(until)      its readings and its maker's review, as rows of our batch
    uploaded_at(at, until) when each reached us

Mostly nothing; one evening that the maker's review confirmed, a spray that it did not look at, a
night of a covered sensor, and six hours without a reading. The same rows for the same `until`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np

from waypost import clock
from waypost.worlds.ankle import EVENT_G_PER_DL, FLOOR_G_PER_DL, SKIN_C
from waypost.worlds.drinking import Body, Occasion, alcohol
from waypost.worlds.hours import ZONE

SOBER, ALCOHOL_TAG, ALCOHOL_MODEL = "X004", "ALC-4400", "Alcohol ankle tag B1"
# Journals of tags are kept for ten days: what is older would be judged as history.
READ_FOR = timedelta(days=9, hours=12)
EVERY = timedelta(minutes=30)
UPLOADS = time(21)
SOMEBODY = Body(82.0, 0.68, 0.016, 4.0, 1.1, 0.9, 30.0)
BEERS = 7
SPRAY_G_PER_DL = (0.14, 0.04, 0.01)  # half an hour apart
COVERED = (0.38, 30.1)  # infrared, °C
Span = tuple[datetime, datetime]


def alcohol_order(until: datetime) -> tuple[datetime, datetime, list[dict[str, Any]]]:
    """From when, to when, and the requirement; 90 days in all, as the law allows 120."""
    began = until - READ_FOR
    asked = {"kind": "alcohol", "alcohol": {"mode": "abstinence"}}
    return began, began + timedelta(days=90), [asked]


def told_sober(until: datetime) -> Iterator[dict[str, Any]]:
    """Rows in order of time: readings, and the review's one word where it was said."""
    drank = _span(until, 4, 19, 3.0)
    covered, unread = _span(until, 6, 22, 9.5), _span(until, 3, 13, 6.0)
    sprayed, reviewed = _span(until, 2, 8, 1.5), _span(until, 3, 10, 0.0)[0]
    began = until - READ_FOR
    times = [began + number * EVERY for number in range(1, int(READ_FOR / EVERY) + 1)]
    skin = _skin(drank, (began, until), times)
    event: list[tuple[datetime, float]] = []
    for at, level in zip(times, skin, strict=True):
        if at > reviewed and event:
            yield _review(reviewed, event)
            event = []
        if _lies_in(at, unread):
            continue
        if _lies_in(at, sprayed):
            level = SPRAY_G_PER_DL[int((at - sprayed[0]) / EVERY)]
        if level >= EVENT_G_PER_DL and at < reviewed:
            event.append((at, level))
        yield _reading(at, level, _lies_in(at, covered))


def uploaded_at(at: datetime, until: datetime) -> datetime:
    """When we had what it measured then: it uploads at nine each evening, and did so just now."""
    local = at.astimezone(ZONE)
    evening = datetime.combine(local.date(), UPLOADS, ZONE)
    if evening <= local:
        evening = datetime.combine(local.date() + timedelta(days=1), UPLOADS, ZONE)
    return min(evening.astimezone(until.tzinfo), until)


def _skin(drank: Span, whole: Span, times: list[datetime]) -> list[float]:
    """What passes the skin of one evening's drinking, as the tag says it."""
    drink = Occasion(drank[0].timestamp(), drank[1].timestamp(), BEERS)
    told = alcohol(SOMEBODY, [drink], (whole[0].timestamp(), whole[1].timestamp()))
    levels = told.skin_at(np.array([at.timestamp() for at in times]))
    return [round(level, 3) if level >= FLOOR_G_PER_DL else 0.0 for level in levels.tolist()]


def _reading(at: datetime, level: float, covered: bool) -> dict[str, Any]:
    turn = at.astimezone(ZONE).hour % 5  # skin is never twice the same
    infrared, skin_c = COVERED if covered else (1.0, SKIN_C)
    said = {
        "tac_percent": level, "temperature_c": round(skin_c - 0.2 * turn, 1),
        "infrared": round(infrared + 0.01 * turn, 2),
    }  # fmt: skip
    return _row(at, "alcohol_reading", said)


def _review(at: datetime, event: list[tuple[datetime, float]]) -> dict[str, Any]:
    said = {
        "from": clock.write_instant(event[0][0]), "to": clock.write_instant(event[-1][0] + EVERY),
        "peak_percent": max(level for _, level in event), "confirmed": True,
    }  # fmt: skip
    return _row(at, "alcohol_event", said)


def _row(at: datetime, kind: str, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "device_id": ALCOHOL_TAG, "time": clock.write_instant(at), "kind": kind, "attributes": said,
    }  # fmt: skip


def _span(until: datetime, days_ago: int, hour: int, hours: float) -> Span:
    """From a local hour of a day before the last, so long."""
    day = until.astimezone(ZONE).date() - timedelta(days=days_ago)
    start = datetime.combine(day, time(hour), ZONE).astimezone(until.tzinfo)
    return start, start + timedelta(hours=hours)


def _lies_in(at: datetime, span: Span) -> bool:
    return span[0] <= at < span[1]
