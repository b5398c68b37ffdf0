"""Signs what leaves by webhook and by GOV.UK Notify: HMAC-SHA256, both formats public.

A webhook's body is signed together with the second it was sent, so that a receiver who checks both
cannot be played an old message: header `Waypost-Timestamp: SECONDS` and
`Waypost-Signature: v1=HEX` where HEX is HMAC-SHA256(key, "SECONDS." + body).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta

TIMESTAMP, SIGNATURE, KEY = "Waypost-Timestamp", "Waypost-Signature", "Idempotency-Key"
REPLAY_WITHIN = timedelta(minutes=5)  # what a receiver should allow, either way


def signed_headers(key: bytes, body: bytes, *, now: datetime) -> dict[str, str]:
    """The two headers that go with a body sent now."""
    seconds = str(int(now.timestamp()))
    return {TIMESTAMP: seconds, SIGNATURE: f"v1={_digest(key, seconds, body)}"}


def is_genuine(key: bytes, body: bytes, *, timestamp: str, signature: str, now: datetime) -> bool:
    """What a receiver checks: the signature is of this body and second, and the second is near.

    Within `REPLAY_WITHIN` a repeat has the same Idempotency-Key, which the receiver remembers.
    """
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    if abs(now.timestamp() - int(timestamp)) > REPLAY_WITHIN.total_seconds():
        return False
    right = f"v1={_digest(key, timestamp, body)}"
    return hmac.compare_digest(right.encode(), signature.encode())


def notify_token(service_id: str, secret: str, *, now: datetime) -> str:
    """A JSON Web Token as GOV.UK Notify asks for: HS256, `iss` the service, `iat` now.

    source   docs.notifications.service.gov.uk/rest-api.html, "Headers"; RFC 7515
    """
    head = _part({"typ": "JWT", "alg": "HS256"})
    body = _part({"iss": service_id, "iat": int(now.timestamp())})
    seal = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_encoded(seal)}"


def _digest(key: bytes, seconds: str, body: bytes) -> str:
    return hmac.new(key, seconds.encode() + b"." + body, hashlib.sha256).hexdigest()


def _part(said: dict[str, object]) -> str:
    return _encoded(json.dumps(said, separators=(",", ":")).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
