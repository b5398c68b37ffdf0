"""Prints the outcome of a check as the JSON of the contract (`waypost offences check`)."""

from __future__ import annotations

from typing import Any

from waypost.clock import write_instant
from waypost.errors import Problem
from waypost.offences.values import Offence, Outcome


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """`status`, `batch`, `accepted`, `problems`: plain values, ready for `json.dump`."""
    return {
        "status": outcome.status.value,
        "batch": outcome.batch,
        "accepted": [offence_json(offence) for offence in outcome.accepted],
        "problems": [problem_json(problem) for problem in outcome.problems],
    }


def offence_json(offence: Offence) -> dict[str, Any]:
    """The row under the ministry's 13 names; dates ISO UTC, degrees always filled."""
    return {
        "line": offence.line,
        "policeForce": offence.force,
        "crimeTypeId": offence.crime_type,
        "crimeTypeDescription": offence.type_description,
        "batchId": offence.batch_id,
        "crimeReference": offence.reference,
        "dateFrom": write_instant(offence.from_at),
        "dateTo": write_instant(offence.to_at),
        "easting": offence.easting_m,
        "northing": offence.northing_m,
        "latitude": offence.lat,
        "longitude": offence.lon,
        "datum": offence.datum,
        "crimeText": offence.text,
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "type": problem.type,
        "field": problem.field,
        "value": problem.value,
        "message": problem.message,
        "action": problem.action,
    }
