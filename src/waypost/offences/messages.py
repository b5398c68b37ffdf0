"""What each problem of an offence file says, and what its sender must do.

The first table is the interface police forces know (Ministry of Justice): the words are theirs and
do not change. The second holds what ours finds beyond them.
"""

from __future__ import annotations

from waypost.errors import Problem

_FORMATTING = "Amend formatting issues"

# type -> (message, required action)
MINISTRY: dict[str, tuple[str, str]] = {
    "INVALID_BATCH_ID_FORMAT": ("Invalid Batch ID format", _FORMATTING),
    "INVALID_BATCH_ID_DATE": ("Invalid date in Batch ID", _FORMATTING),
    "INVALID_COLUMN_COUNT": ("Incorrect number of columns", _FORMATTING),
    "INVALID_TEXT": ("Field must be text", _FORMATTING),
    "INVALID_NUMBER": ("Field must be number", _FORMATTING),
    "INVALID_POLICE_FORCE": (
        "Field must be a valid ENUM value",
        "Amend police force to a registered force",
    ),
    "INVALID_CRIME_TYPE": (
        "Field must be a valid ENUM value",
        "Amend crime type to a registered crime type",
    ),
    "INVALID_FROM_DATE_FORMAT": (
        "Field must be a date with format yyyyMMddHHmmss",
        "Amend from date/time to format yyyyMMddHHmmss",
    ),
    "INVALID_TO_DATE_FORMAT": (
        "Field must be a date with format yyyyMMddHHmmss",
        "Amend to date/time to format yyyyMMddHHmmss",
    ),
    "CRIME_DATE_TIME_TO_AFTER_FROM": (
        "Crime date time to must be after crime date time from",
        "Ensure from date/time precedes to date/time",
    ),
    "CRIME_DATE_TIME_EXCEEDS_WINDOW": (
        "Crime date time window must not exceed valid window",
        _FORMATTING,
    ),
    "MISSING_LOCATION_DATA": ("No location data present", "Provide location data"),
    "MISSING_BATCH_ID": ("Batch ID must be present", _FORMATTING),
    "MISSING_CRIME_REFERENCE": (
        "Crime reference must be present",
        "Provide the missing crime reference",
    ),
    "DEPENDENT_LOCATION_DATA": (
        "Dependent location data field must be provided",
        "Provide the missing field value",
    ),
    "MULTIPLE_LOCATION_DATA_TYPES": (
        "Only one location data type should be provided",
        _FORMATTING,
    ),
    "INVALID_LOCATION_DATA_RANGE": (
        "Location data range exceeds valid range",
        "Co-ordinates outside of valid range",
    ),
}

OURS: dict[str, tuple[str, str]] = {
    "CRIME_DATE_TIME_IN_FUTURE": (
        "Crime date time must not be later than now",
        "Ensure the date/time is past and given in UTC, not in local time",
    ),
    "DATUM_CONTRADICTS_LOCATION": (
        "Datum OSGB36 does not go with latitude and longitude, which must be WGS84",
        "Provide WGS84 latitude and longitude, or easting and northing",
    ),
    "DUPLICATE_CRIME_REFERENCE": (
        "An earlier row of this file gives other details for the same crime reference",
        "Send one row for each crime reference",
    ),
    "NOT_ONE_CSV": (
        "One csv attachment expected",
        "Send exactly one UTF-8 CSV file",
    ),
    "MULTIPLE_POLICE_FORCES": (
        "Multiple police forces found in csv file",
        "Send one file for each police force",
    ),
    "MULTIPLE_BATCH_IDS": (
        "Multiple batch ids found in csv file",
        "Send one file for each batch id",
    ),
    "WRONG_HEADER": (
        "The header does not name the columns needed",
        "Name crime_reference, from_time, to_time, lat and lon in the first line, each once",
    ),
    "NO_VALID_ROW": (
        "All records in the CSV file failed validation. No data has been ingested.",
        "Amend the problems listed and send the file again",
    ),
}


def problem(
    type_: str,
    line: int | None = None,
    field: str | None = None,
    value: str | None = None,
    *,
    message: str | None = None,
) -> Problem:
    """A problem in the known words; `message` only where a file says more than its type does."""
    known, action = MINISTRY.get(type_) or OURS[type_]
    return Problem(line, type_, field, value, message or known, action)
