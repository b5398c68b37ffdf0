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
from waypost.alerts.calling import Spoke, calling, heard
from waypost.alerts.grouping import gather_stories
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import Alert, AlertMove, AlertReport, AlertViolation
from waypost.alerts.ranking import rank_anew, spoken_of
from waypost.alerts.values import NEAR_DUE, NEAR_KINDS, AlertKind, Status
from waypost.jobs import due
from waypost.monitoring.queries import standing
from waypost.notices.outbox import enqueue
from waypost.orders.queries import cases_of
from waypost.positions.values import EventKind
from waypost.rules.news import News, TagReport
from waypost.rules.reconcile import ChangeKind
from waypost.rules.values import EVENT_KINDS, Certainty, How

HOLD_DUE = "alert"  # kind of due row; its subject is the violation's id
TAG_HOLD_DUE = "tag_alert"  # the same of what the event lane judges: fired by how far that one is
MAY_MOVE_START = frozenset({ChangeKind.TIME_CORRECTED, ChangeKind.CONFIRMED})
TOLD_OF = frozenset(ChangeKind) - {ChangeKind.SETTLED, ChangeKind.JOINED}


@dataclass
class Told:
    """What one call did; what notices and the audit line are made from."""

    moved: list[tuple[Alert, str]] = field(default_factory=list)  # alert, step
    seen: int = 0
    holds: dict[int, datetime | None] = field(default_factory=dict)  # violation -> look again at
    of_tags: set[int] = field(default_factory=set)  # violations that the event lane judges
    touched: set[int] = field(default_factory=set)  # alerts whose facts may be others now
    near: set[Alert] = field(default_factory=set)  # with news or an end


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
    _keep_holds(told)
    _finish(told, now)
    return len(told.moved)


def raise_alone(
    person_id: int,
    kind: AlertKind,
    from_at: datetime,
    *,
    now: datetime,
    about: str = "",
    requirement: str = "",
) -> None:
    """An alert, or news on the open one of its subject, that no violation or report stands behind.
    In the caller's transaction.

    about   which of the kind's subjects (urgency.subject_of)
    """
    told = Told()
    _raise_or_join(
        person_id=person_id, subject=urgency.subject_of(kind, about), kind=kind,
        certainty=Certainty.CERTAIN, from_at=from_at, told=told, now=now,
        requirement_reference=requirement,
    )  # fmt: skip
    _finish(told, now)


def fire_tag_holds(as_of: datetime, now: datetime) -> int:
    """As `fire_holds`, of what the event lane judges, by how far that has come."""
    return fire_holds(as_of, now, kind=TAG_HOLD_DUE)


def fire_holds(as_of: datetime, now: datetime, *, limit: int = 500, kind: str = HOLD_DUE) -> int:
    """Violations whose hold has passed become alerts, if they still stand; how many rows fired.

    as_of   up to then everything received has been judged: who came home in time is known

    Looked for outside the transaction, since nearly always there are none; should two workers find
    the same row, the second finds the violation's alert raised.
    """
    rows = due.past(kind, now=as_of, limit=limit)
    if rows:
        _fire([int(row.subject) for row in rows], kind, max(as_of, now))  # clocks may step back
    return len(rows)


@transaction.atomic
def _fire(violation_ids: list[int], kind: str, now: datetime) -> None:
    due.clear(kind, [str(violation_id) for violation_id in violation_ids])
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
    if news.row.kind in EVENT_KINDS:
        told.of_tags.add(news.violation_id)
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
    kind = urgency.alert_kind(row.kind, row.certainty, row.how)
    told.holds[news.violation_id] = None
    if not urgency.is_worth_a_call(row.kind, row.certainty):
        return
    if urgency.calls(kind, row.from_at, row.to_at, now):
        _raise(news, kind, told, now)
    elif row.to_at is None:
        told.holds[news.violation_id] = urgency.held_until(kind, row.from_at)


def _keep_holds(told: Told) -> None:
    """Due rows of what is held, none of what is not: a few statements however many there are."""
    for kind, mine in ((HOLD_DUE, False), (TAG_HOLD_DUE, True)):
        holds = {one: at for one, at in told.holds.items() if (one in told.of_tags) is mine}
        due.set_due([due.DueRow(kind, str(one), at) for one, at in holds.items() if at])
        due.clear(kind, [str(one) for one, at in holds.items() if at is None])


