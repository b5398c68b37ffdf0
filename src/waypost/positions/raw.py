"""Raw messages, encrypted with a key per activation: destroy the key and they are gone.

The key is wrapped by the installation's secret (`home.secret("raw")`); AES-256-GCM throughout, the
nonce before the ciphertext, the activation's number bound in as associated data.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from waypost.errors import Unavailable
from waypost.home import secret
from waypost.positions.models import ActivationKey, RawMessage
from waypost.units import ActivationNumber

RAW_PLACES = 2**20  # raw rows a commit may have: id = position * RAW_PLACES + place
NONCE_SIZE = 12

_known: dict[ActivationNumber, bytes] = {}  # keys already unwrapped by this process, by activation


@dataclass(frozen=True, slots=True)
class RawRow:
    """One message as it came over the wire."""

    activation: ActivationNumber
    protocol: str
    payload: bytes


def save(raws: Sequence[RawRow], *, position: int, now: datetime) -> int:
    """Store them inside the caller's transaction; returns the id of place 0."""
    if len(raws) > RAW_PLACES:
        raise ValueError(f"{len(raws)} raw messages in one commit; at most {RAW_PLACES}")
    first = position * RAW_PLACES
    keys = keys_of({row.activation for row in raws}, now=now)
    RawMessage.objects.bulk_create(
        [
            RawMessage(
                id=first + place,
                activation_id=row.activation,
                received_day=now.date(),
                protocol=row.protocol,
                sha256=hashlib.sha256(row.payload).digest(),
                payload=encrypted(row.payload, keys[row.activation], row.activation),
            )
            for place, row in enumerate(raws)
        ],
        batch_size=500,
    )
    return first


def opened(message: RawMessage) -> bytes:
    """The message as it came. Unavailable when its key is gone or it was tampered with."""
    number = ActivationNumber(message.activation_id)
    return decrypted(bytes(message.payload), stored_key(number), number)


def stored_key(activation: ActivationNumber) -> bytes:
    """The key an activation has. Unavailable when it was destroyed, or never made."""
    keys = _stored({activation})
    if activation not in keys:
        raise Unavailable(f"the key of activation {activation} was destroyed")
    return keys[activation]


def keys_of(
    activations: Collection[ActivationNumber], *, now: datetime
) -> dict[ActivationNumber, bytes]:
    """A key for each, made where there is none yet. Inside the caller's transaction.

    A key is remembered only once its transaction is committed: one rolled back must not be used.
    """
    keys = {number: _known[number] for number in activations if number in _known}
    missing = set(activations) - set(keys)
    if not missing:
        return keys
    found = _stored(missing)
    made = {number: secrets.token_bytes(32) for number in sorted(missing - set(found))}
    ActivationKey.objects.bulk_create(
        [
            ActivationKey(
                activation_id=number, wrapped=encrypted(key, secret("raw"), number), made_at=now
            )
            for number, key in made.items()
        ],
        ignore_conflicts=True,
    )
    if made:  # another process may have made one first: the stored one counts
        found |= _stored(set(made))
    transaction.on_commit(lambda: _known.update(found))
    return keys | found


def forget_known_keys() -> None:
    """Drop the keys this process remembers (after keys were destroyed; between tests)."""
    _known.clear()


def encrypted(data: bytes, key: bytes, activation: int) -> bytes:
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, data, _bound(activation))


def decrypted(data: bytes, key: bytes, activation: int) -> bytes:
    try:
        return AESGCM(key).decrypt(data[:NONCE_SIZE], data[NONCE_SIZE:], _bound(activation))
    except InvalidTag:
        raise Unavailable(f"sealed bytes of activation {activation} do not open") from None


def _bound(activation: int) -> bytes:
    return f"activation {activation}".encode()


def _stored(activations: Collection[ActivationNumber]) -> dict[ActivationNumber, bytes]:
    rows = ActivationKey.objects.filter(activation_id__in=list(activations))
    return {
        ActivationNumber(row.activation_id): decrypted(
            bytes(row.wrapped), secret("raw"), row.activation_id
        )
        for row in rows
    }
