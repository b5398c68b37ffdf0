"""Figures of alerts as a page and a terminal show them: number, share of what, interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from waypost.alerts.figures import TARGET_RATE, Figure, Figures, Group
from waypost.web.templatetags.waypost import length, words

PERIODS = (28, 7)
NOT_ENOUGH = "not enough data"


@dataclass(frozen=True, slots=True)
class FigureShown:
    value: str
    of: str  # numerator and denominator
    interval: str  # empty where there is not enough data


@dataclass(frozen=True, slots=True)
class GroupShown:
    name: str
    raised: int
    decided: int
    rate: FigureShown
    withdrawn: FigureShown
    explained: FigureShown
    upheld: FigureShown
    in_time: FigureShown
    target: str
    median: str
    slow: str


def page_of(found: Figures) -> dict[str, Any]:
    return {
        "overall": group_shown(found.overall),
        "kinds": [group_shown(one) for one in found.kinds],
        "wearer_days": f"{found.wearer_days:,.1f}",
        "oldest": length(found.oldest) if found.oldest is not None else "",
        "target_rate": TARGET_RATE,
        "meets_rate": found.meets_rate,
    }


def text_of(found: Figures, days: int) -> str:
    """For a terminal: the same numbers."""
    one = group_shown(found.overall)
    lines = [
        f"alerts raised in the last {days} days: {one.raised}, decided {one.decided}; "
        f"{found.wearer_days:,.1f} wearer-days",
        *(
            f"  {name:<36} {shown.value}" + (f" ({shown.of}; {shown.interval})" if shown.interval
                                             else f" ({shown.of})")
            for name, shown in (
                (f"actionable a wearer-day (<= {TARGET_RATE})", one.rate),
                ("later withdrawn", one.withdrawn),
                ("explained, of those decided", one.explained),
                ("upheld, of those decided", one.upheld),
                ("attended within the target", one.in_time),
            )
        ),
        f"  {'time to first attendance':<36} median {one.median}, nine in ten within {one.slow}",
        f"  {'oldest that nobody has attended':<36} "
        f"{length(found.oldest) if found.oldest is not None else 'none'}",
        *(
            f"  {shown.name:<28} raised {shown.raised}, decided {shown.decided}, "
            f"withdrawn {shown.withdrawn.of}, in time {shown.in_time.of}"
            for shown in map(group_shown, found.kinds)
        ),
    ]  # fmt: skip
    return "\n".join(lines)


def group_shown(one: Group) -> GroupShown:
    return GroupShown(
        name=words(one.kind) if one.kind else "All alerts",
        raised=one.raised,
        decided=one.decided,
        rate=_rate(one.rate),
        withdrawn=figure_shown(one.withdrawn),
        explained=figure_shown(one.explained),
        upheld=figure_shown(one.upheld),
        in_time=figure_shown(one.in_time),
        target=length(one.target) if one.target else "",
        median=length(one.median) if one.median is not None else NOT_ENOUGH,
        slow=length(one.slow) if one.slow is not None else NOT_ENOUGH,
    )


def figure_shown(figure: Figure) -> FigureShown:
    of = f"{figure.numerator:,} of {figure.denominator:,.0f}"
    if not figure.enough:
        return FigureShown(NOT_ENOUGH, of, "")
    low, high = 100 * figure.low, 100 * figure.high
    return FigureShown(f"{100 * figure.value:.1f} %", of, f"{low:.1f} to {high:.1f} %")


def _rate(figure: Figure) -> FigureShown:
    of = f"{figure.numerator:,} in {figure.denominator:,.1f} wearer-days"
    if not figure.enough:
        return FigureShown(NOT_ENOUGH, of, "")
    return FigureShown(f"{figure.value:.3f}", of, f"{figure.low:.3f} to {figure.high:.3f}")
