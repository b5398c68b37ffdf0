"""An alert as known at an instant, as its page and its signed account say it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from waypost.alerts.known import Known, window
from waypost.alerts.lifecycle import STATUS_WORDS
from waypost.alerts.playbooks import result_words, step_name
from waypost.clock import write_instant
from waypost.documents.cells import safe_cell
from waypost.orders.values import Absence
from waypost.positions.tracks import TrackRow
from waypost.web.presenters.people import orders_of

FIX_COLUMNS = ("measured_at", "received_at", "lat", "lon", "accuracy_m", "mechanism", "used")


def words_of(known: Known) -> dict[str, Any]:
    """What the templates of the page and of the account are filled with."""
    return {
        "known": known,
        "status": STATUS_WORDS[known.status],
        "who": known.person_name or known.person_reference,
        "orders": orders_of(known.person, now=known.at) if known.person else [],
        "steps": [
            (one.at, step_name(one.step), result_words(one.step, one.result), one)
            for one in known.steps
        ],
        "absences": _absences(known),
        "fixes": (),
        "looked": False,
    }


def data_of(known: Known) -> dict[str, Any]:
    """The account for a machine: times as UTC texts.

    Of a person only what the account is about; who a zone moves with is nobody's to read here.
    """
    found = plain(known)
    assert isinstance(found, dict)
    found.pop("person")
    orders = known.person.orders if known.person else ()
    return found | {"orders": [_order(plain(order)) for order in orders]}


def _order(order: dict[str, Any]) -> dict[str, Any]:
    for requirement in order["requirements"]:
        requirement["around"] = requirement["around"] and "a protected person"
    return order


def _absences(known: Known) -> list[Absence]:
    """Absences from the alert's requirement that touch what was judged, as known then."""
    from_at, to_at = window(known)
    return [
        absence
        for order in (known.person.orders if known.person else ())
        for one in order.requirements
        if one.requirement_id == known.requirement
        for absence in one.exceptions
        if absence.from_at < to_at and from_at < absence.to_at
    ]


def fixes_csv(rows: Sequence[TrackRow]) -> bytes:
    """The fixes received by then, in the order of their measuring; UTC, WGS84, metres (95 %)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIX_COLUMNS)
    for row in rows:
        writer.writerow(
            [
                write_instant(row.measured_at), write_instant(row.received_at),
                f"{row.lat:.6f}", f"{row.lon:.6f}", f"{row.accuracy_m:.1f}",
                safe_cell(str(row.mechanism)), safe_cell(row.words),
            ]
        )  # fmt: skip
    return text.getvalue().encode()


def plain(value: Any) -> Any:
    """A value as JSON has it: instants as UTC texts, durations as seconds."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(one) for name, one in asdict(value).items()}
    if isinstance(value, datetime):
        return write_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    return value
