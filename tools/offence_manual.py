"""The manual's page on offence files, from the tables that the code goes by."""

from __future__ import annotations

from police_manual import _table


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    parts = [*_files(), *_problems(), *_notes(), *_again(), *_doors()]
    return {"manual/offences.md": "\n\n".join(parts)}


def _files() -> list[str]:
    from waypost.offences.table import NEEDED, OPTIONAL
    from waypost.offences.values import COLUMNS, CRIME_TYPES, FORCES

    return [
        "# Offence files: what a force sends, what is refused, what it is told",
        "UTF-8, with or without byte order mark; the file itself, or an e-mail (`.eml`) with "
        "exactly one CSV attached, whatever type the attachment claims. Two kinds:",
        f"- The police CSV: no header, {len(COLUMNS)} columns: {_names(COLUMNS)}. Dates are "
        "`yyyyMMddHHmmss` in UTC, a window has at most 12 hours, a file one force and one batch. "
        "Either easting and northing (OSGB36, metres) or latitude and longitude (WGS84).\n"
        f"- A CSV whose first line names {_names(NEEDED)}, in any order, and perhaps "
        f"{_names(OPTIONAL)}. Times are ISO 8601 with offset, windows may have any length.",
        _table(["force", "code"], [f"| {name} | {code} |" for name, code in FORCES.items()]),
        _table(["type", "crime"], [f"| {code} | {name} |" for code, name in CRIME_TYPES.items()]),
    ]


def _problems() -> list[str]:
    from waypost.offences.messages import MINISTRY, OURS

    heads = ["type", "message", "what to do"]
    return [
        "## What is wrong, and what to do",
        "All of a row’s problems are told, each with the line of the file as it was sent (blank "
        "lines count), column and value. Any of them refuses its row; sound rows are kept. The "
        "words of the first table are the ministry’s.",
        _table(heads, [f"| `{one}` | {' | '.join(words)} |" for one, words in MINISTRY.items()]),
        "Found beyond them:",
        _table(heads, [f"| `{one}` | {' | '.join(words)} |" for one, words in OURS.items()]),
        "Status: SUCCESSFUL, every row accepted; PARTIAL, some refused; FAILED, the file as a "
        "whole is wrong and nothing kept; ERROR, no row was sound. Failed files are kept as "
        "sent, with their problems, and can be answered.",
    ]


def _notes() -> list[str]:
    return [
        "## What is pointed out and refuses nothing",
        "Local time sent as UTC shifts a window by an hour in summer. Three things can show it:",
        "- `ENDS_AFTER_ARRIVAL`: windows that end up to an hour after the file arrived (such rows "
        "are refused as times to come in any case; the note says what they look like);\n"
        "- `SHIFTED_BY_ONE_HOUR`: crimes sent before, both ends moved by exactly one hour;\n"
        "- `TEXT_TELLS_LOCAL_TIME`: words that name the columns’ own time of day.",
        "A file sent later than an hour after its last crime, without words, shows nothing. That "
        "there is no note does not mean that the times are right.",
    ]


def _again() -> list[str]:
    return [
        "## Sent again",
        "The same CSV, in another e-mail or under another name, is the same delivery: it changes "
        "nothing and is answered as the first time. A row that says the same as before changes "
        "nothing either. One that says something else is the next version of its offence; the "
        "versions before it stay, and the page of the delivery, the page of the offence and the "
        "API show what changed in each column.",
        "*Answer to the force* on the delivery’s page, or `waypost import offences FILE --reply "
        "ANSWER.eml --errors PROBLEMS.csv`: an e-mail to be looked at and sent, with every problem "
        "as CSV. Values as sent stand in the CSV only.",
    ]


def _doors() -> list[str]:
    from waypost.web.api import api

    rows = [
        f"| {' '.join(one.methods)} | `/api/{path.replace('{int:number}', 'N')}` | "
        f"`{one.auth_callbacks[0].permission}` |"
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for one in view.operations
        if path.startswith("offences")
    ]
    return [
        "## By API",
        "With a bearer token of a police analyst’s role (`waypost token police_analyst --scope "
        "offence:upload`). The file is the body, its name `?name=`. 201: kept; 200: the same CSV "
        "had been sent before; 422: nothing of it was kept. All three carry `number`, `status`, "
        "counts, `problems`, `notes` and a `reply` in words; `changes` where the token may read. "
        "The history is asked for by `?force=` and `?reference=`.",
        _table(["method", "path", "permission"], rows),
    ]


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{one}`" for one in names)
