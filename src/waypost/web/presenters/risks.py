"""The form by which a risk marker is recorded: read, and what is wrong with it said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from waypost.alerts.harm import RISK_WORDS
from waypost.alerts.values import RiskKind

KINDS = [(kind.value, RISK_WORDS[kind].capitalize()) for kind in RiskKind]
WORDS_MAX = 300


@dataclass(frozen=True, slots=True)
class RiskForm:
    """What was sent, and what it means.

    from_at   None where it cannot be told
    trouble   id of the input -> what is wrong and what to do, in the order of the page
    """

    kind: str = ""
    words: str = ""
    since: str = ""
    from_at: datetime | None = None
    trouble: dict[str, str] = field(default_factory=dict)


def read_risk_form(sent: Mapping[str, str], *, zone: str, now: datetime) -> RiskForm:
    """The form as sent. A date is a local day; empty means from now on."""
    kind, words = sent.get("kind", ""), sent.get("words", "").strip()
    since = sent.get("since", "").strip()
    trouble: dict[str, str] = {}
    if kind not in set(RiskKind):
        trouble["kind"] = "Choose which risk it is."
    if not words:
        trouble["words"] = "Say how the risk is known: who told it, or in which record it stands."
    elif len(words) > WORDS_MAX:
        trouble["words"] = f"Use at most {WORDS_MAX} characters; these are {len(words)}."
    from_at = _start(since, zone) if since else now
    if from_at is None:
        trouble["since"] = "Enter the date as 2026-03-27, or leave it empty for now."
    elif from_at > now:
        trouble["since"] = "The date lies ahead; enter today or earlier."
    return RiskForm(kind, words, since, from_at, trouble)


def _start(text: str, zone: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone))
    except (ValueError, OverflowError):
        return None
