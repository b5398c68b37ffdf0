"""What may be done about tags on people: fit, swap, remove, visit, check, give notice."""

from __future__ import annotations

from waypost.fitting.after_fitting import confirm_first_fix, give_notice
from waypost.fitting.fitter import fit, remove, swap
from waypost.fitting.visiting import record_visit

__all__ = [
    "confirm_first_fix",
    "fit",
    "give_notice",
    "record_visit",
    "remove",
    "swap",
]
