"""The drinking world judged: by our rules as words reached us, and by the plain rule beside them.

    judged(ankle, ...) -> Judged    what stands at the end, and who would have been called when
    plain_calls(ankle) -> Call per run of readings of 0.02 g/dl and more, which is the plain rule

Ours is judged at every upload, every word of the review and every time the verdict asks for, from a
journal that is cut as live ones are. A call stands while a row at the end shares its time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from waypost.alerts.trying import would_call
from waypost.clock import FOREVER_US, from_us, to_us, write_instant
from waypost.devices.health import Expected
from waypost.positions.values import EventKind
from waypost.rules.spells import Around, SobrietyAsked
from waypost.rules.tag_journal import Heard, Journal, Said, contacts_of, hear, trimmed
from waypost.rules.tag_states import Verdict, judge_tag
from waypost.rules.timeline import always
from waypost.rules.values import Certainty, JudgedViolation, Parameters, RowKind
from waypost.units import RequirementRef
from waypost.worlds.ankle import READ_EVERY_S, Ankle, Review
from waypost.worlds.hours import Seconds

REQUIREMENT = RequirementRef("R1")
PLAIN_G_PER_DL = 0.02
KEPT_US = timedelta(days=10) // timedelta(microseconds=1)  # of a journal, as the event lane does
TRIM_AFTER_US = timedelta(days=11) // timedelta(microseconds=1)
# Rows this near to where the journal begins were looked at before it was cut: they lead up to news.
LEADS_UP = timedelta(days=2)
# What an alcohol tag is expected to do, as of a model whose ways are known.
DAILY = Expected(fix_s=0, contact_s=86_400, upload_lag_s=60, tags=40)
OF_DRINK = frozenset({Certainty.CERTAIN, Certainty.PROBABLE, Certainty.POSSIBLE})


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody was called on [from_s, to_s) at raised_s; stands: at the end it is still said.

    surest   that it ever was
    """

    from_s: Seconds
    to_s: Seconds
    raised_s: Seconds
    surest: Certainty
    stands: bool = True


@dataclass(frozen=True)
class Judged:
    """rows: as they stand at the end. drink, tamper: the calls on alcohol and on covers."""

    ankle: Ankle
    rows: tuple[JudgedViolation, ...]
    drink: list[Call]
    tamper: list[Call]

    @property
    def of_drink(self) -> list[JudgedViolation]:
        """Rows that say alcohol was read, however surely."""
        return [one for one in self.rows if _is_of_drink(one)]

    @property
    def of_covers(self) -> list[JudgedViolation]:
        return [one for one in self.rows if one.kind is RowKind.ALCOHOL_TAMPER]


def judged(ankle: Ankle, *, reviewed: bool, until: datetime, parameters: Parameters) -> Judged:
    """By our rules. reviewed: whether the maker's words reached us, too."""
    until_us = to_us(until)
    numbers = always(parameters)
    about = _around(ankle)
    journal = empty = Journal(from_us=about.live[0][0])
    drink, tamper = _Calls(), _Calls()

    def look(at_us: int) -> Verdict:
        verdict = judge_tag(journal, about, numbers, at_us)
        as_of = from_us(at_us)
        settled = journal.from_us > about.live[0][0]
        news = from_us(journal.from_us) + LEADS_UP if settled else from_us(0)
        for row in verdict.rows:
            if row.from_at >= news and would_call(row, as_of):
                if _is_of_drink(row):
                    drink.add(row, as_of)
                elif row.kind is RowKind.ALCOHOL_TAMPER:
                    tamper.add(row, as_of)
        return verdict

    received = _received(ankle, reviewed, until_us)
    for place, (at_us, heard) in enumerate(received):
        journal = hear(journal, heard)
        if at_us - journal.from_us > TRIM_AFTER_US:
            journal = trimmed(journal, at_us - KEPT_US)
        following = received[place + 1][0] if place + 1 < len(received) else until_us
        verdict = look(at_us)
        while verdict.look_us is not None and at_us < verdict.look_us < following:
            at_us = verdict.look_us
            verdict = look(at_us)
    everything = Heard(
        contacts=contacts_of([at_us for at_us, _ in received]),
        said=tuple(word for _, heard in received for word in heard.said),
    )
    rows = judge_tag(hear(empty, everything), about, numbers, until_us).rows
    found = Judged(ankle, rows, [], [])
    found.drink.extend(drink.settled(found.of_drink, until))
    found.tamper.extend(tamper.settled(found.of_covers, until))
    return found


