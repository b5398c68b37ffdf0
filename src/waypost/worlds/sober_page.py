"""What the drinking world says of the rules, as the page's section. `sober_bench` makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from waypost.worlds.drinking import HOUR_S
from waypost.worlds.hardness import Figure
from waypost.worlds.scoring import Share
from waypost.worlds.sober_weighing import (
    BLOOD_G_PER_DL,
    HEAVY_G_PER_DL,
    Cause,
    Counts,
    Met,
    SaidDay,
    TrueDay,
    Weighed,
    blood_class,
)
from waypost.worlds.tables import figure_table, percent, table

MONTH_DAYS = 30.4
HEAD = """## Alcohol

Another world, of people who wear an alcohol tag and drink far more often than those of whom
sobriety is asked do: {made}. Judged at each
upload (`rules/alcohol.py`), with the maker's review about a day later and without it, beside the
plain rule: any reading of 0.02 g/dl and more is an alert, those in a row are one.
"""


@dataclass(frozen=True, slots=True)
class Sobriety:
    """made: the world in words. plain: its calls by cause, and what it met."""

    made: str
    figures: Sequence[Figure]
    reviewed: Weighed
    alone: Weighed
    plain: Counts
    plain_met: Sequence[Met]


def alcohol_section(found: Sobriety) -> str:
    parts = [
        HEAD.format(made=found.made),
        "### Occasions of drinking\n\n" + _occasions(found),
        "### Calls for nothing\n\n" + _calls(found),
        "### Days\n\n" + _days(found.reviewed),
        "### Covered sensors\n\n" + _covers(found.reviewed),
        "### This world against the field\n\n" + figure_table(found.figures),
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _occasions(found: Sobriety) -> str:
    words = (
        "By the highest in the blood, g/dl. *Surely*: a row that is certain or probable shares its "
        "time. *Called*: somebody would have been called, after the hold of what is only possible. "
        "Occasions during which the sensor was covered for long, or half of the readings were not "
        "taken, have the last row.\n\n"
    )
    head = ["occasions", "surely, with the review", "surely, without", "called, with the review",
            "called, without", "called, plain"]  # fmt: skip
    rows = [
        [_bounds(number), *_shares(found, _in_class(number))]
        for number in range(len(BLOOD_G_PER_DL) - 1)
    ]
    rows.append(["**all that could be read**", *_shares(found, lambda met: met.seen)])
    rows.append(["covered or unread", *_shares(found, lambda met: not met.seen)])
    return words + table(head, rows)


def _bounds(number: int) -> str:
    low, high = BLOOD_G_PER_DL[number], BLOOD_G_PER_DL[number + 1]
    return f"{low:.2f} and more" if number == len(BLOOD_G_PER_DL) - 2 else f"{low:.2f}-{high:.2f}"


def _in_class(number: int) -> Callable[[Met], bool]:
    return lambda met: met.seen and blood_class(met.occasion) == number


def _shares(found: Sobriety, use: Callable[[Met], bool]) -> list[str]:
    def share(met: Iterable[Met], name: str) -> str:
        counted = [one for one in met if use(one)]
        return percent(Share(sum(getattr(one, name) for one in counted), len(counted)))

    return [
        share(found.reviewed.met, "surely"), share(found.alone.met, "surely"),
        share(found.reviewed.met, "called"), share(found.alone.met, "called"),
        share(found.plain_met, "called"),
    ]  # fmt: skip


def _calls(found: Sobriety) -> str:
    months = found.reviewed.wearer_days / MONTH_DAYS
    columns = (found.reviewed.calls, found.alone.calls, found.plain)
    names = {
        Cause.SPRAY: "a spray or a gel", Cause.AIR: "a shift beside alcohol",
        Cause.NOTHING: "nothing", Cause.DRINK: "drink: no false call",
    }  # fmt: skip

    def row(
        name: str, causes: Iterable[Cause], sure: tuple[bool, ...] = (True, False)
    ) -> list[str]:
        keys = [(cause, how) for cause in causes for how in sure]
        return [name, *(_rate(sum(calls[key] for key in keys), months) for calls in columns)]

    false = [cause for cause in names if cause is not Cause.DRINK]
    rows = [
        row("**false, all**", false),
        *(row(name, [cause]) for cause, name in names.items()),
        row("false, and said to be probable or certain", false, (True,)),
    ]
    return (
        f"A wearer-month, in {months:,.0f} of them; every call counts, those that were taken back "
        "later too.\n\n" + table(["truly", "ours, with the review", "ours, without", "plain"], rows)
    )


def _rate(count: int, months: float) -> str:
    return f"{count / months:.2f} ({count:,})"


def _days(weighed: Weighed) -> str:
    rows = [[true.value, *(str(weighed.days[true, said]) for said in SaidDay)] for true in TrueDay]
    drank, none = (TrueDay.DRANK, TrueDay.DRANK_UNREAD), (TrueDay.NONE, TrueDay.NONE_UNREAD)
    missed = weighed.of_days(SaidDay.SOBER, drank)
    dark = weighed.of_days(SaidDay.NOT_MONITORED, (TrueDay.NONE_UNREAD,))
    return (
        "Local days as the day's strip would say them, with the review. A day on which somebody "
        "drank is one on which a drink was taken; what passes the skin after midnight is read of "
        "the next.\n\n"
        + table(["truly", *(f"said {said.value.replace('_', ' ')}" for said in SaidDay)], rows)
        + f"\nDays without alcohol that were called sober: {weighed.of_days(SaidDay.SOBER, none)}. "
        f"Days on which somebody drank that were called sober: **{missed}**; of "
        f"{weighed.next_day} of them the next day was said to show alcohol. Of days on which the "
        f"blood reached {HEAVY_G_PER_DL:.2f} g/dl: {weighed.drunk}. Days without alcohol "
        f"and 4 h and more unread or covered, called not monitored: {dark}.\n"
    )


def _covers(weighed: Weighed) -> str:
    true_s, said_s, both_s = (one / HOUR_S for one in weighed.covered_s)
    return (
        f"Times the sensor was covered for 8 h and more that a row tells of: {weighed.covers}. "
        f"Truly covered so {true_s:,.0f} hours, said {said_s:,.0f}, of which true {both_s:,.0f}. "
        f"Calls on a sensor that nobody covered so (a cold night, a slipped tag): "
        f"{_rate(weighed.false_covers, weighed.wearer_days / MONTH_DAYS)} a wearer-month.\n"
    )
