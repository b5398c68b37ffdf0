"""Everything `make check` looks at, all of it, before it says whether the house is in order."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
# What a test imports of another test's words is found by name, wherever it lies below tests/.
OWN_WORDS = sorted({one.stem for one in (HERE.parent / "tests").rglob("*.py")})
CHECKS: dict[str, list[str]] = {
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet"],
    "lint": [str(BIN / "ruff"), "check", "--quiet"],
    "types": [str(BIN / "mypy")],
    "who knows whom": [str(BIN / "lint-imports"), "--no-cache"],
    "models and migrations agree": [
        str(BIN / "django-admin"),
        "makemigrations",
        "--check",
        "--dry-run",
        "--settings=waypost.settings",
    ],
    "reference pages are printed from the code": [
        sys.executable,
        str(HERE / "docs.py"),
        "--check",
    ],
    "columns, purposes and recipients are signed for": [
        sys.executable,
        str(HERE / "assessed.py"),
    ],
    "what is imported is declared": [str(BIN / "deptry"), "src"],
    "what tests and tools import is declared": [
        str(BIN / "deptry"),
        "src",
        "tests",
        "tools",
        "--exclude",
        r"\.venv",
        "--ignore",
        "DEP002,DEP004",  # beside the house, what is for its builders is allowed
        *(word for name in OWN_WORDS for word in ("--known-first-party", name)),
    ],
    "bill of materials, licences, hashes": [sys.executable, str(HERE / "sbom.py"), "--check"],
}


def main() -> int:
    bad: list[str] = []
    with tempfile.TemporaryDirectory(prefix="waypost-check-") as home:
        for name, command in CHECKS.items():
            done = subprocess.run(
                command,
                env=os.environ | {"WAYPOST_HOME": home},
                capture_output=True,
                text=True,
                check=False,
            )
            print(f"{'ok ' if done.returncode == 0 else 'BAD'}  {name}", flush=True)
            if done.returncode:
                bad.append(name)
                print(done.stdout + done.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
