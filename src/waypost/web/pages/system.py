"""The administrator's page: is everything running and up to date? No case data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.alerts.queries import is_behind
from waypost.alerts.queries import signs as alert_signs
from waypost.clock import now
from waypost.devices.queries import signs as device_signs
from waypost.jobs.queue import signs as job_signs
from waypost.monitoring.gaps import judging_gaps
from waypost.monitoring.queries import progress
from waypost.monitoring.queries import signs as judging_signs
from waypost.notices.alarms import alarms
from waypost.notices.outbox import signs as notice_signs
from waypost.notices.queries import channel_states
from waypost.orders.queries import orders_version
from waypost.positions.looks import signs as look_signs
from waypost.positions.queries import signs as log_signs

Signs = dict[str, tuple[float, str]]


def vital_signs() -> Signs:
    """Name -> (value, what it is): the same numbers for the page and for /metrics."""
    here = now()
    return {
        **log_signs(),
        **look_signs(),
        **judging_signs(now=here),
        **job_signs(now=here),
        **notice_signs(),
        **alert_signs(),
        **device_signs(),
        "orders_version": (orders_version(), "Changes of orders so far"),
    }


def state(request: HttpRequest) -> HttpResponse:
    far = progress()
    words = {
        "signs": [
            (help_words, f"{value:,.0f}", name)
            for name, (value, help_words) in vital_signs().items()
        ],
        "judged_to": far.judged_to,
        "beat_at": far.beat_at,
        "behind": is_behind(far, now=now()),
        "channels": channel_states(),
        "alarms": alarms(),
        "gaps": judging_gaps(),
    }
    return render(request, "waypost/system.html", words)
