"""A look at where somebody was: opened with a purpose and its audit line, then looked at closer.

A map of a long track asks for more of it as it is moved and zoomed. What it asks for lies within
the window that the audit line states, so that no new purpose is needed; but each time it is asked
again whether this officer may see this person for this purpose, and the look itself ends after half
an hour. Its name is a signed text that holds whose look it is and of what: nothing else can be seen
with it, and nobody else can use it. Tracks looked at just now are kept in memory; after that, or in
another process, they are read again as they were when the look was opened.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from waypost.access import may
from waypost.access.values import Posted, Purpose
from waypost.clock import from_us, to_us
from waypost.errors import Conflict, Refused
from waypost.orders.queries import case_of
from waypost.positions.queries import monitored_track, whereabouts_table
from waypost.positions.showing import shown_of
from waypost.positions.thinning import Thinned, thinned
from waypost.positions.tracks import ALWAYS, Speeds

LASTS = timedelta(minutes=30)
KEPT_FIXES_MAX = 2_000_000  # in memory, of all looks together: about 250 MB
SALT = "waypost.positions.looks"
ENDED = "This look has lasted half an hour and has ended. State your purpose again to go on."
CHANGED = "More has arrived of that time since you opened it. State your purpose again to see it."
Windows = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Look:
    """Whose look at whom, for what, of which window; times in microseconds.

    fixes   how many the track had: it is read again as it was, or not at all
    """

    officer: int
    person: int
    purpose: str
    from_us: int
    to_us: int
    opened_us: int
    fixes: int

    @property
    def name(self) -> str:
        """The signed text that a page carries."""
        return signing.dumps(asdict(self), salt=SALT, compress=True)


class _Kept:
    """Tracks looked at just now, by their look; the one longest unused is forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tracks: OrderedDict[Look, Thinned] = OrderedDict()

    def get(self, look: Look) -> Thinned | None:
        with self._lock:
            if look in self._tracks:
                self._tracks.move_to_end(look)
            return self._tracks.get(look)

    def put(self, look: Look, track: Thinned, now: datetime) -> None:
        with self._lock:
            self._tracks[look] = track
            for old in [one for one in self._tracks if _has_ended(one, now)]:
                del self._tracks[old]
            while len(self._tracks) > 1 and self._fixes() > KEPT_FIXES_MAX:
                self._tracks.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._tracks.clear()

    def _fixes(self) -> int:
        return sum(len(track.table) for track in self._tracks.values())


KEPT = _Kept()
_closer = 0  # how often this process was asked for more of a look
_counting = threading.Lock()


def open_look(
    person_id: int,
    from_at: datetime,
    to_at: datetime,
    *,
    by: Posted,
    purpose: Purpose,
    violations: Windows,
    now: datetime,
    speeds: Speeds = ALWAYS,
) -> tuple[Look, Thinned]:
    """The track of the window, thinned for maps, behind its audit line track:viewed.

    violations   first and last microsecond of each that stands: no zoom leaves them out
    speeds       the fastest possible that judging goes by, from when
    raises       Refused or NoSuchThing (the entry point writes the refusal)
    """
    table = whereabouts_table(
        person_id, from_at, to_at, by=by, purpose=purpose, now=now, speeds=speeds
    )
    assert by.officer_id is not None, "a machine looks at no map"
    look = Look(by.officer_id, person_id, purpose.value, to_us(from_at), to_us(to_at),
                to_us(now), len(table))  # fmt: skip
    track = thinned(table, violations)
    KEPT.put(look, track, now)
    return look, track


def look_closer(name: str, *, by: Posted, now: datetime) -> Look:
    """The look of this name, if it is the asker's, lasts, and they still may.

    raises   Refused for a name that is not theirs or not ours; Conflict when it has ended
    """
    look = _read(name)
    if look.officer != by.officer_id:
        refusal = Refused("This look was opened by somebody else; state a purpose of your own.")
        refusal.about, refusal.purpose = look.person, look.purpose
        raise refusal
    if _has_ended(look, now):
        raise Conflict(ENDED)
    purpose = Purpose(look.purpose)
    window = from_us(look.from_us), from_us(look.to_us)
    may.check_whereabouts(by, case_of(look.person, now=now), purpose, *window, now=now)
    _count()
    return look


def track_of_look(
    look: Look, *, by: Posted, violations: Windows, now: datetime, speeds: Speeds = ALWAYS
) -> Thinned:
    """The track that the look opened, from memory or read again as it was then.

    raises   Conflict when what was read then cannot be had any more
    """
    kept = KEPT.get(look)
    if kept is not None:
        return kept
    opened = from_us(look.opened_us)
    from_at, to_at = from_us(look.from_us), min(from_us(look.to_us), opened)
    every = monitored_track(look.person, from_at, to_at, received_by=opened, speeds=speeds)
    case = case_of(look.person, now=now)
    table = shown_of(every, case, by=by, purpose=Purpose(look.purpose))
    if len(table) != look.fixes:
        raise Conflict(CHANGED)
    track = thinned(table, violations)
    KEPT.put(look, track, now)
    return track


def signs() -> dict[str, tuple[float, str]]:
    """How often tracks were looked at closer, for those who watch over the machine."""
    return {"looks_closer": (_closer, "Times this process was asked for more of an open look")}


def _read(name: str) -> Look:
    try:
        said: dict[str, Any] = signing.loads(name, salt=SALT)
        return Look(**said)
    except (signing.BadSignature, TypeError):
        raise Refused("This is not the name of a look; open the track again.") from None


def _has_ended(look: Look, now: datetime) -> bool:
    return not timedelta(0) <= now - from_us(look.opened_us) < LASTS


def _count() -> None:
    global _closer
    with _counting:
        _closer += 1
