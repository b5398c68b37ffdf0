"""Protected people on the store: told when the one who must stay away comes near, if they wish it.

    fire_near(now)         the worker: alerts of which something changed, or whose time has come

An alert of alerts.values.NEAR_KINDS sets a due row with each of its changes, in the transaction
that changed it. Here it is read under its lock, and what is decided (nearing.py) is written with
the notice and the next time: however often that is tried, they are told once a rise. Notices are
about "near:ID" and never about the alert, so that nobody finds them who may read the alert.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.alerts.models import Alert, AlertViolation
from waypost.alerts.values import NEAR_DUE, NEAR_KINDS, AlertKind
from waypost.devices.models import Protection
from waypost.jobs import due
from waypost.monitoring.moving_queries import cell_held
from waypost.monitoring.queries import standing
from waypost.notices.choosing import quiet_until
from waypost.notices.queries import fates_of
from waypost.notices.values import Contact, Status, Weight
from waypost.notices.writing import enqueue
from waypost.orders.models import RequirementVersion
from waypost.orders.queries import cases_of
from waypost.telling.attempts import tried
from waypost.telling.models import NearTold, NearWish
from waypost.telling.nearing import (
    ARRIVES_WITHIN,
    WHY_WORDS,
    Do,
    Near,
    Why,
    decide,
    rung_instead,
)
from waypost.telling.wishing import holding

DAY = timedelta(days=1)
AT_ONCE = 20
AGAIN = timedelta(seconds=30)  # after a mistake of ours about one alert
ENDS = {Do.CLEAR: ("near_over", "near:over"), Do.CORRECT: ("near_corrected", "near:corrected")}
OUT = frozenset({Status.SENT, Status.DELIVERED})


def fire_near(now: datetime) -> int:
    """Look at alerts whose time has come; how many."""
    rows = due.past(NEAR_DUE, now=now, limit=AT_ONCE)
    for row in rows:
        if not tried(_look, int(row.subject), now):
            due.set_due([due.DueRow(NEAR_DUE, row.subject, now + AGAIN)])
    return len(rows)


@transaction.atomic
def _look(alert_id: int, now: datetime) -> None:
    due.clear(NEAR_DUE, [str(alert_id)])
    alert = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if alert is None:
        return
    near, again = _near(alert), []
    for wish in _wishes(alert, now):
        again += _follow(alert, wish, near, now)
    if again:
        due.set_due([due.DueRow(NEAR_DUE, str(alert_id), min(again))])


def _near(alert: Alert) -> Near:
    """How what the alert speaks of stands."""
    links = AlertViolation.objects.filter(alert=alert, withdrawn=False)
    rows = [one.row for one in standing(links.values_list("violation_id", flat=True)).values()]
    ends = [row.to_at for row in rows if not row.withdrawn]
    if any(at is None for at in ends):
        return Near(True)
    return Near(False, max((at for at in ends if at is not None), default=None))


def _wishes(alert: Alert, now: datetime) -> list[NearWish]:
    """Of those whom the alert's requirement protects."""
    mine = holding(now).filter(wearer_id=alert.person_id).select_related("person")
    return [one for one in mine.order_by("pk") if _concerns(alert, one)]


def _concerns(alert: Alert, wish: NearWish) -> bool:
    reference = alert.requirement_reference
    if alert.kind == AlertKind.MOVING_EXCLUSION:
        asked = RequirementVersion.objects.filter(
            person_id=alert.person_id, reference=reference, around=wish.person.reference
        )
        return asked.exists()
    return alert.kind in NEAR_KINDS and reference in wish.requirements


def _follow(alert: Alert, wish: NearWish, near: Near, now: datetime) -> list[datetime]:
    """What one of them is told now; when to look again."""
    mine = NearTold.objects.filter(wish=wish, alert_id=alert.pk)
    stands = mine.filter(closed_at=None).first()
    what, again = decide(near, stands.at if stands else None, now)
    if what is Do.WARN:
        stands = _warn(alert, wish, mine.count() + 1, now)
        return [now + ARRIVES_WITHIN] if not stands.rung_why else []
    if stands is None:
        return []
    if what in ENDS:
        return _end(stands, wish, what, now)
    arrives = _see_to_it(alert, stands, now)
    return [at for at in (again, arrives) if at is not None]


