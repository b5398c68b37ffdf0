"""What operators see of devices: how many, and what is the matter with them."""

from __future__ import annotations

from django.db.models import Count

from waypost.devices.health import KIND_WORDS, FindingKind
from waypost.devices.models import Device, QuarantinedMessage, TagFinding


def signs() -> dict[str, tuple[float, str]]:
    """How the tags stand, for those who watch over the machine: name -> (value, what it is)."""
    return {
        "quarantine_waiting": (
            QuarantinedMessage.objects.filter(settled_at=None).count(),
            "Messages from unknown tags, not settled",
        ),
        "devices": (Device.objects.count(), "Tags known"),
        **_findings(),
    }


def _findings() -> dict[str, tuple[float, str]]:
    """How many worn tags each is the matter with, as the worker last judged."""
    rows = TagFinding.objects.values("kind").annotate(tags=Count("pk"))
    counted = dict(rows.values_list("kind", "tags"))
    return {
        f"tags_{kind.value}": (counted.get(kind.value, 0), f"Worn tags: {KIND_WORDS[kind].lower()}")
        for kind in FindingKind
    }
