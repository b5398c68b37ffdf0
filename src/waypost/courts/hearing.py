"""A hearing's results for one defendant, read: which orders they make, of whom, and what is asked.

    hear_hearing(document)   one `Heard` for each order of the defendant that speaks of electronic
                             monitoring; none where nothing does

The order-making result (`tables.RESULTS`) begins an order; requirements that are results of their
own belong to the order before them. Pure; never raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from waypost.courts import doubts
from waypost.courts.asking import NO_END, Asking, at_choice
from waypost.courts.conditions import Found, conditions_of
from waypost.courts.grammar import read_date, read_period
from waypost.courts.payload import Prompt, Result, objects, read_fields, results_of, text_of
from waypost.courts.tables import RESULTS, ResultKind, Says, says_of
from waypost.courts.values import (
    Address,
    Agency,
    Choice,
    Form,
    Heard,
    OrderHeard,
    PersonHeard,
    Wants,
    Words,
)
from waypost.courts.walltimes import day_of, instant_of, later_by, of_wall, said_at
from waypost.orders.values import OrderKind

IDS = {
    "masterDefendantId": "master_defendant_id",
    "id": "defendant_id",
    "pncId": "pnc_id",
    "croNumber": "cro_number",
    "prosecutionAuthorityReference": "arrest_summons_number",
}
NO_ABODE = ("no fixed abode", "no fixed address", "nfa", "of no fixed abode", "homeless")
KIND_CHOICES = tuple(
    Choice(kind.value, kind.value.replace("_", " ").capitalize(), {"choice": kind.value})
    for kind in OrderKind
    if kind not in {OrderKind.PROTECTION, OrderKind.OTHER}
)


@dataclass(frozen=True, slots=True)
class Group:
    """One order: the result that makes it and those that belong to it."""

    main: Result
    kind: ResultKind | None
    results: tuple[Result, ...]

    @property
    def prompts(self) -> list[Prompt]:
        return [prompt for result in self.results for prompt in result.prompts]

    @property
    def notice(self) -> Prompt | None:
        """The notification that tells the contractor of it."""
        told = [one for one in self.prompts if says_of(one.label) is Says.NOTIFICATION]
        return told[0] if told else None

    @property
    def is_monitored(self) -> bool:
        labels = [one.label for one in self.prompts] + [one.label for one in self.results]
        says = [says_of(one) for one in labels]
        return any(one not in {None, Says.RESIDENCE, Says.MUST, Says.ENDS} for one in says)


def hear_hearing(document: Mapping[str, Any]) -> tuple[Heard, ...]:
    """Every monitored order of the slice's defendant, in the order of the results."""
    defendant = document.get("defendant")
    if not isinstance(defendant, Mapping):
        return ()
    path = text_of(document, "at") or "defendant"
    groups = [one for one in _groups(results_of(defendant, path)) if one.is_monitored]
    heard = [_hear(document, defendant, path, group) for group in groups]
    return tuple(_told_apart(heard))


def _groups(results: Sequence[Result]) -> list[Group]:
    """Results by the order they make. What comes before any order makes one of an unknown kind."""
    found: list[Group] = []
    for one in results:
        makes = one.code in RESULTS or any(
            says_of(prompt.label) is Says.NOTIFICATION for prompt in one.prompts
        )
        if makes or (not found and says_of(one.label) not in {None, Says.ENDS}):
            found.append(Group(one, RESULTS.get(one.code), (one,)))
        elif found and one.label:
            found[-1] = replace(found[-1], results=(*found[-1].results, one))
    return found


def _told_apart(heard: Sequence[Heard]) -> list[Heard]:
    """Two orders of one kind in one case are two orders: the second has a number."""
    found: list[Heard] = []
    for one in heard:
        count = sum(1 for other in found if other.order.reference.startswith(one.order.reference))
        if count:
            order = replace(one.order, reference=f"{one.order.reference}-{count + 1}")
            one = replace(one, order=order)
        found.append(one)
    return found


def _hear(
    document: Mapping[str, Any], defendant: Mapping[str, Any], path: str, group: Group
) -> Heard:
    asking = Asking()
    notice = group.notice
    person = _person(defendant, path, notice)
    order = _order(document, group, asking)
    found = conditions_of(group.results, person, order, asking)
    said = Heard(Form.HEARING, person, order, found.conditions, found.kept, found.tag_words)
    doubts.raise_all(said, group.kind, notice, group.results, asking)
    _nothing_found(found, notice, group.main, asking)
    return replace(said, questions=asking.questions)