def _raise(news: News, kind: AlertKind, told: Told, now: datetime) -> None:
    row = news.row
    subject = urgency.subject_of(kind, str(row.requirement_id))
    alert = _raise_or_join(
        person_id=news.person_id,
        subject=subject,
        kind=kind,
        certainty=row.certainty,
        how=row.how,
        from_at=row.from_at,
        told=told,
        now=now,
        requirement_reference="" if subject.startswith(urgency.TAG) else str(row.requirement_id),
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
    if urgency.is_old_news(report.kind, report.measured_at, now):
        return
    same = AlertReport.objects.filter(
        activation_id=report.activation,
        measured_at=report.measured_at,
        content_key=report.content_key,
    )
    if same.exists():
        return
    kind = _kind_of(report)
    alert = _raise_or_join(
        person_id=report.person_id,
        subject=urgency.subject_of(kind, ""),
        kind=kind,
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
        kind=report.kind.value,
    )
    if kind is AlertKind.CLINICAL_REMOVAL and report.kind is not EventKind.CLINICAL_REMOVAL:
        _note_part(alert, report, told, now)


def _kind_of(report: TagReport) -> AlertKind:
    """A strap that opens within an agreed removal is part of it, and of nothing else."""
    if report.protected:
        return AlertKind.SOS_PROTECTED
    if report.removal_id is not None:
        return AlertKind.CLINICAL_REMOVAL
    return urgency.TAG_STATES[report.kind]


def _note_part(alert: Alert, report: TagReport, told: Told, now: datetime) -> None:
    """Told on the alert of the removal: it happened, when, and that it was agreed."""
    AlertMove.objects.create(
        alert=alert, at=now, what=f"{report.kind.value}_in_removal", from_status=alert.status,
        to_status=alert.status, note=f"Reported for {report.measured_at:%Y-%m-%d %H:%M:%S} UTC, "
        "within the time agreed for the removal.",
    )  # fmt: skip
    told.seen += 1


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
    how: How = How.NONE,
) -> Alert:
    """The open alert on this subject, told of the news; a new one where there is none."""
    open_subject = f"{person_id}:{subject}"
    alert = Alert.objects.select_for_update().filter(open_subject=open_subject).first()
    if alert is not None:
        _join(alert, kind, certainty, from_at, violation_id, told, now, how)
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
        headline=urgency.headline(kind, certainty, how),
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
    how: How = How.NONE,
) -> None:
    """Something more on an open alert; the more urgent of the two gives it its line."""
    before, was = Status(alert.status), Spoke.of(alert)
    alert.status = lifecycle.after_news(before)
    graver = urgency.urgency(kind, certainty) > _weight(alert)
    same_matter = violation_id is None or alert.subject.startswith(urgency.TAG)
    if same_matter and not graver and alert.status == before:  # said again: seen, not new
        Alert.objects.filter(pk=alert.pk).update(touched_at=now)
        told.touched.add(alert.pk)
        told.seen += 1
        return
    if graver or before is Status.WITHDRAWN:
        _say(alert, kind, certainty, how)
        alert.violation_id = violation_id if violation_id is not None else alert.violation_id
    alert.from_at = min(alert.from_at, from_at)
    _moved(alert, "joined", before, told, now, was)


def _grow(news: News, link: AlertViolation, told: Told, now: datetime) -> None:
    """A violation that an alert speaks of already: surer is news, longer is not."""
    row, alert = news.row, link.alert
    surer = row.certainty == Certainty.CERTAIN and link.certainty != Certainty.CERTAIN
    ended = row.to_at is not None
    kind = urgency.alert_kind(row.kind, row.certainty, row.how)
    graver = urgency.urgency(kind, row.certainty) > _weight(alert)
    growing = not ended or news.kind is ChangeKind.CONFIRMED
    if alert.status != Status.CLOSED:
        told.touched.add(alert.pk)
    if row.kind in EVENT_KINDS and graver and growing:  # low, then critical; suspected, then sure
        alert = _locked(alert)
        if _may_speak(alert):
            _join(alert, kind, row.certainty, row.from_at, news.violation_id, told, now)
    elif surer:
        _confirm(news, _locked(alert), told, now)
    elif ended and not link.ended and alert.status != Status.CLOSED:
        _note_end(_locked(alert), told, now)
    if not surer and row.kind not in EVENT_KINDS and alert.violation_id == news.violation_id:
        _reshape(news, _locked(alert), told, now)
    if news.kind in MAY_MOVE_START and row.from_at != alert.from_at:
        _tell_since(alert, told, now)
    if (link.certainty, link.ended) != (row.certainty, ended):
        AlertViolation.objects.filter(pk=link.pk).update(certainty=row.certainty, ended=ended)
        link.certainty, link.ended = row.certainty, ended


def _tell_since(alert: Alert, told: Told, now: datetime) -> None:
    """It has lasted since the earliest of what it speaks of: later fixes may have moved that."""
    spoken = AlertViolation.objects.filter(alert=alert, withdrawn=False)
    standing_rows = standing(spoken.values_list("violation_id", flat=True)).values()
    reported = AlertReport.objects.filter(alert=alert).values_list("measured_at", flat=True)
    starts = [*(one.row.from_at for one in standing_rows), *reported]
    since = min(starts, default=alert.from_at)
    if (
        Alert.objects.filter(pk=alert.pk)
        .exclude(from_at=since)
        .update(from_at=since, touched_at=now)
    ):
        told.seen += 1


