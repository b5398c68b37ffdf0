"""Signing in at the agency's own provider (OpenID Connect): code flow with PKCE, state and nonce.

    read_provider      what the provider says of itself, if it is who the operator named
    begin              where the browser goes, and what must come back with it
    read_claims        who the provider says it is, from a token that it signed for us just now

Pure: what is fetched is fetched in access/oidc_client.py. Off unless WAYPOST_OIDC_ISSUER is given.

source   OpenID Connect Core 1.0, 3.1; RFC 7636 (PKCE, S256); RFC 9207 (iss in the answer)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt

from waypost.errors import Refused, Unavailable

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # with a public key; never a shared secret
LEEWAY_S = 60
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
NOT_ACCEPTED = "Your agency’s sign-in was not accepted. Try again."
AWAY = "Your agency’s sign-in does not answer as it should. Try again, or use your password."


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator gives. secret: "" for a public client"""

    issuer: str
    client_id: str
    secret: str = ""
    name: str = "your agency"


@dataclass(frozen=True, slots=True)
class Provider:
    issuer: str
    authorization: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser must bring back; kept in a signed cookie of its own."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Claims:
    """second: the provider says that it asked for a second factor (amr, RFC 8176)"""

    issuer: str
    subject: str
    second: bool


def read_settings(issuer: str, client_id: str, secret: str, name: str) -> Settings | None:
    """None where no provider is named. ValueError, in plain words, for half of it."""
    if not issuer.strip():
        return None
    if not client_id.strip():
        raise ValueError("WAYPOST_OIDC_CLIENT_ID belongs to WAYPOST_OIDC_ISSUER")
    if not is_safe(issuer.strip()):
        raise ValueError("the issuer starts with https://")
    return Settings(
        issuer.strip(), client_id.strip(), secret.strip(), name.strip() or "your agency"
    )


def is_safe(address: str) -> bool:
    """Whether it is asked over TLS; on this machine itself it need not be."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    )


def read_provider(said: Any, issuer: str) -> Provider:
    """Unavailable where it is somebody else's document, or leads to where nobody may listen."""
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    given = [said.get(name) for name in names] if isinstance(said, Mapping) else []
    found = [one for one in given if isinstance(one, str)]
    sound = len(found) == len(names) and all(map(is_safe, found[1:]))
    if not sound or found[0] != issuer:
        raise Unavailable(AWAY)
    return Provider(*found)


def begin(provider: Provider, ours: Settings, back_to: str, begun: Begun) -> str:
    """The address at the provider to which the browser is sent."""
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    words = {
        "response_type": "code", "scope": "openid", "client_id": ours.client_id,
        "redirect_uri": back_to, "state": begun.state, "nonce": begun.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }  # fmt: skip
    return (
        f"{provider.authorization}{'&' if '?' in provider.authorization else '?'}{urlencode(words)}"
    )


def check_answer(answer: Mapping[str, str], begun: Begun, ours: Settings) -> str:
    """The code of the provider's answer. Refused where it is not the answer to what was asked."""
    same = hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode())
    if not same or answer.get("iss", ours.issuer) != ours.issuer or not answer.get("code"):
        raise Refused(NOT_ACCEPTED)
    return answer["code"]


def read_claims(token: str, keys: Any, ours: Settings, *, nonce: str, now: datetime) -> Claims:
    """Whom the provider signed for. Refused for a token that is not for us, not of this sign-in,
    not of its keys, or not of now.

    keys   the provider's public keys (JWKS), as it gave them
    """
    try:
        key = _key_of(token, keys)
        said: dict[str, Any] = jwt.decode(
            token, key.key, algorithms=list(ALGORITHMS), audience=ours.client_id,
            issuer=ours.issuer,
            options={"require": ["exp", "iat", "iss", "aud", "sub"], "verify_exp": False,
                     "verify_iat": False, "verify_nbf": False},
        )  # fmt: skip
        at = now.timestamp()
        timely = said["iat"] - LEEWAY_S <= at < said["exp"] + LEEWAY_S
        several = isinstance(said["aud"], list) and len(said["aud"]) > 1
        for_us = said.get("azp", None if several else ours.client_id) == ours.client_id
        fresh = hmac.compare_digest(str(said.get("nonce", "")).encode(), nonce.encode())
        subject = str(said["sub"])
    except (jwt.PyJWTError, TypeError, ValueError, KeyError, AttributeError):
        raise Refused(NOT_ACCEPTED) from None
    if not (timely and for_us and fresh and nonce and 0 < len(subject) <= 255):
        raise Refused(NOT_ACCEPTED)
    methods = said.get("amr")
    return Claims(ours.issuer, subject, isinstance(methods, list) and "mfa" in methods)


def _key_of(token: str, keys: Any) -> Any:
    """The key that the token names; the only one where it names none."""
    held = jwt.PyJWKSet.from_dict(keys).keys
    name = jwt.get_unverified_header(token).get("kid")
    fitting = [one for one in held if one.key_id == name] if name is not None else held
    if len(fitting) != 1:
        raise ValueError("no one key fits")
    return fitting[0]
