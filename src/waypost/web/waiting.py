"""Numbers beside words of the menu: what waits for the officer.

Kept for a little while, since every page asks; forgotten when the officer settles something.
"""

from __future__ import annotations

from django.core.cache import cache

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.devices.clock_queries import clocks_in_doubt
from waypost.fitting.tasks import task_counts
from waypost.gateway.queries import unknown_tags
from waypost.orders.queries import orders_version

KEPT_S = 60


def waiting_of(by: Posted) -> dict[str, int]:
    """By the name of the page."""
    return _fitting(by) | _devices(by)


def forget_devices(by: Posted) -> None:
    """Count clocks and unknown tags anew: the officer has just settled one."""
    cache.delete(_devices_key(by))


def _fitting(by: Posted) -> dict[str, int]:
    """Only what is ordered or worn, and time, change these."""
    if not may.decide(by, Permission.DEVICE_READ).allowed:
        return {}
    key = f"fitting-tasks:{by.officer_id}:{orders_version()}"
    return {"fitting": cache.get_or_set(key, lambda: sum(task_counts(by, now=now())), KEPT_S) or 0}


def _devices(by: Posted) -> dict[str, int]:
    """Clocks in doubt and unknown tags, each beside its own word, and together beside Devices."""
    found = cache.get_or_set(_devices_key(by), lambda: _devices_now(by), KEPT_S) or {}
    return {**found, "devices": sum(found.values())}


def _devices_now(by: Posted) -> dict[str, int]:
    return {"clocks": clocks_in_doubt(by, now=now()), "quarantine": unknown_tags(by)}


def _devices_key(by: Posted) -> str:
    return f"device-tasks:{by.officer_id}"
