"""The forms of the pathway pages."""

from __future__ import annotations

from datetime import datetime

from waypost.pathways.budget_queries import BudgetSeen, SpendRow
from waypost.pathways.budgeting import SPEND_ASKS, SpendAct, pounds
from waypost.pathways.queries import PersonPage, ReferralRow, ServiceRow
from waypost.pathways.values import (
    ASKS,
    CAME_WORDS,
    KIND_WORDS,
    OUTCOME_WORDS,
    Act,
    Status,
)
from waypost.web.pages.form_values import TO_THE_MINUTE
from waypost.web.presenters.forms import Field, Form
from waypost.web.templatetags.waypost import local

ACT_TITLES: dict[Act, str] = {
    Act.ACCEPT: "Say that the provider takes them",
    Act.DECLINE: "Say that the provider does not take them",
    Act.START: "Say that it started",
    Act.END: "Say that it ended",
    Act.WITHDRAW: "Withdraw the referral",
}


def service_form(row: ServiceRow | None) -> Form:
    """A new service (None), or what is said of one."""
    one = row.service if row else None
    fields = (
        Field("name", "Name of the service", value=one.name if one else ""),
        Field("provider", "Who provides it", value=one.provider if one else ""),
        Field("kind", "Kind", "select", tuple((k.value, w) for k, w in KIND_WORDS.items()),
              value=one.kind if one else ""),
        Field("places", "Places", value=str(one.places) if one else ""),
        Field("for_whom", "Who it is for", required=False, value=one.for_whom if one else ""),
        Field("areas", "Boroughs, parted by commas; none: everywhere", required=False,
              value=", ".join(one.areas) if one else ""),
        Field("contact", "How the service is reached", required=False,
              value=one.contact if one else ""),
    )  # fmt: skip
    if one is None:
        return Form("enter", "Enter a service", "Enter the service", fields)
    stands = Field("ended", "Does it go on?", "radios",
                   (("0", "It goes on"), ("1", "It has ended, and takes nobody any more")),
                   value="1" if one.ended_at else "0")  # fmt: skip
    return Form("change", "Change what is said of it", "Change the service", (*fields, stands),
                hidden={"version": str(one.version)})  # fmt: skip


def refer_form(page: PersonPage) -> Form | None:
    if not page.may_write or not page.services:
        return None
    choices = tuple(
        (str(one.service.pk), f"{one.service.name}, {one.service.provider}: "
         f"{one.places.free} of {one.places.places} places free, {one.waiting} waiting")
        for one in page.services
    )  # fmt: skip
    return Form(
        "refer", "Refer to a service", "Refer them",
        (Field("service", "Service", "select", choices), Field("why", "Why this one", "area")),
    )  # fmt: skip


def referral_forms(row: ReferralRow, now: datetime) -> list[Form]:
    about, hidden = str(row.referral.pk), {"version": str(row.referral.version)}
    name = row.referral.service.name
    found = [
        Form(act.value, f"{ACT_TITLES[act]}: {name}", ACT_TITLES[act], _fields(act), about=about,
             hidden=hidden, grave=act in {Act.DECLINE, Act.WITHDRAW})
        for act in row.acts
    ]  # fmt: skip
    if row.status is Status.STARTED and row.acts:
        fields = (
            Field("at", "When the session was", "datetime-local",
                  value=local(now).strftime(TO_THE_MINUTE)),
            Field("came", "They", "radios", tuple((c.value, w) for c, w in CAME_WORDS.items())),
        )  # fmt: skip
        found.insert(0, Form("session", f"Write a session down: {name}", "Write it down", fields,
                             about=about))  # fmt: skip
    return found


def _fields(act: Act) -> tuple[Field, ...]:
    fields = [Field("words", f"Say {ASKS[act]}", "area")]
    if act is Act.END:
        fields.insert(0, Field("outcome", "Outcome", "radios",
                               tuple((o.value, w) for o, w in OUTCOME_WORDS.items())))  # fmt: skip
    if act is Act.START:
        fields.append(Field("over_why", "Where no place is free: who agreed to one more, and why",
                            "area", required=False))  # fmt: skip
    return tuple(fields)


SPEND_TITLES: dict[SpendAct, str] = {
    SpendAct.APPROVE: "Approve the spend",
    SpendAct.REFUSE: "Refuse the spend",
    SpendAct.PAY: "Say that it is paid",
    SpendAct.WITHDRAW: "Withdraw the spend",
}


def budget_forms(seen: BudgetSeen) -> list[Form]:
    """To allocate, for a coordinator; to ask for a spend, where there is a budget."""
    forms = []
    if seen.may_ask:
        fields = (Field("amount", "Amount in pounds"), Field("what", "What it is for", "area"))
        forms.append(Form("ask_spend", "Ask for a spend", "Ask for it", fields))
    if seen.may_allocate:
        title = "Change the budget" if seen.balance else "Allocate a budget"
        amount = pounds(seen.balance.allocated)[1:] if seen.balance else ""
        fields = (Field("amount", "The whole budget, in pounds", value=amount),
                  Field("why", "What the budget is for", "area", value=seen.why))  # fmt: skip
        forms.append(Form("allocate", title, "Write the budget down", fields))
    return forms


def spend_forms(row: SpendRow) -> list[Form]:
    about, hidden = str(row.spend.pk), {"version": str(row.spend.version)}
    what = pounds(row.spend.pence)
    return [
        Form(act.value, f"{SPEND_TITLES[act]}: {what}", SPEND_TITLES[act], (_spend_words(act),),
             about=about, hidden=hidden, grave=act in {SpendAct.REFUSE, SpendAct.WITHDRAW})
        for act in row.acts
    ]  # fmt: skip


def _spend_words(act: SpendAct) -> Field:
    if act is SpendAct.PAY:
        return Field("words", "Reference of the receipt")
    return Field("words", f"Say {SPEND_ASKS[act]}", "area")
