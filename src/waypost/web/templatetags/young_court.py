"""Filters of the Young Adult Court's pages: stored names as words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from waypost.young_court import values

register = template.Library()
TABLES: dict[str, Mapping[Any, str]] = {
    "purpose": values.PURPOSE_WORDS,
    "status": values.STATUS_WORDS,
    "act": {**values.ACT_WORDS, "list": "put on the list", "prepare": "prepared"},
}


@register.filter
def court_word(name: str, table: str) -> str:
    """A stored name in the words of its table."""
    return TABLES[table].get(name, str(name))
