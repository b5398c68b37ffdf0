"""Which rows and columns go out to the person they are about, and which do not. Pure.

    POLICY     each table that holds something of a person: what of it is given, or why none is
    given(...) one row as it goes out: officers as role and agency, others' names taken out, free
               text only where an officer has read it and lets it out

A table that is not in POLICY is given to nobody, and a test fails until somebody has decided.

The wearer is never told more than their own page tells: no look of the police, no distance and no
name of a moving exclusion, and of what one led to the day alone. A time, beside their own track,
would say where the protected person was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from waypost.keeping.policy import POLICY as POLICY
from waypost.keeping.policy import Given as Given
from waypost.keeping.policy import Left as Left

UNREAD = "[left out until an officer has read it]"
SOMEBODY = "[somebody else]"
WORD = re.compile(r"\w+")
GAP_MAX = 3  # characters between the words of a name: ", " or a line that was broken
SHORTEST_NAME = 3  # a name of two letters would take half of all words out; a reference has digits


POLICE_PAPERS = frozenset(
    {"breach_notification", "notification_bundle", "recall_request", "match_bundle",
     "breach_report", "iom_minutes"}
)  # fmt: skip
POLICE_STATEMENTS = ("police_notification", "recall_request", "breach_report")


class Names:
    """Names that must not go out: found as whole words, whatever the case of their letters.

    An estate has 20,000 of them: words are looked up by the first of a name, since a pattern of all
    names would be tried at every letter.
    """

    def __init__(self, names: Collection[str], own: Collection[str] = ()) -> None:
        kept = {_words(one) for one in own}
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for one in {_words(name) for name in names} - kept:
            letters = "".join(one)
            if len(letters) >= SHORTEST_NAME or any(map(str.isdigit, letters)):
                self._by_first.setdefault(one[0], []).append(one)
        for several in self._by_first.values():
            several.sort(key=len, reverse=True)

    def taken_out(self, value: Any) -> Any:
        """The value with every such name replaced, in texts within lists and objects, too."""
        if isinstance(value, str):
            return self._without(value)
        if isinstance(value, Mapping):
            return {self.taken_out(str(key)): self.taken_out(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.taken_out(one) for one in value]
        return value

    def _without(self, text: str) -> str:
        found = list(WORD.finditer(text))
        folded = [one[0].casefold() for one in found]
        parts, at, place = [], 0, 0
        while place < len(found):
            count = self._length_at(found, folded, place)
            if count:
                parts += [text[at : found[place].start()], SOMEBODY]
                at = found[place + count - 1].end()
            place += count or 1
        return "".join([*parts, text[at:]])

    def _length_at(self, found: Sequence[re.Match[str]], folded: Sequence[str], place: int) -> int:
        """How many words from here are a name, the longest one; 0: none."""
        for name in self._by_first.get(folded[place], ()):
            end = place + len(name)
            if tuple(folded[place:end]) != name:
                continue
            gaps = (found[n + 1].start() - found[n].end() for n in range(place, end - 1))
            if all(gap <= GAP_MAX for gap in gaps):
                return len(name)
        return 0


def _words(name: str) -> tuple[str, ...]:
    return tuple(one[0].casefold() for one in WORD.finditer(name))


def parts_of(name: str) -> set[str]:
    """A whole name, and the family name in it: texts say "Mrs Jones"."""
    words = name.split()
    return {name, words[-1]} if len(words) > 1 else {name}


def given(
    label: str,
    row: Mapping[str, Any],
    *,
    names: Names,
    spoken: Callable[[int | None], str],
    read: Collection[str],
) -> dict[str, Any]:
    """One row as it goes out. ValueError for a table of which nothing is given.

    row      its columns by name, and its number as `pk`
    spoken   an officer's number as role and agency
    read     texts that an officer lets out, as label:number:column
    """
    policy = POLICY.get(label)
    if not isinstance(policy, Given):
        raise ValueError(f"nothing of {label} is given")
    out: dict[str, Any] = {"number": row["pk"]}
    for name in policy.columns.split():
        out[name] = names.taken_out(row[name])
    for name in policy.officers.split():
        out[name.removesuffix("_id")] = spoken(row[name])
    for name in policy.texts.split():
        said = row[name]
        is_read = f"{label}:{row['pk']}:{name}" in read
        out[name] = names.taken_out(said) if is_read or not said else UNREAD
    return out
