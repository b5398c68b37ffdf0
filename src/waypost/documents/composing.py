"""A paper composed from its template, words and blocks; what is wrong with a template, in words.

`compose` is pure: the same template, words, blocks and instant give the same paper. Everything that
is filled in goes through `values.plain`, so that no renderer meets a character it cannot show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from waypost.documents import markup, paper_kinds
from waypost.documents.markup import Of, Part
from waypost.documents.paper_kinds import KINDS, Kind
from waypost.documents.values import (
    Block,
    Exhibit,
    Facts,
    Figure,
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    Signature,
    Table,
    plain,
    plain_lines,
)

TEXT_MAX = 20_000  # characters of a template
STATEMENT_MIN = 40  # characters of an agency's own words of a statement: a full sentence
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Said:
    """A template as it is used. version 0: the code's own, which is English."""

    text: str
    language: str = ENGLISH
    version: int = 0


def default(kind: str) -> Said:
    """The code's own. KeyError for a kind that there is not: a mistake of ours."""
    return Said(paper_kinds.own_text(kind))


def compose(
    kind: str,
    said: Said,
    words: Mapping[str, str],
    slots: Mapping[str, Sequence[Block]],
    *,
    at: datetime,
    watermark: str = "",
) -> Paper:
    """The paper. ValueError when a word or slot of the kind is missing or another is given."""
    known = KINDS[kind]
    _check_given(kind, "words", set(known.words), set(words))
    _check_given(kind, "slots", set(known.slots), set(slots))
    filled = {name: plain(text) for name, text in words.items()}
    blocks = [
        block for part in markup.read(said.text) for block in _blocks_of(known, part, filled, slots)
    ]
    return Paper(
        title=f"{known.title} {filled['reference']}",
        reference=filled["reference"],
        language=said.language,
        at=at,
        blocks=tuple(_settled(blocks)),
        watermark=plain(watermark),
    )


def sample(kind: str, said: Said) -> Paper:
    """As it would come out, with made-up facts: what a preview shows."""
    known = KINDS[kind]
    slots = {name: paper_kinds.SAMPLE[name] for name in known.slots}
    return compose(kind, said, known.words, slots, at=paper_kinds.SAMPLE_AT)


def problems_of(kind: str, text: str) -> list[str]:
    """What is wrong with an agency's own template, in sentences; empty: it may be used."""
    known = KINDS[kind]
    if not text.strip():
        return ["The template is empty."]
    if len(text) > TEXT_MAX:
        return [f"The template has {len(text)} characters; at most {TEXT_MAX} are used."]
    found: list[str] = []
    seen: set[str] = set()
    for part in markup.read(text):
        found += _part_problems(known, part, seen)
    missing = sorted(known.required - seen)
    found += [f"{_written(known, name)} is missing; this paper must have it." for name in missing]
    return found


def _part_problems(known: Kind, part: Part, seen: set[str]) -> Iterator[str]:
    text = part.text
    if part.of is Of.SLOT:
        if part.name not in known.slots and part.name not in known.statements:
            names = ", ".join(f"[[{one}]]" for one in (*known.slots, *known.statements))
            yield f"Line {part.line} asks for [[{part.name}]]; this paper has {names}."
            return
        if part.name in seen:
            yield f"Line {part.line} puts [[{part.name}]] in a second time."
        if text and part.name in known.slots:
            yield f"Line {part.line}: the machine fills [[{part.name}]]; it takes no words of ours."
        elif text and len(text) < STATEMENT_MIN:
            yield (
                f"Line {part.line}: the words of [[{part.name}]] are too few to say what the law "
                f"asks for; write at least {STATEMENT_MIN} characters, or leave ours."
            )
        seen.add(part.name)
        text = text or known.statements.get(part.name, "")
    elif "[[" in text:
        yield f"Line {part.line}: a slot, like [[signature]], stands alone on its line."
    yield from _field_problems(known, part.line, text, seen)


def _field_problems(known: Kind, line: int, text: str, seen: set[str]) -> Iterator[str]:
    try:
        asked = markup.fields(text)
    except ValueError:
        yield f"Line {line}: the braces do not match; write a word as {{person_name}}."
        return
    for name, plainly in asked:
        if name not in known.words or not plainly:
            words = ", ".join(f"{{{one}}}" for one in known.words)
            yield f"Line {line} asks for {{{name}}}; the words of this paper are {words}."
        seen.add(name)


def _written(known: Kind, name: str) -> str:
    return f"{{{name}}}" if name in known.words else f"[[{name}]]"


def _check_given(kind: str, what: str, wanted: set[str], given: set[str]) -> None:
    if wanted != given:
        raise ValueError(
            f"{kind}: {what} missing {sorted(wanted - given)}, unknown {sorted(given - wanted)}"
        )


def _blocks_of(
    known: Kind, part: Part, words: Mapping[str, str], slots: Mapping[str, Sequence[Block]]
) -> list[Block]:
    if part.of is Of.PAGE_BREAK:
        return [PageBreak()]
    if part.of is Of.HEADING:
        return [Heading(markup.fill(part.text, words), part.level)]
    if part.of is Of.PARAGRAPH:
        return [Paragraph(line) for line in markup.fill(part.text, words).split("\n")]
    if part.name in known.statements:
        return [Paragraph(markup.fill(part.text or known.statements[part.name], words))]
    given = list(slots[part.name])
    empty = known.slots[part.name].empty
    return given or ([Paragraph(empty)] if empty else [])


def _settled(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks with their texts made plain and their exhibits numbered."""
    numbers = count(1)
    for block in blocks:
        if isinstance(block, Exhibit):
            inside = tuple(_settled(block.blocks))
            yield Exhibit(plain(block.title), inside, next(numbers))
        else:
            yield from _plain_block(block)


def _plain_block(block: Block) -> Iterator[Block]:
    if isinstance(block, Paragraph):
        lines = (line.strip() for line in plain_lines(block.text))
        yield from (Paragraph(line) for line in lines if line)
    elif isinstance(block, Heading):
        if text := plain(block.text):
            yield replace(block, text=text, level=min(max(block.level, 1), 3))
    elif isinstance(block, Facts):
        yield Facts(tuple((plain(name), plain(value)) for name, value in block.rows))
    elif isinstance(block, Signature):
        yield Signature(tuple((plain(name), plain(value)) for name, value in block.lines))
    elif isinstance(block, Table):
        if any(len(row) != len(block.heads) for row in block.rows):
            raise ValueError(f"a table of {len(block.heads)} columns has a row of another length")
        rows = tuple(tuple(plain(cell) for cell in row) for row in block.rows)
        yield Table(plain(block.caption), tuple(plain(head) for head in block.heads), rows)
    elif isinstance(block, Figure):
        yield replace(block, caption=plain(block.caption), alternative=plain(block.alternative))
    else:
        yield block
