"""From alert to breach: one table of routes by kind of order, with decider, document, clock, law.

The law in it was read in 2026 on legislation.gov.uk; where a time is not in an Act it is this
project's assumption and says so. Nothing here decides: it says who does, and what may follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waypost.enforcement.values import Clock, Decider, Route, Rule, Step, Within
from waypost.errors import Refused
from waypost.orders.values import OrderKind

D, S = Decider, Step
OURS = "our assumption"
DECISION = Within(Clock.WORKING_DAYS, 2, OURS)
LAYING = Within(Clock.WORKING_DAYS, 5, OURS)
RECALL_SOON = Within(Clock.HOURS, 24, OURS)
ANSWER = Within(Clock.HOURS, 24, OURS)
BAIL_COURT = Within(Clock.BAIL, 24, "Bail Act 1976 s.7(4) and (7)")

_NO_ACTION = Rule(
    S.NO_ACTION, (D.RESPONSIBLE_OFFICER,), "the officer's judgement, with why", asks=("words",),
)  # fmt: skip
_WITHDRAWN = Rule(
    S.WITHDRAWN, (D.RESPONSIBLE_OFFICER, D.ENFORCEMENT_OFFICER, D.MACHINE),
    "nothing is left of it, or it is not to be pursued", asks=("words",),
)  # fmt: skip
_CLOSED = Rule(S.CLOSED, (D.RESPONSIBLE_OFFICER, D.ENFORCEMENT_OFFICER), "nothing is left to do")


def _court_order(law: str) -> tuple[Rule, ...]:
    """Community orders and suspended sentence orders: paragraphs 6 and 7 of their schedules."""
    return (
        Rule(S.PROPOSED, (D.MACHINE,), f"{law} para. 6(1): the officer's opinion is asked for",
             (S.WARNING_GIVEN, S.REFERRED, S.NO_ACTION, S.WITHDRAWN), DECISION),
        Rule(S.WARNING_GIVEN, (D.RESPONSIBLE_OFFICER,), f"{law} para. 6(3)(a), (4), (5)",
             document="warning_letter", asks=("words",)),
        Rule(S.REFERRED, (D.RESPONSIBLE_OFFICER,), f"{law} para. 6(2), (3)(b)",
             (S.INFORMATION_LAID, S.NOT_TAKEN_ON, S.WITHDRAWN), LAYING, "breach_report",
             asks=("words",)),
        Rule(S.NOT_TAKEN_ON, (D.ENFORCEMENT_OFFICER,), f"{law} para. 7: considers the case",
             asks=("words",)),
        Rule(S.INFORMATION_LAID, (D.ENFORCEMENT_OFFICER,), f"{law} para. 7(b)",
             (S.HEARING, S.WITHDRAWN), asks=("reference", "hearing")),
        Rule(S.HEARING, (D.COURT,), f"{law} Part 2: the court",
             (S.HEARING, S.CLOSED, S.WITHDRAWN),
             outcomes=("adjourned", "proved", "not_proved", "withdrawn"), asks=("words",)),
        _NO_ACTION, _WITHDRAWN, _CLOSED,
    )  # fmt: skip


def _summons(law: str) -> tuple[Rule, ...]:
    """As a court order, of Acts whose paragraphs are others: the officer weighs each failure."""
    return tuple(
        replace(rule, law=law) if rule.law.startswith(f"{law} ") else rule
        for rule in _court_order(law)
    )


def _recall(law: str, what: str) -> tuple[Rule, ...]:
    """Asked for by probation, endorsed by a second person, decided elsewhere."""
    return (
        Rule(S.PROPOSED, (D.MACHINE,), f"{law}: the officer's judgement is asked for",
             (S.RECALL_REQUESTED, S.WARNING_GIVEN, S.NO_ACTION, S.WITHDRAWN),
             Within(Clock.HOURS, 24, OURS)),
        Rule(S.WARNING_GIVEN, (D.RESPONSIBLE_OFFICER,), "practice, no duty: short of recall",
             document="warning_letter", asks=("words",)),
        Rule(S.RECALL_REQUESTED, (D.RESPONSIBLE_OFFICER,), f"{law}: {what}",
             (S.RECALL_ENDORSED, S.WITHDRAWN), Within(Clock.HOURS, 24, OURS), "recall_request",
             asks=("words",)),
        Rule(S.RECALL_ENDORSED, (D.SECOND_PERSON,), "a second person, senior to the first",
             (S.RECALL_DECIDED, S.WITHDRAWN), RECALL_SOON, asks=("words",)),
        Rule(S.RECALL_DECIDED, (D.SECRETARY_OF_STATE,), f"{law}: the Secretary of State",
             (S.RETURNED_TO_CUSTODY, S.CLOSED, S.WITHDRAWN), outcomes=("recalled", "not_recalled"),
             asks=("reference",)),
        Rule(S.RETURNED_TO_CUSTODY, (D.POLICE,), "who is recalled is unlawfully at large: s.254(6)",
             asks=("words",)),
        _NO_ACTION, _WITHDRAWN, _CLOSED,
    )  # fmt: skip


def _hdc() -> tuple[Rule, ...]:
    """As a licence, but the monitoring centre tells PPCS itself, and nobody endorses that."""
    law = "Criminal Justice Act 2003 s.255"
    found = []
    for rule in _recall(law, "curfew condition not kept, or no longer able to be monitored there"):
        if rule.step is S.RECALL_ENDORSED:
            continue
        if rule.step is S.RECALL_REQUESTED:
            rule = replace(
                rule, decider=(D.MONITORING_CENTRE, D.RESPONSIBLE_OFFICER),
                then=(S.RECALL_DECIDED, S.WITHDRAWN),
            )  # fmt: skip
        found.append(rule)
    return tuple(found)


def _police(law: str, *, bail: bool) -> tuple[Rule, ...]:
    """The police's choice: they are told, answer, and may arrest."""
    court = (
        Rule(S.ARRESTED, (D.POLICE,), "Bail Act 1976 s.7(3)", (S.BEFORE_COURT, S.WITHDRAWN),
             BAIL_COURT, asks=("words",)),
        Rule(S.BEFORE_COURT, (D.COURT,), "Bail Act 1976 s.7(5)",
             outcomes=("remanded_in_custody", "bailed_as_before", "bailed_on_other_conditions",
                       "no_breach_found"), asks=("words",)),
    )  # fmt: skip
    charged = (
        Rule(S.ARRESTED, (D.POLICE,), f"{law}: an offence", (S.HEARING, S.CLOSED, S.WITHDRAWN),
             asks=("words",)),
        Rule(S.HEARING, (D.COURT,), f"{law}: the court", (S.HEARING, S.CLOSED, S.WITHDRAWN),
             outcomes=("adjourned", "proved", "not_proved", "withdrawn"), asks=("words",)),
    )  # fmt: skip
    return (
        Rule(S.PROPOSED, (D.MACHINE,), f"{law}: the police are to be told",
             (S.POLICE_NOTIFIED, S.NO_ACTION, S.WITHDRAWN), Within(Clock.HOURS, 4, OURS)),
        Rule(S.POLICE_NOTIFIED, (D.MONITORING_CENTRE, D.RESPONSIBLE_OFFICER), law,
             (S.POLICE_ANSWERED, S.WITHDRAWN), ANSWER, asks=("words",)),
        Rule(S.POLICE_ANSWERED, (D.POLICE,), f"{law}: the police decide",
             (S.ARRESTED, S.CLOSED, S.WITHDRAWN), outcomes=("arrest", "no_action", "accepted"),
             asks=("words",)),
        *(court if bail else charged),
        replace(_NO_ACTION, decider=(D.RESPONSIBLE_OFFICER, D.MONITORING_CENTRE)),
        replace(_WITHDRAWN, decider=(D.RESPONSIBLE_OFFICER, D.MONITORING_CENTRE, D.MACHINE)),
        replace(_CLOSED, decider=(D.RESPONSIBLE_OFFICER, D.MONITORING_CENTRE)),
    )  # fmt: skip


