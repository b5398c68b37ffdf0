"""Filters of the IOM pages: stored names as words, states as tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from waypost.iom import values
from waypost.iom.drifting import VERDICT_WORDS, Verdict
from waypost.iom.profiling import MEASURE_WORDS

register = template.Library()
TABLES: dict[str, Mapping[Any, str]] = {
    "standing": values.STANDING_WORDS,
    "means": values.STANDING_MEANS,
    "criterion": values.CRITERION_WORDS,
    "stage": values.STAGE_WORDS,
    "offer": values.OFFER_WORDS,
    "offer_act": values.OFFER_ACT_WORDS,
    "conference": values.CONFERENCE_WORDS,
    "action": values.ACTION_WORDS,
    "task_kind": values.TASK_KIND_WORDS,
    "task": values.TASK_WORDS,
    "task_act": {**values.TASK_ACT_WORDS, "send": "sent"},
    "source": values.SOURCE_WORDS,
    "assessment": values.ASSESSMENT_WORDS,
    "handling": values.HANDLING_WORDS,
    "measure": MEASURE_WORDS,
}
COLOURS = {
    Verdict.DRIFTING: "red",
    Verdict.WATCH: "orange",
    Verdict.STEADY: "green",
    Verdict.CANNOT_TELL: "grey",
}


@register.filter
def iom(name: str, table: str) -> str:
    """A stored name in the words of its table."""
    return TABLES[table].get(name, str(name))


@register.filter
def verdict_tag(verdict: Verdict) -> SafeString:
    return format_html(
        '<strong class="govuk-tag govuk-tag--{}">{}</strong>',
        COLOURS[verdict], VERDICT_WORDS[verdict],
    )  # fmt: skip
