"""Have the compiled kernels ready before anybody waits for them: part of `make setup`.

numba compiles on first use and keeps the result beside the source. A small seeded world is judged
and matched through the same commands that people use, so whatever they need is compiled.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

from waypost.cli.main import main


def run(*words: str) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        done = main(words)
    if done:
        sys.exit(f"waypost {' '.join(words)} ended with {done}:\n{said.getvalue()}")


with tempfile.TemporaryDirectory(prefix="waypost-compile-") as name:
    folder = Path(name)
    os.environ["WAYPOST_HOME"] = str(folder / "home")
    world = folder / "world"
    run("world", "seed", str(world), "--wearers", "5", "--days", "2", "--seed", "1")
    orders, fixes, offences = (
        next(str(path) for path in world.iterdir() if path.name.startswith(start))
        for start in ("orders", "fixes", "offences")
    )
    out = str(folder / "out")
    run("replay", orders, fixes, "-o", out)
    run("match", fixes, offences, "-o", out, "--method", "compatible")
    run("migrate", "--quiet")
    run("import", "orders", orders)
    run("import", "fixes", fixes)
    run("worker", "--once")
