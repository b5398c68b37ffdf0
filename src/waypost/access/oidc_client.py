"""What is fetched from the agency's provider, and nowhere else: its description, keys, a token.

The description and the keys are kept for an hour; keys are fetched anew once where a token does not
hold, since providers change theirs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

import httpx
from django.core.cache import cache

from waypost.access import oidc
from waypost.access.oidc import Begun, Claims, Provider, Settings
from waypost.errors import Refused, Unavailable

KEPT_S = 3600
TIMEOUT_S = 5.0
BYTES_MAX = 1_000_000


def client() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)


def provider_of(ours: Settings) -> Provider:
    """Unavailable where it does not answer, or not as the one that was named."""
    address = f"{ours.issuer.rstrip('/')}/.well-known/openid-configuration"
    return oidc.read_provider(_kept(address), ours.issuer)


def claims_of(
    code: str, begun: Begun, provider: Provider, ours: Settings, back_to: str, *, now: datetime
) -> Claims:
    """Who signed in there. Refused for a code or a token that does not hold."""
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back_to,
            "code_verifier": begun.verifier, "client_id": ours.client_id}  # fmt: skip
    basic = httpx.BasicAuth(quote_plus(ours.client_id), quote_plus(ours.secret))
    try:
        with client() as asked:
            answer = asked.post(
                provider.token, data=sent, auth=basic if ours.secret else httpx.USE_CLIENT_DEFAULT
            )
        said = answer.json() if answer.status_code == 200 else {}
    except (httpx.HTTPError, ValueError):
        raise Unavailable(oidc.AWAY) from None
    token = said.get("id_token") if isinstance(said, dict) else None
    if not isinstance(token, str):
        raise Refused(oidc.NOT_ACCEPTED)
    try:
        return oidc.read_claims(token, _kept(provider.keys), ours, nonce=begun.nonce, now=now)
    except Refused:
        anew = _kept(provider.keys, anew=True)
        return oidc.read_claims(token, anew, ours, nonce=begun.nonce, now=now)


def _kept(address: str, *, anew: bool = False) -> Any:
    name = f"oidc:{address}"
    if not anew and (said := cache.get(name)) is not None:
        return said
    try:
        with client() as asked:
            answer = asked.get(address)
        if answer.status_code != 200 or len(answer.content) > BYTES_MAX:
            raise Unavailable(oidc.AWAY)
        said = answer.json()
    except (httpx.HTTPError, ValueError):
        raise Unavailable(oidc.AWAY) from None
    cache.set(name, said, KEPT_S)
    return said
