"""What the gateway counts for /metrics: by protocol and reason, never by tag.

A reason is a word of ours, or the first plain words of a decoder's sentence; there are few, and a
sentence that would make one too many is counted as `other`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

REASONS_MAX = 40  # of a protocol's faults
REASON_LENGTH_MAX = 60
_NAME = re.compile(r"[a-z]+( [a-z]+)*")


@dataclass(slots=True)
class Tally:
    """The figures of one listener's protocol."""

    open: int = 0
    connections: int = 0
    bytes: int = 0
    frames: int = 0
    replies: int = 0
    commands: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    def fault(self, sentence: str) -> None:
        """Count an unreadable frame by the start of what is said of it."""
        reason = reason_of(sentence)
        if reason not in self.faults and len(self.faults) >= REASONS_MAX:
            reason = "other"
        self.faults[reason] += 1


class Figures:
    """The tallies of all protocols, by name."""

    def __init__(self) -> None:
        self._tallies: dict[str, Tally] = {}

    def of(self, protocol: str) -> Tally:
        return self._tallies.setdefault(protocol, Tally())

    def lines(self) -> list[str]:
        """Prometheus text, a line a figure."""
        return [line for name, tally in self._tallies.items() for line in _lines(name, tally)]


def reason_of(sentence: str) -> str:
    """The plain small words that a sentence begins with, as one name: what follows may be a
    number or something that a tag sent."""
    found = _NAME.match(sentence.lower())
    words = found.group()[:REASON_LENGTH_MAX] if found else "other"
    return words.strip().replace(" ", "_")


def _lines(protocol: str, tally: Tally) -> list[str]:
    of = f'protocol="{protocol}"'
    lines = [f"waypost_gateway_connections_open{{{of}}} {tally.open}"]
    for name in ("connections", "bytes", "frames", "replies", "commands"):
        lines.append(f"waypost_gateway_{name}_total{{{of}}} {getattr(tally, name)}")
    for name, counts in (("faults", tally.faults), ("refusals", tally.refusals)):
        lines += [
            f'waypost_gateway_{name}_total{{{of},reason="{reason}"}} {count}'
            for reason, count in sorted(counts.items())
        ]
    return lines