def _nothing_found(found: Found, notice: Prompt | None, main: Result, asking: Asking) -> None:
    if found.conditions:
        return
    words = _words(notice) if notice else Words(main.path, main.label, main.text)
    asking.ask(
        "order/nothing", Wants.WORDS, words,
        "The message speaks of electronic monitoring and holds no condition that could be "
        "monitored. Ask the court what is to be monitored; until it says so, nothing is imported.",
        may_drop=True,
    )  # fmt: skip


def _person(defendant: Mapping[str, Any], path: str, notice: Prompt | None) -> PersonHeard:
    body = defendant.get("personDefendant")
    details = body.get("personDetails") if isinstance(body, Mapping) else None
    told = notice.fields if notice else {}
    lines = tuple(text_of(details, "address", f"address{n}") for n in range(1, 6))
    homeless = lines[0].casefold().rstrip(".") in NO_ABODE
    ids = [(name, text_of(defendant, key)) for key, name in IDS.items()]
    ids.append(("arrest_summons_number", text_of(body, "arrestSummonsNumber")))
    youth = defendant.get("isYouth")
    return PersonHeard(
        first_name=text_of(details, "firstName"),
        middle_name=text_of(details, "middleName"),
        last_name=text_of(details, "lastName"),
        born=read_date(text_of(details, "dateOfBirth")),
        sex=text_of(details, "gender").casefold(),
        is_child=youth if isinstance(youth, bool) else None,
        address=Address() if homeless else Address(lines, text_of(details, "address", "postcode")),
        no_fixed_abode=homeless,
        phone=text_of(details, "contact", "mobile") or text_of(details, "contact", "home"),
        interpreter=_yes(told.get("was an interpreter used?", "")),
        language=told.get("language", ""),
        needs=told.get("special needs", ""),
        ids=tuple({name: value for name, value in ids if value}.items()),
        words=Words(f"{path}.personDefendant.personDetails", "Defendant",
                    "\n".join(part for part in (*lines, text_of(details, "address", "postcode"))
                              if part)),
    )  # fmt: skip


def _order(document: Mapping[str, Any], group: Group, asking: Asking) -> OrderHeard:
    hearing, main, kind = document.get("hearing"), group.main, group.kind
    urn = text_of(document, "case", "prosecutionCaseIdentifier", "caseURN") or text_of(
        document, "case", "prosecutionCaseIdentifier", "prosecutionAuthorityReference"
    )
    made_at = instant_of(main.ordered)
    words = Words(main.path, main.label, main.text)
    order = OrderHeard(
        reference=_reference(urn, main, kind),
        code=main.code,
        label=main.label,
        kind=kind.kind if kind else None,
        is_variation=bool(kind and kind.varies),
        from_at=made_at,
        court=text_of(hearing, "courtCentre", "name"),
        crown=text_of(hearing, "jurisdictionType").casefold() == "crown",
        case_reference=urn,
        made_at=made_at,
        shared_at=_shared(text_of(document, "sharedTime")),
        intensive=bool(kind and kind.intensive),
        agency=_agency(group),
        words=words,
    )
    if made_at is None:
        asking.ask("order/start", Wants.INSTANT, words, "The message does not say when the order "
                   "was made.")  # fmt: skip
    if kind is None:
        asking.ask("order/kind", Wants.CHOICE, words, f"The result “{main.label}” is of a kind "
                   "that is not known here.", choices=KIND_CHOICES)  # fmt: skip
        return order
    if kind.varies:
        order = _varied(order, group, hearing)
    return (
        _until_hearing(order, group, asking)
        if kind.until_hearing
        else _until_end(order, group, asking)
    )


def _reference(urn: str, main: Result, kind: ResultKind | None) -> str:
    """How the order is called: by its case, and what it is."""
    what = kind.kind.value if kind else (main.code or "order").casefold()
    return f"{urn or 'no-case'}-{what}"[:80].replace("_", "-")


def _varied(order: OrderHeard, group: Group, hearing: Any) -> OrderHeard:
    """A variation binds from when the court sat on that day, not from the midnight before."""
    first = instant_of(_value(group, "dateTheOriginalOrderMade"))
    binds = order.made_at
    for _, day in objects(hearing, "hearingDays"):
        sat = _shared(text_of(day, "sittingDay"))
        if sat and binds and day_of(sat) == day_of(binds):
            binds = sat
    return replace(order, from_at=first or order.from_at, binds_at=binds)


