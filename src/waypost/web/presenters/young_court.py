"""The forms of the Young Adult Court's pages."""

from __future__ import annotations

from collections.abc import Sequence

from waypost.web.presenters.forms import Field, Form
from waypost.web.templatetags.waypost import when_words
from waypost.young_court.queries import ListingSeen, PersonReviews
from waypost.young_court.values import ADAPTATION_WORDS, ASKS, PURPOSE_WORDS, Act

ACT_TITLES: dict[Act, str] = {
    Act.REPORT: "Draw up a progress report",
    Act.HOLD: "Write down what the court said",
    Act.ADJOURN: "Move it to another sitting",
    Act.WITHDRAW: "Take them off the list",
}


def sitting_form() -> Form:
    return Form(
        "enter", "Enter a sitting", "Enter the sitting",
        (
            Field("court", "Court"),
            Field("place", "Where people go: address, room", required=False),
            Field("at", "When it begins", "datetime-local"),
        ),
    )  # fmt: skip


def list_form(page: PersonReviews) -> Form | None:
    if not page.may_write or not page.sittings:
        return None
    return Form(
        "list", "Put on the list of a sitting", "Put them on the list",
        (
            Field("sitting", "Sitting", "select", _sittings(page)),
            Field("purpose", "What for", "radios",
                  [(one.value, words) for one, words in PURPOSE_WORDS.items()]),
            Field("why", "What they are listed for, in words", "area"),
        ),
    )  # fmt: skip


def listing_forms(seen: ListingSeen, page: PersonReviews) -> list[Form]:
    """What may be done with one listing, each by its form; nothing once it is over."""
    if not seen.acts:
        return []
    one = seen.row.listing
    name = when_words(one.at)
    hidden = {"version": str(one.version)}
    forms = [
        Form("prepare", f"Say what makes it possible to take part: {name}", "Write it down",
             _prepare(seen), about=str(one.pk), hidden=hidden)
    ]  # fmt: skip
    for act in seen.acts:
        if act is Act.ADJOURN and not _others(page, one.sitting_id):
            continue  # there is no other sitting to put it off to
        forms.append(
            Form(act.value, f"{ACT_TITLES[act]}: {name}", ACT_TITLES[act], _fields(act, seen, page),
                 about=str(one.pk), hidden=hidden, grave=act is Act.WITHDRAW)
        )  # fmt: skip
    return forms


def _prepare(seen: ListingSeen) -> tuple[Field, ...]:
    one = seen.row.listing
    return (
        Field("adaptations", "What they need", "checks",
              [(k.value, w) for k, w in ADAPTATION_WORDS.items()], chosen=tuple(one.adaptations)),
        Field("adaptation_words", "Anything else they need", "area", required=False,
              value=one.adaptation_words),
        Field("family_words", "Who of the family is asked to come", required=False,
              value=one.family_words),
    )  # fmt: skip


def _fields(act: Act, seen: ListingSeen, page: PersonReviews) -> tuple[Field, ...]:
    words = Field("words", f"Say {ASKS[act]}", "area")
    if act is Act.REPORT:
        goals = [(str(one.number), one.words) for one in page.goals]
        shared = Field("goals", "Goals that they agree to have told, in their own words", "checks",
                       goals, required=False)  # fmt: skip
        return (words, shared) if goals else (words,)
    if act is Act.ADJOURN:
        others = _others(page, seen.row.listing.sitting_id)
        return (Field("sitting", "To which sitting", "select", others), words)
    if act is Act.HOLD:
        return (
            words,
            Field("family", "Family", "radios", (("1", "Was there"), ("0", "Was not there"))),
            Field("family_words", "Who was there", required=False,
                  value=seen.row.listing.family_words),
            Field("next_on", "Day of the next review", "date", required=False),
            Field("ends_why", "If there is none: why", "area", required=False),
        )  # fmt: skip
    return (words,)


def _sittings(page: PersonReviews) -> list[tuple[str, str]]:
    return [(str(one.pk), f"{one.court}, {when_words(one.at)}") for one in page.sittings]


def _others(page: PersonReviews, but: int) -> Sequence[tuple[str, str]]:
    return [one for one in _sittings(page) if one[0] != str(but)]
