"""What a role's first page says while nothing of its own stands there: what it is for, and how
things will come to be here."""

from __future__ import annotations

from dataclasses import dataclass

from waypost.access.values import Posted, Role


@dataclass(frozen=True, slots=True)
class FirstPage:
    title: str
    question: str  # what the role comes to ask
    empty: str  # why there is nothing to show, and how it gets here


FIRST_PAGES: dict[Role, FirstPage] = {
    Role.POLICE_REQUESTER: FirstPage(
        "My requests",
        "Where is my request, and what is still wanted for it?",
        "No request of yours is kept here. This version does not take requests for whereabouts: "
        "make them the way your force agreed with the monitoring centre. What is released to you "
        "will be listed here, with the day on which it is removed again.",
    ),
    Role.AUTHORISING_OFFICER: FirstPage(
        "Waiting for my leave",
        "What waits for my leave, and what would I be releasing?",
        "Nothing waits. This version does not take requests, so none can come to you. Each will "
        "be listed here with a preview of exactly what you would release.",
    ),
    Role.COURT_REPORT_OFFICER: FirstPage(
        "Checks and proposals",
        "Is monitoring suitable here, what would it look like, and what has been checked?",
        "No check is kept here. This version does not carry suitability checks; orders come from "
        "an orders file that the administrator brings in.",
    ),
    Role.PROGRAMME_EVALUATOR: FirstPage(
        "Figures",
        "Does it work, for whom, and do we know enough to say?",
        "No figure is published. Figures will be listed here with their definition, their "
        "interval and how many people they rest on. No page of yours shows a single person.",
    ),
}


def first_page_of(by: Posted) -> FirstPage | None:
    """The words for the first of the officer's roles that has any."""
    return next((FIRST_PAGES[role] for role in FIRST_PAGES if role in by.roles), None)
