"""Tokens of phones: shown with a request, taken out of it, compared with what is kept.

take_token   the token that a request shows, and the request without it: raw messages hold none
refusal_of   why a request may not speak for a device, decided from what is kept of tokens
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from urllib.parse import unquote_plus

from waypost.errors import BadUse
from waypost.protocols.values import HttpMessage

TOKEN_BYTES = 24  # 192 random bits; as text 32 characters, typed into an app
PARAMETER = "token"  # of OsmAnd clients, whose settings know an address and nothing else
WITHOUT = "the device must show its token"
WRONG = "the token is not this device's, or has ended"


class Asked(StrEnum):
    """Who must show a token."""

    OPTIONAL = "optional"  # devices that were ever given one
    REQUIRED = "required"  # every device that speaks over HTTP, and hubs on this machine too


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one device's tokens: digests of those that hold; none: all have ended."""

    digests: frozenset[str] = frozenset()


def read_asked(word: str) -> Asked:
    """The setting of that word. BadUse when there is none."""
    try:
        return Asked(word or Asked.OPTIONAL)
    except ValueError:
        raise BadUse(f"tokens are {' or '.join(Asked)}, not {word!r}") from None


def digest_of(token: str) -> str:
    """What is kept of a token: random bits need no slow hash."""
    return sha256(token.strip().encode()).hexdigest()


def refusal_of(
    device: str, token: str | None, kept: Mapping[str, Kept], asked: Asked
) -> str | None:
    """Why this request may not speak for the device; None when it may.

    A device that was ever given a token must show one that holds: to end its last shuts the door
    and does not open it to everybody.
    """
    mine = kept.get(device)
    if mine is None and asked is Asked.OPTIONAL:
        return None
    if not token:
        return WITHOUT
    shown = digest_of(token)
    holds = [hmac.compare_digest(shown, one) for one in (mine.digests if mine else ())]
    return None if any(holds) else WRONG


def take_token(message: HttpMessage) -> tuple[str | None, HttpMessage]:
    """The token of the Authorization header (Bearer, or the password of Basic) or of the query or
    form, and the request without any."""
    headers = {name: value for name, value in message.headers.items() if name != "authorization"}
    path, mark, query = message.uri.partition("?")
    query, asked = _without_token(query)
    body, written = message.body, None
    if body.lstrip()[:1] not in (b"{", b"["):
        form, written = _without_token(body.decode("latin-1"))
        body = form.encode("latin-1")
    shown = _authorized(message.headers.get("authorization", "")) or asked or written
    return shown, replace(message, uri=path + mark + query, headers=headers, body=body)


def _authorized(header: str) -> str | None:
    kind, _, rest = header.strip().partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() != "basic":
        return None
    try:
        return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return None


def _without_token(parameters: str) -> tuple[str, str | None]:
    """Parameters as they were sent less the token, however its name is spelt; and the token."""
    if PARAMETER not in parameters.lower() and "%" not in parameters:
        return parameters, None
    kept, token = [], None
    for part in parameters.split("&"):
        name, _, value = part.partition("=")
        if unquote_plus(name).strip().lower() == PARAMETER:
            token = token or unquote_plus(value)
        else:
            kept.append(part)
    return ("&".join(kept), token) if token is not None else (parameters, None)
