"""The manual's page on notifications to the police, from the tables that the code goes by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

WHO = {"force": "the force", "provider": "the sender"}


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    return {"manual/police.md": "\n\n".join([*_lifecycle(), *_clocks(), *_doors(), *_papers()])}


def _lifecycle() -> list[str]:
    from waypost.policing.lifecycle import ACT_WORDS, STATUS_WORDS, moves
    from waypost.policing.values import Status

    arrows = [
        f"    {one.before.value} --> {one.after.value}: {ACT_WORDS[one.act]}" for one in moves()
    ]
    drawn = ["    [*] --> drafted: from an alert in hand or upheld", *arrows, "    closed --> [*]"]
    rows = [
        f"| {STATUS_WORDS[one.before]} | {STATUS_WORDS[one.after]} | {one.words} |"
        for one in moves()
    ]
    assert {one.before for one in moves()} | {Status.CLOSED} == set(Status)
    return [
        "# Telling the police of a breach",
        "A monitoring officer, or the practitioner of the case, drafts a notification from an "
        "alert that is in hand, upheld or closed. Waypost proposes the texts from the record; a "
        "person checks and sends it. The force **assesses, decides and answers**: by page, by API "
        "or with the file that came with it. It can be corrected at any time while it is open; "
        "what later data takes back is corrected by number, and each is acknowledged.",
        "## How a notification moves",
        "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```",
        _table(["from", "to", "who, and what it asks"], rows),
        "More wanted is the answer that leaves the decision open: the force’s clock stands, the "
        "sender’s runs. An answer proves receipt: what nobody acknowledged is received in the same "
        "moment.",
    ]


def _clocks() -> list[str]:
    from waypost.policing.clocks import CLOCK_WORDS, GRAVE_FROM, LEFT_AT_LEAST, WITHIN

    rows = [
        f"| {CLOCK_WORDS[clock].capitalize()} | {WHO[one.whose.value]} | {_length(one.grave)}"
        f" | {_length(one.other)} | {one.source} |"
        for clock, one in WITHIN.items()
    ]
    return [
        "## By when",
        f"Grave is what ranks at {GRAVE_FROM} or more. A clock that ends is told once, to both "
        "sides; of what is grave to whoever is on duty, too. What was left of the force’s time "
        "when it wanted more is what it has afterwards, and never less than "
        f"{_length(LEFT_AT_LEAST)}.",
        _table(["what", "who", "grave", "other", "source"], rows),
    ]


def _doors() -> list[str]:
    from waypost.policing.answer_file import FORMAT
    from waypost.policing.values import Answer, Result
    from waypost.web.api import api

    rows = [
        f"| {' '.join(one.methods)} | `{_address(path)}` | `{one.auth_callbacks[0].permission}` |"
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for one in view.operations
        if "notifications" in path
    ]
    return [
        "## By API and by file",
        "A force’s system reads and answers with a bearer token of one of its officers (`waypost "
        "token police_requester --officer NAME`). Each act is told the `version` that was read, "
        "and refused with 409 where somebody was first. `answer` is one of "
        f"{_choices(Answer)}; `result` one of {_choices(Result)}. One notification in full holds "
        "person, order, condition, violations in sentences, fixes, contact, accounts, risk, the "
        "clocks and the numbered corrections; times are UTC.",
        _table(["method", "path", "permission"], rows),
        "A force without an account gets `waypost police export NOTIFICATION -o FOLDER`: a signed "
        "bundle with the same as JSON, the paper as PDF and DOCX, and `answer.json` "
        f"(`{FORMAT}`). It fills in `answer`, `reason` and `signed_by` and sends that file back; "
        "`waypost police answer FILE` takes it in. The key in it shows that whoever answers holds "
        "the notification.",
    ]


def _address(path: str) -> str:
    return f"/api/{path}".replace("{int:number}", "N").replace("{int:correction}", "C")


def _choices(values: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in values)


def _papers() -> list[str]:
    from waypost.documents.paper_kinds import KINDS

    rows = []
    for name, kind in KINDS.items():
        words = ", ".join(f"`{{{one}}}`" for one in kind.words)
        slots = ", ".join(f"`[[{one}]]`" for one in (*kind.slots, *kind.statements))
        must = ", ".join(f"`{one}`" for one in sorted(kind.required))
        rows.append(f"| {kind.title} (`{name}`) | {words} | {slots} | {must} |")
    return [
        "## What the templates of papers take",
        "An agency changes them under *System*, *Papers*. What is required cannot be left out.",
        _table(["paper", "words", "slots and statements", "required"], rows),
    ]


def _length(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def _table(heads: list[str], rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows])
