"""Third-party front-end files: pinned without addresses, no fonts or crown of others."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WEB = ROOT / "src/waypost/web"


@pytest.fixture(scope="module")
def builder():
    spec = importlib.util.spec_from_file_location("front_end", ROOT / "tools/build_front_end.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_style_sheet_loses_its_fonts_crest_and_absolute_addresses(builder):
    css = (
        "@font-face{font-family:GDS Transport;src:url(/assets/fonts/a.woff2)}"
        "a{font-family:GDS Transport,arial,sans-serif;background:url(/assets/images/icon-x.svg)}"
        "b{background:url(/assets/images/govuk-crest.svg)}"
    )
    ours = builder.own_looks(css)
    assert "Transport" not in ours
    assert "crest" not in ours
    assert "font-face" not in ours
    assert "url(images/icon-x.svg)" in ours


def test_the_lock_pins_by_hash_and_names_no_address():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    named = {path: entry for path, entry in packages.items() if path}
    assert named
    for path, entry in named.items():
        assert "resolved" not in entry, path
        assert entry["integrity"].startswith("sha512-"), path


# Documents in a signed bundle, read where there is no server: their style goes with them.
LEAVES_THE_HOUSE = {"alert_account.html"}


def test_our_own_pages_carry_no_script_or_style_inside_and_ask_nobody_else():
    """The policy would refuse them; better to know before a browser does."""
    for page in (WEB / "templates").rglob("*.html"):
        if page.name in LEAVES_THE_HOUSE:
            continue
        text = page.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), page.name
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script, page.name
        assert not re.search(r"""(src|href|action)=["'](https?:)?//""", text), page.name
    for source in (WEB / "static/waypost").iterdir():
        addresses = set(re.findall(r"https?://[^\s\"']+", source.read_text()))
        assert addresses <= {"http://www.w3.org/2000/svg"}, source.name
