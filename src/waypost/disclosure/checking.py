"""What is too broad, unclear, tenuous or not about the past in a request; what its requester reads.

    findings(wanted, now)               what the machine finds: a person refuses, returns or goes on
    told_of_refusal(wanted, grounds)    what the requester reads

Pure, and of the request as typed alone: nothing here knows whether the person asked about wears a
tag, so that a refusal or a receipt reads alike for a wearer, for anybody else, and for somebody
under limited access.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.disclosure.kinds import KINDS, RANK_WORDS
from waypost.disclosure.values import (
    OF_A_PLACE,
    OF_ONE_PERSON,
    OWN_KINDS,
    Ground,
    Kind,
    Rank,
    Wanted,
    What,
)

SAID_MIN = 40  # characters: fewer than that explain nothing
SPECIAL_MIN = 40
REFERENCE_MIN = 4
# Words of a search for something to enquire into, where an enquiry should be.
FISHING = re.compile(
    r"\b(just in case|in general|generally|background|fishing|speculative|routine check|see what"
    r"|any (crime|offence|offences|crimes)|might have done (something|anything)|keep an eye)\b",
    re.IGNORECASE,
)
GROUND_WORDS: dict[Ground, str] = {
    Ground.TOO_BROAD: "The request is too broad.",
    Ground.UNCLEAR: "The request is unclear.",
    Ground.TENUOUS: "What links the data asked for with the enquiry is tenuous.",
    Ground.NOT_RETROSPECTIVE: "The request is not about the past.",
    Ground.NOT_AUTHENTICATED: "We could not be sure who asks, or by what authority.",
    Ground.NOT_NECESSARY: "Location data is not necessary and proportionate for what is stated.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """ground, why it was found, what would be acceptable, and the field of the form it is about"""

    ground: Ground
    reason: str
    acceptable: str
    field: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the requester reads of one ground."""

    ground: Ground
    words: str
    acceptable: str


def findings(wanted: Wanted, *, now: datetime) -> tuple[Finding, ...]:
    """In the order of the form; empty: nothing stands against it."""
    return (*_about_whom(wanted), *_window(wanted, now), *_place(wanted), *_why(wanted))


def is_special(wanted: Wanted) -> bool:
    """Whether more is asked for than the kind's usual, so that a higher rank decides."""
    rule = KINDS[wanted.kind]
    long = wanted.window is not None and _length(wanted) > rule.window_for(wanted.what)
    wide = wanted.place is not None and wanted.place.radius_m > rule.radius_m
    return long or wide


def rank_needed(wanted: Wanted) -> Rank:
    return KINDS[wanted.kind].rank_for(wanted.what, special=is_special(wanted))


def told_of_refusal(wanted: Wanted, grounds: Collection[Ground]) -> tuple[Told, ...]:
    """A function of the request and the grounds: of nobody's records."""
    return tuple(
        Told(one, GROUND_WORDS[one], acceptable(wanted, one)) for one in Ground if one in grounds
    )


def acceptable(wanted: Wanted, ground: Ground) -> str:
    """What would be taken instead."""
    rule = KINDS[wanted.kind]
    if ground is Ground.TOO_BROAD:
        said = f"a window of at most {length_words(rule.window_for(wanted.what))}"
        if wanted.what in OF_A_PLACE:
            said += f" and a circle of at most {rule.radius_m:.0f} m around a place that is named"
        return f"Ask for {said}; or say why more is needed, and {_rank(rule.beyond_rank)} decides."
    if ground is Ground.NOT_RETROSPECTIVE:
        return (
            "Ask for a window that is over. Where life is in danger, or a wanted person must be "
            "found now, ring the control room."
        )
    return {
        Ground.UNCLEAR: "Say what happened, when and where, whom or what place the request is "
        "about, and in a sentence or two why this data is needed and how it helps.",
        Ground.TENUOUS: "Name the offence or enquiry with its reference, and say what makes it "
        "likely that the person or place asked about has to do with it.",
        Ground.NOT_AUTHENTICATED: "Send it from an account that is known here, or with the signed "
        "authority, and say how identity was checked.",
        Ground.NOT_NECESSARY: "Say which other ways were tried or considered and why they do not "
        "do, and ask for the least that would.",
    }[ground]


