"""The inbox's rows as HTML, made of strings: two hundred of them are drawn on each change, for each
open page, and a template took half of the time that such a page had.

Everything that is not ours is escaped here, by `escape`; tests put markup into each text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from html import escape
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.safestring import SafeString

from waypost.alerts.calling import NO_CLOCK
from waypost.alerts.listing import TONE_FROM
from waypost.alerts.queries import InboxRow
from waypost.clock import now
from waypost.web.templatetags.clocks import clock_line
from waypost.web.templatetags.waypost import length, state_tag

SOON_FROM = 45  # of 100: where a row's edge is orange
NOT_NAMED = "Known to named staff; the alert says whom to ring"
STATES = {"raised": " waypost-inbox__row--new", "withdrawn": " waypost-inbox__row--withdrawn"}
LATE = ' <strong class="govuk-tag govuk-tag--light-blue">Found late</strong>'
UNTOLD = ' <strong class="govuk-tag govuk-tag--orange">Not yet notified</strong>'


def rows_html(
    stories: Sequence[Sequence[InboxRow]], hrefs: str, here: Mapping[int, str], opened: int = 0
) -> SafeString:
    """The list's items. hrefs: the address of alert 0, in which the 0 stands for its number.
    here: who else is at an alert, in words; opened: the alert that stands open beside the list."""
    before, _, after = hrefs.partition("0")
    zone = ZoneInfo(settings.WALL_ZONE)
    today = now().astimezone(zone).date()
    parts = [
        _row(row, n, len(story), f"{before}{row.alert_id}{after}", here, zone, today, opened)
        for story in stories
        for n, row in enumerate(story)
    ]
    return SafeString("".join(parts))


def _row(
    row: InboxRow,
    n: int,
    of: int,
    href: str,
    here: Mapping[int, str],
    zone: ZoneInfo,
    today: date,
    opened: int,
) -> str:
    number = row.alert_id
    look = "urgent" if row.urgency >= TONE_FROM else "soon" if row.urgency >= SOON_FROM else "later"
    below = " waypost-inbox__row--below" if n else ""
    is_open = ' aria-current="true"' if number == opened else ""
    headline = escape(row.headline)
    told = here.get(number, "")
    clock = "" if row.clock == NO_CLOCK else clock_line(row.clock)
    return (
        f'<li class="waypost-inbox__row waypost-inbox__row--{look}{STATES.get(row.status, "")}'
        f'{below}" id="alert-{number}" data-alert="{number}" data-version="{row.version}"{is_open}>'
        '<span class="waypost-inbox__urgency" title="Urgency of 100"><span class="govuk-visually-'
        f'hidden">Urgency </span>{row.urgency}</span>'
        f'<span class="waypost-inbox__what"><a class="govuk-link" href="{href}">{headline}</a> '
        f'<span class="waypost-inbox__who">{_who(row)}{_story(n, of)}'
        f'<span class="waypost-here" data-here="{number}"{"" if told else " hidden"}>'
        f"{escape(told)}</span></span></span> "
        f'<div class="waypost-inbox__state">{_tags(row.status, row.certainty)}'
        f"{LATE if row.late else ''}{UNTOLD if row.untold else ''}{_why(row, headline)}</div> "
        f'<span class="waypost-inbox__time">Since {_near(row.from_at, zone, today)}</span> '
        f'<span class="waypost-inbox__age"><strong>{length(row.age)}</strong> '
        f'<span class="waypost-inbox__with">{_with(row)}</span> {clock}</span></li>\n'
    )


def _who(row: InboxRow) -> str:
    if row.nameless:
        return NOT_NAMED
    area = f" · {escape(row.area)}" if row.area else ""
    reference = escape(row.person_reference)
    if not row.person_name:
        return f"{reference}{area}"
    return f'{escape(row.person_name)} <span class="waypost-quiet">{reference}</span>{area}'


def _story(n: int, of: int) -> str:
    if of == 1:
        return ""
    return f' <span class="waypost-inbox__story">{n + 1} of {of} in one incident</span>'


def _why(row: InboxRow, headline: str) -> str:
    if not row.because:
        return ""
    return (
        f' <details class="waypost-inbox__why"><summary>Why {row.urgency}<span class="govuk-'
        f'visually-hidden">: {headline}</span></summary><ul>{_reasons(row.because)}</ul></details>'
    )


def _with(row: InboxRow) -> str:
    if row.owner_name:
        return f"with {escape(row.owner_name)}"
    return "nobody yet" if row.status == "raised" else "no owner"


@lru_cache(maxsize=64)  # of states, which are few
def _tags(status: str, certainty: str) -> str:
    return f"{state_tag(status)} {state_tag(certainty)}"


@lru_cache(maxsize=4096)  # of kinds, risks and points, which are many alerts' alike
def _reasons(because: tuple[str, ...]) -> str:
    return "".join(f"<li>{escape(one)}</li>" for one in because)


def _near(at: datetime, zone: ZoneInfo, today: date) -> str:
    """As the filter `when:"near"`, which reads the clock for each."""
    there, utc = at.astimezone(zone), at.astimezone(UTC)
    words = f"{there:%H:%M:%S}"
    if there.date() != today:
        words = f"{there:%a} {there.day} {there:%b %H:%M}"
    stamp = utc.isoformat().replace("+00:00", "Z")
    return f'<time datetime="{stamp}" title="{utc:%Y-%m-%d %H:%M:%S} UTC">{words}</time>'
