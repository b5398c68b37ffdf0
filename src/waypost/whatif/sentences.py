"""What a try found, in plain English that a court can read; no sentence says more than was counted.

tried_words(tried, kind)  -> Told    what it would cut off, whom it would have called, limits
cohort_words(cohort)      -> Told    the same for many, without what would tell of a few
figures(tried)            -> label and figure, to set two tries side by side
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from waypost.orders.values import RequirementKind
from waypost.positions.stops import PlaceKind
from waypost.whatif.cohort import Cohort, share, spread
from waypost.whatif.values import DAYS_MIN, SMALL, Tried, Usual

BEFORE_ORDER = (
    "What somebody did before an order does not show what they would do under it: these are counts "
    "of the past, not a forecast of breaches."
)
PLACES_INFERRED = (
    "Home is where most known nights were spent, work where weekdays were: of somebody who works "
    "nights the two stand the other way round. Both are told from the tag’s fixes alone, and "
    "nobody has confirmed them."
)
TOO_FEW = f"not told, since fewer than {SMALL} people stand on one side"
PLACE_WORDS = {PlaceKind.HOME: "home", PlaceKind.WORK: "work", PlaceKind.USUAL: "another place"}


@dataclass(frozen=True, slots=True)
class Told:
    """Sentences in the order of their weight.

    enough     False: too few days; then nothing else is said
    cut_off    what of somebody's life it would have cut off
    alerts     whom it would have called
    limits     what the figures rest on, and what they do not show
    """

    enough: bool
    cut_off: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


def tried_words(tried: Tried, kind: RequirementKind) -> Told:
    """Of one person. `kind`: of the draft."""
    data = f"{tried.days_seen} of {tried.days} days with fixes"
    if not tried.enough:
        return Told(
            False,
            limits=(
                f"Not enough data: {data}. With fewer than {DAYS_MIN} nothing is concluded.",
                BEFORE_ORDER,
            ),
        )
    limits = (f"It rests on {data}.", *_could_be_told(tried), PLACES_INFERRED, BEFORE_ORDER)
    if not tried.required_h:
        return Told(True, ("Its hours fall nowhere in this window: it would never have bound.",),
                    limits=limits)  # fmt: skip
    return Told(True, tuple(_cut_off(tried, kind)), tuple(_alerts(tried)), limits)


def figures(tried: Tried) -> list[tuple[str, str]]:
    """Label and figure of everything counted, always the same labels in the same order."""
    home, work = tried.usual(PlaceKind.HOME), tried.usual(PlaceKind.WORK)
    usual = [place for place in tried.places if place.kind is PlaceKind.USUAL]
    told = tried.told_share
    return [
        ("Days with fixes", f"{tried.days_seen} of {tried.days}"),
        ("Hours in which it would have bound", f"{tried.required_h:,.0f}"),
        ("Of them, could be told", "none bound" if told is None else percent(told)),
        ("Hours at home cut off", _cut_figure(tried, home, "home not known")),
        ("Hours at work cut off", _cut_figure(tried, work, "work not known")),
        ("Ways between home and work cut off",
         f"{tried.ways.cut} of {tried.ways.known}" if tried.ways.known else "none known"),
        ("Other usual places cut off",
         f"{sum(place.cut_hours > 0 for place in usual)} of {len(usual)}" if usual
         else "none known"),
        ("Alerts", f"{tried.alerts:,}"),
        ("Of them, uncertain", f"{tried.uncertain:,}"),
        ("Time in violation", minutes_words(tried.minutes)),
    ]  # fmt: skip


def cohort_words(cohort: Cohort) -> Told:
    """Of many. Nothing rests on fewer than SMALL people."""
    if cohort.enough < SMALL:
        return Told(
            False,
            limits=(
                f"Not enough data: fewer than {SMALL} people had fixes on {DAYS_MIN} days or more. "
                "Nothing is concluded.",
                BEFORE_ORDER,
            ),
        )
    return Told(
        True, tuple(_cohort_cut_off(cohort)), tuple(_cohort_alerts(cohort)),
        tuple(_cohort_limits(cohort)),
    )  # fmt: skip


def percent(part: float) -> str:
    """Whole per cent; a little is not none, and nearly all is not all."""
    if 0 < part < 0.01:
        return "under 1 %"
    if 0.99 < part < 1:
        return "over 99 %"
    return f"{part:.0%}".replace("%", " %")


def minutes_words(minutes: float) -> str:
    """Minutes, and hours beside them where they are many."""
    if 0 < minutes < 1:
        return "under a minute"
    said = "1 minute" if round(minutes) == 1 else f"{minutes:,.0f} minutes"
    return said if minutes < 600 else f"{said} ({minutes / 60:,.0f} hours)"


def _none(count: int) -> str:
    return f"{count:,}" if count else "none"


def _could_be_told(tried: Tried) -> Iterator[str]:
    told = tried.told_share
    if told is not None and told < 1:
        yield (
            f"Of the time it would have bound, {percent(1 - told)} could not be told: no fix, or "
            "none near enough in time and sure enough of its place. Of that time nothing is said; "
            "alerts may be missing there."
        )


def _cut_off(tried: Tried, kind: RequirementKind) -> Iterator[str]:
    for wanted, unknown in (
        (PlaceKind.HOME, "No home could be told from where the nights were spent: "),
        (PlaceKind.WORK, "No place where weekdays were regularly spent could be told: "),
    ):
        place = tried.usual(wanted)
        if place is None:
            yield f"{unknown}whether it would be cut off is not known."
        else:
            yield _place(tried, place, kind)
    for place in tried.places:
        if place.kind is PlaceKind.USUAL and place.cut_hours > 0:
            yield _place(tried, place, kind)
    yield _ways(tried)


def _place(tried: Tried, place: Usual, kind: RequirementKind) -> str:
    name = PLACE_WORDS[place.kind]
    known = f"{place.hours:,.0f} hours known to have been spent there"
    inside = "inside" if place.held else "outside"
    where = f"{name[:1].upper()}{name[1:]} lies {inside} the {_zone_word(kind)}"
    if not place.cut_hours:
        return f"{where}. Of {known}, none would have been cut off."
    return (
        f"{where}. Of {known}, {place.cut_hours:,.0f} would have been cut off: "
        f"{_a_week(tried, place.cut_hours)} a week."
    )


def _ways(tried: Tried) -> str:
    if not tried.ways.known:
        return "No way between home and work is known: whether it would be cut off is not known."
    return (
        f"Of {tried.ways.known} known ways between home and work, {tried.ways.cut} would have been "
        "cut off: a fix on the way was on the wrong side at a time when it bound."
    )


def _zone_word(kind: RequirementKind) -> str:
    return "place asked for" if kind is not RequirementKind.EXCLUSION else "zone"


def _a_week(tried: Tried, hours: float) -> str:
    """Hours for each seven days with fixes: days without any are not counted as free of it."""
    weekly = hours / tried.days_seen * 7
    return f"{weekly:,.0f} hours" if weekly >= 2 else f"{weekly:.1f} hours"


def _cut_figure(tried: Tried, place: Usual | None, unknown: str) -> str:
    if place is None:
        return unknown
    if not place.cut_hours:
        return f"none of {place.hours:,.0f}"
    weekly = _a_week(tried, place.cut_hours)
    return f"{place.cut_hours:,.0f} of {place.hours:,.0f} ({weekly} a week)"


def _alerts(tried: Tried) -> Iterator[str]:
    if not tried.alerts:
        yield f"It would have raised no alert in {tried.days} days."
    else:
        plural = "alert" if tried.alerts == 1 else "alerts"
        yield (
            f"It would have raised {tried.alerts:,} {plural} in {tried.days} days, "
            f"{_none(tried.uncertain)} of them uncertain."
        )
    yield (
        f"Time judged in violation, certainly or probably: {minutes_words(tried.minutes)}."
        if tried.minutes
        else "No time would have been judged in violation, certainly or probably."
    )


def _cohort_cut_off(cohort: Cohort) -> Iterator[str]:
    for count, of, words in (
        (cohort.home_cut, cohort.home_known, "time at home"),
        (cohort.work_cut, cohort.work_known, "time at work"),
        (cohort.ways_cut, cohort.ways_known, "a way between home and work"),
    ):
        found = share(count, of)
        if of < SMALL:
            yield f"Cut off from {words}: {TOO_FEW}."
        elif found.hidden:
            yield f"Cut off from {words}, of those for whom it is known: {TOO_FEW}."
        else:
            yield (
                f"Cut off from {words}: {count:,} of {of:,} people for whom it is known "
                f"({percent(count / of)})."
            )


def _cohort_alerts(cohort: Cohort) -> Iterator[str]:
    found = share(cohort.alerted, cohort.enough)
    if found.hidden:
        yield f"People who would have had an alert: {TOO_FEW}."
    else:
        yield (
            f"People who would have had an alert: {found.count:,} of {found.of:,} "
            f"({percent(found.count / found.of)})."
        )
        total = sum(cohort.alerts)
        if total:
            yield (
                f"Alerts in all: {total:,}, of them uncertain: {_none(cohort.uncertain)}. "
                f"Time in violation, certainly or probably: {minutes_words(cohort.minutes)}."
            )
    quarters = spread(cohort.alerts)
    if quarters is not None:
        low, middle, high = quarters
        yield (
            f"Alerts for each person in four weeks: half had between {low:g} and {high:g}, the "
            f"middle one {middle:g}."
        )


def _cohort_limits(cohort: Cohort) -> Iterator[str]:
    yield f"It rests on {cohort.enough:,} people with fixes on {DAYS_MIN} days or more."
    rest = cohort.persons - cohort.enough
    if rest:
        count = f"fewer than {SMALL}" if rest < SMALL else f"{rest:,}"
        yield f"Left out for want of data: {count}."
    if cohort.failed:
        yield (
            f"It could not be tried on {cohort.failed:,} more, by an error of ours that the log "
            "names."
        )
    if cohort.required_h:
        untold = 1 - cohort.told_h / cohort.required_h
        if untold > 0:
            yield f"Of the time it would have bound, {percent(untold)} could not be told."
    else:
        yield "Its hours fall nowhere in this window: it would never have bound."
    yield "People under limited access, and protected people, are in no count."
    yield BEFORE_ORDER
