"""The manual's page on alerts, from the tables that the code goes by: moves, ranks, families.

A move that is not in the table cannot be drawn, and one that is in it cannot be left out.
"""

from __future__ import annotations

from typing import Any


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    return {"manual/alerts.md": "\n\n".join([*_lifecycle(), *_ranks(), *_stories()])}


def _lifecycle() -> list[str]:
    from waypost.alerts.lifecycle import STATUS_WORDS, moves
    from waypost.alerts.values import Status

    arrows = [f"    {one.before.value} --> {one.after.value}: {one.word}" for one in moves()]
    drawn = ["    [*] --> raised: found, live or late", *arrows, "    closed --> [*]"]
    rows = [
        f"| {STATUS_WORDS[one.before]} | {STATUS_WORDS[one.after]} | {one.words} |"
        for one in moves()
    ]
    assert {one.before for one in moves()} == set(Status)
    return [
        "# Alerts: how they move, what ranks them, what is one story",
        "## How an alert moves",
        "There is one open alert for each person and requirement, or state of the tag. It grows as "
        "what it speaks of does, which is no move. The machine raises, joins and withdraws; "
        "**only a person closes**, and what nobody closed stays on the list, however old. A note "
        "may be added in any status. What the tag itself reported (a cut strap, an opened case, a "
        "call for help) is not withdrawn by anything that judging finds.",
        "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```",
        _table(["from", "to", "who, and when"], rows),
    ]


def _ranks() -> list[str]:
    from waypost.alerts import harm, urgency
    from waypost.alerts.values import CALLS_FOR_HELP

    kinds = sorted(urgency.URGENCY, key=lambda kind: -urgency.URGENCY[kind])
    base = [f"| {urgency.HEADLINES[kind]} | {urgency.URGENCY[kind]} |" for kind in kinds]
    calls = [f"*{urgency.HEADLINES[kind]}*" for kind in kinds if kind in CALLS_FOR_HELP]
    more = [
        *(f"| At least {m:.0f} m beyond the edge | +{n} |" for m, n in harm.DEEP_AT_M),
        *(f"| Has lasted {t // _hour()} h or more | +{n} |" for t, n in harm.LONG_AT),
        f"| All of the required time, or an appointment missed | +{harm.WHOLE_OF_IT} |",
        f"| Somebody is to be kept safe: near a zone, or the tag off or dark | +{harm.PROTECTED} |",
        *(f"| Recorded risk: {harm.RISK_WORDS[kind]} | +{n} |" for kind, n in harm.RISKS.items()),
        f"| All recorded risks together, at most | +{harm.RISKS_MAX} |",
        f"| An earlier alert upheld, halved every {harm.UPHELD_HALF_LIFE.days} days | "
        f"+{harm.UPHELD_POINTS} |",
        f"| All upheld alerts together, at most | +{harm.UPHELD_MAX} |",
        *(f"| Not certain: {str(how).replace('_', ' ')} | -{n} |"
          for how, n in urgency.LESS_WHEN.items() if n),
    ]  # fmt: skip
    return [
        "## What ranks it",
        f"Urgency runs from 0 to {harm.CALL}. A call for help ({', '.join(calls)}) is {harm.CALL}; "
        f"nothing else passes {harm.BELOW_A_CALL}. Each row of the inbox says its reasons, which "
        "add up to its number. Nothing of who a person is (name, age, sex, origin) or where they "
        "live is among them, nor how deep somebody was in an exclusion around a protected "
        "person’s device. An alert is ranked anew with each news of it and when a risk is "
        "recorded or ended.",
        _table(["kind", "begins at"], base),
        _table(["what is known beside it", "adds"], more),
    ]


def _stories() -> list[str]:
    from waypost.alerts import incidents, urgency

    families = [
        f"| {name} | {'; '.join(urgency.HEADLINES[kind] for kind in _sorted(kinds))} |"
        for name, kinds in incidents.FAMILIES.items()
    ]
    never = "; ".join(urgency.HEADLINES[kind] for kind in _sorted(incidents.NEVER))
    return [
        "## What is one story",
        "Alerts of one person that belong together are one incident, and stand together in the "
        "inbox with the most urgent in front: those of one family, within "
        f"{incidents.NEAR // _hour()} hours of the story’s last news. An alert of two families "
        "makes two stories one. Close to a zone and in it are one story for the same zone only.",
        _table(["family", "alerts"], families),
        f"In no story, each by itself: {never}.",
    ]


def _sorted(kinds: Any) -> list[Any]:
    from waypost.alerts.urgency import URGENCY

    return sorted(kinds, key=lambda kind: (-URGENCY[kind], kind.value))


def _hour() -> Any:
    from datetime import timedelta

    return timedelta(hours=1)


def _table(heads: list[str], rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows])
