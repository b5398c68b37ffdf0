"""Print the reference pages in docs/reference from the code; with --check, only compare.

cli.md         commands and their options          settings.md    what an operator may set
lifecycles.md  tables of moves, as diagrams        columns.md     privacy, retention, whose
routes.md      every page with its permission      roles.md       what each role may do, how far
rooms.md       who imports whom                    audit-kinds.md  every kind of audit line
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

PAGES = Path(__file__).parents[1] / "docs" / "reference"
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
    for name, page in PRINTERS.items():
        text = NOTE + page().rstrip() + "\n"
        path = PAGES / name
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
    from waypost.devices.commanding import NEXT as COMMANDS
    from waypost.devices.lifecycle import NEXT as DEVICES
    from waypost.devices.lifecycle import STARTS_AS

    starts = sorted(STARTS_AS, key=list(DEVICES).index)
    return "\n\n".join(
        [
            "# Lifecycles",
            diagram("An alert", ["raised"], ALERTS, ["closed"]),
            diagram("A device", [one.value for one in starts], DEVICES, ["destroyed"]),
            diagram("A command to a tag", ["queued"], COMMANDS, _ends(COMMANDS)),
        ]
    )


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
    is_kind = re.fullmatch(r"(?!requirement:|tag:)[a-z]+:[a-z_…]+", text)  # those are subjects
    return text if is_kind else None


def rooms() -> str:
    sys.path.insert(0, str(Path(__file__).parent))
    import rooms as drawing

    return f"# Who knows whom\n\n{drawing.mermaid()}"


PRINTERS: dict[str, Callable[[], str]] = {
    "cli.md": cli,
    "settings.md": settings,
    "lifecycles.md": lifecycles,
    "columns.md": columns,
    "routes.md": routes,
    "roles.md": roles,
    "audit-kinds.md": audit_kinds,
    "rooms.md": rooms,
}

if __name__ == "__main__":
    sys.exit(main())
