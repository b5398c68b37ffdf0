from __future__ import annotations

import pytest

from review_words import Hub


@pytest.fixture
def hub(tmp_path, settings, db) -> Hub:
    settings.LAKE_URI = str(tmp_path / "lake")
    return Hub()
