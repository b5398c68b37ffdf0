"""What a plain notice says of one order: what is recorded, why and by which law, how long, with
whom, what the person may do, whom to ask. Pure; read at age 9 to 11.

The blocks fill the slots of the paper `plain_notice` (documents/paper_kinds.py); what was given is
kept as the sections of the whole paper, and known again by the SHA-256 of their text.
source   Data Protection Act 2018 s.44 (what a data subject is told), s.45 to 47, s.165
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.access.purposes import GATEWAYS
from waypost.access.values import Purpose
from waypost.documents.values import Block, Facts, Heading, Paper, Paragraph, Signature, Table
from waypost.orders.own_words import own_asks
from waypost.orders.values import Order, RequirementKind

Sections = list[list[object]]  # [[title, [line, ...]], ...]: as JSON keeps it
# Why somebody may look, as it is told to the person: the gateway's law stands beside it.
TOLD_WHY: dict[Purpose, str] = {
    Purpose.ALERT_RESPONSE: "To answer when the tag says that something is not as it should be",
    Purpose.FITTING: "To see that the tag works when it is put on",
    Purpose.SUPERVISION: "To supervise your order",
    Purpose.ENFORCEMENT: "To decide what happens when an order is not kept",
    Purpose.SAFEGUARDING: "To keep somebody safe from serious harm",
    Purpose.CRIME_MAPPING: "To see whether a tag was near a crime",
    Purpose.DISCLOSURE: "To answer the police or a court who ask lawfully",
}
SHARED = (
    "Your probation officer and the monitoring centre see whether you keep to your order.",
    "The police are told where the law says so, and may ask whether a tag was near a crime.",
    "The court is told when it decides about your order.",
    "Whoever looks at where you have been must first say why. That is written down, and you can "
    "see how often it happened.",
)
NO_PERIOD = "How long it is kept is not set here. Ask, and you will be told."


def collected(order: Order, now: datetime) -> list[Block]:
    """What is recorded, from what the order asks."""
    kinds = {one.kind for one in order.requirements}
    lines = ["Where the tag is, about once a minute, day and night, and how full its battery is."]
    if RequirementKind.ALCOHOL in kinds:
        lines.append("Whether there is alcohol in your sweat.")
    lines.append("Whether the strap or the case was opened. It hears and films nothing.")
    asks = sorted(
        {
            own_asks(one)
            for one in order.requirements
            if one.kind is not RequirementKind.FITTING and (one.to_at is None or one.to_at > now)
        }
    )
    lines += [f"It is compared with what your order asks: {line}." for line in asks]
    return _paragraphs(lines)


def reasons() -> list[Block]:
    """Why, with the law of each."""
    return [
        Table(
            "Why anybody may look, and the law that lets them",
            ("Why", "The law"),
            tuple((words, GATEWAYS[purpose].law) for purpose, words in TOLD_WHY.items()),
        )
    ]


def kept(lines: Sequence[str]) -> list[Block]:
    return _paragraphs(lines or (NO_PERIOD,))


def shared() -> list[Block]:
    return _paragraphs(SHARED)


def ask(names: Sequence[str]) -> str:
    """Whom to ask: the responsible officers, or the monitoring centre where nobody is named."""
    if not names:
        return "the monitoring centre; no officer is named for you yet"
    return " or ".join(names)


def sections_of(paper: Paper) -> Sections:
    """The whole paper as titles and lines, as it was given."""
    found: Sections = [[paper.title, []]]
    for block in paper.blocks:
        if isinstance(block, Heading):
            found.append([block.text, []])
        else:
            lines = found[-1][1]
            assert isinstance(lines, list)
            lines.extend(_lines(block))
    return [one for one in found if one[1] or one is found[0]]


def digest(sections: Sections) -> str:
    return hashlib.sha256(text_of(sections).encode()).hexdigest()


def text_of(sections: Sections) -> str:
    parts = []
    for title, lines in sections:
        assert isinstance(lines, list)
        parts.append("\n".join([str(title), *map(str, lines)]))
    return "\n\n".join(parts) + "\n"


def day_words(at: datetime, zone: str) -> str:
    there = at.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%B %Y}"


def _lines(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.text]
    if isinstance(block, Facts | Signature):
        rows = block.rows if isinstance(block, Facts) else block.lines
        return [f"{name}: {value}" for name, value in rows]
    if isinstance(block, Table):
        return [": ".join(row) for row in block.rows]
    return []


def _paragraphs(lines: Iterable[str]) -> list[Block]:
    return [Paragraph(one) for one in lines]
