"""Filters of the pages: times as people read them, measures with their units, tags for states."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from waypost.clock import now
from waypost.documents.values import PDF
from waypost.enforcement.values import Weighs
from waypost.necessity.values import (
    CHECK_FOUND_WORDS,
    CHECK_WORDS,
    GIVEN_WORDS,
    REVIEW_WORDS,
    CheckFound,
    CheckKind,
    Given,
    ReviewFound,
)
from waypost.offences.values import CRIME_TYPES

WEIGHS_WORDS = {
    Weighs.COUNTS: ("Counts", "green"),
    Weighs.WAITS: ("Waits", "yellow"),
    Weighs.UNTOLD: ("Not yet notified", "orange"),
    Weighs.FELL: ("Fell", "grey"),
}

register = template.Library()


def local(instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(settings.WALL_ZONE))


@register.filter
def when(instant: datetime | None, detail: str = "") -> SafeString | str:
    """Local time with its zone's word; UTC on hover.

    detail   "" to the minute with date; "seconds"; "clock" time only; "day" date only;
             "near" the time alone today, with a short day before (lists of the last days);
             "only" the time of day without its zone, under a heading that names it
    """
    if instant is None:
        return "not yet"
    return _timed(instant, when_words(instant, detail))


@register.filter
def channel_words(name: str) -> str:
    """A channel of notices as one says it."""
    return {"sms": "text message", "test": "test channel"}.get(name, name)


@register.filter
def utc(instant: datetime) -> str:
    """The same in UTC, written out: for paper, which nothing points at."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@register.filter
def plain(instant: datetime) -> SafeString:
    """A time as one says it: Monday 23 November, 10:00 (`when` keeps the zone, hover has UTC)."""
    there = local(instant)
    return _timed(instant, f"{there:%A} {there.day} {there:%B}, {there:%H:%M}")


@register.filter
def came_from(request: HttpRequest) -> str:
    """Our page that a form was sent from, to open it again; empty when that is not known."""
    there = urlsplit(request.headers.get("Referer", ""))
    if request.method != "POST" or there.netloc != request.get_host():
        return ""
    return f"/{there.path.lstrip('/')}{f'?{there.query}' if there.query else ''}"


@register.filter
def to(from_at: datetime, to_at: datetime | None) -> SafeString:
    """A stretch of time: its date once when it begins and ends on one local day."""
    if to_at is None:
        return format_html("{} to now", when(from_at, "seconds"))
    same = local(from_at).date() == local(to_at).date()
    day = f"{when_words(from_at, 'day')}, " if same else ""
    detail = "clock" if same else "seconds"
    return format_html("{}{} to {}", day, when(from_at, detail), when(to_at, detail))


@register.filter
def minutes_to(from_at: datetime, to_at: datetime) -> SafeString:
    """As `to`, to the minute and on one line: for rows of long lists."""
    same = local(from_at).date() == local(to_at).date()
    if not same:
        return format_html("{} to {}", when(from_at), when(to_at))
    start = f"{when_words(from_at, 'day')}, {local(from_at):%H:%M}"
    return format_html(
        "{} to {}", _timed(from_at, start), _timed(to_at, f"{local(to_at):%H:%M %Z}")
    )


def _timed(instant: datetime, text: str) -> SafeString:
    """Words for an instant, with UTC for hovering and for machines."""
    at = instant.astimezone(UTC)
    stamp = at.isoformat().replace("+00:00", "Z")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        stamp,
        at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        text,
    )


def when_words(instant: datetime, detail: str = "") -> str:
    there = local(instant)
    day = f"{there:%a} {there.day} {there:%b %Y}"
    if detail == "day":
        return day
    if detail == "only":
        return f"{there:%H:%M:%S}"
    if detail == "clock":
        return f"{there:%H:%M:%S %Z}"
    if detail == "near":
        today = there.date() == local(now()).date()
        return f"{there:%H:%M:%S}" if today else f"{there:%a} {there.day} {there:%b %H:%M}"
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
    rest = f" {hours % 24} h" if hours % 24 else ""
    return f"{days} day{'s' if days > 1 else ''}{rest}"


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
    text = re.sub(r"\b(iom|gps|gnss|sos|id|hdc|dapo)\b", lambda found: found[0].upper(), text)
    return text[:1].upper() + text[1:]


@register.filter
def reference_words(reference: str) -> str:
    """`police_notification:17` -> police notification 17."""
    return reference.replace("_", " ").replace(":", " ")


@register.filter
def weighs_tag(weighs: Weighs) -> SafeString:
    """What a ground of a breach case weighs, as a tag."""
    text, colour = WEIGHS_WORDS[weighs]
    return format_html('<strong class="govuk-tag govuk-tag--{}">{}</strong>', colour, text)


@register.filter
def given_words(how: Given) -> str:
    """How a plain notice was delivered."""
    return GIVEN_WORDS[how]


@register.filter
def review_words(found: ReviewFound) -> str:
    """What a review of a necessity record found."""
    return REVIEW_WORDS[found]


@register.filter
def check_words(said: CheckKind | CheckFound) -> str:
    """What was asked about an address, or what came back."""
    return CHECK_WORDS[said] if isinstance(said, CheckKind) else CHECK_FOUND_WORDS[said]


@register.filter
def media_word(media_type: str) -> str:
    """The form of a document: PDF, or Word."""
    return "PDF" if media_type == PDF else "Word (DOCX)"


@register.filter
def crime(code: str) -> str:
    """The crime's name; the code itself where it is none of the police file's."""
    return CRIME_TYPES.get(code, code or "Not stated")


@register.filter
def day_words(instant: datetime) -> str:
    return when_words(instant, "day")


@register.filter
def under(names: dict[str, str], key: str) -> str:
    """The words kept under a name, empty when there are none."""
    return names.get(key, "")


CERTAINTY_TAGS = {
    "certain": "red",
    "probable": "orange",
    "possible": "yellow",
    "cannot_tell": "grey",
}
STATUS_TAGS = {
    "raised": "red", "acknowledged": "blue", "in_hand": "turquoise", "explained": "green",
    "upheld": "purple", "withdrawn": "yellow", "closed": "grey",
    "drafted": "grey", "sent": "blue", "received": "blue", "assessing": "turquoise",
    "more_wanted": "orange", "answered": "green", "result_recorded": "green",
    "submitted": "blue", "returned": "orange", "checked": "turquoise", "granted": "green",
    "called": "red", "called_back": "orange", "told": "purple", "papered": "turquoise",
    "call_refused": "red",
    "SUCCESSFUL": "green", "PARTIAL": "orange", "FAILED": "red", "ERROR": "red",
    "done": "green", "failed": "red", "running": "blue", "waiting": "grey", "refused": "red",
}  # fmt: skip


@register.filter
def state_tag(name: object) -> SafeString:
    """A state as a GOV.UK tag: the word carries it, the colour only helps."""
    return _tag(str(getattr(name, "value", name)))


@lru_cache(maxsize=256)  # of states, which are few; a list shows hundreds
def _tag(text: str) -> SafeString:
    colour = CERTAINTY_TAGS.get(text) or STATUS_TAGS.get(text) or "grey"
    shown = text.capitalize() if text.isupper() else words(text)
    return format_html('<strong class="govuk-tag govuk-tag--{}">{}</strong>', colour, shown)
