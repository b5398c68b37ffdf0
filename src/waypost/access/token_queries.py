"""What may be asked of machines' tokens: which there are, what for, until when, used when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.access import may
from waypost.access.models import AccessToken
from waypost.access.token_scopes import read_scopes
from waypost.access.values import Permission, Posted

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class TokenSeen:
    """state: live, soon (it ends within two weeks), rotated (another stands in), ended, revoked"""

    number: int
    name: str
    username: str
    role: str
    scopes: tuple[Permission, ...]
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    state: str

    @property
    def holds(self) -> bool:
        return self.state in {"live", "soon", "rotated"}


def tokens(by: Posted, *, now: datetime, ended: int = 20) -> list[TokenSeen]:
    """Those that hold, the first to end first; then so many that ended, the newest first."""
    may.check(by, Permission.OFFICER_WRITE)
    rows = AccessToken.objects.select_related("officer")
    live = rows.filter(revoked_at=None, expires_at__gt=now)
    gone = rows.exclude(pk__in=live.values("pk")).order_by("-pk")[:ended]
    replaced: set[int | None] = set(
        AccessToken.objects.exclude(replaces=None).values_list("replaces_id", flat=True)
    )
    return [_seen(one, replaced, now) for one in [*live.order_by("expires_at", "pk"), *gone]]


def _seen(one: AccessToken, replaced: set[int | None], now: datetime) -> TokenSeen:
    return TokenSeen(
        one.pk, one.name, one.officer.username, one.role, tuple(sorted(read_scopes(one.scopes))),
        one.made_at, one.expires_at, one.last_used_at, _state(one, replaced, now),
    )  # fmt: skip


def _state(one: AccessToken, replaced: set[int | None], now: datetime) -> str:
    if one.revoked_at is not None:
        return "revoked"
    if one.expires_at <= now:
        return "ended"
    if one.pk in replaced:
        return "rotated"
    return "soon" if one.expires_at - now <= SOON else "live"
