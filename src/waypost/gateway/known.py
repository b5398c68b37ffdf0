"""The directory of who wears what, kept in memory and made anew when orders have changed."""

from __future__ import annotations

import time

from waypost.devices.models import Pairing
from waypost.devices.pairing import Paired, PairingBook
from waypost.gateway.routing import Router
from waypost.orders.directory import ActivationDirectory
from waypost.orders.estate import Estate
from waypost.positions.forgotten_queries import read_forgotten

CHECKED_EVERY_S = 1.0  # how long a change of orders may go unseen


class KnownTags:
    """For one thread: the committer's."""

    def __init__(self) -> None:
        self._router = Router(ActivationDirectory([]))
        self._estate = Estate(with_requirements=False)
        self._version = -1
        self._checked_s = float("-inf")

    def router(self, *, at_once: bool = False) -> Router:
        """Who wears what and what is put up where, as of at most a second ago; `at_once`: as of
        now, because a tag was not in it and may just have been fitted."""
        if at_once or time.monotonic() - self._checked_s >= CHECKED_EVERY_S:
            directory = self._router.directory
            if self._estate.refresh():
                directory = ActivationDirectory(self._estate.persons.values())
            if self._estate.version != self._version:
                self._router = Router(directory, read_pairings(), read_forgotten())
                self._version = self._estate.version
            self._checked_s = time.monotonic()
        return self._router


def read_pairings() -> PairingBook:
    """Every home unit and beacon that is or was put up. Whoever changes one bumps `OrdersHead`."""
    rows = Pairing.objects.order_by("-from_at", "-id").values_list(
        "device__reference", "person_id", "lat", "lon", "radius_m", "from_at", "to_at", "moved_at"
    )
    return PairingBook(Paired(*row) for row in rows)
