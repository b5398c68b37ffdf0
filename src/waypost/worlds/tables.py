"""Markdown tables of the bench's pages, and shares in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from waypost.worlds.hardness import Figure
from waypost.worlds.scoring import ENOUGH, Share


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def figure_table(found: Iterable[Figure]) -> str:
    rows = [[one.name, f"{one.value:.3g}", one.bounds, one.source] for one in found]
    return table(["figure", "this world", "bounds", "why"], rows)


def percent(share: Share) -> str:
    if share.of < ENOUGH or share.value is None:
        return f"{share.hits} of {share.of}, not enough data"
    low, high = share.interval
    return f"{share.value:.1%} ({low:.1%}-{high:.1%}), {share.hits} of {share.of}"
