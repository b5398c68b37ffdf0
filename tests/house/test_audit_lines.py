"""Every action that saves leaves an audit line: read from the source of each room's actions.py.

A public function takes `by`, the officer it is done for, and calls `audit.record` itself, or one of
its helpers does (in its module, or in a module of its room that it imports from). What is done by
the machine alone, or within an act that is recorded, stands in `WITHOUT` with why.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "waypost"

# room.function -> why it has no `by`, or no line of its own.
WITHOUT_BY = {
    "alerts.judge_changes": "the worker's, in the transaction that saved the violations; MACHINE",
    "monitoring.first_revision": "the worker's: the numbers a store starts with; MACHINE",
    "alerts.fire_holds": "the worker's: a hold that ran out; MACHINE",
    "corrections.correct": "the worker's: what rests on something that fell; MACHINE",
    "corrections.chase": "the worker's: asks for acknowledgements again; MACHINE",
}
WITHOUT_LINE = {
    "positions.finish_import": "ends an import whose process died, in the worker's transaction "
    "that marks its persons; what was imported was recorded, or is when the file is given again",
    "monitoring.mark_dirty": "part of the import or batch that touched the activations, recorded",
    "monitoring.mark_persons": "part of the import of orders that changed the persons, recorded",
    "monitoring.fail_preview": "the worker's: says that a job broke; each slice it read has its "
    "own line",
    "whatif.fail": "the worker's: says that a job broke; each slice it read has its own line",
    "documents.sign_bundle": "saves nothing",
    "offences.delivery_digest": "saves nothing",
    "orders.bump_head": "part of the import of orders that changed something, recorded",
}


def modules() -> dict[str, ast.Module]:
    return {
        ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts): ast.parse(path.read_text())
        for path in SOURCE.rglob("*.py")
    }


TREES = modules()
ACTIONS = sorted(name for name in TREES if name.endswith(".actions"))


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def imported(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Name in the module -> (module it comes from, name there)."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def called(function: ast.FunctionDef) -> set[str]:
    """Plain names called, and `module.name` for calls through a module."""
    names = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            target = node.func
            if isinstance(target, ast.Name):
                names.add(target.id)
            elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                names.add(f"{target.value.id}.{target.attr}")
    return names


def records(module: str, name: str, seen: set[tuple[str, str]] | None = None) -> bool:
    """Whether calling the function can lead to an audit line."""
    seen = seen if seen is not None else set()
    if (module, name) in seen or module not in TREES:
        return False
    seen.add((module, name))
    tree = TREES[module]
    here = functions(tree)
    if name not in here:
        source = imported(tree).get(name)
        return source is not None and records(*source, seen)
    calls = called(here[name])
    if "audit.record" in calls:
        return True
    return any(records(module, one, seen) for one in calls if "." not in one)


def public() -> list[tuple[str, str, ast.FunctionDef]]:
    found = []
    for module in ACTIONS:
        names = functions(TREES[module])
        for name, function in names.items():
            if not name.startswith("_"):
                found.append((module, name, function))
        for name, (source, there) in imported(TREES[module]).items():
            if name in exported(TREES[module]) and name not in names:
                found.append((module, name, functions(TREES[source])[there]))
    return found


def exported(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def label(module: str, name: str) -> str:
    return f"{module.split('.')[1]}.{name}"


PUBLIC = {label(module, name): (module, name, function) for module, name, function in public()}


def test_every_room_that_acts_is_walked():
    rooms = {module.split(".")[1] for module in ACTIONS}
    assert rooms >= {"access", "orders", "positions", "devices", "alerts", "offences", "matching"}


@pytest.mark.parametrize("action", sorted(PUBLIC))
def test_an_action_is_done_by_somebody(action):
    _, _, function = PUBLIC[action]
    takes = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
    alone = action in WITHOUT_BY or action in WITHOUT_LINE
    assert ("by" in takes) != alone, f"{action} takes {sorted(takes)}"


@pytest.mark.parametrize("action", sorted(PUBLIC))
def test_an_action_leaves_an_audit_line(action):
    module, name, _ = PUBLIC[action]
    assert records(module, name) != (action in WITHOUT_LINE), action


def test_the_exceptions_are_actions_that_exist():
    assert set(WITHOUT_BY) | set(WITHOUT_LINE) <= set(PUBLIC)


def test_the_walk_finds_a_missing_line():
    """The check itself: it follows helpers, and sees when there is no line at the end."""
    assert records("waypost.alerts.actions", "acknowledge")
    assert not records("waypost.alerts.actions", "_changed")


@pytest.mark.parametrize("module", sorted(name for name in TREES if ".web." in name))
def test_pages_save_nothing_of_their_own(module):
    """Whatever a page changes it changes by an action, which leaves the line."""
    saves = {"save", "create", "update", "delete", "bulk_create", "get_or_create",
             "update_or_create", "bulk_update"}  # fmt: skip
    found = [
        f"{module}:{node.lineno}"
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in saves
        and "objects" in ast.dump(node.func.value)
    ]
    assert found == []
