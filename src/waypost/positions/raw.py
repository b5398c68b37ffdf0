"""Raw messages, encrypted with a key per activation: destroy the key and they are gone.

The key is wrapped by the installation's secret (`home.secret("raw")`); AES-256-GCM throughout, the
nonce before the ciphertext, the activation's number bound in as associated data.

`save` goes around the record's model: building one object a message cost four times the writing.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction

from waypost.errors import Unavailable
from waypost.home import secret
from waypost.positions.models import ActivationKey, RawMessage
from waypost.units import ActivationNumber

RAW_PLACES = 2**20  # raw rows a commit may have: id = position * RAW_PLACES + place
NONCE_SIZE = 12
CIPHERS_MAX = 65_536  # set-up ciphers kept, each under 1 kB: more than the wearers of an estate

_INSERT = """
    INSERT INTO positions_rawmessage
        (id, activation_id, received_day, protocol, sha256, payload)
    VALUES (%s, %s, %s, %s, %s, %s)"""
_COPY = """
    COPY positions_rawmessage (id, activation_id, received_day, protocol, sha256, payload)
    FROM STDIN (FORMAT BINARY)"""
_COPIED = ("int8", "int8", "date", "varchar", "bytea", "bytea")

_known: dict[ActivationNumber, bytes] = {}  # keys already unwrapped by this process, by activation


class RawRow(NamedTuple):
    """One message as it came over the wire."""

    activation: ActivationNumber
    protocol: str
    payload: bytes


def save(raws: Sequence[RawRow], *, position: int, now: datetime) -> int:
    """Store them inside the caller's transaction; returns the id of place 0."""
    if len(raws) > RAW_PLACES:
        raise ValueError(f"{len(raws)} raw messages in one commit; at most {RAW_PLACES}")
    first = position * RAW_PLACES
    if not raws:
        return first
    keys = keys_of({row.activation for row in raws}, now=now)
    chance = os.urandom(NONCE_SIZE * len(raws))
    day = connection.ops.adapt_datefield_value(now.date())
    rows = []
    for place, (number, protocol, payload) in enumerate(raws):
        nonce = chance[place * NONCE_SIZE : (place + 1) * NONCE_SIZE]
        sealed = nonce + _cipher(keys[number]).encrypt(nonce, payload, _bound(number))
        rows.append((first + place, number, day, protocol, sha256(payload).digest(), sealed))
    _insert(rows)
    return first


def _insert(rows: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(_INSERT, rows)
            return
        with connection.wrap_database_errors, cursor.copy(_COPY) as copy:
            copy.set_types(_COPIED)
            for row in rows:
                copy.write_row(row)


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
    if made:
        wrapping = secret("raw")
        ActivationKey.objects.bulk_create(
            [
                ActivationKey(
                    activation_id=number, wrapped=encrypted(key, wrapping, number), made_at=now
                )
                for number, key in made.items()
            ],
            ignore_conflicts=True,
        )
        found |= _stored(set(made))  # another process may have made one first: it counts
    transaction.on_commit(lambda: _known.update(found))
    return keys | found


def forget_known_keys() -> None:
    """Drop the keys this process remembers (after keys were destroyed; between tests)."""
    _known.clear()
    _cipher.cache_clear()


def encrypted(data: bytes, key: bytes, activation: int) -> bytes:
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + _cipher(key).encrypt(nonce, data, _bound(activation))


def decrypted(data: bytes, key: bytes, activation: int) -> bytes:
    nonce, sealed = data[:NONCE_SIZE], data[NONCE_SIZE:]
    try:
        return _cipher(key).decrypt(nonce, sealed, _bound(activation))
    except InvalidTag:
        raise Unavailable(f"sealed bytes of activation {activation} do not open") from None


@lru_cache(maxsize=CIPHERS_MAX)
def _cipher(key: bytes) -> AESGCM:
    """The cipher of a key, set up once."""
    return AESGCM(key)


def _bound(activation: int) -> bytes:
    return f"activation {activation}".encode()


def _stored(activations: Collection[ActivationNumber]) -> dict[ActivationNumber, bytes]:
    rows = ActivationKey.objects.filter(activation_id__in=list(activations))
    wrapping = secret("raw")
    return {
        ActivationNumber(row.activation_id): decrypted(
            bytes(row.wrapped), wrapping, row.activation_id
        )
        for row in rows
    }
