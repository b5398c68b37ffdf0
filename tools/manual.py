"""The manual's rule pages, printed from the story tests in tests/spec: it says what is tested.

Each module of stories is a page, each test a rule: its name is the sentence, its docstring says
why it matters, and the story itself (what is asked, the day, the rows expected) is shown as it is
run. A test without a story (a table of cases, a property) is printed with its sentence alone.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

SPEC = Path(__file__).parents[1] / "tests" / "spec"
PREFIX = "test_"
STORY_CALLS = {"rule_story", "tell", "drink"}
EXPECTED = {"expect"}
Texts = dict[str, str]
KEY = """Reading a story: each line is an instant in local time, then a fix (where it lies against
the zone, and the radius of its 95 % circle), when it was received if that was later, or `tick`
where only time passes. `in 30` is 30 m inside the edge, `out 90` is 90 m outside. Below stands what
is judged: from and to, what, how sure, the minutes that could be told, and when it was raised."""

BESIDE = "Beside the rules: [how alerts move, what ranks them, what is one story](alerts.md)."


def pages() -> dict[str, str]:
    """File name below docs/ -> text, one for each module of stories, and an index."""
    found = {}
    rows = []
    for path in sorted(SPEC.glob("test_*.py")):
        tree = ast.parse(path.read_text())
        name = path.stem.removeprefix("test_").replace("_", "-")
        title, _, rest = (ast.get_docstring(tree) or name).partition("\n")
        rules = list(_rules(tree))
        if not rules:
            continue
        parts = [f"# {title.rstrip('.')}", textwrap.dedent(rest).strip(), *rules]
        found[f"manual/{name}.md"] = "\n\n".join(part for part in parts if part)
        rows.append(f"- [{title.rstrip('.')}]({name}.md)")
    rows.append("- [Playbooks: what to do about an alert of each kind](playbooks.md)")
    rows.append("- [Enforcement: from an alert to its end, by kind of order](enforcement.md)")
    rows.append("- [What is kept, how long, and what a person may have of it](keeping.md)")
    rows.append("- [Why somebody is monitored, and what they were told](told.md)")
    rows.append("- [Telling the police of a breach: how a notification moves, by when](police.md)")
    rows.append(
        "- [Offence files: what a force sends, what is refused, what it is told](offences.md)"
    )
    rows.append("- [Requests for location data: who asks, who decides, by when](requests.md)")
    rows.append("- [Who is who: ids, two records of one person, cohort sheets](identity.md)")
    rows.append("- [Plans: what the tag is for, what is due, how a review opens](plans.md)")
    rows.append("- [Practice: exercises from real failures, and what a pass is for](training.md)")
    index = ["# The rules, as they are tested", KEY, "\n".join(rows), BESIDE]
    return {"manual/README.md": "\n\n".join(index), **found}


def _rules(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith(PREFIX):
            yield "\n\n".join(_rule(node, _texts(tree.body)))


def _rule(test: ast.FunctionDef, known: Texts) -> Iterator[str]:
    yield f"## {sentence(test.name)}"
    why = ast.get_docstring(test)
    if why:
        yield why
    for call in _stories(test):
        yield from _story(call, {**known, **_texts(test.body, known)})


def _texts(body: Iterable[ast.stmt], known: Texts | None = None) -> Texts:
    """Names that stand for a text, and the text, as a story in braces uses them."""
    found = dict(known or {})
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text(node.value, found)
            if text is not None:
                found[node.targets[0].id] = text
    return found


def _text(value: ast.expr, known: Texts) -> str | None:
    """A text, one put together of known ones, or None."""
    if isinstance(value, ast.Constant):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.Name):
        return known.get(value.value.id)
    if isinstance(value, ast.JoinedStr):
        parts = [_text(part, known) for part in value.values]
        return None if None in parts else "".join(part or "" for part in parts)
    return known.get(value.id) if isinstance(value, ast.Name) else None


def sentence(name: str) -> str:
    """The name of a test as a sentence."""
    words = name.removeprefix(PREFIX).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _stories(test: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(test):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if is_call and node.func.id in STORY_CALLS:  # type: ignore[union-attr]
            yield node  # type: ignore[misc]


def _story(call: ast.Call, known: Texts) -> Iterator[str]:
    said = [(word.arg or "", word.value) for word in call.keywords]
    positional = [("", value) for value in call.args]
    day = next((value for name, value in said if name == "day"), None)
    if day is None and len(positional) > 1:
        day = positional.pop()[1]
    asked = [
        f"{name}: {_words(value)}" if name else _words(value)
        for name, value in [*positional, *said]
        if name not in {"day", *EXPECTED}
    ]
    yield f"Asked: `{'; '.join(asked)}`."
    if day is not None:
        yield f"```\n{_words(day, known)}\n```"
    expected = next((value for name, value in said if name in EXPECTED), None)
    yield _expected(expected)


def _expected(value: ast.expr | None) -> str:
    if isinstance(value, ast.List) and not value.elts:
        return "Judged: nothing."
    if isinstance(value, ast.List):
        return "Judged:\n\n" + "\n".join(f"- {_words(one)}" for one in value.elts)
    return "" if value is None else f"Judged: `{_words(value)}`."


def _words(value: ast.expr, known: Texts | None = None) -> str:
    """A text as it reads; anything else as it is written."""
    text = None if isinstance(value, ast.Name) and not known else _text(value, known or {})
    if text is not None:
        return textwrap.dedent(text).strip("\n").rstrip()
    return " ".join(ast.unparse(value).split())
