"""The administrator's page: is everything running and up to date? No case data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.alerts.models import Alert
from waypost.alerts.values import OPEN
from waypost.clock import now
from waypost.devices.models import Device, QuarantinedMessage
from waypost.jobs.models import Due, Job
from waypost.monitoring.models import Cursor, Dirty
from waypost.notices.models import Notice
from waypost.orders.models import OrdersHead
from waypost.positions.models import LogEntry, LogHead

Signs = dict[str, tuple[float, str]]


def vital_signs() -> Signs:
    """Name -> (value, what it is): the same numbers for the page and for /metrics."""
    here = now()
    cursor = Cursor.objects.first()
    head = LogHead.objects.first()
    orders = OrdersHead.objects.first()
    head_position = head.position if head else 0
    judged_to = cursor.judged_to if cursor else None
    beat_at = cursor.beat_at if cursor else None
    return {
        "log_head": (head_position, "Last position given out in the log"),
        "log_entries": (LogEntry.objects.count(), "Entries still in the log, not only in the lake"),
        "log_waiting": (
            head_position - (cursor.position if cursor else 0),
            "Log positions not yet judged",
        ),
        "judged_seconds_ago": (
            (here - judged_to).total_seconds() if judged_to else -1,
            "Seconds since the instant up to which all is judged; -1: never",
        ),
        "worker_beat_seconds_ago": (
            (here - beat_at).total_seconds() if beat_at else -1,
            "Seconds since the worker's last sign of life; -1: never",
        ),
        "late_waiting": (Dirty.objects.count(), "Persons to be judged again (late lane)"),
        "due_past": (Due.objects.filter(due_at__lt=here).count(), "Things due and not yet done"),
        "jobs_waiting": (Job.objects.filter(status="waiting").count(), "Jobs waiting"),
        "jobs_failed": (Job.objects.filter(status="failed").count(), "Jobs failed"),
        "notices_waiting": (Notice.objects.filter(status="waiting").count(), "Notices to be sent"),
        "notices_failed": (Notice.objects.filter(status="failed").count(), "Notices given up"),
        "alerts_open": (
            Alert.objects.filter(status__in=[status.value for status in OPEN]).count(),
            "Alerts not cleared",
        ),
        "quarantine_waiting": (
            QuarantinedMessage.objects.filter(settled_at=None).count(),
            "Messages from unknown tags, not settled",
        ),
        "devices": (Device.objects.count(), "Tags known"),
        "orders_version": (orders.version if orders else 0, "Changes of orders so far"),
    }


def state(request: HttpRequest) -> HttpResponse:
    signs = vital_signs()
    cursor = Cursor.objects.first()
    words = {
        "signs": [
            (help_words, f"{value:,.0f}", name) for name, (value, help_words) in signs.items()
        ],
        "judged_to": cursor.judged_to if cursor else None,
        "beat_at": cursor.beat_at if cursor else None,
        "behind": not 0 <= signs["judged_seconds_ago"][0] <= 60
        or not 0 <= signs["worker_beat_seconds_ago"][0] <= 10,
    }
    return render(request, "waypost/system.html", words)
