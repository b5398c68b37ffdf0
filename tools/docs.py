"""Print the reference pages in docs/reference from the code; with --check, only compare.

cli.md         commands and their options          settings.md    what an operator may set
lifecycles.md  tables of moves, as diagrams        columns.md     privacy, retention, whose
parameters.md  the rules' numbers, with sources
routes.md      every page with its permission      roles.md       what each role may do, how far
rooms.md       who imports whom                    audit-kinds.md  every kind of audit line
orders-file.md  what an orders file may say, and what lint finds odd in it
docs/manual     the rules, from the story tests (tools/manual.py); alerts, playbooks and others,
                from their tables
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import manual  # beside this file, as every *_manual.py is

DOCS = Path(__file__).parents[1] / "docs"
NOTE = "<!-- Printed from the code by `make docs`; change the code, not this page. -->\n\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail on a difference")
    args = parser.parse_args()
    os.environ.setdefault("WAYPOST_HOME", tempfile.mkdtemp(prefix="waypost-docs-"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
    os.environ["COLUMNS"] = "100"
    import django

    django.setup()
    stale = []
    printed = {f"reference/{name}": page() for name, page in PRINTERS.items()} | manual.pages()
    for path in sorted(Path(__file__).parent.glob("*_manual.py")):
        printed |= importlib.import_module(path.stem).pages()
    printed["manual/playbooks.md"] = playbooks()
    printed["manual/enforcement.md"] = enforcement()
    printed["manual/keeping.md"] = keeping()
    printed["manual/told.md"] = told()
    for name, words in printed.items():
        text = NOTE + words.rstrip() + "\n"
        path = DOCS / name
        if not path.exists() or path.read_text() != text:
            stale.append(name)
            if not args.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    if args.check and stale:
        print(f"out of date: {', '.join(stale)}; run make docs")
        return 1
    return 0


def cli() -> str:
    from waypost.cli.main import COMMANDS

    parts = ["# Commands\n"]
    for name, (module_name, words) in COMMANDS.items():
        module = importlib.import_module(f"waypost.cli.{module_name}")
        parser = argparse.ArgumentParser(
            prog=f"waypost {name}", description=words, formatter_class=argparse.HelpFormatter
        )
        module.arguments(parser)
        parts.append(f"## `waypost {name}`\n\n```\n{parser.format_help().rstrip()}\n```\n")
    return "\n".join(parts)


def settings() -> str:
    from waypost.settings import SETTINGS

    rows = "\n".join(f"| `{name}` | {words} |" for name, words in SETTINGS.items())
    head = "# Settings\n\nGiven as environment variables.\n\n| name | what it does |\n|---|---|"
    return f"{head}\n{rows}"


def lifecycles() -> str:
    from waypost.alerts.values import NEXT as ALERTS
    from waypost.asking.values import NEXT as ABSENCES
    from waypost.devices.commanding import NEXT as COMMANDS
    from waypost.devices.lifecycle import NEXT as DEVICES
    from waypost.devices.lifecycle import STARTS_AS
    from waypost.disclosure.values import NEXT as REQUESTS
    from waypost.disclosure.values import STARTS
    from waypost.iom import values as iom
    from waypost.monitoring.parameter_lifecycle import NEXT as REVISIONS
    from waypost.pathways.budgeting import SPEND_NEXT as SPENDS
    from waypost.pathways.values import NEXT as PATHWAYS
    from waypost.plans.values import CYCLE_WORDS, Cycle
    from waypost.plans.values import NEXT as PLANNED
    from waypost.plans.values import STARTS as PLANNED_STARTS
    from waypost.policing.values import NEXT as NOTIFICATIONS
    from waypost.review.values import NEXT as REVIEWS
    from waypost.voice.values import NEXT as COMPLAINTS
    from waypost.whatif.lifecycle import NEXT as TRIES
    from waypost.young_court.values import NEXT as COURT_REVIEWS

    starts = sorted(STARTS_AS, key=list(DEVICES).index)
    return "\n\n".join(
        [
            "# Lifecycles",
            diagram("An alert", ["raised"], ALERTS, ["closed"]),
            diagram("A device", [one.value for one in starts], DEVICES, ["destroyed"]),
            diagram("A command to a tag", ["queued"], COMMANDS, _ends(COMMANDS)),
            diagram("A notification to the police", ["drafted"], NOTIFICATIONS, ["closed"]),
            diagram(
                "A request for location data",
                [one.value for one in STARTS],
                REQUESTS,
                _ends(REQUESTS),
            ),
            diagram("A request to be away", ["waiting"], ABSENCES, _ends(ABSENCES)),
            diagram("A complaint", ["waiting"], COMPLAINTS, _ends(COMPLAINTS)),
            diagram("A match under review", ["waiting"], REVIEWS, _ends(REVIEWS)),
            diagram("A person in IOM", ["out"], iom.NEXT_STANDING, []),
            diagram("An offer", ["owed"], iom.NEXT_OFFER, []),
            diagram(
                "A case conference", ["planned"], iom.NEXT_CONFERENCE, _ends(iom.NEXT_CONFERENCE)
            ),
            diagram("An action agreed", ["open"], iom.NEXT_ACTION, []),
            diagram("A task of a police team", ["sent"], iom.NEXT_TASK, _ends(iom.NEXT_TASK)),
            diagram("A referral to a service", ["referred"], PATHWAYS, _ends(PATHWAYS)),
            diagram("A spend from a budget", ["asked"], SPENDS, _ends(SPENDS)),
            diagram(
                "A review in the Young Adult Court", ["listed"], COURT_REVIEWS, _ends(COURT_REVIEWS)
            ),
            diagram("A revision of the rules' numbers", ["draft"], REVISIONS, _ends(REVISIONS)),
            diagram("A what-if", ["waiting"], TRIES, _ends(TRIES)),
            *(
                diagram(CYCLE_WORDS[one], [PLANNED_STARTS[one]], PLANNED[one], _ends(PLANNED[one]))
                for one in Cycle
            ),
        ]
    )


def parameters() -> str:
    """The rules' numbers: each with its meaning, bounds, default and where that comes from."""
    from waypost.rules.parameter_form import DEFAULTS, bounds, shown
    from waypost.rules.parameter_words import WORDS, Group

    parts = [
        "# The rules' numbers\n",
        "What judging goes by, as a store starts with. An administrator drafts other numbers on "
        "the page *Parameters*, and a second officer approves them; each judgement names the "
        "revision in force. Bounds are what the form takes.\n",
    ]
    for group in Group:
        rows = [
            f"| `{name}` | **{words.name}.** {words.meaning} | {shown(name, DEFAULTS)} | "
            f"{bounds(name)} | {words.source} |"
            for name, words in WORDS.items()
            if words.group is group
        ]
        head = "| name | what it is | default | bounds | source |\n|---|---|---|---|---|"
        parts.append(f"## {group.value}\n\n{head}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def playbooks() -> str:
    """What to do about an alert of each kind, then each step with what may come of it."""
    from waypost.alerts.playbooks import NEEDS_WORDS, PLAYBOOKS, STEPS

    parts = [
        "# Playbooks: what to do about an alert of each kind",
        "The steps stand in the order in which they are offered. Each is ticked with its time, "
        "officer, result and a note, and may be done again. A step that cannot be done for the "
        "person or the tag is left out of the alert's page, which says why.",
    ]
    for kind, steps in PLAYBOOKS.items():
        rows = "\n".join(f"{n}. {STEPS[step].name}" for n, step in enumerate(steps, 1))
        parts.append(f"## {kind.value.replace('_', ' ').capitalize()}\n\n{rows}")
    rows = "\n".join(
        f"| {one.name} | {one.words} | {', '.join(one.results.values())} | "
        f"{NEEDS_WORDS[one.needs] if one.needs else 'always'} |"
        for one in STEPS.values()
    )
    head = "| step | what to do | what may come of it | when |\n|---|---|---|---|"
    parts.append(f"## The steps\n\n{head}\n{rows}")
    return "\n\n".join(parts)


def enforcement() -> str:
    """From alert to breach: for each kind of order who decides what, by when, by which law."""
    from waypost.enforcement.routes import ROUTES
    from waypost.web.presenters.enforcement import deciders

    parts = [
        "# Enforcement: from an alert to its end, by kind of order",
        "Waypost proposes and never breaches. What is upheld under an order begins a case; the "
        "table below says which step may follow which, who decides it, what is drawn up with it, "
        "by when the next one is due, and by which law. Steps that others decide are written down "
        "by an officer of the case, with who decided them. Times that no Act gives say so.",
        "A warning counts from the local date on which it was *given*, for any requirement of that "
        "order, for twelve months. A failure that began after it and within them must be referred; "
        "one that began before it, however late it is found, is no further failure. While an alert "
        "is contested it counts for nothing, unless a risk is recorded; nor does one that began "
        "before the person was told ([why, and what they were told](told.md)); a warning falls "
        "when all that it was given for has fallen, and then forces nothing.",
        "A person who is arrested for breaking bail is brought before a court within 24 hours, of "
        "which Sundays, Christmas Day and Good Friday are no part.",
    ]
    for kind, route in ROUTES.items():
        rows = "\n".join(
            f"| {_spoken(rule.step)} | {deciders(rule) or 'Waypost'} | "
            f"{_spoken(rule.document) or '-'} | "
            f"{', '.join(_spoken(one) for one in rule.then) or 'the end'} | "
            f"{_within(rule.within)} | {rule.law} |"
            for rule in route.rules
        )
        head = (
            "| step | who decides | drawn up | may follow | by when | source |\n"
            "|---|---|---|---|---|---|"
        )
        table = {rule.step: set(rule.then) for rule in route.rules}
        ends = [rule.step.value for rule in route.rules if not rule.then]
        drawn = diagram(_spoken(kind), ["proposed"], table, ends)
        parts.append(f"{drawn}\n\n{route.words} ({route.law}).\n\n{head}\n{rows}")
    return "\n\n".join(parts)


def keeping() -> str:
    """How long each class is kept, the steps of a deletion, and what a person is given."""
    from waypost.keeping.restricting import POLICY, Given
    from waypost.keeping.schedules import SCHEDULES
    from waypost.keeping.values import GROUNDS, STEP_WORDS

    rows = []
    for retention, one in SCHEDULES.items():
        period = f"{one.period.words} ({one.period.source})" if one.period else "no period"
        kinds = "".join(
            f"<br>{_spoken(kind)}: {own.words} ({own.source})" for kind, own in one.by_kind.items()
        )
        rows.append(
            f"| {retention.value} | {one.what} | {period}{kinds} | {one.counted.value} | "
            f"{one.purpose} |"
        )
    head = "| class | what | kept for | counted from | why |\n|---|---|---|---|---|"
    steps = "\n".join(f"{n}. {words}" for n, words in enumerate(STEP_WORDS.values(), 1))
    given = "\n".join(
        f"| {policy.title} | `{label}` | {'once an officer read them' if policy.texts else '-'} |"
        for label, policy in POLICY.items()
        if isinstance(policy, Given)
    )
    left = "\n".join(f"- {one.words} ({one.law})" for one in GROUNDS.values())
    return "\n\n".join(
        [
            "# What is kept, how long, and what a person may have of it",
            "Nothing is deleted until the data protection officer decides so under *Retention*, or "
            "the setting `WAYPOST_RETENTION` says `on`. Of several orders the one that keeps "
            "longest counts; an order that has not ended, a request or a contest that is open, and "
            "a legal hold keep everything. Where somebody was is never kept longer than their "
            "case. An agency sets its own periods: proposed by one officer, approved by another.",
            f"{head}\n" + "\n".join(rows),
            "## The steps of a deletion",
            steps,
            "`waypost forget verify NUMBER` looks again at any time. Backups expire after 28 days "
            "unless `waypost backup --days` says otherwise; keep `HOME/keys` and a copy of "
            "`HOME/deletions.ndjson` apart from them.",
            "## What a person is given",
            f"| what | table | texts written freely |\n|---|---|---|\n{given}",
            "## What is left out, and what every bundle says of it",
            left,
        ]
    )


def told() -> str:
    """What is owed for an order and by when; how a notice is given; what counts meanwhile."""
    from waypost.necessity.values import DUE, GIVEN_WORDS, TASK_WORDS, TaskKind

    rows = "\n".join(
        f"| {TASK_WORDS[kind]} | {_after(kind, clock.within)} | {clock.source} |"
        for kind, clock in DUE.items()
    )
    given = "\n".join(f"- {words}" for words in GIVEN_WORDS.values())
    assert set(DUE) == set(TaskKind)
    return "\n\n".join(
        [
            "# Why somebody is monitored, and what they were told",
            "An order is monitored from its start. Whatever of this is missing for it is owed at "
            "once: by the responsible officers, else by whoever is on the rota, else it is said "
            "aloud that it is nobody's. *What is owed* lists one's own and overdue first; of an "
            "order that began before Waypost kept such records, the times run from then.",
            f"| what | due | whose word |\n|---|---|---|\n{rows}",
            "The last two come before an order: of an assessment for a court or a release "
            "([checks and proposals](suitability.md)).",
            "## How a notice is given",
            given,
            "Post and an interpreter need what proves them. A proof that is written down more than "
            "a day later says why. One written down by mistake is taken back, with why, and stays "
            "to be seen. What was explained when the tag was put on proves the induction.",
            "## Not yet notified",
            "What began before notice and induction of its order were both proved is alerted like "
            "anything else, is marked so, and counts towards no warning, no sum of absences, no "
            "history and no breach. A proof written down later with an earlier date changes that. "
            "The officer who decides on breaches may let an alert count with a reason, and take "
            "that back. Orders that began before such proof was kept count as they always did.",
        ]
    )


def _after(kind: Any, within: Any) -> str:
    if kind.value == "review":
        return "on the day named"
    hours = int(within.total_seconds() // 3600)
    if not hours:
        return "when the order begins"
    after = {"interpreter": "the notice was given", "check_answer": "it was asked",
             "decision": "the day of the hearing or release"}  # fmt: skip
    later = after.get(kind.value, "the order began")
    return f"{hours} hours after {later}" if hours < 48 else f"{hours // 24} days after {later}"


def _spoken(name: str) -> str:
    text = str(name).replace("_", " ")
    return "HDC" if text == "hdc" else "DAPO" if text == "dapo" else text.capitalize()


def _within(within: Any) -> str:
    if within is None:
        return "no clock"
    units = {"hours": "hours", "working_days": "working days", "bail": "hours that count"}
    return f"{within.number} {units[within.clock.value]} ({within.source})"


def _ends(table: dict[Any, Any]) -> list[str]:
    return [status.value for status in table if not table[status]]


def diagram(title: str, starts: list[str], table: dict[Any, Any], ends: list[str]) -> str:
    """One table of moves, drawn."""
    moves = [
        f"    {status.value} --> {after.value}"
        for status in table
        for after in sorted(table[status], key=list(table).index)
    ]
    lines = [
        *(f"    [*] --> {start}" for start in starts),
        *moves,
        *(f"    {end} --> [*]" for end in ends),
    ]
    return f"## {title}\n\n```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```"


def columns() -> str:
    from django.apps import apps

    parts = [
        "# Table columns\n",
        "Privacy label of every stored column, why a row is kept, and whose it is.\n",
    ]
    for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table):
        declares = getattr(model, "declares", None)
        if declares is None:
            continue
        whose = f"belongs to a person by `{declares.belongs}`" if declares.belongs else "nobody's"
        rows = "\n".join(f"| {name} | {label} |" for name, label in declares.labels().items())
        parts.append(
            f"## `{model._meta.db_table}`\n\nKept as *{declares.retention}*; {whose}.\n\n"
            f"| column | privacy |\n|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def routes() -> str:
    from waypost.web.routes import ROUTES

    rows = "\n".join(
        f"| `/{route.path}` | {route.permission.value} | {route.summary} |" for route in ROUTES
    )
    return f"# Routes\n\n| address | permission | what it is |\n|---|---|---|\n{rows}"


def roles() -> str:
    from waypost.access.may import RULES

    parts = ["# What each role may do, and how far\n"]
    for role, grants in RULES.items():
        rows = "\n".join(
            f"| {permission.value} | {reach.value} |" for permission, reach in grants.items()
        )
        parts.append(f"## {role.value}\n\n| permission | reach |\n|---|---|\n{rows}\n")
    return "\n".join(parts)


def audit_kinds() -> str:
    """Every kind written in the source, in the calls that leave a line and in tables of kinds."""
    source = Path(__file__).parents[1] / "src" / "waypost"
    found: dict[str, set[str]] = {}
    for path in sorted(source.rglob("*.py")):
        if "audit" not in path.read_text() or path.name in {"values.py", "models.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            kind = _kind_in(node)
            if kind:
                found.setdefault(kind, set()).add(str(path.relative_to(source)))
    rows = "\n".join(
        f"| `{kind}` | {', '.join(sorted(paths))} |" for kind, paths in sorted(found.items())
    )
    return f"# Kinds of audit line\n\n| kind | written by |\n|---|---|\n{rows}"


def _kind_in(node: ast.AST) -> str | None:
    """`subject:verb` as a text, or with … for the part that is filled in."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(
            str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
        )
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    else:
        return None
    is_kind = re.fullmatch(r"(?!requirement:|tag:)[a-z_]+:[a-z_…]+", text)  # those are subjects
    return text if is_kind else None


def orders_file() -> str:
    """Each object of the orders file with its keys, then every finding of lint."""
    from waypost.orders.finding import FINDINGS
    from waypost.orders.schema import ORDERS_SCHEMA

    parts = [
        "# The orders file",
        "JSON, as `waypost import orders` and `waypost replay` read it; `waypost schema orders` "
        "prints its whole schema. A key that is not listed is allowed and left behind.",
        *_objects("persons[]", ORDERS_SCHEMA["properties"]["persons"]["items"]),
        "## What `waypost orders check` finds odd",
        "| finding | what to look at |\n|---|---|\n"
        + "\n".join(f"| `{kind}` | {words} |" for kind, words in sorted(FINDINGS.items())),
        "Beside these it lists, in lower case, what could not be read at all (such as "
        "`zone_at_withheld_address`); that part of the file is not taken.",
    ]
    return "\n\n".join(parts)


def _objects(path: str, schema: dict[str, Any]) -> list[str]:
    """A table of the object's keys, then those of the objects in it."""
    required = schema.get("required", [])
    rows, inner = [], []
    for name, one in schema["properties"].items():
        words = "; ".join(filter(None, [one.get("description", ""), _default(one)]))
        must = "yes" if name in required else ""
        rows.append(f"| `{name}` | {_type(one)} | {must} | {words} |")
        plain = next(part for part in one.get("anyOf", [one]) if part.get("type") != "null")
        item = plain.get("items", plain)
        if "properties" in item and name != "zone":
            inner += _objects(f"{path}.{name}{'[]' if 'items' in plain else ''}", item)
    note = schema.get("description", "")
    table = "| key | what | must | |\n|---|---|---|---|\n" + "\n".join(rows)
    return [f"## `{path}`", *([note] if note else []), table, *inner]


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(part) for part in schema["anyOf"]))
    if "oneOf" in schema:
        return "GeoJSON: " + ", ".join(
            f"{part['properties']['type']['const']}"
            + "".join(f" with {key}" for key in part["required"][2:])
            for part in schema["oneOf"]
        )
    if "const" in schema:
        return f"`{schema['const']}`"
    kinds = schema.get("type", "object")
    words = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    if words == "array":
        return f"list of {_type(schema['items'])}"
    return f"{words}, {schema['format']}" if "format" in schema else words


def _default(schema: dict[str, Any]) -> str:
    return f"absent: {schema['default']}" if "default" in schema else ""


def rooms() -> str:
    sys.path.insert(0, str(Path(__file__).parent))
    import rooms as drawing

    return f"# Who knows whom\n\n{drawing.mermaid()}"


PRINTERS: dict[str, Callable[[], str]] = {
    "cli.md": cli,
    "settings.md": settings,
    "lifecycles.md": lifecycles,
    "parameters.md": parameters,
    "columns.md": columns,
    "routes.md": routes,
    "roles.md": roles,
    "audit-kinds.md": audit_kinds,
    "rooms.md": rooms,
    "orders-file.md": orders_file,
}

if __name__ == "__main__":
    sys.exit(main())
