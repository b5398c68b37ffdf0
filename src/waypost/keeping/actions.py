"""What may be done in this room, by the module that does it."""

from __future__ import annotations

from waypost.keeping.asking import (
    ask,
    enter,
    extend,
    fetch,
    identify,
    let_out,
    refuse,
    release,
)
from waypost.keeping.bundling import ask_bundle, prepare
from waypost.keeping.forgetting import begin, forget_dated
from waypost.keeping.holds import end_hold, place_hold, review_hold
from waypost.keeping.periods import propose_period, settle_period, switch
from waypost.keeping.restrictions import restrict, review_restriction

__all__ = [
    "ask",
    "ask_bundle",
    "begin",
    "end_hold",
    "enter",
    "extend",
    "fetch",
    "forget_dated",
    "identify",
    "let_out",
    "place_hold",
    "prepare",
    "propose_period",
    "refuse",
    "release",
    "restrict",
    "review_hold",
    "review_restriction",
    "settle_period",
    "switch",
]
