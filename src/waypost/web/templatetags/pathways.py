"""Filters of the pathway pages: stored names as words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from waypost.pathways import budgeting, values

register = template.Library()
TABLES: dict[str, Mapping[Any, str]] = {
    "kind": values.KIND_WORDS,
    "status": values.STATUS_WORDS,
    "act": {**values.ACT_WORDS, "refer": "referred"},
    "outcome": values.OUTCOME_WORDS,
    "came": values.CAME_WORDS,
    "spend": budgeting.SPEND_WORDS,
    "spend_act": {**budgeting.SPEND_ACT_WORDS, "ask_spend": "asked for"},
}


@register.filter
def pathway(name: str, table: str) -> str:
    """A stored name in the words of its table."""
    return TABLES[table].get(name, str(name))


@register.filter
def pounds(pence: int) -> str:
    """Pence as £45.50."""
    return budgeting.pounds(pence)
