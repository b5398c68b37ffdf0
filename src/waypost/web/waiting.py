"""Numbers beside words of the menu: what waits for the officer.

Kept for a little while, since every page asks; forgotten when the officer settles something.
"""

from __future__ import annotations

from django.core.cache import cache

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.asking.queries import waiting_count as absences_waiting
from waypost.clock import now
from waypost.devices.clock_queries import clocks_in_doubt
from waypost.disclosure.queries import waiting_count as requests_waiting
from waypost.fitting.tasks import task_counts
from waypost.gateway.queries import unknown_tags
from waypost.necessity.tasks import own_task_count
from waypost.orders.queries import orders_version
from waypost.policing.queries import waiting_count
from waypost.review.queries import waiting_count as reviews_waiting
from waypost.suitability.queries import waiting_count as suitability_waiting
from waypost.voice.complaints import waiting_count as complaints_waiting

KEPT_S = 60


def waiting_of(by: Posted) -> dict[str, int]:
    """By the name of the page."""
    return (
        _fitting(by)
        | _devices(by)
        | _notifications(by)
        | _requests(by)
        | _necessity(by)
        | _reviews(by)
        | _suitability(by)
        | _absences(by)
        | _complaints(by)
    )


def forget_devices(by: Posted) -> None:
    """Count clocks and unknown tags anew: the officer has just settled one."""
    cache.delete(_devices_key(by))


def forget_notifications(by: Posted) -> None:
    """Count notifications to the police anew: the officer has just acted on one."""
    cache.delete(_notifications_key(by))


def forget_requests(by: Posted) -> None:
    """Count requests for location data anew: the officer has just acted on one."""
    cache.delete(_requests_key(by))


def forget_suitability(by: Posted) -> None:
    """Count assessments that wait, and what is owed, anew: the officer has just acted on one."""
    cache.delete(_suitability_key(by))
    cache.delete(_necessity_key(by))


def _suitability(by: Posted) -> dict[str, int]:
    """Beside the work list what is late, beside reasons to go on what waits for a decision."""
    asks, decides = (
        may.decide(by, one).allowed for one in (Permission.SUITABILITY_READ, Permission.GATE_DECIDE)
    )
    if not asks and not decides:
        return {}
    key = _suitability_key(by)
    found = cache.get_or_set(key, lambda: suitability_waiting(by, now=now()), KEPT_S) or 0
    return {"suitability" if asks else "gate-reasons": found}


def _suitability_key(by: Posted) -> str:
    return f"suitability:{by.officer_id}"


def forget_reviews(by: Posted) -> None:
    """Count matches that wait anew: the officer has just decided one."""
    cache.delete(_reviews_key(by))


def _reviews(by: Posted) -> dict[str, int]:
    if not any(
        may.decide(by, one).allowed for one in (Permission.MATCH_REVIEW, Permission.MATCH_APPROVE)
    ):
        return {}
    key = _reviews_key(by)
    found = cache.get_or_set(key, lambda: reviews_waiting(by, now=now()), KEPT_S)
    return {"reviews": found or 0}


def _reviews_key(by: Posted) -> str:
    return f"match-reviews:{by.officer_id}"


def forget_absences(by: Posted) -> None:
    """Count requests to be away anew: the officer has just answered one."""
    cache.delete(_absences_key(by))


def _absences(by: Posted) -> dict[str, int]:
    if not may.decide(by, Permission.ABSENCE_AUTHORISE).allowed:
        return {}
    key = _absences_key(by)
    found = cache.get_or_set(key, lambda: absences_waiting(by, now=now()), KEPT_S)
    return {"absences": found or 0}


def _absences_key(by: Posted) -> str:
    return f"absence-tasks:{by.officer_id}"


def forget_complaints(by: Posted) -> None:
    """Count complaints anew: the officer has just answered one."""
    cache.delete(_complaints_key(by))


def _complaints(by: Posted) -> dict[str, int]:
    if not may.decide(by, Permission.COMPLAINT_ANSWER).allowed:
        return {}
    key = _complaints_key(by)
    found = cache.get_or_set(key, lambda: complaints_waiting(by, now=now()), KEPT_S)
    return {"complaints": found or 0}


def _complaints_key(by: Posted) -> str:
    return f"complaint-tasks:{by.officer_id}"


def forget_necessity(by: Posted) -> None:
    """Count what is owed anew: the officer has just written some of it."""
    cache.delete(_necessity_key(by))


def _necessity(by: Posted) -> dict[str, int]:
    """What lies on the officer alone."""
    if not may.decide(by, Permission.NECESSITY_READ).allowed:
        return {}
    key = _necessity_key(by)
    return {"owed": cache.get_or_set(key, lambda: own_task_count(by, now=now()), KEPT_S) or 0}


def _necessity_key(by: Posted) -> str:
    return f"necessity-tasks:{by.officer_id}"


def _requests(by: Posted) -> dict[str, int]:
    if not may.decide(by, Permission.DISCLOSURE_READ).allowed:
        return {}
    key = _requests_key(by)
    found = cache.get_or_set(key, lambda: requests_waiting(by, now=now()), KEPT_S)
    return {"requests": found or 0}


def _requests_key(by: Posted) -> str:
    return f"disclosure-tasks:{by.officer_id}"


def _notifications(by: Posted) -> dict[str, int]:
    if not may.decide(by, Permission.NOTIFICATION_READ).allowed:
        return {}
    key = _notifications_key(by)
    found = cache.get_or_set(key, lambda: waiting_count(by, now=now()), KEPT_S)
    return {"notifications": found or 0}


def _notifications_key(by: Posted) -> str:
    return f"notification-tasks:{by.officer_id}"


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
