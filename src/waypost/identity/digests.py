"""The keyed digest by which an id is looked for: a database alone tells no id."""

from __future__ import annotations

import hashlib
import hmac

from waypost.home import secret
from waypost.identity.values import GoodId


def digest_of(one: GoodId) -> str:
    """The same for the same kind and value, within one installation."""
    said = f"{one.kind}:{one.value}".encode()
    return hmac.new(secret("identity"), said, hashlib.sha256).hexdigest()
