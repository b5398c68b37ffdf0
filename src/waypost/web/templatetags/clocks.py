"""Filters for the clocks of alerts: in words, so that no colour has to be seen."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from waypost.alerts.calling import ClockSeen
from waypost.web.templatetags.waypost import length, local, when

register = template.Library()
RUNGS = {"first": "officers on shift", "second": "shift’s lead", "on_call": "duty manager"}


@register.filter
def rung(role: object) -> str:
    """A rung of the rota as people say it."""
    return RUNGS.get(str(role), str(role))


@register.filter
def clock_line(clock: ClockSeen) -> SafeString | str:
    """`2 min left`, `6 min over`, `put off until 14:00`; empty where nobody has to come."""
    parts: list[SafeString] = []
    if clock.left is not None and clock.is_over:
        over = length(-clock.left)
        parts.append(format_html('<strong class="waypost-over">{} over</strong>', over))
    elif clock.left is not None:
        parts.append(format_html('<span class="waypost-left">{} left</span>', length(clock.left)))
    if clock.snoozed_until is not None:
        parts.append(_until("put off until", clock.snoozed_until))
    if clock.suspended_until is not None:
        parts.append(_until("suspended until", clock.suspended_until))
    return SafeString(" ".join(parts))


@register.filter
def told_words(clock: ClockSeen) -> str:
    """Who has been told that nobody came, in the order of the rungs."""
    return ", ".join(rung(role) for role in clock.told)


@register.filter
def form_time(instant: datetime | None) -> str:
    """Local time as a field of a form takes it."""
    return f"{local(instant):%Y-%m-%dT%H:%M}" if instant else ""


def _until(words: str, at: datetime) -> SafeString:
    return format_html('<span class="waypost-hushed">{} {}</span>', words, when(at, "near"))
