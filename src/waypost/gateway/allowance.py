"""How much of what belongs to nobody is kept a day, so that strangers cannot fill the store.

Anybody can reach a tag's port and invent an IMEI. What such a sender says is kept for an officer,
and only what is kept may be acknowledged: beyond the day's share it is neither. A tag that is in
truth only not fitted yet keeps its messages and sends them again.

    Allowance(limits).takes(size, is_known=..., now_s)   then committed() or undone()

Tags that are known have a share of their own, for their unreadable frames, which strangers cannot
use up by being many. Pure: told the time, in seconds of any clock that only goes forward.
"""

from __future__ import annotations

from waypost.gateway.limits import Bucket, Limits

DAY_S = 86_400.0
MIB = 2**20


class _Share:
    """Messages and bytes of a day: all at once after a quiet day, then as they grow again."""

    def __init__(self, limits: Limits, now_s: float) -> None:
        self._buckets = [
            Bucket.full(a_day / DAY_S, now_s, burst_s=DAY_S)
            for a_day in (limits.quarantine_messages_day, limits.quarantine_mib_day * MIB)
        ]
        self._before = self.left

    @property
    def left(self) -> list[float]:
        return [bucket.left for bucket in self._buckets]

    def take(self, size_bytes: int, now_s: float) -> bool:
        """Take one message of so many bytes if there is room for it; else nothing."""
        messages, stored = self._buckets
        if not messages.take(1, now_s):
            return False
        if stored.take(size_bytes, now_s):
            return True
        messages.left += 1
        return False

    def keep(self) -> None:
        self._before = self.left

    def give_back(self) -> None:
        for bucket, left in zip(self._buckets, self._before, strict=True):
            bucket.left = left


class Allowance:
    """For one gateway's committer. A gateway that starts anew has a whole day's share."""

    def __init__(self, limits: Limits, now_s: float) -> None:
        self._strangers, self._known = _Share(limits, now_s), _Share(limits, now_s)

    def takes(self, size_bytes: int, *, is_known: bool, now_s: float) -> bool:
        """Whether so many bytes of one message may be kept; they are counted if so."""
        share = self._known if is_known else self._strangers
        return share.take(size_bytes, now_s)

    def committed(self) -> None:
        """What was counted is kept."""
        self._strangers.keep()
        self._known.keep()

    def undone(self) -> None:
        """Nothing was kept of what was counted since `committed`."""
        self._strangers.give_back()
        self._known.give_back()
