"""What was deleted, read from the store for those who take in what tags say."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from waypost.positions.forgotten import ForgottenBook, ForgottenSpan
from waypost.positions.models import Forgotten


def read_forgotten() -> ForgottenBook:
    """Every span that was deleted. Whoever adds one bumps `OrdersHead`."""
    rows = Forgotten.objects.values_list("number", "device_reference", "from_at", "to_at")
    return ForgottenBook(ForgottenSpan(*row) for row in rows)


def forgotten_in(numbers: Collection[int], from_at: datetime, to_at: datetime) -> dict[int, int]:
    """Activation -> the deletion by which some of what it measured in [from_at, to_at) is gone."""
    rows = Forgotten.objects.filter(from_at__lt=to_at, to_at__gt=from_at).order_by("deletion")
    wanted = set(numbers)
    return {
        number: deletion
        for number, deletion in rows.values_list("number", "deletion")
        if number in wanted
    }
