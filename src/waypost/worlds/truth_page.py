"""The bench's findings as Markdown: printed, and kept as `docs/truth.md`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from waypost.rules.attendance import Outcome
from waypost.rules.values import RowKind
from waypost.worlds.hardness import Figure
from waypost.worlds.naive import PLAIN, VARIANTS
from waypost.worlds.outcomes import TRUE_OUTCOME
from waypost.worlds.scoring import (
    DEPTHS_M,
    ENOUGH,
    LENGTHS_S,
    Found,
    Share,
    depth_class,
    length_class,
    monitorable,
    recall,
)
from waypost.worlds.tables import figure_table, percent, table
from waypost.worlds.tag_trial import TagTrial
from waypost.worlds.trial import RING, ZONE_KINDS, Trial
from waypost.worlds.variety import words_of
from waypost.worlds.weighing import (
    LEAST_S,
    Verdict,
    Weighed,
    cheapest,
    curve,
    minutes,
    told_apart,
    weigh,
)

SAID = (*TRUE_OUTCOME.values(), Outcome.NOT_MONITORED)
HEAD = """# How well the rules judge

<!-- Printed by `waypost bench truth --write docs/truth.md`; run it again, do not edit. -->

Our rules and plain point-in-polygon, over the same fixes of a seeded world whose truth is known, in
one run: {made}. {days:,.0f} wearer-days.