def _about_whom(wanted: Wanted) -> Iterator[Finding]:
    if wanted.what in OF_ONE_PERSON and wanted.kind is not Kind.OWN:
        if not wanted.person_name.strip():
            yield _found(wanted, Ground.UNCLEAR, "Nobody is named.", "person_name")
        elif not (wanted.person_born_on.strip() or wanted.person_reference.strip()):
            yield _found(
                wanted, Ground.UNCLEAR,
                "A name alone may be several people’s: a date of birth or a reference is missing.",
                "person_born_on",
            )  # fmt: skip


def _window(wanted: Wanted, now: datetime) -> Iterator[Finding]:
    if wanted.window is None:
        if wanted.what is not What.CURRENT:
            yield _found(wanted, Ground.UNCLEAR, "No time is given.", "from")
        return
    rule, length = KINDS[wanted.kind], _length(wanted)
    if wanted.window.to_at > now:
        yield _found(
            wanted, Ground.NOT_RETROSPECTIVE,
            "The window is not over: requests are about the past.", "to",
        )  # fmt: skip
    if length > rule.window_max:
        yield _found(
            wanted, Ground.TOO_BROAD,
            f"The window is {length_words(length)}; no reason allows more than "
            f"{length_words(rule.window_max)}.", "to",
        )  # fmt: skip
    elif length > rule.window_for(wanted.what) and not _special(wanted):
        yield _found(
            wanted, Ground.TOO_BROAD,
            f"The window is {length_words(length)}, more than "
            f"{length_words(rule.window_for(wanted.what))}, without a special reason.", "to",
        )  # fmt: skip


def _place(wanted: Wanted) -> Iterator[Finding]:
    if wanted.what not in OF_A_PLACE:
        return
    if wanted.place is None:
        yield _found(wanted, Ground.UNCLEAR, "No place is given.", "place")
        return
    rule, radius_m = KINDS[wanted.kind], wanted.place.radius_m
    if radius_m > rule.radius_m_max:
        yield _found(
            wanted, Ground.TOO_BROAD,
            f"The circle is {radius_m:.0f} m; no reason allows more than {rule.radius_m_max:.0f} "
            "m.", "radius_m",
        )  # fmt: skip
    elif radius_m > rule.radius_m and not _special(wanted):
        yield _found(
            wanted, Ground.TOO_BROAD,
            f"The circle is {radius_m:.0f} m, more than {rule.radius_m:.0f} m, without a special "
            "reason.", "radius_m",
        )  # fmt: skip


def _why(wanted: Wanted) -> Iterator[Finding]:
    if wanted.kind in OWN_KINDS:  # a right: no reason is asked for
        return
    if not wanted.offence.strip():
        yield _found(wanted, Ground.UNCLEAR, "No offence or enquiry is named.", "offence")
    if wanted.kind is Kind.POLICE and len(wanted.reference.strip()) < REFERENCE_MIN:
        yield _found(wanted, Ground.TENUOUS, "No crime or enquiry reference is given.", "reference")
    for name, text, what in (
        ("why", wanted.why, "why this data is needed"),
        ("helps", wanted.helps, "how it helps"),
    ):
        if len(text.strip()) < SAID_MIN:
            yield _found(wanted, Ground.UNCLEAR, f"It is not said {what}.", name)
        elif FISHING.search(text):
            yield _found(
                wanted, Ground.TENUOUS,
                f"It looks for something to enquire into: “{FISHING.search(text)[0]}”.", name,  # type: ignore[index]
            )  # fmt: skip
    same = " ".join(wanted.why.lower().split()) == " ".join(wanted.helps.lower().split())
    if same and len(wanted.why.strip()) >= SAID_MIN:
        yield _found(wanted, Ground.UNCLEAR, "How it helps repeats why it is needed.", "helps")


def _special(wanted: Wanted) -> bool:
    return len(wanted.special_reason.strip()) >= SPECIAL_MIN


def _found(wanted: Wanted, ground: Ground, reason: str, field: str) -> Finding:
    return Finding(ground, reason, acceptable(wanted, ground), field)


def _length(wanted: Wanted) -> timedelta:
    assert wanted.window is not None
    return wanted.window.to_at - wanted.window.from_at


def _rank(rank: Rank) -> str:
    return f"{'an' if rank is Rank.OFFICER else 'a'} {RANK_WORDS[rank]}"


def length_words(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    if hours <= 48:
        minutes = round(length / timedelta(minutes=1))
        whole, rest = divmod(minutes, 60)
        if not whole:
            return f"{minutes} minutes"
        return f"{whole} hour{'s' if whole != 1 else ''}" + (f" {rest} minutes" if rest else "")
    days = length / timedelta(days=1)
    return f"{days:.0f} days" if days == round(days) else f"{days:.1f} days"
