"""Each test of this room has a lake and a home of its own."""

from __future__ import annotations

import pytest

from lakes import own_lake

__all__ = ["own_lake"]


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """The list of deletions and the locks stand there. The keys are the session's: what was signed
    and sealed is opened by them."""
    import os
    from pathlib import Path

    keys = Path(os.environ["WAYPOST_HOME"]) / "keys"
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    keys.mkdir(exist_ok=True, mode=0o700)
    (home / "keys").symlink_to(keys)
    monkeypatch.setenv("WAYPOST_HOME", str(home))
    return home
