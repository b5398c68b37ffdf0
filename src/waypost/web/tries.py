"""Wrong tries at a sign-in, by user name: after five, whoever it is waits five minutes.

A right password is no reason to forget them while a code is still owed: whoever knows the password
could otherwise try every code.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache

TRIES_MAX = 5
TRIES_WITHIN_S = 300
TOO_MANY = "Too many tries. Wait five minutes, then try again."


def are_too_many(username: str) -> bool:
    return bool(cache.get(_key(username), 0) >= TRIES_MAX)


def count(username: str) -> None:
    cache.add(_key(username), 0, TRIES_WITHIN_S)
    cache.incr(_key(username))


def forget(username: str) -> None:
    cache.delete(_key(username))


def _key(username: str) -> str:
    return f"sign-in:{hashlib.sha256(username.encode()).hexdigest()}"
