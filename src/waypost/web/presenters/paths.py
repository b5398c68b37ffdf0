"""The machine's path drawn over time: distance to the edge, each fix with its circle, the spells.

Places across are hundredths of the width, places down are pixels, so that text keeps its size on a
phone and on a wall. Outside is up, inside is down; distances are drawn by their inverse hyperbolic
sine, so that 10 m and 2 km both show.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.positions.schema import SetAside
from waypost.positions.tracks import Track
from waypost.rules.explaining import Band, Explanation, Spell, Step
from waypost.rules.step import Says
from waypost.rules.values import JudgedViolation
from waypost.web.presenters.whereabouts import MECHANISM_SIGNS
from waypost.web.templatetags.waypost import local, metres

TOP, HEIGHT = 34, 200  # of the plot, pixels
FINE_M = 15.0  # below it distances are drawn straight
MARKS_M = (0, 20, 100, 500, 2_000, 10_000, 50_000)
MARKS_APART = 16  # pixels between two words of the scale
TICKS_MOST = 6
TICK_STEPS = tuple(
    timedelta(minutes=m) for m in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880)
)
LETTER_PERCENT = 3.0
BANDS: dict[Band, tuple[str, str, str]] = {
    Band.NOT_REQUIRED: ("not_required", "", "Not required"),
    Band.CLEAR: ("kept", "", "Nothing found"),
    Band.CANDIDATE: ("possible", "W", "Waiting for more"),
    Band.VIOLATION: ("violated", "V", "In violation"),
    Band.UNTOLD: ("cannot_tell", "?", "Cannot tell"),
}
SAID = {Says.BAD: "bad", Says.GOOD: "good", Says.UNCERTAIN: "uncertain"}


@dataclass(frozen=True, slots=True)
class Stretch:
    x: str
    width: str
    middle: str
    shade: str
    letter: str
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word beside a place: of the scale (y, pixels) or the time axis (x, hundredths)."""

    place: str
    words: str


@dataclass(frozen=True, slots=True)
class FixShown:
    """top, bottom  of its circle, pixels; said: bad, good, uncertain or aside"""

    n: int
    key: str
    x: str
    y: float
    top: float
    bottom: float
    sign: str
    said: str
    words: str


@dataclass(frozen=True, slots=True)
class PathShown:
    bands: tuple[Stretch, ...]
    required: tuple[Stretch, ...]
    row: Stretch | None
    raised: str
    fixes: tuple[FixShown, ...]
    edge_y: float
    wrong_y: float
    wrong_height: float
    scale: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    key: tuple[tuple[str, str], ...]


def path_shown(explanation: Explanation, track: Track, row: JudgedViolation) -> PathShown:
    scale = _Scale.of(explanation.steps)
    span = Span(explanation.look.from_at, explanation.look.to_at)
    edge_y = scale.y(0.0)
    wrong_is_up = explanation.rule.must_be_inside
    bands = tuple(_band(spell, span) for spell in explanation.spells)
    return PathShown(
        bands=bands,
        required=tuple(
            span.stretch(max(start, span.from_at), min(end, span.to_at), "required", "Required")
            for start, end in explanation.rule.windows
            if start < span.to_at and end > span.from_at
        ),
        row=_stored(row, span),
        raised=span.x(row.raised_at) if span.holds(row.raised_at) else "",
        fixes=tuple(_fixes(explanation, track, span, scale)),
        edge_y=edge_y,
        wrong_y=TOP if wrong_is_up else edge_y,
        wrong_height=edge_y - TOP if wrong_is_up else TOP + HEIGHT - edge_y,
        scale=tuple(scale.marks()),
        ticks=tuple(span.ticks()),
        key=tuple(
            (shade, words)
            for band, (shade, _, words) in BANDS.items()
            if any(spell.band is band for spell in explanation.spells)
        ),
    )


