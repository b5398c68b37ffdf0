"""Names for ids and measures, so that a signature says which is meant."""

from __future__ import annotations

from enum import IntEnum
from typing import NewType

PersonRef = NewType("PersonRef", str)  # "P1": the reference agencies use
OrderRef = NewType("OrderRef", str)
RequirementRef = NewType("RequirementRef", str)
ActivationRef = NewType("ActivationRef", str)  # "A1": this device on this person, from-to
DeviceRef = NewType("DeviceRef", str)  # the id the tag itself reports
ActivationNumber = NewType("ActivationNumber", int)  # our number for it: the key of log and lake
PersonNumber = NewType("PersonNumber", int)
LogPosition = NewType("LogPosition", int)

# Rayleigh quantile: R95 = sigma * sqrt(-2 ln 0.05) for a circular Gaussian.
SIGMA_PER_R95 = 1 / 2.4477
R95_PER_R68 = 1.62  # phones state a 68 % radius; sqrt(-2 ln .05) / sqrt(-2 ln .32)
MPS_PER_KNOT = 0.514444
MPS_PER_KMH = 1 / 3.6


class Mechanism(IntEnum):
    """How a place was measured. Codes are ours; the ministry's are in `offences` and exports."""

    UNKNOWN = 0
    GNSS = 1
    WIFI = 2
    CELL = 3
    BEACON = 4  # RF


MECHANISM_WORDS: dict[str, Mechanism] = {
    "": Mechanism.UNKNOWN,
    "GPS": Mechanism.GNSS,
    "GNSS": Mechanism.GNSS,
    "WIFI": Mechanism.WIFI,
    "LBS": Mechanism.CELL,
    "CELL": Mechanism.CELL,
    "RF": Mechanism.BEACON,
    "BEACON": Mechanism.BEACON,
}

# R95 assumed where a tag states none (design, section 4). Beacon: the reach of a home unit.
R95_UNSTATED_M: dict[Mechanism, float] = {
    Mechanism.UNKNOWN: 30.0,
    Mechanism.GNSS: 30.0,
    Mechanism.WIFI: 100.0,
    Mechanism.CELL: 1000.0,
    Mechanism.BEACON: 30.0,
}
