"""Filters of the pages: times as people read them, measures with their units, tags for states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from waypost.clock import now

register = template.Library()


def local(instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(settings.WALL_ZONE))


@register.filter
def when(instant: datetime | None, detail: str = "") -> SafeString | str:
    """Local time with its zone's word; UTC on hover.

    detail   "" to the minute with date; "seconds"; "clock" time only; "day" date only
    """
    if instant is None:
        return "not yet"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        instant.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        when_words(instant, detail),
    )


def when_words(instant: datetime, detail: str = "") -> str:
    there = local(instant)
    day = f"{there:%a} {there.day} {there:%b %Y}"
    if detail == "day":
        return day
    if detail == "clock":
        return f"{there:%H:%M:%S %Z}"
    return f"{day}, {there:%H:%M:%S %Z}" if detail == "seconds" else f"{day}, {there:%H:%M %Z}"


@register.filter
def age(instant: datetime | None) -> str:
    """How long ago, in the largest unit that says enough."""
    return length(now() - instant) if instant else ""


@register.filter("span")  # `length` is Django's own
def length(span: timedelta | float | None) -> str:
    """A duration: 45 s, 7 min, 3 h 05 min, 2 days 4 h. Numbers are seconds."""
    if span is None:
        return ""
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    if seconds < 60:
        return f"{max(seconds, 0)} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours < 1:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {minutes % 60:02d} min"
    return f"{days} day{'s' if days > 1 else ''} {hours % 24} h"


@register.filter
def metres(value: float | None) -> str:
    """12 m, 1.3 km; nothing stated is said so."""
    if value is None or value != value:
        return "not known"
    return f"{value:.0f} m" if value < 1000 else f"{value / 1000:.1f} km"


@register.filter
def words(name: object) -> str:
    """A stored name as words: `strap_tamper` -> Strap tamper."""
    text = str(getattr(name, "value", name)).replace("_", " ").replace(":", ": ")
    return text[:1].upper() + text[1:]


CERTAINTY_TAGS = {
    "certain": "red",
    "probable": "orange",
    "possible": "yellow",
    "cannot_tell": "grey",
}
STATUS_TAGS = {
    "raised": "red", "acknowledged": "blue", "in_hand": "turquoise", "explained": "green",
    "upheld": "purple", "withdrawn": "yellow", "closed": "grey",
    "SUCCESSFUL": "green", "PARTIAL": "orange", "FAILED": "red", "ERROR": "red",
    "done": "green", "failed": "red", "running": "blue", "waiting": "grey", "refused": "red",
}  # fmt: skip


@register.filter
def state_tag(name: object) -> SafeString:
    """A state as a GOV.UK tag: the word carries it, the colour only helps."""
    text = str(getattr(name, "value", name))
    colour = CERTAINTY_TAGS.get(text) or STATUS_TAGS.get(text) or "grey"
    shown = text.capitalize() if text.isupper() else words(text)
    return format_html('<strong class="govuk-tag govuk-tag--{}">{}</strong>', colour, shown)
