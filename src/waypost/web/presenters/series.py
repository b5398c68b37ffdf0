"""Series as pages show them: numbers in plain words, people by reference."""

from __future__ import annotations

from typing import Any

from waypost.matching.series import gathered_words, number_words, toll_words
from waypost.matching.series_queries import At, Series, Together, Wearer
from waypost.web.presenters.matching import share
from waypost.web.templatetags.waypost import length, words


def series(found: Series) -> dict[str, Any]:
    return {
        "offences": len(found.scenes),
        "occasions": found.occasions,
        "unweighed": found.unweighed,
        "searched": found.searched,
        "wearers": [_wearer(one) for one in found.wearers],
        "more": found.more,
    }


def together(found: Together) -> dict[str, Any]:
    return {
        "run_number": found.run_number,
        "words": gathered_words(found.toll),
        "wearers": found.toll.seen,
        "meetings": [
            {
                "one": found.references.get(one.one, ""),
                "other": found.references.get(one.other, ""),
                "from_at": one.from_at,
                "to_at": one.to_at,
                "length": length(one.to_at - one.from_at),
            }
            for one in found.meetings
        ],
    }


def _wearer(one: Wearer) -> dict[str, Any]:
    return {
        "person": one.person_reference,
        "words": toll_words(one.toll),
        "among": number_words(one.among),
        "at": [_at(scene) for scene in one.at],
    }


def _at(one: At) -> dict[str, Any]:
    return {
        "reference": one.scene.offence.reference,
        "number": one.scene.number,
        "from_at": one.scene.offence.from_at,
        "to_at": one.scene.offence.to_at,
        "verdict": words(one.verdict) if one.verdict else "No match",
        "share": share(one.share),
    }
