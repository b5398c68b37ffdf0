"""What was deleted, read from the store for those who take in what tags say."""

from __future__ import annotations

from waypost.positions.forgotten import ForgottenBook, ForgottenSpan
from waypost.positions.models import Forgotten


def read_forgotten() -> ForgottenBook:
    """Every span that was deleted. Whoever adds one bumps `OrdersHead`."""
    rows = Forgotten.objects.values_list("number", "device_reference", "from_at", "to_at")
    return ForgottenBook(ForgottenSpan(*row) for row in rows)
