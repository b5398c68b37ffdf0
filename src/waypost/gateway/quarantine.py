"""Messages nobody is known to have sent: encrypted as they came, listed until they are settled."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from waypost.devices.models import QuarantinedMessage
from waypost.errors import Unavailable
from waypost.home import secret
from waypost.protocols.reading import DEVICE_ID_LENGTH_MAX

NONCE_SIZE = 12
REASON_LENGTH_MAX = 200
_BOUND = b"quarantined message"


def quarantined(
    device: str, protocol: str, payload: bytes, reason: str, received_at: datetime
) -> QuarantinedMessage:
    """The record of one message, not saved yet."""
    return QuarantinedMessage(
        device_reference=device[:DEVICE_ID_LENGTH_MAX],
        protocol=protocol,
        received_at=received_at,
        reason=reason[:REASON_LENGTH_MAX],
        payload=_sealed(payload),
    )


def opened(message: QuarantinedMessage) -> bytes:
    """The bytes as they came. Unavailable when this home's key is not the one that sealed them."""
    data = bytes(message.payload)
    try:
        return _cipher().decrypt(data[:NONCE_SIZE], data[NONCE_SIZE:], _BOUND)
    except InvalidTag:
        raise Unavailable(f"quarantined message {message.pk} does not open") from None


def _sealed(payload: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + _cipher().encrypt(nonce, payload, _BOUND)


@cache
def _cipher() -> AESGCM:
    return AESGCM(secret("quarantine"))
