"""How alike two records are, and why: pure, the same whichever stands first.

    likeness(one, other)    0 to 100 with its reasons, or None where nothing speaks for it
    likely_pairs(sketches)  pairs worth a look, likest first

Ids, names, dates of birth and areas are compared. Names are compared without accents, capitals,
hyphens and order; a short name is not taken for a long one: nobody guesses that Bill is William.
The weights are ours: an id that both have is enough by itself to be looked at, a name alone never.
What speaks against it is said beside it, and takes away.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations

from waypost.identity.values import KIND_WORDS, IdKind, Likeness, Sketch

LISTED_FROM = 50
BUCKET_MAX = 60  # records that share one thing: more, and the thing tells nobody apart
# Of these a person has one at a time, so that two different ones speak against it.
ONE_EACH = (IdKind.PNC, IdKind.CRO, IdKind.NOMIS)
SHARED_ID = {IdKind.EM: 40}
SHARED_ID_ELSE = 65
SAME_NAME, NEAR_NAME = 30, 20
SAME_BORN, TURNED_BORN, NEAR_BORN, NO_BORN = 30, 20, 10, 15
SAME_AREA = 5
OTHER_ID, OTHER_BORN, OTHER_NAME = 30, 25, 15
SLIP_LETTERS_MIN = 4  # of a word in which one letter may be a slip
Pair = tuple[int, int]


def likeness(one: Sketch, other: Sketch) -> Likeness | None:
    """None where the two share neither an id nor a name that is the same or nearly so."""
    score, reasons, against = 0, list[str](), list[str]()
    shared = sorted(one.ids & other.ids)
    for kind, _ in shared:
        score += SHARED_ID.get(IdKind(kind), SHARED_ID_ELSE)
        reasons.append(f"the same {KIND_WORDS[IdKind(kind)]}")
    for kind in ONE_EACH:
        mine, theirs = (_of_kind(sketch, kind) for sketch in (one, other))
        if mine and theirs and not mine & theirs:
            score -= OTHER_ID
            against.append(f"different {KIND_WORDS[kind]}")
    points, why = _names(one.name, other.name)
    if not shared and points <= 0:
        return None
    score += points
    (reasons if points > 0 else against).extend(why)
    points, why = _born(one.born, other.born)
    score += points
    (reasons if points > 0 else against).extend(why)
    if one.area and one.area.casefold() == other.area.casefold():
        score += SAME_AREA
        reasons.append("the same area")
    return Likeness(max(0, min(100, score)), tuple(reasons), tuple(against))


def likely_pairs(sketches: Sequence[Sketch]) -> list[tuple[Sketch, Sketch, Likeness]]:
    """Those at LISTED_FROM or more, and all that share an id, likest first.

    Only records that share an id, a date of birth (its day and month in either order) or a name
    are compared: the rest could not come to so much.
    """
    by_id = {one.person_id: one for one in sketches}
    found = []
    for first, second in sorted(_candidates(sketches)):
        one, other = by_id[first], by_id[second]
        alike = likeness(one, other)
        if alike and (alike.score >= LISTED_FROM or one.ids & other.ids):
            found.append((one, other, alike))
    return sorted(found, key=lambda row: (-row[2].score, row[0].person_id, row[1].person_id))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in order of the alphabet, without accents, capitals and marks."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = plain.translate({ord(mark): None for mark in "'’`."})  # O'Neill is ONeill
    return tuple(sorted(re.findall(r"\w+", plain)))


def forms_of(name: str) -> set[tuple[str, ...]]:
    """Its words with a hyphen taken as a space, and as nothing."""
    return {words_of(name), words_of(name.replace("-", ""))}


def _candidates(sketches: Iterable[Sketch]) -> set[Pair]:
    buckets: dict[object, list[int]] = defaultdict(list)
    for one in sketches:
        for key in _keys(one):
            buckets[key].append(one.person_id)
    return {
        pair
        for several in buckets.values()
        if len(several) <= BUCKET_MAX
        for pair in combinations(sorted(several), 2)
    }


def _keys(one: Sketch) -> Iterator[object]:
    yield from one.ids
    if one.born:
        yield one.born.year, frozenset({one.born.month, one.born.day})
    if one.name:
        yield from forms_of(one.name)


def _of_kind(one: Sketch, kind: IdKind) -> set[str]:
    return {value for name, value in one.ids if name == kind}


def _names(one: str, other: str) -> tuple[int, list[str]]:
    mine, theirs = words_of(one), words_of(other)
    if not mine or not theirs:
        return 0, []
    if forms_of(one) & forms_of(other):
        return SAME_NAME, ["the same name"]
    here, there = sorted(set(mine) - set(theirs)), sorted(set(theirs) - set(mine))
    if len(here) == len(there) == 1 and set(mine) & set(theirs) and _is_slip(here[0], there[0]):
        return NEAR_NAME, ["names that differ by one letter"]
    if not (here and there) and len(set(mine) & set(theirs)) >= 2:
        return NEAR_NAME, ["the same name, one with more names"]
    return -OTHER_NAME, ["different names"]


def _is_slip(one: str, other: str) -> bool:
    """One letter more, less, other, or two neighbours turned."""
    if min(len(one), len(other)) < SLIP_LETTERS_MIN:
        return False
    if len(one) == len(other):
        places = [n for n, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
        turned = (
            len(places) == 2
            and places[1] == places[0] + 1
            and one[places[0]] == other[places[1]]
            and one[places[1]] == other[places[0]]
        )
        return len(places) == 1 or turned
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(
        long[:n] + long[n + 1 :] == short for n in range(len(long))
    )


def _born(mine: date | None, theirs: date | None) -> tuple[int, list[str]]:
    if mine is None or theirs is None:
        return NO_BORN, ["no date of birth recorded in one of them, so that none speaks against it"]
    if mine == theirs:
        return SAME_BORN, ["the same date of birth"]
    if mine.year == theirs.year and (mine.month, mine.day) == (theirs.day, theirs.month):
        return TURNED_BORN, ["dates of birth with day and month turned round"]
    if sum(a != b for a, b in zip(mine.isoformat(), theirs.isoformat(), strict=True)) == 1:
        return NEAR_BORN, ["dates of birth that differ by one digit"]
    return -OTHER_BORN, ["different dates of birth"]