def _until_hearing(order: OrderHeard, group: Group, asking: Asking) -> OrderHeard:
    """Bail and remands last until the next hearing: whose time is asked where it is not fixed."""
    prompts = [one for one in group.prompts if one.label.casefold().startswith("next hearing")]
    if not prompts:
        asking.ask("order/end", Wants.INSTANT, order.words, "The message names no next hearing, so "
                   "it is not known until when the order holds.", choices=(NO_END,))  # fmt: skip
        return order
    words, fields = _words(prompts[0]), read_fields(prompts[0].value)
    clock = fields.get("time of hearing", "")
    day = fields.get("date of hearing") or fields.get("fixed date")
    if day and (end := instant_of(day, clock)) is not None:
        return replace(order, to_at=end)
    if week := fields.get("week commencing"):
        end = instant_of(week, clock)
        choices = (NO_END,) if end is None else (
            at_choice("first-day", f"Until {said_at(end)}", end),
            at_choice("week-end", f"Until the end of that week, {said_at(end + timedelta(days=7))}",
                      end + timedelta(days=7)), NO_END,
        )  # fmt: skip
        asking.ask("order/end", Wants.INSTANT, words, f"The next hearing is in the week that "
                   f"begins on {week}; no day is fixed.", choices=choices)  # fmt: skip
        return replace(order, to_at=end)
    asking.ask("order/end", Wants.INSTANT, words, "The date of the next hearing is still to be "
               "fixed, or cannot be read.", choices=(NO_END,))  # fmt: skip
    return order


def _until_end(order: OrderHeard, group: Group, asking: Asking) -> OrderHeard:
    """A sentence or a civil order lasts to its last day, or for its length."""
    if _value(group, "orderMadeuntilFurtherOrder").casefold() == "true":
        return order
    if text := _value(group, "endDate"):
        last = read_date(text)
        if last is not None and (end := _day_after(last)) is not None:
            return replace(order, to_at=end)
        asking.ask("order/end", Wants.INSTANT, order.words, f"The end date “{text}” is no date.",
                   choices=(NO_END,))  # fmt: skip
        return order
    length = _value(group, "supervisionPeriod", "originalOrAmendedSupervisionPeriod")
    period = read_period(length)
    if period is None or order.from_at is None:
        asking.ask("order/end", Wants.INSTANT, order.words, "The message does not say until when "
                   "the order lasts.", choices=(NO_END,))  # fmt: skip
        return order
    end = later_by(order.from_at, period)
    if order.is_variation and order.made_at and (other := later_by(order.made_at, period)):
        choices = tuple(
            at_choice(value, f"{length} from {said_at(start)}: until {said_at(until)}", until)
            for value, start, until in (("first", order.from_at, end), ("varied", order.made_at,
                                                                       other))
            if until is not None
        )  # fmt: skip
        asking.ask("order/end", Wants.INSTANT, order.words, f"The supervision period is {length}; "
                   "it is not said whether it runs from the first order or from the variation.",
                   choices=choices)  # fmt: skip
    return replace(order, to_at=end)


def _agency(group: Group) -> Agency:
    """Who supervises. A prison's or an escort's address is nobody's who supervises."""
    officer = _value(group, "responsibleOfficer", "responsibleOfficerForTheOrder").casefold()
    either = _value(group, "probationyottobenotifiedOrganisationName")
    team = either or _value(group, "probationteamtobenotifiedOrganisationName",
                            "youthoffendingteamtobenotifiedOrganisationName")  # fmt: skip
    email = _value(group, "probationyottobenotifiedEmailAddress1",
                   "probationteamtobenotifiedEmailAddress1",
                   "youthoffendingteamtobenotifiedEmailAddress1")  # fmt: skip
    kind = ""
    if "youth offending" in officer or (either and _is_youth_team(either)):
        kind = "YJS"
    elif "probation" in officer or either:
        kind = "Probation"
    return Agency(kind, team, email)


def _is_youth_team(name: str) -> bool:
    low = name.casefold()
    return low.endswith((" yot", " yjs")) or "youth" in low


def _value(group: Group, *references: str) -> str:
    for result in group.results:
        if said := result.value(*references):
            return said
    return ""


def _words(prompt: Prompt) -> Words:
    return Words(prompt.path, prompt.label, prompt.value)


def _yes(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text.casefold().strip())


def _shared(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return at if at.tzinfo else of_wall(at)
    except (ValueError, OverflowError):
        return None


def _day_after(day: date) -> datetime | None:
    return instant_of((day + timedelta(days=1)).isoformat()) if day < date.max else None
