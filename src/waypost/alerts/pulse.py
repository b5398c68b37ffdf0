"""What the watchdog reads in one look: how far judging is, when a tag was heard, the canaries.

The feed is what real tags say: canaries, which speak whatever happens, do not count.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from waypost.alerts.canaries import PREFIX
from waypost.alerts.models import Alert
from waypost.clock import from_us
from waypost.monitoring.models import TagJournal
from waypost.monitoring.queries import progress
from waypost.notices.models import Notice
from waypost.notices.values import Pulse
from waypost.orders.models import Activation

LOOK_BACK = 3  # alerts of a canary whose notice is looked for: the last may be under way


def read_pulse() -> Pulse:
    """A few small statements."""
    alerts: dict[str, datetime] = {}
    told: dict[str, datetime] = {}
    worn = Activation.objects.filter(person__reference__startswith=PREFIX, to_at=None)
    for person_id, reference, from_at in worn.values_list(
        "person_id", "person__reference", "from_at"
    ):
        protocol = reference.removeprefix(PREFIX).lower()
        last = Alert.objects.filter(person_id=person_id).order_by("-raised_at")[:LOOK_BACK]
        rows = list(last.values_list("pk", "raised_at"))
        # One that was only just set up has the time of a round to say something.
        alerts[protocol] = max([from_at, *(raised_at for _, raised_at in rows)])
        told[protocol] = max(from_at, _told_at([pk for pk, _ in rows]) or from_at)
    return Pulse(progress().judged_to, _heard_at(), alerts, told)


def _told_at(alert_ids: list[int]) -> datetime | None:
    about = [f"alert:{alert_id}" for alert_id in alert_ids]
    arrived = Notice.objects.filter(about__in=about, step="raised", delivered_at__isnull=False)
    found: datetime | None = arrived.aggregate(at=Max("delivered_at"))["at"]
    return found


def _heard_at() -> datetime | None:
    """When a real tag was last in contact; None when none ever was."""
    real = TagJournal.objects.exclude(activation__person__reference__startswith=PREFIX)
    last = real.aggregate(at=Max("contact_at"))["at"]
    return None if last is None else from_us(last)
