"""The shape of the house: few large modules, no path of one machine, no name of a person in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Tables of facts may be long; each stands here with why.
LONG = {
    "rules/kernel.py": "one machine: numba's cache watches only a function's own file, "
    "so a kernel split over modules could run stale code",
}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_module_holds_more_than_one_noun_s_worth_of_lines():
    source = ROOT / "src" / "waypost"
    long = {
        str(path.relative_to(source)): len(path.read_text().splitlines())
        for path in source.rglob("*.py")
        if "migrations" not in path.parts
    }
    assert {name: size for name, size in long.items() if size > 500 and name not in LONG} == {}


def test_no_tracked_file_names_a_path_of_one_machine_or_a_registry():
    forbidden = re.compile(r"/(?:work|root|farm)/|https?://(?:pypi|registry\.npmjs)")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix not in {".png", ".parquet"} and path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []
