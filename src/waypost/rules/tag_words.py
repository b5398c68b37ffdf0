"""Sentences about a tag's own states: what was told and when, what it does not show. No place.

Times are stored as UTC text; pages show them as wall time.
"""

from __future__ import annotations

from datetime import timedelta

from waypost.clock import from_us
from waypost.devices.health import Expected, span_words

NOT_WHERE = "It says nothing of where the person was."


def at_words(us: int) -> str:
    return f"{from_us(us):%Y-%m-%d %H:%M:%S} UTC"


def length_words(us: int) -> str:
    return span_words(timedelta(microseconds=us))


def silent(from_us_: int, to_us_: int | None, heard: bool) -> str:
    """heard: something was received before it began."""
    since = "was fitted or its order began" if not heard else "was last heard"
    if to_us_ is None:
        return f"Nothing has been received since the tag {since}, at {at_words(from_us_)}."
    return (
        f"Nothing was received from the tag for {length_words(to_us_ - from_us_)}, from "
        f"{at_words(from_us_)} to {at_words(to_us_)}."
    )


def silent_after(expected: Expected) -> str:
    after = span_words(expected.silent_after)
    if not expected.tags:
        return (
            f"It counts as silent after {after}: too few tags of its model have been heard to say "
            "what is usual."
        )
    contact = span_words(timedelta(seconds=expected.contact_s))
    return (
        f"It counts as silent after {after}: of {expected.tags} tags of its model 95 % of the "
        f"waits are under {contact}."
    )


def deaf(us: int) -> str:
    return f"For {length_words(us)} of it no tag at all was heard: then the fault was ours."


def was_empty(at_us: int) -> str:
    return f"It had said that its battery was empty, at {at_words(at_us)}."


def placeless(from_us_: int, to_us_: int | None, located: bool) -> str:
    """located: it had given a place before."""
    if to_us_ is None:
        last = f"its last was of {at_words(from_us_)}" if located else "it has given none yet"
        return f"The tag is in contact and gives no usable place: {last}."
    return (
        f"The tag was in contact and gave no usable place for {length_words(to_us_ - from_us_)}, "
        f"from {at_words(from_us_)} to {at_words(to_us_)}."
    )


def still(from_us_: int, last_us: int, awake_us: int) -> str:
    return (
        f"From {at_words(from_us_)} to {at_words(last_us)} the tag reported no motion; "
        f"{length_words(awake_us)} of it lay between 7 and 23 o'clock."
    )


def still_fixes(count: int) -> str:
    if not count:
        return "No fix of that time is known."
    fixes = "1 fix of that time agrees" if count == 1 else f"{count} fixes of that time agree"
    return f"{fixes} with one place, their circles considered."


STILL_OTHERWISE = (
    "A tag that was taken off or left behind looks so; so does one whose motion sensor fails, or "
    "whose wearer lies very still."
)


def uncharged(since_us: int, to_us_: int | None, known: bool, within: timedelta) -> str:
    """known: a proper charge ended at `since_us`; else its battery was first heard of then."""
    last = (
        f"Its last proper charge ended at {at_words(since_us)}"
        if known
        else f"No proper charge is known since {at_words(since_us)}"
    )
    after = "none has begun since" if to_us_ is None else f"the next began at {at_words(to_us_)}"
    limit = span_words(within)
    middle = f"{last}; {after}" if known or to_us_ is not None else last
    return f"{middle}. One is asked for every day, with {limit} between two at the most."


PROPER = "A proper charge lasts an hour, or ends at 95 % or more; what was broken off is none."


def battery_said(at_us: int, stage: str, percent: float | None) -> str:
    level = "" if percent is None else f" ({percent:.0f} %)"
    return f"At {at_words(at_us)} it said that its battery was {stage}{level}."


def battery_over(at_us: int, charging: bool, percent: float | None) -> str:
    if charging:
        return f"Charging began at {at_words(at_us)}."
    return f"At {at_words(at_us)} it said {percent or 0:.0f} %."


def jammed(first_us: int, last_us: int, reports: int) -> str:
    if reports == 1:
        return f"At {at_words(first_us)} it reported that its radio is jammed."
    return (
        f"{reports} reports that its radio is jammed, from {at_words(first_us)} to "
        f"{at_words(last_us)}."
    )


def unjammed(at_us: int, by_word: bool) -> str:
    if by_word:
        return f"At {at_words(at_us)} it reported the end of it."
    return f"Satellites were heard again at {at_words(at_us)}."


JAMMED_BY = "What jammed it, and whether anybody meant to, cannot be told from this."


def unit_moved(unit: str, at_us: int) -> str:
    return f"Home unit {unit} reported at {at_words(at_us)} that it was moved."


def unit_dark(unit: str, at_us: int) -> str:
    return f"Home unit {unit} reported at {at_words(at_us)} that it lost its mains power."


def unit_over(at_us: int, how: str) -> str:
    return f"{how} at {at_words(at_us)}."


UNIT_MEANS = "While it lasts, what the unit hears, or does not, shows nothing of the person."


def clock(from_us_: int, to_us_: int | None) -> str:
    if to_us_ is None:
        return (
            f"Since {at_words(from_us_)} the times it sends cannot be right, or are in doubt; an "
            "officer has yet to decide."
        )
    return (
        f"From {at_words(from_us_)} the times it sent were wrong or in doubt; an officer decided "
        f"at {at_words(to_us_)}."
    )
