"""Draw who knows whom, from the imports: rooms as boxes, the number of importing modules on arrows.

`make rooms` prints the picture as Mermaid text and the sizes of the rooms beneath it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import grimp

SOURCE = Path(__file__).parents[1] / "src" / "waypost"
VOCABULARY = {"units", "geo", "clock", "errors", "columns", "home", "settings"}


def arrows() -> Counter[tuple[str, str]]:
    """(importing room, imported room) -> number of module pairs."""
    graph = grimp.build_graph("waypost", cache_dir=None)
    found: Counter[tuple[str, str]] = Counter()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            pair = (room_of(module), room_of(imported))
            if pair[0] != pair[1] and "" not in pair:
                found[pair] += 1
    return found


def room_of(module: str) -> str:
    parts = module.split(".")
    if len(parts) < 2:
        return ""
    return "" if parts[1] in VOCABULARY else parts[1]


def mermaid(*, counts: bool = False) -> str:
    """The picture. The page in docs leaves the counts out: it should change when the house does."""
    lines = [
        f"    {source} -->{f'|{count}|' if counts else ''} {target}"
        for (source, target), count in sorted(arrows().items())
    ]
    return "\n".join(["```mermaid", "graph TD", *lines, "```"])


def sizes() -> str:
    rows = []
    for room in sorted(path for path in SOURCE.iterdir() if path.is_dir()):
        files = [file for file in room.rglob("*.py") if "migrations" not in file.parts]
        lines = {file: len(file.read_text().splitlines()) for file in files}
        if lines:
            longest = max(lines, key=lambda file: lines[file])
            rows.append(
                f"{room.name:<12}{len(files):>4} modules {sum(lines.values()):>6} lines"
                f"   longest {longest.name} {lines[longest]}"
            )
    return "\n".join(rows)


if __name__ == "__main__":
    print(mermaid(counts=True))
    print(sizes())
