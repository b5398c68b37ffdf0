"""A lake of its own for each test, and the words of this room."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def own_lake(tmp_path, settings):
    """Keys of rolled back activations are not remembered from test to test."""
    from waypost.positions import raw

    settings.LAKE_URI = str(tmp_path / "lake")
    raw.forget_known_keys()
    yield settings.LAKE_URI
    raw.forget_known_keys()
