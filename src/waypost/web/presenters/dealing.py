"""What was done about an alert as its page shows it: steps with where they are done, call notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.http import urlencode

from waypost.alerts.dealing import AccountSeen, Dealing, OwnDecision, StepSeen
from waypost.alerts.playbooks import STEPS, Link, Step, result_words, step_name
from waypost.alerts.queries import AlertPage
from waypost.alerts.values import AlertKind
from waypost.web.presenters.alerting import window
from waypost.web.presenters.fitting import form_time

TO_THE_MINUTE = timedelta(minutes=1)  # a form has no seconds: the absence covers the last ones
LINK_WORDS: dict[Link, str] = {
    Link.PERSON: "The person's page",
    Link.HOMES: "Home units",
    Link.TAG: "Tag health",
    Link.TRACK: "See where the person was",
    Link.LAST_PLACES: "See the last places",
    Link.VISIT: "Visits",
    Link.POLICE: "Draft a breach notification",
}
CALL_STEPS = frozenset(
    {
        Step.CALL_WEARER, Step.RING_NAMED_STAFF, Step.CALL_EMERGENCY, Step.ASK_HOST,
        Step.TELL_VICTIM_LIAISON, Step.TELL_POLICE, Step.TELL_RESPONSIBLE_OFFICER,
    }
)  # fmt: skip
# For the wearer, in their words; a kind not named is said as it is.
OWN_WORDS: dict[str, str] = {
    AlertKind.CURFEW: "You were not at home when you had to be",
    AlertKind.EXCLUSION: "You were where you must not be",
    AlertKind.MOVING_EXCLUSION: "You came too near to somebody",
    AlertKind.INCLUSION: "You were not where you had to be",
    AlertKind.RESTRICTION: "You left the area you must stay in",
    AlertKind.ATTENDANCE: "You missed an appointment",
    AlertKind.STRAP_TAMPER: "The strap of your tag was opened",
    AlertKind.CASE_TAMPER: "Your tag was opened",
    AlertKind.ALCOHOL: "Your tag showed alcohol",
    AlertKind.ALCOHOL_SUSPECTED: "Your tag may have shown alcohol",
    AlertKind.NOT_CHARGED: "Your tag was not charged",
}


@dataclass(frozen=True, slots=True)
class DoneShown:
    at: datetime
    officer_name: str
    result: str
    note: str


@dataclass(frozen=True, slots=True)
class StepShown:
    """href: where it is done; does_it: a button that does it at once."""

    step: str
    name: str
    words: str
    is_next: bool
    results: tuple[tuple[str, str], ...]
    done: tuple[DoneShown, ...]
    href: str
    link_words: str
    does_it: bool


@dataclass(frozen=True, slots=True)
class CallNote:
    """Something that was said to or by somebody, as the list of call notes has it."""

    at: datetime
    officer_name: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class OwnShown:
    alert_id: int
    words: str
    day: datetime | None  # None where a day would tell where somebody else was
    may_contest: bool
    review_by: datetime | None
    stands: bool | None
    untold: bool = False


def steps_shown(
    found: Dealing, page: AlertPage, *, may_command: bool, may_look: bool, now: datetime
) -> list[StepShown]:
    """The playbook's steps, each with what was done of it."""
    return [_step(one, found, page, may_command, may_look, now) for one in found.plan.steps]


def left_out_shown(found: Dealing) -> list[tuple[str, str]]:
    return [(step_name(step), why) for step, why in found.plan.left_out]


def call_notes(found: Dealing) -> list[CallNote]:
    """Every call, the newest first; other notes stand in the alert's story."""
    return [
        CallNote(one.at, one.officer_name, f"{step_name(one.step)}: {_result(one)}", one.note)
        for one in reversed(found.done)
        if one.step in CALL_STEPS
    ]


def absence_times(
    page: AlertPage, accounts: Sequence[AccountSeen], now: datetime
) -> dict[str, str]:
    """The time of the violation as the absence's form begins with it."""
    if not any(one.may_make_absence for one in accounts):
        return {}
    standing = [one.row for one in page.violations if not one.row.withdrawn]
    start = min((row.from_at for row in standing), default=page.alert.from_at)
    end = max((row.to_at or now for row in standing), default=now)
    return {"from_at": form_time(start), "to_at": form_time(end + TO_THE_MINUTE)}


def own_shown(found: Sequence[OwnDecision]) -> list[OwnShown]:
    """Decisions about the wearer; of a moving exclusion without its day, which stands elsewhere."""
    return [
        OwnShown(
            one.alert_id,
            OWN_WORDS.get(one.kind, one.kind.replace("_", " ").capitalize()),
            None if one.kind == AlertKind.MOVING_EXCLUSION else one.from_at,
            one.may_contest,
            one.review_by,
            one.stands,
            one.untold,
        )
        for one in found
    ]


def _step(
    one: Step, found: Dealing, page: AlertPage, may_command: bool, may_look: bool, now: datetime
) -> StepShown:
    words = STEPS[one]
    does_it = words.link is Link.VIBRATE and may_command and found.may_handle
    return StepShown(
        one.value,
        words.name,
        words.words,
        one is found.plan.next,
        tuple(words.results.items()),
        tuple(
            DoneShown(seen.at, seen.officer_name, _result(seen), seen.note)
            for seen in found.done
            if seen.step == one
        ),
        _href(words.link, page, may_look, now),
        LINK_WORDS.get(words.link, "") if words.link else "",
        does_it,
    )


def _href(link: Link | None, page: AlertPage, may_look: bool, now: datetime) -> str:
    alert = page.alert
    if link is None or alert.nameless:
        return ""
    if link is Link.TRACK and may_look:
        from_at, to_at = window(page, now=now)
        asked = {"purpose": "alert_response", "from": from_at.isoformat(), "to": to_at.isoformat()}
        return f"{reverse('whereabouts', args=[alert.person_id])}?{urlencode(asked)}"
    if link is Link.LAST_PLACES and may_look:
        return reverse("alert-places", args=[alert.alert_id])
    if link is Link.POLICE:
        return reverse("notification-draft", args=[alert.alert_id])
    routes = {Link.PERSON: "person", Link.HOMES: "person-homes", Link.TAG: "person-tag",
              Link.VISIT: "fitting-person"}  # fmt: skip
    return reverse(routes[link], args=[alert.person_id]) if link in routes else ""


def _result(one: StepSeen) -> str:
    return result_words(one.step, one.result)