def _named() -> tuple[Rule, ...]:
    """Whatever else is ordered: somebody named decides, and what they did is written down."""
    return (
        Rule(S.PROPOSED, (D.MACHINE,), "the order, or the agency, names who decides",
             (S.DECIDED, S.NO_ACTION, S.WITHDRAWN), DECISION),
        Rule(S.DECIDED, (D.NAMED_PERSON,), "the order, or the agency, names who decides",
             asks=("words", "reference")),
        _NO_ACTION, _WITHDRAWN,
    )  # fmt: skip


SUPERVISION, YOUTH = "Criminal Justice Act 2003 s.256AC", "Sentencing Act 2020 Sch. 7"
COMMUNITY, SUSPENDED = "Sentencing Act 2020 Sch. 10", "Sentencing Act 2020 Sch. 16"
LICENCE = "Criminal Justice Act 2003 s.254"
DAPO = "Domestic Abuse Act 2021 s.39"
ROUTES: Mapping[OrderKind, Route] = {
    OrderKind.COMMUNITY_ORDER: Route(
        "A warning, or a referral to an enforcement officer", COMMUNITY, _court_order(COMMUNITY),
        warns=True,
    ),
    OrderKind.SUSPENDED_SENTENCE: Route(
        "A warning, or a referral to an enforcement officer", SUSPENDED, _court_order(SUSPENDED),
        warns=True,
    ),
    OrderKind.LICENCE: Route(
        "Recall, asked for by probation and decided elsewhere", LICENCE,
        _recall(LICENCE, "the licence may be revoked"),
    ),
    OrderKind.PAROLE: Route(
        "Recall, asked for by probation and decided elsewhere",
        f"{LICENCE}; life licences: Crime (Sentences) Act 1997 s.32",
        _recall(LICENCE, "the licence may be revoked"),
    ),
    OrderKind.HDC: Route(
        "Recall from home detention curfew, decided elsewhere", "Criminal Justice Act 2003 s.255",
        _hdc(),
    ),
    OrderKind.POST_SENTENCE_SUPERVISION: Route(
        "A warning, or a summons before a magistrates’ court", SUPERVISION, _summons(SUPERVISION),
    ),
    OrderKind.YOUTH: Route(
        "Up to two warnings in twelve months, then the court", YOUTH, _summons(YOUTH),
    ),
    OrderKind.COURT_BAIL: Route(
        "The police's choice; to a court within 24 hours of an arrest", "Bail Act 1976 s.7",
        _police("Bail Act 1976 s.7", bail=True),
    ),
    OrderKind.DAPO: Route(
        "An offence: the police's choice", DAPO, _police(DAPO, bail=False),
    ),
    OrderKind.IMMIGRATION_BAIL: Route(
        "The Home Office decides", "Immigration Act 2016 Sch. 10", _named(),
    ),
    OrderKind.CIVIL: Route("A named person's decision", "the order itself", _named()),
    OrderKind.OTHER: Route("A named person's decision", "the order itself", _named()),
}  # fmt: skip


def route_of(kind: OrderKind | str) -> Route:
    """The route of an order's kind. A protected person's consent is no order and has none."""
    try:
        return ROUTES[OrderKind(kind)]
    except (KeyError, ValueError):
        raise Refused("Nothing is enforced on this kind of record.") from None


def has_route(kind: OrderKind | str) -> bool:
    return kind in {one.value for one in ROUTES}


def check_can_follow(route: Route, last: Step, step: Step) -> Rule:
    """The rule of the step, if the route lets it follow the last one."""
    rule, before = route.rule(step), route.rule(last)
    allowed = before.then if before is not None else ()
    if rule is None or step not in allowed:
        choices = ", ".join(one.value.replace("_", " ") for one in allowed) or "nothing"
        raise Refused(
            f"After {last.value.replace('_', ' ')} this cannot come; what can: {choices}."
        )
    return rule
