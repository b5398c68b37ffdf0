"""A lake of its own for each test of a room that keeps places."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def own_lake(tmp_path, settings):
    """Keys of rolled back activations are not remembered from test to test."""
    from waypost.positions import raw

    settings.LAKE_URI = str(tmp_path / "lake")
    raw.forget_known_keys()
    yield settings.LAKE_URI
    raw.forget_known_keys()