**Alert**: what would call somebody (`alerts/urgency.py`). Ours are counted each alone, though live
one that is open takes in what follows. Of the plain rule every violation that it opens is one.
**True**: it overlaps a true breach of the same requirement, {slack:g} s allowed; else it is false.
**Breach**: stretches of truth less than 5 minutes apart, looked at every 10 s. **Could be
monitored**: the tag was worn and fixes came less than 15 minutes apart during at least half of it.
Intervals are 95 %: Wilson's for shares, by resampling wearers for ratios of alerts.
"""


@dataclass(frozen=True, slots=True)
class Findings:
    """made: the worlds in words; quiet: the world as restless as the field, tags: its tags.

    alcohol   what `sober_page` says of the drinking world; "": it was not tried
    """

    made: str
    figures: Sequence[Figure]
    trial: Trial
    quiet: Trial
    verdicts: Sequence[Verdict]
    tags: TagTrial
    alcohol: str = ""


def page(found: Findings) -> str:
    weighed = weigh(found.trial)
    parts = [
        HEAD.format(made=found.made, days=found.trial.wearer_days, slack=60),
        "## Targets\n\n" + _verdicts(found.verdicts),
        "## By kind of requirement\n\n" + _kinds(found.trial),
        "## Recall by depth and by length\n\n" + _classes(weighed),
        "## The plain rule at its best\n\n" + _variants(weighed),
        "## Minutes in violation\n\n" + _minutes(found.trial),
        "## Appointments and trails\n\n" + _appointments(found.trial),
        "## States of the tag\n\n" + _states(found.tags),
        *([found.alcohol] if found.alcohol else []),
        "## What officers would see\n\n" + _calls(found.quiet),
        "## The world against the field\n\n" + _figures(found.figures),
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _verdicts(verdicts: Sequence[Verdict]) -> str:
    rows = [["met" if one.met else "**missed**", one.sentence] for one in verdicts]
    return table(["", "target"], rows)


def _kinds(trial: Trial) -> str:
    rows = []
    for kind in (*ZONE_KINDS, None, RING):
        weighed = weigh(trial, kind)
        counted = [one for one in weighed.ours.breaches if one.breach.length_s >= LEAST_S]
        rows.append(
            [
                "**all violations**" if kind is None else kind.value.replace("_", " "),
                f"{sum(monitorable(one.breach) for one in counted)} of {len(counted)}",
                percent(recall(weighed.ours.breaches, least_s=LEAST_S)),
                percent(recall(weighed.plain[PLAIN].breaches, least_s=LEAST_S)),
                str(len(weighed.ours.false)),
                str(len(weighed.plain[PLAIN].false)),
                _fewer(weighed),
                _at_equal_recall(weighed),
                _delay(weighed.counted),
            ]
        )
    words = (
        f"Breaches of {LEAST_S:g} s and more; false alerts in {trial.wearer_days:,.0f} wearer-days "
        "of people who do far more that is not allowed than the field's. *At equal recall*: "
        "against the fewest that the plain rule needs for our recall, by any setting.\n\n"
    )
    head = ["kind", "breaches that could be monitored", "found, ours", "found, plain",
            "false, ours", "false, plain", "fewer", "at equal recall", "told after"]  # fmt: skip
    shapes = told_apart(weigh(trial, RowKind.CURFEW))
    middle, low, high = weigh(trial).difference
    return (
        words
        + table(head, rows)
        + f"\nRecall less the plain rule's as it stands, on the same breaches: {middle:+.1%} "
        f"({low:+.1%} to {high:+.1%}). Where, the next table says. Curfews found, and said rightly "
        f"to be late home, left early, out during, or out all night: {shapes}.\n"
    )


def _classes(weighed: Weighed) -> str:
    plain = weighed.plain[PLAIN].breaches
    rows = []
    for number in range(len(DEPTHS_M) - 1):
        rows.append(
            [f"{words_of(DEPTHS_M, number, 'm')} beyond the edge"]
            + [
                percent(recall(_of_depth(found, number), least_s=LEAST_S))
                for found in (weighed.ours.breaches, plain)
            ]
        )
    for number in range(len(LENGTHS_S) - 1):
        rows.append(
            [f"{words_of(LENGTHS_S, number, 's')} long"]
            + [
                percent(recall(_of_length(found, number)))
                for found in (weighed.ours.breaches, plain)
            ]
        )
    return table([f"breaches (by depth: of {LEAST_S:g} s and more)", "ours", "plain"], rows)


def _of_depth(found: Iterable[Found], number: int) -> list[Found]:
    return [one for one in found if depth_class(one.breach.deepest_m) == number]


def _of_length(found: Iterable[Found], number: int) -> list[Found]:
    return [one for one in found if length_class(one.breach.length_s) == number]


def _variants(weighed: Weighed) -> str:
    rows = [
        [
            str(variant),
            percent(recall(weighed.plain[variant].breaches, least_s=LEAST_S)),
            _rate(len(weighed.plain[variant].false), weighed.wearer_days),
        ]
        for variant in VARIANTS
    ]
    ours = recall(weighed.ours.breaches, least_s=LEAST_S)
    rows.append(
        ["**our rules**", percent(ours), _rate(len(weighed.ours.false), weighed.wearer_days)]
    )
    words = (
        "Fixes in a row that it asks for before it opens; in the order of measuring, which a live "
        "service does not have; and without fixes of wide circles, which is no longer plain and is "
        "shown because a careful user can do as much.\n\n"
    )
    return words + table(["", f"recall of {LEAST_S:g} s and more", "false a wearer-day"], rows)


def _minutes(trial: Trial) -> str:
    rows = []
    for kind in ZONE_KINDS:
        found = minutes(trial, kind)
        rows.append(
            [
                kind.value, f"{found.true_s / 60:,.0f}", f"{found.ours_s / 60:,.0f}",
                _signed(found.off), f"{(found.required_s - found.true_s) / 60:,.0f}",
                _signed(found.kept_off),
            ]
        )  # fmt: skip
    head = ["kind", "true minutes in violation", "ours", "off", "true minutes kept", "off"]
    return "Of required time that could be monitored.\n\n" + table(head, rows)


def _appointments(trial: Trial) -> str:
    counts = Counter((one.true, one.said) for one in trial.appointments)
    rows = [
        [_outcome(true), *(str(counts[true, said]) for said in SAID)]
        for true in TRUE_OUTCOME.values()
    ]
    blamed = sum(
        count for (true, said), count in counts.items()
        if true is Outcome.ATTENDED and said not in (Outcome.ATTENDED, Outcome.NOT_MONITORED)
    )  # fmt: skip
    attended = sum(count for (true, _), count in counts.items() if true is Outcome.ATTENDED)
    dark = sum(one.monitored < 0.5 for one in trial.appointments)
    required, true_s, said_s = (
        sum(getattr(one, name) for one in trial.trails)
        for name in ("required_s", "dark_s", "said_dark_s")
    )
    return (
        f"{len(trial.appointments)} appointments, in {dark} of which fixes were more than 15 "
        "minutes apart for over half of the time. Offices are under roofs: where no fix can tell, "
        "the rules say that it could not be monitored. The plain rule has no word for them.\n\n"
        + table(["truly", *(f"said {_outcome(said)}" for said in SAID)], rows)
        + f"\nAttended and blamed all the same: {Share(blamed, attended)}.\n\n"
        f"Trails: {required / 3600:,.0f} hours asked; without fixes for 15 minutes and more "
        f"{true_s / 3600:,.1f}, said to be so {said_s / 3600:,.1f}.\n"
    )


def _outcome(outcome: Outcome) -> str:
    return outcome.value.replace("_", " ")


def _states(tags: TagTrial) -> str:
    words = (
        f"In the same world as the last table's, {tags.wearer_days:,.0f} wearer-days. A silence is "
        "a wait between receipts that is longer than tags of the model let one wait: batteries "
        "that were empty, uploads that were held up for hours. Nobody's tag went uncharged, none "
        "was left behind: rows of those are false. Straps, cases and calls for help are reports, "
        "which call at once.\n\n"
    )
    rows = [
        [
            kind.value.replace("_", " "), str(seen.truly), percent(Share(seen.told, seen.truly)),
            str(seen.false), _rate(seen.calls, tags.wearer_days),
        ]
        for kind, seen in tags.states.items()
    ]  # fmt: skip
    return words + table(["state", "truly", "told", "false rows", "calls a wearer-day"], rows)


def _calls(quiet: Trial) -> str:
    weighed = weigh(quiet)
    rows = [
        ["violations, true", _rate(len(weighed.ours.true), quiet.wearer_days)],
        ["violations, false", _rate(len(weighed.ours.false), quiet.wearer_days)],
        ["required time of an hour and more that could not be told",
         _rate(len(quiet.unmonitored), quiet.wearer_days)],
        ["the plain rule, all", _rate(len(quiet.plain[PLAIN]), quiet.wearer_days)],
    ]  # fmt: skip
    words = (
        "In a world whose people break orders as often as the demo's. Of what could not be told, "
        f"{sum(one.withdrawn for one in quiet.unmonitored)} of {len(quiet.unmonitored)} were taken "
        "back when late fixes came. States of the tag stand above; a strap that is cut calls "
        "besides.\n\n"
    )
    return words + table(["alerts", "a wearer-day"], rows)


def _figures(found: Sequence[Figure]) -> str:
    words = (
        "The bench refuses a world that is easier, or harder, than the field; and one that breaks "
        "orders in too few ways.\n\n"
    )
    return words + figure_table(found)


def _fewer(weighed: Weighed) -> str:
    if len(weighed.plain[PLAIN].false) < ENOUGH:
        return "not enough data"
    middle, low, high = weighed.fewer
    return f"{middle:.1%} ({low:.1%}-{high:.1%})"


def _at_equal_recall(weighed: Weighed) -> str:
    share = recall(weighed.ours.breaches, least_s=LEAST_S)
    theirs = cheapest(curve(weighed), share.value or 0.0)
    if share.of < ENOUGH or len(weighed.plain[PLAIN].false) < ENOUGH or not theirs:
        return "not enough data"
    return f"{1 - len(weighed.ours.false) / theirs:.1%}"


def _delay(found: Iterable[Found]) -> str:
    """Minutes from the start of a breach until somebody was called, the median."""
    waits = [(one.first.raised_s - one.breach.from_s) / 60 for one in found if one.first]
    return f"{median(waits):.1f} min" if len(waits) >= ENOUGH else "not enough data"


def _rate(count: int, days: float) -> str:
    return f"{count / days:.4f} ({count:,} in {days:,.0f})"


def _signed(share: float | None) -> str:
    return "none" if share is None else f"{share:+.2%}"