@dataclass(frozen=True, slots=True)
class Span:
    """Instants as places across, hundredths of the width."""

    from_at: datetime
    to_at: datetime

    def holds(self, at: datetime) -> bool:
        return self.from_at <= at < self.to_at

    def share(self, at: datetime) -> float:
        return 100 * ((at - self.from_at) / (self.to_at - self.from_at))

    def x(self, at: datetime) -> str:
        return f"{self.share(at):.2f}%"

    def stretch(
        self, start: datetime, end: datetime, shade: str, words: str, letter: str = ""
    ) -> Stretch:
        left, wide = self.share(start), self.share(end) - self.share(start)
        when = f"{words}, {local(start):%H:%M:%S} to {local(end):%H:%M:%S %Z}"
        return Stretch(
            f"{left:.2f}%", f"{max(wide, 0.2):.2f}%", f"{left + wide / 2:.2f}%", shade,
            letter if wide >= LETTER_PERCENT else "", when,
        )  # fmt: skip

    def ticks(self) -> Iterator[Mark]:
        """Round local times, a handful."""
        whole = self.to_at - self.from_at
        step = next((one for one in TICK_STEPS if whole / one <= TICKS_MOST), TICK_STEPS[-1])
        midnight = local(self.from_at).replace(hour=0, minute=0, second=0, microsecond=0)
        clock = local(self.from_at) - midnight
        at = self.from_at + (math.ceil(clock / step) * step - clock)
        while at < self.to_at:
            if 3 <= self.share(at) <= 97:  # a word at the very edge would be cut
                yield Mark(self.x(at), f"{local(at):%H:%M}")
            at += step


@dataclass(frozen=True, slots=True)
class _Scale:
    """Metres from the edge to pixels down."""

    low: float
    high: float

    @classmethod
    def of(cls, steps: Sequence[Step]) -> _Scale:
        far = [30.0]
        near = [-30.0]
        for one in steps:
            if one.d_m is not None and one.aside is SetAside.USABLE:
                r95_m = one.traced.fix.r95_m if one.traced else 0.0
                far.append(one.d_m + r95_m)
                near.append(one.d_m - r95_m)
        return cls(_drawn(min(near)), _drawn(max(far)))

    def y(self, d_m: float) -> float:
        place = (self.high - _drawn(d_m)) / (self.high - self.low)
        return round(TOP + HEIGHT * min(max(place, 0.0), 1.0), 1)

    def marks(self) -> Iterator[Mark]:
        taken: list[float] = []
        for size in MARKS_M:
            for d_m in (size, -size) if size else (0,):
                y = self.y(d_m)
                inside = self.low <= _drawn(d_m) <= self.high
                if inside and all(abs(y - other) >= MARKS_APART for other in taken):
                    taken.append(y)
                    yield Mark(f"{y:.1f}", _scale_words(d_m))


def _drawn(d_m: float) -> float:
    return math.asinh(d_m / FINE_M)


def _scale_words(d_m: float) -> str:
    if not d_m:
        return "edge"
    return f"{metres(abs(d_m))} {'out' if d_m > 0 else 'in'}"


def _band(spell: Spell, span: Span) -> Stretch:
    shade, letter, words = BANDS[spell.band]
    return span.stretch(spell.from_at, spell.to_at, shade, words, letter)


def _stored(row: JudgedViolation, span: Span) -> Stretch | None:
    start = max(row.from_at, span.from_at)
    end = min(row.to_at or span.to_at, span.to_at)
    return span.stretch(start, end, "row", "As stored") if start <= end else None


def _fixes(explanation: Explanation, track: Track, span: Span, scale: _Scale) -> Iterator[FixShown]:
    for number, step in enumerate(explanation.steps):
        if step.n is None:
            continue
        fix = track.rows[step.n]
        sign, how = MECHANISM_SIGNS[fix.mechanism]
        d_m, r95_m = (0.0, 0.0) if step.d_m is None else (step.d_m, fix.accuracy_m)
        side = f"{metres(abs(d_m))} {'outside' if d_m > 0 else 'inside'}, " if r95_m or d_m else ""
        aside = "" if step.traced else ", set aside"
        yield FixShown(
            n=step.n,
            key=f"step-{number}",
            x=span.x(step.at),
            y=scale.y(d_m),
            top=scale.y(d_m + r95_m),
            bottom=scale.y(d_m - r95_m),
            sign=sign,
            said=SAID[step.traced.says] if step.traced else "aside",
            words=f"{local(step.at):%H:%M:%S %Z}, {how}, {side}"
            f"95 % circle {metres(fix.accuracy_m)}{aside}",
        )
