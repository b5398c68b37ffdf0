"""The numbers that a run goes by, as it keeps them: by method, and the lawful uses in force."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from waypost.matching.chance import PLACE_SPREADS
from waypost.matching.compatible import COVERED_BY, OVERLAP_MIN, PADDING, PRIOR_WITHIN, RADIUS_M
from waypost.matching.evidence import EXCLUDED_MPS, POSSIBLE_FROM, SCORE_WEIGHTS, STAY_S
from waypost.matching.scope import uses_in_force
from waypost.matching.searching import COMPATIBLE, EVIDENCE, HISTORY, POSSIBLE_RATIO_MIN
from waypost.matching.values import ALSO_TOLD

COMPATIBLE_PARAMETERS: dict[str, Any] = {
    "radius_m": RADIUS_M,
    "padding_minutes": PADDING / timedelta(minutes=1),
    "overlap_min": OVERLAP_MIN,
    "covered_by_minutes": COVERED_BY / timedelta(minutes=1),
    "prior_within_minutes": PRIOR_WITHIN / timedelta(minutes=1),
    "also_told": ["nearest_spread_m"],
}
EVIDENCE_PARAMETERS: dict[str, Any] = {
    "padding_minutes": PADDING / timedelta(minutes=1),
    "history_days": HISTORY / timedelta(days=1),
    "possible_presence_min": POSSIBLE_FROM,
    "possible_ratio_min": POSSIBLE_RATIO_MIN,
    "excluded_speed_mps": EXCLUDED_MPS,
    "place_spreads": [list(one) for one in PLACE_SPREADS],
    "stay_s": STAY_S,
    "score_weights": list(SCORE_WEIGHTS),
    "also_told": list(ALSO_TOLD),
}
PARAMETERS = {COMPATIBLE: COMPATIBLE_PARAMETERS, EVIDENCE: EVIDENCE_PARAMETERS}


def parameters_of(method: str) -> dict[str, Any]:
    """The method's numbers, and the lawful uses by which tags were in scope."""
    return PARAMETERS[method] | {"lawful_uses": [use.words for use in uses_in_force()]}