def plain_calls(ankle: Ankle, until: datetime) -> list[Call]:
    """Any reading of 0.02 g/dl and more is an alert; those in a row are one."""
    came = ankle.received_s < until.timestamp()
    high = np.concatenate([[False], ankle.g_per_dl >= PLAIN_G_PER_DL, [False]]).astype(np.int8)
    return [
        Call(
            float(ankle.at_s[first]), float(ankle.at_s[after - 1]) + READ_EVERY_S,
            float(ankle.received_s[first]), Certainty.CERTAIN,
        )
        for first, after in np.flatnonzero(np.diff(high)).reshape(-1, 2)
        if came[first]
    ]  # fmt: skip


def _is_of_drink(row: JudgedViolation) -> bool:
    return row.kind is RowKind.ALCOHOL and row.certainty in OF_DRINK


def _around(ankle: Ankle) -> Around:
    always_asked = ((_us(ankle.span[0]), FOREVER_US),)
    return Around(
        live=always_asked, expected=DAILY, places=False, daily_charge=False, reads_alcohol=True,
        sobriety=(SobrietyAsked(REQUIREMENT, 1, always_asked),),
    )  # fmt: skip


def _received(ankle: Ankle, reviewed: bool, until_us: int) -> list[tuple[int, Heard]]:
    """What came at each instant, up to the end of the world."""
    said: dict[int, list[Said]] = defaultdict(list)
    columns = (ankle.received_s, ankle.at_s, ankle.g_per_dl, ankle.skin_c, ankle.infrared)
    for received_s, at_s, level, skin_c, light in zip(*(one.tolist() for one in columns),
                                                      strict=True):  # fmt: skip
        facts = (("tac_percent", level), ("temperature_c", skin_c), ("infrared", light))
        said[_us(received_s)].append(Said(_us(at_s), 0, EventKind.ALCOHOL_READING, facts))
    for number, review in enumerate(ankle.reviews if reviewed else ()):
        said[_us(review.at_s)].append(_word(review, number + 1))
    return [
        (at_us, Heard(contacts=contacts_of([at_us]), said=tuple(sorted(said[at_us]))))
        for at_us in sorted(said)
        if at_us < until_us
    ]


def _word(review: Review, number: int) -> Said:
    facts = (
        ("from", write_instant(from_us(_us(review.from_s)))),
        ("to", write_instant(from_us(_us(review.to_s)))),
        ("peak_percent", review.peak_g_per_dl), ("confirmed", review.confirmed),
    )  # fmt: skip
    return Said(_us(review.at_s), number, EventKind.ALCOHOL_EVENT, facts)


class _Calls:
    """Calls as they come up: what shares time with an earlier one is the same matter."""

    def __init__(self) -> None:
        self.found: list[Call] = []

    def add(self, row: JudgedViolation, as_of: datetime) -> None:
        start, end = row.from_at.timestamp(), (row.to_at or as_of).timestamp()
        same = [one for one in self.found if one.from_s < end and start < one.to_s]
        for one in same:
            self.found.remove(one)
        raised_s = min([one.raised_s for one in same], default=as_of.timestamp())
        surest = min([row.certainty, *(one.surest for one in same)], key=list(Certainty).index)
        spans = [(start, end), *((one.from_s, one.to_s) for one in same)]
        self.found.append(
            Call(min(s for s, _ in spans), max(e for _, e in spans), raised_s, surest)
        )

    def settled(self, rows: Sequence[JudgedViolation], until: datetime) -> Iterable[Call]:
        spans = [(one.from_at.timestamp(), (one.to_at or until).timestamp()) for one in rows]
        for one in sorted(self.found, key=lambda call: call.from_s):
            stands = any(start < one.to_s and one.from_s < end for start, end in spans)
            yield Call(one.from_s, one.to_s, one.raised_s, one.surest, stands)


def _us(at_s: Seconds) -> int:
    return round(at_s * 1_000_000)
