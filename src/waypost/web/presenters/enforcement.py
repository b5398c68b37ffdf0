"""A breach case as its page shows it: what is proposed, what each form asks, who decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.enforcement.queries import CasePage
from waypost.enforcement.values import ELSEWHERE, Decider, Rule, Step

BUTTONS: dict[Step, str] = {
    Step.WARNING_GIVEN: "Give a warning",
    Step.REFERRED: "Refer to an enforcement officer",
    Step.NO_ACTION: "Take no action",
    Step.NOT_TAKEN_ON: "Do not take it on",
    Step.INFORMATION_LAID: "Write down that an information was laid",
    Step.HEARING: "Write down a hearing",
    Step.RECALL_REQUESTED: "Ask for recall",
    Step.RECALL_ENDORSED: "Endorse the request",
    Step.RECALL_DECIDED: "Write down the decision on recall",
    Step.RETURNED_TO_CUSTODY: "Write down the return to custody",
    Step.POLICE_NOTIFIED: "Write down that the police were notified",
    Step.POLICE_ANSWERED: "Write down the police’s answer",
    Step.ARRESTED: "Write down an arrest",
    Step.BEFORE_COURT: "Write down the court’s decision",
    Step.DECIDED: "Write down the decision",
    Step.WITHDRAWN: "Withdraw the case",
    Step.CLOSED: "Close the case",
}
EFFECTS: dict[Step, str] = {
    Step.WARNING_GIVEN: "A warning letter is drawn up, and the alerts it rests on are closed as "
    "a warning given. It counts for twelve months from the day on which you give it.",
    Step.REFERRED: "A breach report with exhibits is drawn up for the enforcement officer, and "
    "the alerts are closed as a breach.",
    Step.RECALL_REQUESTED: "A request is drawn up. Somebody else endorses it, and the decision is "
    "made elsewhere.",
    Step.NO_ACTION: "The alerts are closed without action, with your reason.",
    Step.WITHDRAWN: "The case ends here. Whoever was told hears of it from you.",
}
WHY: dict[Step, str] = {
    Step.WARNING_GIVEN: "What happened, in words that the person will read",
    Step.REFERRED: "What is alleged, in words that a court will read",
    Step.RECALL_REQUESTED: "Why the risk cannot be managed otherwise",
}
DECIDER_WORDS: dict[Decider, str] = {
    Decider.MACHINE: "Waypost",
    Decider.RESPONSIBLE_OFFICER: "the responsible officer",
    Decider.MONITORING_CENTRE: "the monitoring centre",
    Decider.ENFORCEMENT_OFFICER: "the enforcement officer",
    Decider.SECOND_PERSON: "an authorising officer other than who asked",
    Decider.COURT: "the court",
    Decider.SECRETARY_OF_STATE: "the Secretary of State (PPCS)",
    Decider.POLICE: "the police",
    Decider.NAMED_PERSON: "the person named for it",
}


@dataclass(frozen=True, slots=True)
class StepForm:
    """What the form of a step asks."""

    step: Step
    button: str
    effect: str
    law: str
    why: str  # label of the words; "": none are needed
    outcomes: tuple[str, ...]
    asks_decider: str  # who decides it elsewhere, in words; "": it is decided here
    asks_reference: bool
    asks_hearing: bool
    asks_tell: str  # label of who else has it; "": nobody
    proposed: bool


@dataclass(frozen=True, slots=True)
class CaseShown:
    forms: tuple[StepForm, ...]
    others: tuple[tuple[str, str], ...]  # what may come next that is somebody else's: what, whose
    late: bool


def case_shown(page: CasePage, now: datetime) -> CaseShown:
    return CaseShown(
        tuple(_form(one, page) for one in page.choices),
        tuple((BUTTONS[one.step], deciders(one)) for one in page.others),
        page.line.due_at is not None and page.line.due_at < now,
    )


def deciders(rule: Rule) -> str:
    return " or ".join(DECIDER_WORDS[one] for one in rule.decider if one is not Decider.MACHINE)


def _form(rule: Rule, page: CasePage) -> StepForm:
    elsewhere = ELSEWHERE & set(rule.decider)
    tells = {"breach_report": "Which court is it for?", "recall_request": "Whom is it sent to?"}
    return StepForm(
        step=rule.step,
        button=BUTTONS[rule.step],
        effect=EFFECTS.get(rule.step, ""),
        law=rule.law,
        why=WHY.get(rule.step, "Why, and what happened") if "words" in rule.asks else "",
        outcomes=rule.outcomes,
        asks_decider=deciders(rule) if elsewhere else "",
        asks_reference="reference" in rule.asks,
        asks_hearing="hearing" in rule.asks or "adjourned" in rule.outcomes,
        asks_tell=tells.get(rule.document, ""),
        proposed=page.line.proposed is rule.step,
    )
