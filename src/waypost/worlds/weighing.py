"""What a trial says: our rules beside the plain one, and whether the targets are met. Pure.

weigh(trial, kinds) -> Weighed      of all kinds, or of one
curve, cheapest                     the plain rule at its best, for any recall
verdicts(trial, quiet) -> Verdict per target
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from waypost.rules.values import RowKind
from waypost.worlds.hours import Seconds
from waypost.worlds.naive import DEBOUNCED, PLAIN, Variant
from waypost.worlds.scoring import (
    ENOUGH,
    Alert,
    Found,
    Scored,
    Share,
    monitorable,
    paired_difference,
    ratio_interval,
    recall,
    score,
    shared,
    total_s,
)
from waypost.worlds.trial import RING, Trial

LEAST_S = 60.0  # breaches of a minute or more are what the target speaks of
FEWER_LEAST = 0.70  # false alerts, at equal recall
# Silence must not be bought with blindness: of breaches too deep for most errors of tags (four of
# five night fixes lie within 100 m of home) recall may not be surely lower than the plain rule's by
# two in a hundred. Shallower ones many fixes cannot tell, and a rule that accuses there accuses
# the innocent.
CLEAR_M = 100.0
EQUAL_WITHIN = 0.02
MINUTES_WITHIN = 0.02
ALERTS_MOST = 0.3  # a wearer-day, of a well-run service


@dataclass(frozen=True, slots=True)
class Weighed:
    """Ours and the plain rule's over the same breaches.

    fewer   1 - our false alerts / theirs, with its 95 % interval
    """

    wearer_days: float
    ours: Scored
    plain: dict[Variant, Scored]
    fewer: tuple[float, float, float]

    @property
    def counted(self) -> list[Found]:
        return counted(self.ours.breaches)

    @property
    def difference(self) -> tuple[float, float, float]:
        """Our recall less the plain rule's, with its interval."""
        return self.difference_from(0.0)

    def difference_from(self, deep_m: float) -> tuple[float, float, float]:
        """The same, of breaches at least so deep."""
        ours, theirs = (
            [one for one in counted(found.breaches) if one.breach.deepest_m >= deep_m]
            for found in (self.ours, self.plain[PLAIN])
        )
        return paired_difference(ours, theirs)


@dataclass(frozen=True, slots=True)
class Minutes:
    """Seconds of required, monitored time: truly in violation, and by our rules."""

    required_s: Seconds
    true_s: Seconds
    ours_s: Seconds

    @property
    def off(self) -> float | None:
        """Of the minutes in violation, signed; None where there were none."""
        return (self.ours_s - self.true_s) / self.true_s if self.true_s else None

    @property
    def kept_off(self) -> float | None:
        kept_s = self.required_s - self.true_s
        return (self.true_s - self.ours_s) / kept_s if kept_s else None


@dataclass(frozen=True, slots=True)
class Verdict:
    met: bool
    sentence: str


def counted(found: Iterable[Found]) -> list[Found]:
    """Breaches of a minute or more that could be monitored."""
    return [one for one in found if one.breach.length_s >= LEAST_S and monitorable(one.breach)]


def weigh(trial: Trial, kind: RowKind | None = None) -> Weighed:
    breaches = [one for one in trial.breaches if _is_of(one.kind, kind)]
    ours = score(breaches, _of_kind(trial.ours, kind))
    plain = {
        variant: score(breaches, _of_kind(alerts, kind)) for variant, alerts in trial.plain.items()
    }
    ratio, low, high = ratio_interval(
        _per_person(ours.false, trial.persons), _per_person(plain[PLAIN].false, trial.persons)
    )
    return Weighed(trial.wearer_days, ours, plain, (1 - ratio, 1 - high, 1 - low))


def minutes(trial: Trial, kind: RowKind) -> Minutes:
    required_s = true_s = ours_s = 0.0
    for case in trial.cases:
        if case.kind is kind:
            required_s += total_s(case.monitored)
            true_s += total_s(shared(case.violated, case.monitored))
            ours_s += trial.minutes_s.get(case.requirement_id, 0.0)
    return Minutes(required_s, true_s, ours_s)


