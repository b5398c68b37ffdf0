"""The directory of who wears what, kept in memory and made anew when orders have changed."""

from __future__ import annotations

import time

from waypost.orders.directory import ActivationDirectory
from waypost.orders.estate import Estate

CHECKED_EVERY_S = 1.0  # how long a change of orders may go unseen


class KnownTags:
    """For one thread: the committer's."""

    def __init__(self) -> None:
        self._directory = ActivationDirectory([])
        self._estate = Estate(with_requirements=False)
        self._checked_s = float("-inf")

    def directory(self, *, at_once: bool = False) -> ActivationDirectory:
        """The directory as of at most a second ago; `at_once`: as of now, because a tag was not
        in it and may just have been fitted."""
        if at_once or time.monotonic() - self._checked_s >= CHECKED_EVERY_S:
            if self._estate.refresh():
                self._directory = ActivationDirectory(self._estate.persons.values())
            self._checked_s = time.monotonic()
        return self._directory
