"""What other numbers would have said of tags themselves in the last weeks, for a preview.

    tags_of(persons, fixes, events)   the journals of their tags, made from history, by person
    tag_rows(tags, numbers)           what those numbers say of them

Only kinds that go by a number of the rules: how long a silence may last is learnt of each model,
and an officer ends a wrong clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from waypost.clock import to_us
from waypost.monitoring.event_judging import AHEAD, around_of, sobriety_asked
from waypost.monitoring.hearing_tags import heard_of
from waypost.monitoring.tag_book import tags_worn
from waypost.orders.values import PersonOrders
from waypost.rules.fold import FixArrays
from waypost.rules.parameter_words import WORDS, Group
from waypost.rules.runs import NONE
from waypost.rules.spells import Around
from waypost.rules.tag_journal import Heard, Journal, hear
from waypost.rules.tag_states import judge_tag
from waypost.rules.timeline import always
from waypost.rules.values import JudgedViolation, Parameters, RowKind

BY_NUMBERS = frozenset(
    {
        RowKind.BATTERY, RowKind.NOT_CHARGED, RowKind.JAMMING, RowKind.STATIONARY, RowKind.ALCOHOL,
        RowKind.ALCOHOL_TAMPER,
    }
)  # fmt: skip
NAMES = [name for name, words in WORDS.items() if words.group in (Group.TAGS, Group.ALCOHOL)]


@dataclass(frozen=True, slots=True, eq=False)
class TriedTag:
    journal: Journal
    around: Around


def concerns_tags(before: Parameters, after: Parameters) -> bool:
    """Whether a number is changed by which tags themselves are judged."""
    return any(getattr(before, name) != getattr(after, name) for name in NAMES)


def tags_of(
    persons: Mapping[int, PersonOrders],
    fixes: pa.Table,
    events: pa.Table,
    *,
    from_at: datetime,
    to_at: datetime,
) -> dict[int, list[TriedTag]]:
    """The tags of these persons that were worn in [from_at, to_at), each with all it said."""
    begin = to_us(from_at)
    worn = [
        tag
        for number, person in persons.items()
        for tag in tags_worn(number, person)
        if not tag.ends_before(begin)
    ]
    heard = heard_of(fixes, events)
    around = around_of(worn, deaf=NONE, as_of=to_at)
    found: dict[int, list[TriedTag]] = defaultdict(list)
    for tag in worn:
        journal = Journal(from_us=max(begin, tag.from_us))
        asked = sobriety_asked(persons[tag.person_id], from_at - AHEAD, to_at + AHEAD)
        own = fixes.filter(pc.equal(fixes["activation"], tag.activation))
        about = replace(
            around[tag.activation], sobriety=asked, fixes=FixArrays.from_table(own)
        )  # fmt: skip
        said = heard.get(tag.activation, Heard())
        found[tag.person_id].append(TriedTag(hear(journal, said), about))
    return found


def tag_rows(
    tags: Iterable[TriedTag], parameters: Parameters, to_at: datetime
) -> list[JudgedViolation]:
    """The rows that go by the numbers, of all of one person's tags."""
    numbers = always(parameters)
    return [
        row
        for tag in tags
        for row in judge_tag(tag.journal, tag.around, numbers, to_us(to_at)).rows
        if row.kind in BY_NUMBERS
    ]