def _confirm(news: News, alert: Alert, told: Told, now: datetime) -> None:
    """Now certain. One that was closed while it was only probable is raised again."""
    before, was = Status(alert.status), Spoke.of(alert)
    if not _may_speak(alert):
        return
    alert.status = lifecycle.after_news(before)
    kind = urgency.alert_kind(news.row.kind, news.row.certainty, news.row.how)
    if urgency.urgency(kind, news.row.certainty) >= _weight(alert):
        _say(alert, kind, news.row.certainty, news.row.how)
    _moved(alert, "confirmed", before, told, now, was)


def _may_speak(alert: Alert) -> bool:
    """Whether news goes on this alert: one that was closed is opened again, unless a newer one on
    the same subject is open and in sight."""
    if alert.status != Status.CLOSED:
        return True
    subject = f"{alert.person_id}:{alert.subject}"
    if Alert.objects.filter(open_subject=subject).exists():
        return False
    alert.open_subject, alert.closed_at, alert.outcome = subject, None, ""
    return True


def _note_end(alert: Alert, told: Told, now: datetime) -> None:
    """What it speaks of has ended. It stays until somebody closes it, and its version stays."""
    Alert.objects.filter(pk=alert.pk).update(touched_at=now)
    AlertMove.objects.create(
        alert=alert, at=now, what="ended", from_status=alert.status, to_status=alert.status
    )
    told.seen += 1
    told.near.add(alert)


def _withdraw(link: AlertViolation, told: Told, now: datetime) -> None:
    """Taken back; the alert too, once nothing it speaks of stands. What the tag itself reported
    stands whatever judging says."""
    AlertViolation.objects.filter(pk=link.pk).update(withdrawn=True)
    alert = _locked(link.alert)
    told.near.add(alert)
    if AlertViolation.objects.filter(alert=alert, withdrawn=False).exists():
        return
    if AlertReport.objects.filter(alert=alert).exists():
        return
    before = Status(alert.status)
    alert.status = lifecycle.after_withdrawal(before)
    if alert.status != before:
        _moved(alert, "withdrawn", before, told, now)


def _locked(alert: Alert) -> Alert:
    return Alert.objects.select_for_update().get(pk=alert.pk)


def _reshape(news: News, alert: Alert, told: Told, now: datetime) -> None:
    """The violation that gives the alert its line has another shape: late became missed. Whoever
    acts must see that first, so the version rises; nobody is mailed for it."""
    row = news.row
    kind = urgency.alert_kind(row.kind, row.certainty, row.how)
    line = urgency.headline(kind, row.certainty, row.how)
    about = alert.violation_id == news.violation_id and alert.status != Status.CLOSED
    if not about or line == alert.headline or kind != alert.kind:
        return
    alert.headline, alert.touched_at, alert.version = line, now, alert.version + 1
    alert.save()
    AlertMove.objects.create(
        alert=alert, at=now, what="reshaped", from_status=alert.status, to_status=alert.status
    )
    told.seen += 1


def _weight(alert: Alert) -> int:
    """What its line weighs by kind and certainty alone: news is graver or not by the same."""
    return urgency.urgency(AlertKind(alert.kind), alert.certainty)


def _say(alert: Alert, kind: AlertKind, certainty: str, how: How = How.NONE) -> None:
    alert.kind, alert.certainty = kind, certainty
    alert.urgency = urgency.urgency(kind, certainty)  # `_weigh` adds what is known beside it
    alert.headline = urgency.headline(kind, certainty, how)


def _moved(
    alert: Alert, what: str, before: str, told: Told, now: datetime, was: Spoke | None = None
) -> None:
    """Save the alert and its move. The row is locked, so no version is lost here. was: what it
    spoke of as it was loaded, where that may have changed."""
    heard(alert, before, was or Spoke.of(alert), now)
    told.near.add(alert)
    if what != "raised":
        alert.touched_at, alert.version = now, alert.version + 1
        alert.save()
    AlertMove.objects.create(
        alert=alert, at=now, what=what, from_status=before, to_status=alert.status
    )
    told.touched.add(alert.pk)
    told.moved.append((alert, what))


def _weigh(told: Told, now: datetime) -> None:
    """Rank anew all that was touched, then let those that moved find their stories: a fixed number
    of questions however many alerts."""
    if not told.touched:
        return
    spoken = spoken_of(told.touched)
    moved = [alert for alert, _ in told.moved]
    told.seen += rank_anew(told.touched, now=now, spoken=spoken, held=moved)
    gather_stories(moved, now=now, spoken=spoken)


def _finish(told: Told, now: datetime) -> None:
    _weigh(told, now)
    near = sorted(alert.pk for alert in told.near if alert.kind in NEAR_KINDS)
    due.set_due([due.DueRow(NEAR_DUE, str(one), now) for one in near])
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
    worth = calling([(alert, step) for alert, step in told.moved if step != "joined"], now)
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
