"""Passkeys in forms: the two fields that a browser's answer comes in, and the site it is for."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict

from waypost.access import passkeys
from waypost.access.passkeys import Shown, Site

PASSKEY_ANSWER, PASSKEY_STATE = "passkey-answer", "passkey-state"
NEW_ANSWER, NEW_STATE = "new-passkey-answer", "new-passkey-state"  # no proof: the guard keeps them


def site_of(request: HttpRequest) -> Site:
    """Of a host name that we answer to (ALLOWED_HOSTS)."""
    host = request.get_host()
    return Site(urlsplit(f"//{host}").hostname or "", f"{request.scheme}://{host}")


def shown_passkey(
    request: HttpRequest, sent: QueryDict, officer_id: int | None, *, now: datetime
) -> Shown | None:
    """Who showed a passkey in this form; None where none holds."""
    return passkeys.use(
        sent.get(PASSKEY_ANSWER, ""), sent.get(PASSKEY_STATE, ""), site=site_of(request),
        officer_id=officer_id, now=now,
    )  # fmt: skip
