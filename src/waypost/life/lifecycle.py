"""At which stage an order is, and what may be done there: read from NEXT, refused in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.errors import Refused
from waypost.life.values import (
    ACT_WORDS,
    NEXT,
    ONGOING,
    STAGE_WORDS,
    TARGET,
    Act,
    Facts,
    Stage,
)
from waypost.orders.law import LAW
from waypost.orders.values import OrderKind

ENDS = {Act.REVOKE: Stage.REVOKED, Act.WITHDRAW_CONSENT: Stage.CONSENT_WITHDRAWN}
# Acts on an order that goes on, in the order in which a page offers them.
OFFERED = (Act.VARY, Act.SUSPEND, Act.RESUME, Act.TRANSFER, Act.REVOKE, Act.WITHDRAW_CONSENT)
BY_ITSELF: dict[tuple[Stage, Stage], str] = {
    (Stage.IMPOSED, Stage.LIVE): "it has begun and a tag is on",
    (Stage.IMPOSED, Stage.COMPLETED): "its end comes before a tag was on",
    (Stage.LIVE, Stage.COMPLETED): "its end comes",
    (Stage.SUSPENDED, Stage.COMPLETED): "its end comes",
    (Stage.SUSPENDED, Stage.LIVE): "the suspension’s end comes",
    (Stage.SUSPENDED, Stage.IMPOSED): "the suspension’s end comes, and no tag is on",
}


def stage_of(facts: Facts, *, now: datetime) -> Stage:
    """The stage now. An early end counts from the moment it takes effect."""
    if facts.to_at is not None and facts.to_at <= now:
        return ENDS.get(facts.ended, Stage.COMPLETED) if facts.ended else Stage.COMPLETED
    if any(start <= now < until for start, until in facts.suspended):
        return Stage.SUSPENDED
    worn = facts.tag_from_at is not None and facts.tag_from_at <= now
    return Stage.LIVE if worn and facts.from_at <= now else Stage.IMPOSED


def acts_at(stage: Stage, kind: OrderKind) -> tuple[Act, ...]:
    """What may be done with an order of this kind at this stage, by somebody who may."""
    return tuple(act for act in OFFERED if _may_follow(stage, act, kind))


def check_can(act: Act, stage: Stage, kind: OrderKind) -> None:
    """Refused, in words, where the table does not let this act follow."""
    if _may_follow(stage, act, kind):
        return
    if act is Act.WITHDRAW_CONSENT and stage in ONGOING:
        raise Refused("Only an order that is worn by consent ends when consent is withdrawn; this "
                      "one is not the wearer’s to end.")  # fmt: skip
    choices = ", ".join(ACT_WORDS[one] for one in acts_at(stage, kind)) or "nothing more"
    raise Refused(f"This order is {STAGE_WORDS[stage]} and cannot be {ACT_WORDS[act]}; it can be: "
                  f"{choices}.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    before: Stage
    after: Stage
    words: str


def moves() -> list[Move]:
    """Every move of NEXT: by an act of somebody, or by itself; the manual is drawn from it."""
    found = []
    for before, targets in NEXT.items():
        for after in Stage:
            if after not in targets:
                continue
            acts = [act for act, target in TARGET.items() if target is after
                    and _leads(before, act)]  # fmt: skip
            found += [Move(before, after, ACT_WORDS[act]) for act in acts]
            if (before, after) in BY_ITSELF:
                found.append(Move(before, after, BY_ITSELF[before, after]))
    return found


def _leads(before: Stage, act: Act) -> bool:
    return before is Stage.SUSPENDED if act is Act.RESUME else act is not Act.PROPOSE


def _may_follow(stage: Stage, act: Act, kind: OrderKind) -> bool:
    if stage not in ONGOING:
        return False
    if act is Act.SUSPEND:
        return stage is not Stage.SUSPENDED
    if act is Act.RESUME:
        return stage is Stage.SUSPENDED
    if act is Act.WITHDRAW_CONSENT:
        return LAW[kind].ends_by_consent
    return act in {Act.VARY, Act.TRANSFER, Act.REVOKE, Act.ACCEPT}
