"""Fields that say who somebody is or where they live, sealed in the database where a key is given.

    WAYPOST_IDENTITY_KEY   64 hexadecimal digits, or the path of a file that holds them

With a key what is saved is AES-256-GCM with the column bound in, so that no value can be put into
another column; without one it is saved as it is. Both are read: `waypost seal identity` goes over
the rows that stand, and `--open` takes the sealing away again. Whoever reads the database's files,
its backups or its disk without the key learns no name.

A sealed column is asked for by nothing but whether it is null: the same name is sealed otherwise
each time. The parts of the house that look for one (a person by name, an address that is withheld
already) do so in memory, over rows that were found otherwise.
"""

from __future__ import annotations

import base64
import os
from datetime import date
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

from waypost.errors import Unavailable

MARK = "sealed:1:"  # before what is sealed
NONCE_SIZE = 12
LOOKUPS = {"isnull"}

if TYPE_CHECKING:
    TextBase = models.Field[str, str]
    DateBase = models.Field[date | None, date | None]
    FloatBase = models.Field[float, float]
else:
    TextBase = DateBase = FloatBase = models.Field


class Sealed:
    """What the three fields share: kept as text, sealed on its way in and opened on its way out."""

    is_opening = False  # while `waypost seal identity --open` runs

    def get_internal_type(self) -> str:
        return "TextField"

    def get_lookup(self, name: str) -> Any:
        if name not in LOOKUPS:
            raise FieldError(f"a sealed column cannot be asked for by {name}; look in memory")
        return super().get_lookup(name)  # type: ignore[misc]

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        text = self.as_text(value)
        return text if not text else sealed(text, self._bound())

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        text = str(value)
        return self.as_value(opened(text, self._bound()) if text.startswith(MARK) else text)

    def as_text(self, value: Any) -> str | None:
        return None if value is None else str(value)

    def as_value(self, text: str) -> Any:
        return text

    def _bound(self) -> str:
        model: Any = self.model  # type: ignore[attr-defined]
        return f"{model._meta.db_table}.{self.column}"  # type: ignore[attr-defined]


class SealedText(Sealed, TextBase):
    """A text; an empty one stays empty."""

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else str(value)


class SealedDate(Sealed, DateBase):
    """A date, kept as 2026-03-01."""

    def as_text(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def as_value(self, text: str) -> Any:
        return date.fromisoformat(text[:10])


class SealedFloat(Sealed, FloatBase):
    """A number, to its last digit."""

    def as_text(self, value: Any) -> str | None:
        return None if value is None else repr(float(value))

    def as_value(self, text: str) -> Any:
        return float(text)


def sealed(text: str, bound: str) -> str:
    """The text as it is kept. Without a key it stays as it is; one that looks like something sealed
    gets a space before it, so that it never reads as such."""
    key: bytes | None = settings.IDENTITY_KEY
    if key is None or Sealed.is_opening:
        return f" {text}" if text.startswith(MARK) else text
    nonce = os.urandom(NONCE_SIZE)
    whole = nonce + AESGCM(key).encrypt(nonce, text.encode(), bound.encode())
    return MARK + base64.b64encode(whole).decode()


def opened(text: str, bound: str) -> str:
    """What was sealed. Unavailable where the key is missing or another's, or it was moved here."""
    key: bytes | None = settings.IDENTITY_KEY
    if key is None:
        raise Unavailable("names are sealed in this store: give its WAYPOST_IDENTITY_KEY")
    try:
        whole = base64.b64decode(text.removeprefix(MARK), validate=True)
        return AESGCM(key).decrypt(whole[:NONCE_SIZE], whole[NONCE_SIZE:], bound.encode()).decode()
    except (InvalidTag, ValueError):
        raise Unavailable(
            "a sealed name does not open: WAYPOST_IDENTITY_KEY is another store's, or the row was "
            "altered"
        ) from None
