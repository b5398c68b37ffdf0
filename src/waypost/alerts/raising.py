"""What the machine does to alerts: raise, join, confirm, withdraw. Never close.

    judge_changes   in the worker's transaction: news of violations and tag states become alerts
    fire_holds      a violation that outlasted its hold (urgency.HOLD) becomes an alert

There is one open alert per person and subject. A violation belongs to one alert (`AlertViolation`),
so that telling the same news twice changes nothing. Growing is not a move: an alert's version
rises only when an officer should look again before acting (joined, confirmed, withdrawn).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.alerts import lifecycle, urgency
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import Alert, AlertMove, AlertReport, AlertViolation
from waypost.alerts.values import AlertKind, Status
from waypost.jobs import due
from waypost.monitoring.news import News, TagReport
from waypost.monitoring.queries import standing
from waypost.monitoring.reconcile import ChangeKind
from waypost.monitoring.values import Certainty
from waypost.notices.outbox import enqueue
from waypost.orders.queries import cases_of

HOLD_DUE = "alert"  # kind of due row; its subject is the violation's id
MAY_MOVE_START = frozenset({ChangeKind.TIME_CORRECTED, ChangeKind.CONFIRMED})
TOLD_OF = frozenset(ChangeKind) - {ChangeKind.SETTLED, ChangeKind.JOINED}


@dataclass
class Told:
    """What one call did; what notices and the audit line are made from."""

    moved: list[tuple[Alert, str]] = field(default_factory=list)  # alert, step
    seen: int = 0
    holds: dict[int, datetime | None] = field(default_factory=dict)  # violation -> look again at


def judge_changes(
    changes: Sequence[News], *, now: datetime, tag_reports: Sequence[TagReport] = ()
) -> int:
    """Let alerts follow; how many moved. Call it last in the transaction that saved the changes."""
    told = Told()
    links = _links([news.violation_id for news in changes])
    for news in changes:
        if news.kind in TOLD_OF:
            _follow(news, links.get(news.violation_id), told, now)
    for report in tag_reports:
        _raise_tag_state(report, told, now)
    _keep_holds(told.holds)
    _finish(told, now)
    return len(told.moved)


def fire_holds(as_of: datetime, now: datetime, *, limit: int = 500) -> int:
    """Violations whose hold has passed become alerts, if they still stand; how many rows fired.

    as_of   up to then everything received has been judged: who came home in time is known

    Looked for outside the transaction, since nearly always there are none; should two workers find
    the same row, the second finds the violation's alert raised.
    """
    rows = due.past(HOLD_DUE, now=as_of, limit=limit)
    if rows:
        _fire([int(row.subject) for row in rows], now)
    return len(rows)


@transaction.atomic
def _fire(violation_ids: list[int], now: datetime) -> None:
    due.clear(HOLD_DUE, [str(violation_id) for violation_id in violation_ids])
    judge_changes(
        [
            News(ChangeKind.RAISED, one.person_id, one.violation_id, one.row)
            for one in standing(violation_ids).values()
            if not one.row.withdrawn
        ],
        now=now,
    )


def _links(violation_ids: list[int]) -> dict[int, AlertViolation]:
    found = AlertViolation.objects.filter(violation_id__in=violation_ids).select_related("alert")
    return {link.violation_id: link for link in found}


def _follow(news: News, link: AlertViolation | None, told: Told, now: datetime) -> None:
    if news.row.withdrawn:
        told.holds[news.violation_id] = None
        if link is not None:
            _withdraw(link, told, now)
    elif link is None:
        _raise_or_hold(news, told, now)
    else:
        _grow(news, link, told, now)


def _raise_or_hold(news: News, told: Told, now: datetime) -> None:
    """Too short so far: look again when its hold ends. Ended too short, or long ago: no alert."""
    row = news.row
    kind = urgency.alert_kind(row.kind, row.certainty)
    told.holds[news.violation_id] = None
    if urgency.calls(kind, row.from_at, row.to_at, now):
        _raise(news, kind, told, now)
    elif row.to_at is None:
        told.holds[news.violation_id] = urgency.held_until(kind, row.from_at)


def _keep_holds(holds: dict[int, datetime | None]) -> None:
    """Due rows of what is held, none of what is not: two statements however many there are."""
    due.set_due([due.DueRow(HOLD_DUE, str(one), at) for one, at in holds.items() if at])
    due.clear(HOLD_DUE, [str(one) for one, at in holds.items() if at is None])


def _raise(news: News, kind: AlertKind, told: Told, now: datetime) -> None:
    row = news.row
    alert = _raise_or_join(
        person_id=news.person_id,
        subject=f"requirement:{row.requirement_id}",
        kind=kind,
        certainty=row.certainty,
        from_at=row.from_at,
        told=told,
        now=now,
        requirement_reference=str(row.requirement_id),
        violation_id=news.violation_id,
    )
    AlertViolation.objects.create(
        alert=alert,
        violation_id=news.violation_id,
        added_at=now,
        certainty=row.certainty,
        ended=row.to_at is not None,
    )


def _raise_tag_state(report: TagReport, told: Told, now: datetime) -> None:
    """At once. A tag that says it again adds nothing to an alert somebody has yet to decide."""
    same = AlertReport.objects.filter(
        activation_id=report.activation,
        measured_at=report.measured_at,
        content_key=report.content_key,
    )
    if same.exists():
        return
    alert = _raise_or_join(
        person_id=report.person_id,
        subject=f"tag:{report.kind}",
        kind=urgency.TAG_STATES[report.kind],
        certainty=Certainty.CERTAIN,
        from_at=report.measured_at,
        told=told,
        now=now,
    )
    AlertReport.objects.create(
        alert=alert,
        activation_id=report.activation,
        measured_at=report.measured_at,
        content_key=report.content_key,
        added_at=now,
    )


def _raise_or_join(
    *,
    person_id: int,
    subject: str,
    kind: AlertKind,
    certainty: str,
    from_at: datetime,
    told: Told,
    now: datetime,
    requirement_reference: str = "",
    violation_id: int | None = None,
) -> Alert:
    """The open alert on this subject, told of the news; a new one where there is none."""
    open_subject = f"{person_id}:{subject}"
    alert = Alert.objects.select_for_update().filter(open_subject=open_subject).first()
    if alert is not None:
        _join(alert, kind, certainty, from_at, violation_id, told, now)
        return alert
    alert = Alert.objects.create(
        person_id=person_id,
        subject=subject,
        open_subject=open_subject,
        requirement_reference=requirement_reference,
        kind=kind,
        status=Status.RAISED,
        certainty=certainty,
        urgency=urgency.urgency(kind, certainty),
        headline=urgency.headline(kind, certainty),
        from_at=from_at,
        raised_at=now,
        touched_at=now,
        violation_id=violation_id,
    )
    _moved(alert, "raised", "", told, now)
    return alert


def _join(
    alert: Alert,
    kind: AlertKind,
    certainty: str,
    from_at: datetime,
    violation_id: int | None,
    told: Told,
    now: datetime,
) -> None:
    """Something more on an open alert; the more urgent of the two gives it its line."""
    before = Status(alert.status)
    alert.status = lifecycle.after_news(before)
    if violation_id is None and alert.status == before:  # the tag says it again: seen, not new
        Alert.objects.filter(pk=alert.pk).update(touched_at=now)
        told.seen += 1
        return
    if urgency.urgency(kind, certainty) > alert.urgency or before is Status.WITHDRAWN:
        _say(alert, kind, certainty)
        alert.violation_id = violation_id if violation_id is not None else alert.violation_id
    alert.from_at = min(alert.from_at, from_at)
    _moved(alert, "joined", before, told, now)


def _grow(news: News, link: AlertViolation, told: Told, now: datetime) -> None:
    """A violation that an alert speaks of already: surer is news, longer is not."""
    row, alert = news.row, link.alert
    surer = row.certainty == Certainty.CERTAIN and link.certainty != Certainty.CERTAIN
    ended = row.to_at is not None
    if surer:
        _confirm(news, _locked(alert), told, now)
    elif ended and not link.ended and alert.status != Status.CLOSED:
        _note_end(_locked(alert), told, now)
    if news.kind in MAY_MOVE_START and row.from_at != alert.from_at:
        _tell_since(alert, told, now)
    if (link.certainty, link.ended) != (row.certainty, ended):
        AlertViolation.objects.filter(pk=link.pk).update(certainty=row.certainty, ended=ended)
        link.certainty, link.ended = row.certainty, ended


def _tell_since(alert: Alert, told: Told, now: datetime) -> None:
    """It has lasted since the earliest of what it speaks of: later fixes may have moved that."""
    spoken = AlertViolation.objects.filter(alert=alert, withdrawn=False)
    standing_rows = standing(spoken.values_list("violation_id", flat=True)).values()
    since = min((one.row.from_at for one in standing_rows), default=alert.from_at)
    if (
        Alert.objects.filter(pk=alert.pk)
        .exclude(from_at=since)
        .update(from_at=since, touched_at=now)
    ):
        told.seen += 1


def _confirm(news: News, alert: Alert, told: Told, now: datetime) -> None:
    """Now certain. One that was closed while it was only probable is raised again."""
    before = Status(alert.status)
    if before is Status.CLOSED:
        subject = f"{alert.person_id}:{alert.subject}"
        if Alert.objects.filter(open_subject=subject).exists():
            return  # a newer alert on the same requirement is open and in sight
        alert.open_subject, alert.closed_at, alert.outcome = subject, None, ""
    alert.status = lifecycle.after_news(before)
    kind = urgency.alert_kind(news.row.kind, news.row.certainty)
    if urgency.urgency(kind, news.row.certainty) >= alert.urgency:
        _say(alert, kind, news.row.certainty)
    _moved(alert, "confirmed", before, told, now)


def _note_end(alert: Alert, told: Told, now: datetime) -> None:
    """What it speaks of has ended. It stays until somebody closes it, and its version stays."""
    Alert.objects.filter(pk=alert.pk).update(touched_at=now)
    AlertMove.objects.create(
        alert=alert, at=now, what="ended", from_status=alert.status, to_status=alert.status
    )
    told.seen += 1


def _withdraw(link: AlertViolation, told: Told, now: datetime) -> None:
    """Taken back; the alert too, once nothing it speaks of stands."""
    AlertViolation.objects.filter(pk=link.pk).update(withdrawn=True)
    alert = _locked(link.alert)
    if AlertViolation.objects.filter(alert=alert, withdrawn=False).exists():
        return
    before = Status(alert.status)
    alert.status = lifecycle.after_withdrawal(before)
    if alert.status != before:
        _moved(alert, "withdrawn", before, told, now)


def _locked(alert: Alert) -> Alert:
    return Alert.objects.select_for_update().get(pk=alert.pk)


def _say(alert: Alert, kind: AlertKind, certainty: str) -> None:
    alert.kind, alert.certainty = kind, certainty
    alert.urgency = urgency.urgency(kind, certainty)
    alert.headline = urgency.headline(kind, certainty)


def _moved(alert: Alert, what: str, before: str, told: Told, now: datetime) -> None:
    """Save the alert and its move. The row is locked, so no version is lost here."""
    if what != "raised":
        alert.touched_at, alert.version = now, alert.version + 1
        alert.save()
    AlertMove.objects.create(
        alert=alert, at=now, what=what, from_status=before, to_status=alert.status
    )
    told.moved.append((alert, what))


def _finish(told: Told, now: datetime) -> None:
    if not told.moved and not told.seen:
        return
    raise_inbox_version(now)
    if not told.moved:
        return
    _tell_officers(told, now)
    counts = Counter(step for _, step in told.moved)
    audit.record("alert:judged", by=MACHINE, at=now, detail=dict(counts))


def _tell_officers(told: Told, now: datetime) -> None:
    """Notices to the responsible officers; joining is seen in the inbox and mails nobody."""
    worth = [(alert, step) for alert, step in told.moved if step != "joined"]
    cases = cases_of({alert.person_id for alert, _ in worth}, now=now)
    for alert, step in worth:
        case = cases.get(alert.person_id)
        if case is None:
            continue
        enqueue(
            about=f"alert:{alert.pk}",
            step=step,
            officer_ids=case.officer_ids,
            template=f"alert_{step}",
            words={
                "alert_id": alert.pk,
                "kind": str(alert.kind).replace("_", " "),
                "urgency": alert.urgency,
                "raised_at": f"{alert.raised_at:%Y-%m-%d %H:%M:%S} UTC",
            },
            now=now,
        )
