"""The decision that what began before the person was told counts all the same; and counting anew.

decide_counts    the responsible officer lets an alert count, with why
end_counts       takes that back
recount_person   what counts of a person has changed: a decision, a proof, one taken back
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.alerts.atv import recount
from waypost.alerts.duty import on_duty
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import Alert
from waypost.alerts.notified import notified_of
from waypost.alerts.ranking import rank_persons
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.necessity.models import CountsAnyway
from waypost.necessity.scope import said
from waypost.orders.queries import NUMBER_MAX, atv_persons, case_of

NO_SUCH_ALERT = "There is no such alert."


@transaction.atomic
def decide_counts(alert_id: int, why: str, *, by: Posted, now: datetime) -> None:
    """Let what the alert speaks of count, though it began before the person was told.

    raises   Refused where nothing of it began too early, or no reason is given; Conflict where
             somebody has decided it
    """
    alert = _checked(alert_id, by=by, now=now)
    seen = notified_of(alert.pk, by, now=now)
    if seen is None:
        raise Refused("Nothing of this alert began before the person was told: it counts already.")
    if seen.decided_at is not None:
        raise Conflict("Somebody has decided already that this counts.")
    words = said(why, "Say why it should count although the person had not been told.")
    made = CountsAnyway.objects.create(
        person_id=alert.person_id, alert_id=alert.pk, decided_at=now, officer_id=by.officer_id,
        words=words,
    )  # fmt: skip
    recount_person(alert.person_id, now)
    audit.record(
        "unnotified:counted", by=by, at=now, about=alert.person_id, purpose=Purpose.ENFORCEMENT,
        detail={"alert": alert.pk, "decision": made.pk},
    )  # fmt: skip


@transaction.atomic
def end_counts(alert_id: int, why: str, *, by: Posted, now: datetime) -> None:
    """Take back that it counts."""
    alert = _checked(alert_id, by=by, now=now)
    words = said(why, "Say why it should not count after all.", limit=300)
    live = CountsAnyway.objects.filter(alert_id=alert.pk, ended_at=None)
    if not live.update(ended_at=now, ended_by_id=by.officer_id, ended_why=words):
        raise Conflict("Nobody has decided that this counts, or it was taken back already.")
    recount_person(alert.person_id, now)
    audit.record(
        "unnotified:uncounted", by=by, at=now, about=alert.person_id,
        purpose=Purpose.ENFORCEMENT, detail={"alert": alert.pk},
    )  # fmt: skip


def recount_person(person_id: int, now: datetime) -> None:
    """What counts of the person has changed: add up absences again, rank open alerts again, and
    have open pages look. Called within the transaction that changed it."""
    recount(atv_persons([person_id]), now=now)
    rank_persons([person_id], now=now)
    raise_inbox_version(now)


def on_duty_now(now: datetime) -> tuple[int, ...]:
    """Who is on the rota now, in any rung."""
    return tuple(sorted({one for officers in on_duty(now).values() for one in officers}))


def _checked(alert_id: int, *, by: Posted, now: datetime) -> Alert:
    alert = Alert.objects.select_for_update().filter(pk=min(alert_id, NUMBER_MAX)).first()
    if alert is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    case = case_of(alert.person_id, now=now)
    may.check(by, Permission.BREACH_DECIDE, case, absent=NO_SUCH_ALERT)
    return alert
