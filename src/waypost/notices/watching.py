"""What silence is, and when the duty officer is rung for it: pure, told the time.

    faults(pulse, now)        what is silent
    calls(found, rung, now)   what to ring about: at once, then every quarter of an hour, and once
                              when it is over

Numbers from the issue of alerts: judging 60 s behind, the feed 15 minutes stale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.notices.values import Pulse

CANARY_EVERY = timedelta(minutes=5)  # how often each canary breaches its zone
CANARY_WITHIN = timedelta(seconds=90)  # from its breach to the inbox, and to the test channel
JUDGING_BEHIND = timedelta(seconds=60)
FEED_STALE = timedelta(minutes=15)
RING_AGAIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something silent. `name` is the same while it lasts; `words` are fit for a telephone."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Call:
    """Ring the duty officer. over: it has ended."""

    fault: Fault
    over: bool = False


STORE_AWAY = Fault("store", "the store does not answer")


def faults(pulse: Pulse | None, now: datetime) -> list[Fault]:
    """What is silent, most basic first. None: the store did not answer at all."""
    if pulse is None:
        return [STORE_AWAY]
    found: list[Fault] = []
    if pulse.judged_to is None or now - pulse.judged_to > JUDGING_BEHIND:
        found.append(Fault("judging", f"judging is behind: {_since(pulse.judged_to, now)}"))
    if pulse.heard_at is not None and now - pulse.heard_at > FEED_STALE:
        found.append(Fault("feed", f"no tag has been heard: {_since(pulse.heard_at, now)}"))
    for what, times in (("inbox", pulse.canary_alerts), ("channel", pulse.canary_told)):
        for protocol, at in sorted(times.items()):
            if at is None or now - at > CANARY_EVERY + CANARY_WITHIN:
                found.append(
                    Fault(
                        f"canary:{what}:{protocol}",
                        f"the {protocol} canary has not reached the {what}: {_since(at, now)}",
                    )
                )
    return found


def calls(found: Sequence[Fault], rung: Mapping[str, datetime], now: datetime) -> list[Call]:
    """Whom to ring about what.

    rung   what the duty officer was told of and has not been told that it ended -> when last
    """
    due = [
        Call(fault) for fault in found
        if fault.name not in rung or now - rung[fault.name] >= RING_AGAIN
    ]  # fmt: skip
    lasting = {fault.name for fault in found}
    ended = [Call(Fault(name, name), over=True) for name in sorted(rung) if name not in lasting]
    return due + ended


def words_of(these: Sequence[Call]) -> str:
    """One message for all of it: a telephone that rings nine times is put aside."""
    bad = "; ".join(call.fault.words for call in these if not call.over)
    over = ", ".join(call.fault.words for call in these if call.over)
    parts = [f"WAYPOST IS SILENT: {bad}." if bad else "", f"Over: {over}." if over else ""]
    return " ".join(part for part in parts if part)


def _since(at: datetime | None, now: datetime) -> str:
    return "never yet" if at is None else f"{int((now - at).total_seconds())} s"
