"""What a second factor is: codes of an app, codes on paper, and of whom one is required. Pure.

    read_policy      what the operator's setting says: off, asked, required, required:ROLE,ROLE
    code_step        which half minute a code of the app is of, if it is right and was not used
    recovery_code    one code for paper; its digest alone is kept

Codes are RFC 6238 as authenticator apps know it: SHA-1, six digits, thirty seconds. One step to
either side is taken, for clocks that are a little wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from waypost.access.values import Role

STEP_S = 30
DIGITS = 6
STEPS_AROUND = 1
SECRET_BYTES = 20  # RFC 4226, section 4, R6: 160 bits are recommended
RECOVERY_BYTES = 10  # 80 bits: a plain hash is enough, nobody tries them all
RECOVERY_CODES = 10
ISSUER = "Waypost"


@dataclass(frozen=True, slots=True)
class Policy:
    """offered: anybody may set one up and is then asked for it. required: these roles must."""

    offered: bool = True
    required: frozenset[Role] = frozenset()

    def requires(self, roles: Collection[Role]) -> bool:
        return bool(self.required & frozenset(roles))


def read_policy(text: str) -> Policy:
    """ "" is asked. ValueError, in plain words, for what is no policy."""
    word, parted, names = (text.strip() or "asked").partition(":")
    if word == "required":
        roles = {name.strip() for name in names.split(",") if name.strip()}
        unknown = sorted(roles - {role.value for role in Role})
        if unknown or (parted and not roles):
            raise ValueError(f"{', '.join(unknown) or 'nothing'} is no role")
        return Policy(required=frozenset(map(Role, roles)) or frozenset(Role))
    if parted or word not in {"off", "asked"}:
        raise ValueError("give off, asked, required, or required:ROLE,ROLE")
    return Policy(offered=word == "asked")


def code_step(secret: str, code: str, now: datetime, *, used_step: int | None) -> int | None:
    """The step whose code this is; None for a wrong one, and for one not after the step used last.

    secret     base32, as the app was given it
    used_step  a code is good once, and none from before it (RFC 6238, section 5.2)
    """
    made = TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_S)  # noqa: S303  what apps know
    present = int(now.timestamp()) // STEP_S
    for step in range(present - STEPS_AROUND, present + STEPS_AROUND + 1):
        right = hmac.compare_digest(made.generate(step * STEP_S), code.encode())
        if right and (used_step is None or step > used_step):
            return step
    return None


def secret_text(random: bytes) -> str:
    """A secret as apps take it. ValueError where it is too short."""
    if len(random) < SECRET_BYTES:
        raise ValueError("a secret has at least 20 bytes")
    return base64.b32encode(random).decode()


def app_address(secret: str, username: str) -> str:
    """What the square picture says to the app: whose secret it is, and of which service."""
    words = {"secret": secret, "issuer": ISSUER, "digits": DIGITS, "period": STEP_S}
    return f"otpauth://totp/{ISSUER}:{quote(username, safe='')}?{urlencode(words)}"


def in_groups(text: str) -> str:
    """Four signs and a space, to be typed from a screen or from paper."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def recovery_code(random: bytes) -> str:
    """A code for paper, like abcd-efgh-ijkl-mnop."""
    return in_groups(base64.b32encode(random).decode().lower()).replace(" ", "-")


def recovery_digest(code: str) -> str:
    """What is kept of a code for paper, however it was typed."""
    return hashlib.sha256(plain_code(code).encode()).hexdigest()


def plain_code(code: str) -> str:
    """What was typed, without the spaces and dashes that people add, or an app shows."""
    return "".join(sign for sign in code.lower() if sign.isascii() and sign.isalnum())


def is_app_code(code: str) -> bool:
    return len(code) == DIGITS and code.isascii() and code.isdigit()
