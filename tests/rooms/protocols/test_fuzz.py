"""`make fuzz` at small size, and that it does find what it looks for."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from random import Random

import pytest

from waypost.protocols import teltonika
from waypost.protocols.spoken import HTTP, STREAMS

TOOL = Path(__file__).parents[3] / "tools" / "fuzz.py"


@pytest.fixture(scope="module")
def fuzz():
    spec = importlib.util.spec_from_file_location("waypost_fuzz", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_two_thousand_inputs_for_each_decoder_and_framer_raise_nothing(fuzz, capsys):
    assert fuzz.main(["--count", "2000", "--seed", "7"]) == 0
    said = capsys.readouterr().out
    for name in (*HTTP, *STREAMS, *(f"{name} framer" for name in STREAMS), "batch"):
        assert f"{name}: 2,000 inputs" in said


def test_a_decoder_that_raises_is_named_with_seed_and_input(fuzz, monkeypatch, capsys):
    """The input alone is enough to see the fault again."""

    def decode(frame, device_id=None):
        raise KeyError(frame[:1])

    monkeypatch.setattr(teltonika, "decode", decode)
    assert fuzz.main(["teltonika", "--count", "10", "--seed", "3"]) == 1
    said = capsys.readouterr().err
    assert "teltonika, seed 3, block 0: KeyError" in said
    assert "input (hex): " in said


def test_a_framer_that_holds_too_much_is_found(fuzz, monkeypatch, capsys):
    """With the bound of the longest frame lowered, the framer is over it."""
    monkeypatch.setitem(fuzz.HELD_MAX, "gt06", 20)
    assert fuzz.main(["gt06 framer", "--count", "2000"]) == 1
    assert "bytes held, 20 at most" in capsys.readouterr().err


def test_the_same_seed_makes_the_same_inputs(fuzz):
    target = fuzz.targets()["gt06"]
    first, second = (
        [fuzz.changed(target, chance) for _ in range(50)] for chance in (Random(5), Random(5))
    )
    assert first == second


def test_half_of_the_changed_messages_have_a_right_checksum(fuzz):
    """Else all would be refused at the door and nothing behind it be tried."""
    for name in ("gt06", "teltonika"):
        target, chance = fuzz.targets()[name], Random(1)
        errors = [STREAMS[name].decode(fuzz.changed(target, chance)).error for _ in range(400)]
        assert sum(error is None or "checksum" not in error for error in errors) > 120
        assert sum(error is None for error in errors) > 20
