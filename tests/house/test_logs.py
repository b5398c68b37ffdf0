"""Logs carry ids and counts: what an exception says, and what others send, stays out of them."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

from django.conf import settings

from waypost.errors import Refused
from waypost.logs import QuietFormatter

SOURCE = Path(__file__).parents[2] / "src" / "waypost"
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
# Names of what may be written: numbers, counts, kinds. A new one is looked at before it is added.
TELLING = {"name", "lat", "lon", "text", "body", "value", "reason", "note", "payload", "message",
           "error", "exc", "trouble", "row", "person", "details", "username", "token"}  # fmt: skip


def line_of(error: BaseException, words: str = "it broke") -> str:
    record = logging.LogRecord("x", logging.ERROR, "f", 1, words, (), (type(error), error, None))
    return QuietFormatter("%(levelname)s %(message)s").format(record)


def test_what_an_exception_says_is_left_out_of_the_log():
    try:
        try:
            raise ValueError("Alex Okafor at 51.5512, -0.0623")
        except ValueError as error:
            raise KeyError("Alex Okafor") from error
    except KeyError as error:
        said = line_of(error)
        record = logging.LogRecord(
            "x", logging.ERROR, "f", 1, "m", (), (KeyError, error, error.__traceback__)
        )
        traced = QuietFormatter().format(record)
    for text in (said, traced):
        assert "Alex" not in text
        assert "51.55" not in text
    assert "builtins.KeyError" in traced
    assert "builtins.ValueError" in traced
    assert "test_logs.py" in traced


def test_our_own_sentences_stay():
    assert "the line is full" in line_of(Refused("the line is full"))


def test_a_line_is_a_line_whatever_was_put_in_it():
    assert (
        "\n" not in line_of(ValueError(), "GET /x\n2026 INFO all is well").split("builtins")[0][:-1]
    )


def test_every_handler_writes_by_the_quiet_formatter():
    log = settings.LOGGING
    assert {one["formatter"] for one in log["handlers"].values()} == {"line"}
    assert log["formatters"]["line"]["()"] == "waypost.logs.QuietFormatter"


def test_no_log_call_writes_more_than_ids_counts_and_kinds():
    found = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            logger = getattr(node.func.value, "id", "")
            if node.func.attr not in LEVELS or logger not in {"log", "logger"}:
                continue
            assert isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}"
            for argument in node.args[1:]:
                last = argument.attr if isinstance(argument, ast.Attribute) else None
                bare = argument.id if isinstance(argument, ast.Name) else None
                if last in TELLING or bare in TELLING:
                    found.append(f"{path.name}:{node.lineno} {last or bare}")
    assert found == []