def curve(weighed: Weighed, variants: Sequence[Variant] = DEBOUNCED) -> list[tuple[float, int]]:
    """(recall, false alerts) of the plain rule under its settings, the best of them only: those on
    the lower hull, since a service may mix two settings; from (0, 0), which is to do nothing."""
    points = [(0.0, 0)]
    for variant in (PLAIN, *variants):
        share = recall(weighed.plain[variant].breaches, least_s=LEAST_S)
        points.append((share.value or 0.0, len(weighed.plain[variant].false)))
    hull: list[tuple[float, int]] = []
    for point in sorted(points, key=lambda one: (one[0], -one[1])):
        while hull and hull[-1][0] == point[0]:
            hull.pop()
        while len(hull) > 1 and _above(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return hull


def cheapest(points: Sequence[tuple[float, int]], wanted: float) -> float | None:
    """The fewest false alerts for a recall of at least `wanted`; None: no setting reaches it."""
    for (low, few), (high, many) in pairwise(points):
        if low <= wanted <= high:
            return few + (many - few) * (wanted - low) / (high - low)
    return 0.0 if wanted <= points[0][0] else None


def verdicts(trial: Trial, quiet: Trial) -> list[Verdict]:
    """quiet: a world as restless as the field, for the alerts that officers would see."""
    weighed = weigh(trial)
    return [
        _fewer_verdict(weighed),
        _recall_verdict(weighed),
        *_minutes_verdicts(minutes(trial, RowKind.CURFEW)),
        _alerts_verdict(quiet),
    ]


def _fewer_verdict(weighed: Weighed) -> Verdict:
    ours = recall(weighed.ours.breaches, least_s=LEAST_S)
    plain_false = len(weighed.plain[PLAIN].false)
    if ours.of < ENOUGH or plain_false < ENOUGH or ours.value is None:
        return Verdict(
            False,
            f"not enough data: {ours.of} breaches of {LEAST_S:g} s and more, {plain_false} false "
            f"alerts of the plain rule; each must be {ENOUGH}",
        )
    theirs = cheapest(curve(weighed), ours.value)
    false = len(weighed.ours.false)
    if theirs is None:
        return Verdict(True, "the plain rule reaches our recall with no setting")
    fewer = 1 - false / theirs if theirs else 0.0
    return Verdict(
        fewer >= FEWER_LEAST,
        f"{fewer:.1%} fewer false alerts than the plain rule at equal recall: {false} against "
        f"{theirs:.0f}, both finding {ours.value:.1%} of breaches of {LEAST_S:g} s and more "
        f"(target: at least {FEWER_LEAST:.0%} fewer)",
    )


def _recall_verdict(weighed: Weighed) -> Verdict:
    middle, low, high = weighed.difference_from(CLEAR_M)
    return Verdict(
        low > -EQUAL_WITHIN,
        f"recall of breaches deeper than {CLEAR_M:g} m, less the plain rule's as it stands: "
        f"{middle:+.1%} ({low:+.1%} to {high:+.1%}; target: surely above -{EQUAL_WITHIN:.0%})",
    )


def _minutes_verdicts(found: Minutes) -> list[Verdict]:
    if found.off is None or found.kept_off is None:
        return [Verdict(False, "not enough data: no curfew was broken")]
    return [
        Verdict(
            abs(off) <= MINUTES_WITHIN,
            f"curfew minutes {words}: {off:+.2%} of the truth "
            f"(target: within {MINUTES_WITHIN:.0%})",
        )
        for words, off in (("in violation", found.off), ("kept", found.kept_off))
    ]


def _alerts_verdict(quiet: Trial) -> Verdict:
    calls = len(quiet.ours) + len(quiet.unmonitored)
    rate = calls / quiet.wearer_days
    return Verdict(
        rate <= ALERTS_MOST,
        f"{rate:.3f} alerts a wearer-day in a world as restless as the field: {calls} in "
        f"{quiet.wearer_days:.0f} (target: at most {ALERTS_MOST:g})",
    )


def told_apart(weighed: Weighed) -> Share:
    """Of the breaches found whose shape is known, those that our alert calls by the same name."""
    named = [
        (one.breach.how, one.first.how)
        for one in weighed.counted
        if one.first is not None and one.breach.how
    ]
    return Share(sum(true == said for true, said in named), len(named))


def _of_kind(alerts: Iterable[Alert], kind: RowKind | None) -> list[Alert]:
    return [one for one in alerts if _is_of(one.kind, kind)]


def _is_of(kind: RowKind, wanted: RowKind | None) -> bool:
    """Of all kinds: of violations, which entering a warning ring is not."""
    return kind is wanted or (wanted is None and kind is not RING)


def _per_person(alerts: Iterable[Alert], persons: Sequence[str]) -> list[int]:
    counts = Counter(alert.person_id for alert in alerts)
    return [counts[person] for person in persons]


def _above(first: tuple[float, int], middle: tuple[float, int], last: tuple[float, int]) -> bool:
    """Whether the middle point lies on or above the line from the first to the last."""
    run = (middle[0] - first[0]) * (last[1] - first[1])
    return (middle[1] - first[1]) * (last[0] - first[0]) >= run
