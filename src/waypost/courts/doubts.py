"""What contradicts itself, or nobody could have meant, in a message: asked, never mended. Pure.

What would make the order wrong holds it up; what is merely odd is a note to look into.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from waypost.courts.asking import NO_END, Asking, at_choice
from waypost.courts.grammar import read_period
from waypost.courts.payload import Prompt, Result
from waypost.courts.tables import ResultKind, Says, says_of
from waypost.courts.values import Choice, Condition, Heard, Wants, Words
from waypost.courts.walltimes import day_of, instant_of, later_by, said_at
from waypost.orders.values import OrderKind, RequirementKind

PERIOD_SLACK = timedelta(days=2)  # "6 months" may count its first or its last day, or an hour
NOTICES = {
    "variation of electronic monitoring. date and case reference of original order": "a variation",
    "additional notification of electronic monitoring. date and case reference of original order":
        "an addition to an order made before",
    "continuation of electronic monitoring": "a continuation",
}  # fmt: skip


def raise_all(
    heard: Heard,
    kind: ResultKind | None,
    notice: Prompt | None,
    results: Sequence[Result],
    asking: Asking,
) -> None:
    """Every doubt about the order as read."""
    for check in CHECKS:
        check(heard, asking)
    for condition in heard.conditions:
        _dates(condition, asking)
        _period(condition, asking)
    _places_meet(heard, asking)
    if kind is not None:
        _ages(heard, kind, asking)
        _custody(heard, kind, results, asking)
        if kind.scotland:
            _scotland(heard, asking)
    _notified(heard, notice, results, asking)
    _ends_elsewhere(results, asking)


def _order_dates(heard: Heard, asking: Asking) -> None:
    """The end before the start, or over before anybody here was told of it."""
    order = heard.order
    if order.to_at is None:
        return
    choices = (at_choice("as-written", f"As written: until {said_at(order.to_at)}", order.to_at),
               NO_END)  # fmt: skip
    if order.from_at and order.to_at <= order.from_at:
        asking.ask("order/end", Wants.INSTANT, order.words,
                   f"The order ends ({said_at(order.to_at)}) before it begins "
                   f"({said_at(order.from_at)}).", choices=(NO_END,))  # fmt: skip
    elif order.shared_at and order.to_at <= order.shared_at:
        asking.ask("order/end", Wants.INSTANT, order.words,
                   f"The order was over ({said_at(order.to_at)}) when the message was sent "
                   f"({said_at(order.shared_at)}).", choices=choices)  # fmt: skip


def _made_after_sending(heard: Heard, asking: Asking) -> None:
    order = heard.order
    if order.made_at and order.shared_at and day_of(order.made_at) > day_of(order.shared_at):
        asking.note("made-later", order.words,
                    f"The order is dated {said_at(order.made_at)}, after the message was sent on "
                    f"{said_at(order.shared_at)}.")  # fmt: skip


def _no_fixed_abode(heard: Heard, asking: Asking) -> None:
    if heard.person.no_fixed_abode:
        asking.note("no-fixed-abode", heard.person.words,
                    "The person has no fixed address: where the tag is fitted and charged must be "
                    "arranged, and no curfew can be kept.")  # fmt: skip


def _unnamed(heard: Heard, asking: Asking) -> None:
    if not heard.person.name or heard.person.born is None:
        missing = "name" if not heard.person.name else "date of birth"
        asking.note("unnamed", heard.person.words, f"The person’s {missing} is missing.")


def _tag_without_place(heard: Heard, asking: Asking) -> None:
    for words in heard.tag_words:
        if "whereabouts" in words.text.casefold() and heard.order.kind is OrderKind.COURT_BAIL:
            asking.note("whereabouts-on-bail", words,
                        "The words ask for whereabouts to be monitored, which is not available on "
                        "court bail; only the conditions are monitored.")  # fmt: skip


def _exceptions(heard: Heard, asking: Asking) -> None:
    for one in heard.conditions:
        if one.exception:
            asking.note(f"exception-{one.reference}", one.words,
                        f"The court excepts: “{one.exception}”. No tag can see that; enter "
                        "exceptions for dates that are known, and judge the others when they "
                        "come.")  # fmt: skip


CHECKS: tuple[Callable[[Heard, Asking], None], ...] = (
    _order_dates, _made_after_sending, _no_fixed_abode, _unnamed, _tag_without_place, _exceptions,
)  # fmt: skip


def _dates(one: Condition, asking: Asking) -> None:
    if one.from_at is None or one.to_at is None or one.to_at > one.from_at:
        return
    period = read_period(one.period)
    until = later_by(one.from_at, period) if period else None
    choices = () if until is None else (
        at_choice("by-length", f"{one.period} from the start: until {said_at(until)}", until),
    )  # fmt: skip
    asking.ask(f"{one.reference}/end", Wants.INSTANT, one.words,
               f"It ends ({said_at(one.to_at)}) before it begins ({said_at(one.from_at)}).",
               choices=choices, may_drop=True)  # fmt: skip


def _period(one: Condition, asking: Asking) -> None:
    """Six months that span twelve: the length and the dates do not agree."""
    period = read_period(one.period)
    if not one.period.strip() or one.from_at is None or one.to_at is None:
        return
    if period is None:
        asking.ask(f"{one.reference}/end", Wants.INSTANT, one.words,
                   f"How long it lasts, “{one.period}”, cannot be read.",
                   choices=_as_written(one.to_at))  # fmt: skip
        return
    until = later_by(one.from_at, period)
    if one.to_at <= one.from_at or (until and abs(until - one.to_at) <= PERIOD_SLACK):
        return
    longer = () if until is None else (
        at_choice("by-length", f"{one.period} from the start: until {said_at(until)}", until),
    )  # fmt: skip
    asking.ask(f"{one.reference}/end", Wants.INSTANT, one.words,
               f"It is to last {one.period}, and its dates run from {said_at(one.from_at)} to "
               f"{said_at(one.to_at)}.", choices=(*longer, *_as_written(one.to_at)))  # fmt: skip


def _as_written(end: datetime) -> tuple[Choice, ...]:
    return (at_choice("as-written", f"As written: until {said_at(end)}", end),)


def _places_meet(heard: Heard, asking: Asking) -> None:
    """The same place to be in and to keep out of."""
    out = {_plain(one.place): one for one in heard.conditions
           if one.kind is RequirementKind.EXCLUSION and one.place}  # fmt: skip
    for one in heard.conditions:
        place = one.place or _remain(one)
        if one.kind is RequirementKind.EXCLUSION or _plain(place) not in out:
            continue
        other = out[_plain(place)]
        why = (f"The same place is one to be in ({one.reference}) and one not to enter "
               f"({other.reference}).")  # fmt: skip
        for asked in (one, other):
            asking.ask(f"{asked.reference}/zone", Wants.ZONE, asked.words, why, may_drop=True)


def _remain(one: Condition) -> str:
    for line in one.words.text.splitlines():
        if line.casefold().startswith("defendant to remain at:"):
            return line.partition(":")[2]
    return ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace(",", " ").split())


def _ages(heard: Heard, kind: ResultKind, asking: Asking) -> None:
    born, made = heard.person.born, heard.order.made_at
    if born is None or made is None:
        return
    age = _age(born, day_of(made))
    low, high = kind.age_min, kind.age_max
    if (low is not None and age < low) or (high is not None and age > high):
        span = f"from {10 if low is None else low} to {'any' if high is None else high} years"
        asking.note("age", heard.order.words,
                    f"“{heard.order.label}” was made of somebody aged {age}; such an order is made "
                    f"{span}. Is it the right person, and the right result?")  # fmt: skip
    if heard.person.is_child is not None and heard.person.is_child != (age < 18):
        asking.note("youth", heard.person.words, f"The message says that the person is "
                    f"{'a' if heard.person.is_child else 'no'} youth, and the date of birth says "
                    f"{age}.")  # fmt: skip


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _custody(heard: Heard, kind: ResultKind, results: Sequence[Result], asking: Asking) -> None:
    """Bail from custody: it begins at a release whose day is not said, and may have two ends."""
    if kind.in_custody and heard.order.from_at is not None:
        start = heard.order.from_at
        asking.ask("order/start", Wants.INSTANT, heard.order.words,
                   "The person is in custody until the conditions for release are met: the order "
                   "begins with the release, whose day the message does not say.",
                   choices=(at_choice("as-made", f"From the day it was made, {said_at(start)}",
                                      start),))  # fmt: skip
    day, clock = results[0].value("bailDate"), results[0].value("bailTime")
    until = instant_of(day, clock) if day else None
    end = heard.order.to_at
    if not day or until == end:
        return
    choices = tuple(
        at_choice(value, f"Until {words}, {said_at(at)}", at)
        for value, words, at in (("hearing", "the next hearing", end),
                                 ("bail-date", "the bail date", until))
        if at is not None and (heard.order.from_at is None or at > heard.order.from_at)
    )  # fmt: skip
    made = heard.order.made_at
    early = f", which is before the order was made ({said_at(made)})" if (
        until and made and until < made
    ) else ""  # fmt: skip
    path = next((one.path for one in results[0].prompts if one.reference == "bailDate"), "")
    asking.ask("order/end", Wants.INSTANT, Words(path, "Bail date", f"{day} {clock}".strip()),
               f"The bail date is {day} {clock}".rstrip() + f"{early}, and not the next hearing.",
               choices=(*choices, NO_END))  # fmt: skip


def _scotland(heard: Heard, asking: Asking) -> None:
    asking.ask("order/scotland", Wants.CHOICE, heard.order.words,
               "The order is to be supervised in Scotland, where other law and another provider "
               "serve.", choices=(
                   Choice("ours", "It is monitored here all the same", {"choice": "ours"}),
               ))  # fmt: skip


def _notified(
    heard: Heard, notice: Prompt | None, results: Sequence[Result], asking: Asking
) -> None:
    """Whether it is to be monitored at all, and whether the notification agrees with the result."""
    if notice is None:
        says = [says_of(one.label) for result in results for one in result.prompts]
        told = any(one in {Says.CURFEW_MONITORED, Says.GPS_TAG} for one in says) or any(
            "electronic monitoring" in result.label.casefold() for result in results
        )
        if not told and heard.conditions:
            asking.ask("order/monitored", Wants.CHOICE, heard.order.words,
                       "Nothing in the message says that this is to be electronically monitored.",
                       choices=(Choice("yes", "The court ordered electronic monitoring",
                                       {"choice": "yes"}),))  # fmt: skip
        return
    for name, words in NOTICES.items():
        said = notice.fields.get(name, "")
        if said and said.casefold() != "no" and not heard.order.is_variation:
            asking.note("notification", Words(notice.path, notice.label, notice.value),
                        f"The notification speaks of {words} ({said}), and the result makes a new "
                        "order. Look for the order before it.")  # fmt: skip


def _ends_elsewhere(results: Sequence[Result], asking: Asking) -> None:
    for result in results:
        if says_of(result.label) is Says.ENDS:
            what = result.value("electronicMonitoringType")
            day = result.value("dateLastElectronicMonitoringOrderMade")
            asking.note("ends", Words(result.path, result.label, result.text),
                        f"The court ended monitoring that was ordered before ({what or 'not said'}"
                        f"{f', {day}' if day else ''}). End that order, if it stands here, and say "
                        "what was done.")  # fmt: skip
