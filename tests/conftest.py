"""Common ground of the tests: a home of their own, no network, warnings are errors.

The home is set before Django reads its settings: so the settings module is named here and not in
pyproject.toml, where pytest-django would read it before this file. `SHARED` is the folder of public
cases beside the checkout; tests that need it skip, saying so, where it is absent.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest
from hypothesis import settings

HOME = tempfile.mkdtemp(prefix="waypost-test-")
os.environ["WAYPOST_HOME"] = HOME
# Officers of tests are made in a line and have practised nothing; tests/rooms/training asks for it.
os.environ.setdefault("WAYPOST_TRAINING", "asked")
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
django.setup()  # here, since conftest files of the rooms import records

if "CI" not in os.environ:  # there hypothesis brings a profile of its own: the same, derandomised
    settings.register_profile("house", deadline=None)  # a busy machine is no counterexample
    settings.load_profile("house")

SHARED = Path(__file__).parents[2] / "shared"


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public cases; the test is skipped where it is not there."""
    if not SHARED.is_dir():
        pytest.skip("the public cases are not beside this checkout (../shared)")
    return SHARED


@pytest.fixture
def waypost_home(tmp_path, monkeypatch) -> Path:
    """A fresh WAYPOST_HOME for commands run as real processes."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("WAYPOST_HOME", str(home))
    monkeypatch.delenv("WAYPOST_DATABASE", raising=False)
    return home
