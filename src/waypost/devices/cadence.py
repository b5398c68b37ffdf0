"""How often tags of a model are heard, learnt from what the estate's tags did. Pure.

learn(seen, model_of)   receipts of a day or so, by activation -> one `Learnt` a model
expected_of(...)        what to expect: the model's own, with enough tags, else the defaults
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waypost.devices.health import Expected
from waypost.devices.values import DeviceKind

Microseconds = npt.NDArray[np.int64]
TAGS_MIN = 10  # fewer tags of a model say more of their wearers than of the model
GAPS_MIN = 100  # and so do fewer waits between contacts
QUANTILE = 0.95
NO_PLACES = frozenset({DeviceKind.ALCOHOL_TAG, DeviceKind.HOME_UNIT, DeviceKind.BEACON})
# Alcohol tags upload once a day, to a base station or by hand. Makers call 48 hours without an
# upload critical; that is three times these sixteen (health.SILENT_CONTACTS).
DAILY = Expected(contact_s=57_600.0, upload_lag_s=43_200.0, places=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """One activation's fixes: when measured and when received, microseconds, in any order."""

    measured_us: Microseconds
    received_us: Microseconds


@dataclass(frozen=True, slots=True)
class Learnt:
    """Of one model: medians in seconds, and the 95th percentile of the waits between contacts.

    tags, gaps   how many tags, and waits between contacts of one tag, it was learnt from
    """

    model: str
    fix_s: float
    contact_s: float
    upload_lag_s: float
    tags: int
    gaps: int

    @property
    def is_enough(self) -> bool:
        return self.tags >= TAGS_MIN and self.gaps >= GAPS_MIN


def learn(seen: Mapping[int, Seen], model_of: Mapping[int, str]) -> list[Learnt]:
    """What each model's tags did; models of which no tag was heard twice are left out.

    seen, model_of   by activation: a gap never spans two persons
    """
    fixes: dict[str, list[Microseconds]] = defaultdict(list)
    contacts: dict[str, list[Microseconds]] = defaultdict(list)
    lags: dict[str, list[Microseconds]] = defaultdict(list)
    for activation, one in seen.items():
        waits = gaps_us(one.received_us)
        if waits.size:
            model = model_of[activation]
            contacts[model].append(waits)
            fixes[model].append(gaps_us(one.measured_us))
            lags[model].append(np.maximum(one.received_us - one.measured_us, 0))
    return [
        Learnt(
            model=model,
            fix_s=_quantile_s(fixes[model], 0.5),
            contact_s=_quantile_s(contacts[model], QUANTILE),
            upload_lag_s=_quantile_s(lags[model], 0.5),
            tags=len(contacts[model]),
            gaps=sum(waits.size for waits in contacts[model]),
        )
        for model in sorted(contacts)
    ]


def gaps_us(times_us: Microseconds) -> Microseconds:
    """The waits between the distinct instants, microseconds; empty with fewer than two."""
    once = np.unique(times_us)
    return once[1:] - once[:-1]


def expected_of(model: str, learnt: Mapping[str, Learnt], kind: str = "") -> Expected:
    """What to expect of a tag of this model: the defaults of its kind where too little is known.

    kind   of the device (values.DeviceKind); "" where the inventory states none
    """
    places = kind not in NO_PLACES
    one = learnt.get(model)
    if one is not None and one.is_enough:
        return Expected(one.fix_s, one.contact_s, one.upload_lag_s, one.tags, places)
    return DAILY if kind == DeviceKind.ALCOHOL_TAG else Expected(places=places)


def _quantile_s(parts: list[Microseconds], share: float) -> float:
    """In seconds; what nothing is known of counts as the default of a fix a minute."""
    whole = np.concatenate(parts)
    return float(np.quantile(whole, share)) / 1e6 if whole.size else Expected().fix_s
