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
    Role.COURT_REPORT_OFFICER: FirstPage(
        "Checks and proposals",
        "Is monitoring suitable here, what would it look like, and what has been checked?",
        "No check is kept here. This version does not carry suitability checks; orders come from "
        "an orders file that the administrator brings in. What a requirement would have meant on "
        "the last 28 days can be tried under What-if, and put beside an order.",
    ),
}


def first_page_of(by: Posted) -> FirstPage | None:
    """The words for the first of the officer's roles that has any."""
    return next((FIRST_PAGES[role] for role in FIRST_PAGES if role in by.roles), None)
