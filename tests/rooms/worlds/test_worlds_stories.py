"""The small worlds: `waypost replay` gives exactly the answers they are told with."""

from __future__ import annotations

import json

import pytest

from waypost.cli.main import main
from waypost.worlds.files import write_world
from waypost.worlds.stories import STORIES


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_judged_as_it_is_told(name, tmp_path):
    world = STORIES[name]()
    write_world(world, tmp_path, made_with={})
    out = tmp_path / "out.ndjson"
    files = [str(tmp_path / file) for file in ("orders.json", "fixes.parquet")]
    assert main(["replay", *files, "-o", str(out)]) == 0
    found = [json.loads(line) for line in out.read_text().splitlines()]
    expected = world.truth["violations"]
    keys = expected[0].keys()
    assert [
        {key: row[key] for key in keys} for row in found if not row.get("withdrawn")
    ] == expected


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_small(name):
    """Small enough to be read by a person who asks why the rules say what they say."""
    assert STORIES[name]().fixes.num_rows < 1000
