"""The house's papers agree with its code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_reference_pages_are_what_the_code_prints(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "docs.py"), "--check"],
        env={"PATH": "", "WAYPOST_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", ["privacy.md", "threats.md"])
def test_every_module_and_test_named_in_promises_and_threats_exists(page):
    promises = (ROOT / "docs" / page).read_text()
    named = re.findall(r"`([\w./]+)`", promises)
    modules = [name for name in named if "/" in name]
    assert modules
    missing = [
        name
        for name in modules
        if not (ROOT / name).exists() and not (ROOT / "src" / "waypost" / name).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", ["README.md", "docs/tour.md", "docs/threats.md"])
def test_every_link_and_file_named_leads_somewhere(page):
    text = (ROOT / page).read_text()
    folder = (ROOT / page).parent
    links = [part.split(")")[0] for part in text.split("](")[1:]]
    local = [link for link in links if "://" not in link and not link.startswith("#")]
    assert local
    assert [link for link in local if not (folder / link.split("#")[0]).exists()] == []