def _warn(alert: Alert, wish: NearWish, rise: int, now: datetime) -> NearTold:
    """A message, or the staff are asked to ring; in the caller's transaction."""
    moving = alert.kind == AlertKind.MOVING_EXCLUSION
    cell = _cell(wish) if moving else None
    anchor = _anchor(wish)
    why = rung_instead(
        no_message_now=_silent_until(wish, now) is not None,
        cell=cell,
        anchor=anchor,
        messages_lately=NearTold.objects.filter(wish=wish, rung_why="", at__gt=now - DAY).count(),
    )
    told = NearTold.objects.create(
        wish=wish, alert_id=alert.pk, rise=rise, at=now, rung_why=why.value if why else ""
    )
    if why is not None:
        _ask_to_ring(told, alert, why, now)
    else:
        if cell is not None and anchor is None:
            wish.anchor_column, wish.anchor_row = cell
            wish.save(update_fields=["anchor_column", "anchor_row"])
        _send(told, wish, "near", now)
    audit.record(
        "near:told", by=MACHINE, at=now, about=wish.person_id,
        detail={"told": told.pk, "message": why is None},
    )  # fmt: skip
    return told


def _end(told: NearTold, wish: NearWish, what: Do, now: datetime) -> list[datetime]:
    """The all-clear or the correction, unless it is a time for no message: then afterwards. Who was
    rung is rung again by who rang."""
    silent = _silent_until(wish, now)
    if silent is not None and not told.rung_why:
        return [silent]
    told.closed_at, told.closed_how = now, what.value
    told.save(update_fields=["closed_at", "closed_how"])
    template, kind = ENDS[what]
    if not told.rung_why:
        _send(told, wish, template, now)
    audit.record(kind, by=MACHINE, at=now, about=wish.person_id, detail={"told": told.pk})
    return []


def _see_to_it(alert: Alert, told: NearTold, now: datetime) -> datetime | None:
    """A message that has not gone out in time: somebody rings, once. When to look again."""
    if told.rung_why or told.asked_at is not None:
        return None
    if now < told.at + ARRIVES_WITHIN:
        return told.at + ARRIVES_WITHIN
    fate = fates_of([about(told.pk)]).get(about(told.pk))
    if fate is None or fate.status not in OUT:
        _ask_to_ring(told, alert, Why.NOT_ARRIVED, now)
    return None


def _send(told: NearTold, wish: NearWish, template: str, now: datetime) -> None:
    """At once, in words that name nobody and no place; with a code word, words that say nothing to
    whoever else sees them."""
    words = {"ring": wish.ring}
    if wish.code:
        template, words = template.replace("near", "near_quiet"), words | {"code": wish.code}
    enqueue(
        about=about(told.pk), step=template, person_ids=[wish.person_id], template=template,
        words=words, weight=Weight.NOW, now=now,
    )  # fmt: skip


def _ask_to_ring(told: NearTold, alert: Alert, why: Why, now: datetime) -> None:
    """Of the named staff all are asked: none of them may be on shift."""
    case = cases_of([told.wish.person_id], now=now)[told.wish.person_id]
    told.asked_at = now
    told.save(update_fields=["asked_at"])
    enqueue(
        about=about(told.pk), step="near_untold", officer_ids=case.named_officer_ids,
        template="near_untold", words={"alert_id": alert.pk, "because": WHY_WORDS[why]},
        weight=Weight.NOW, now=now,
    )  # fmt: skip


def about(told_id: int) -> str:
    """What the notices of one rise are about."""
    return f"near:{told_id}"


def _cell(wish: NearWish) -> tuple[int, int] | None:
    """The cell that the device was in."""
    mine = Protection.objects.filter(protected_id=wish.person_id, wearer_id=wish.wearer_id)
    return cell_held(mine.values_list("pk", flat=True))


def _anchor(wish: NearWish) -> tuple[int, int] | None:
    if wish.anchor_column is None or wish.anchor_row is None:
        return None
    return wish.anchor_column, wish.anchor_row


def _silent_until(wish: NearWish, now: datetime) -> datetime | None:
    """The end of the hours of no message that it is in."""
    hours = Contact("", "", quiet_from=wish.never_from, quiet_to=wish.never_to)
    return quiet_until(hours, now)
