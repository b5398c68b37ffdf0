"""Passkeys (WebAuthn): a key pair that stays in a phone, a computer or a stick.

    ask_to_make, make   set one up: beside the password, and alone where it asks for a PIN or finger
    ask_to_use, use     show one; within the caller's transaction, like a code

What the browser is asked goes out with a sealed word of ours (the challenge, for whom and what) and
comes back with the answer, so that a stranger's visit stores nothing. Each is good once, for five
minutes. What is checked of an answer is `fido2`'s: kind, origin, site, challenge, presence,
signature. We keep the public half.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.core.cache import cache
from django.db import connection, transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from waypost.access import proving
from waypost.access.models import Officer, SecondFactor
from waypost.access.second_factor import ISSUER
from waypost.access.values import Posted
from waypost.errors import Refused

PASSKEY = "passkey"
SALT = "waypost.passkeys"
GOOD_FOR = timedelta(minutes=5)
ANSWER_MAX = 20_000  # characters; an answer with a large attestation has some thousands
WRONG_PASSKEY = "The passkey was not accepted. Try again, or use another way to sign in."


@dataclass(frozen=True, slots=True)
class Site:
    """Where the browser stands: passkeys are of one host name, and an answer of one origin.

    host    like waypost.example, without its port
    origin  like https://waypost.example:8443
    """

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Asked:
    """options: JSON for the browser. state: comes back with its answer."""

    options: str
    state: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey that was shown. verified: by PIN, finger or face, so that it stands alone."""

    officer_id: int
    verified: bool


def ask_to_make(by: Posted, username: str, site: Site) -> Asked:
    """What the browser is asked for a new passkey."""
    officer_id = proving.own_number(by)
    user = PublicKeyCredentialUserEntity(
        id=str(officer_id).encode(), name=username, display_name=by.name
    )
    options, state = _server(site).register_begin(
        user,
        _descriptors(_live(officer_id)),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _asked(options, state, "make", officer_id)


@transaction.atomic
def make(
    answer: str, state: str, label: str, *, site: Site, by: Posted, now: datetime
) -> list[str]:
    """The passkey counts from now on. Codes for paper, where there were none.

    raises  Refused for an answer that does not hold, or one that was taken already
    """
    officer_id = proving.own_number(by)
    kept = _opened(state, "make", officer_id)
    proving.check_room(officer_id)
    try:
        made = _server(site).register_complete(kept, _read(answer))
    except Exception:  # whatever a stranger's bytes raise within the library
        raise Refused(WRONG_PASSKEY) from None
    data = made.credential_data
    if (
        data is None
        or SecondFactor.objects.filter(credential_id=_text(data.credential_id)).exists()
    ):
        raise Refused(WRONG_PASSKEY)
    factor = SecondFactor.objects.create(
        officer_id=officer_id, kind=PASSKEY, secret="", made_at=now, confirmed_at=now,
        label=" ".join(label.split())[: proving.LABEL_MAX] or "Passkey",
        credential_id=_text(data.credential_id), public_key=_text(data), sign_count=made.counter,
    )  # fmt: skip
    return proving.record_added(factor, by=by, now=now)


def ask_to_use(site: Site, officer_id: int | None) -> Asked | None:
    """What the browser is asked to show: one of the officer's passkeys, None where there is none;
    without an officer any of the site's, which must verify whoever holds it."""
    held = _descriptors(_live(officer_id)) if officer_id is not None else None
    if held == []:
        return None
    need = UserVerificationRequirement
    options, state = _server(site).authenticate_begin(
        held, user_verification=need.REQUIRED if officer_id is None else need.PREFERRED
    )
    return _asked(options, state, "use", officer_id)


def use(
    answer: str, state: str, *, site: Site, officer_id: int | None, now: datetime
) -> Shown | None:
    """Who showed a passkey; None for an answer that does not hold. officer_id: as it was asked.

    raises  ValueError outside a transaction: whoever asks records what it was used for in the same
    """
    if not connection.in_atomic_block:
        raise ValueError("a passkey is used in the transaction of what it proves")
    try:
        kept = _opened(state, "use", officer_id)
        read = AuthenticationResponse.from_dict(_read(answer))
        known = SecondFactor.objects.select_for_update().filter(
            kind=PASSKEY, ended_at=None, credential_id=_text(read.raw_id)
        )
        factor = known.get()
        data = AttestedCredentialData(base64.urlsafe_b64decode(factor.public_key))
        _server(site).authenticate_complete(kept, [data], read)
    except Exception:  # no such passkey, or whatever a stranger's bytes raise within the library
        return None
    count, last = read.response.authenticator_data.counter, factor.sign_count or 0
    mine = officer_id is None or factor.officer_id == officer_id
    if not mine or ((count or last) and count <= last):  # one that goes backwards was copied
        return None
    known.update(sign_count=count, last_used_at=now)
    if not Officer.objects.filter(pk=factor.officer_id, is_active=True).exists():
        return None
    return Shown(factor.officer_id, read.response.authenticator_data.is_user_verified())


def _server(site: Site) -> Fido2Server:
    return Fido2Server(
        PublicKeyCredentialRpEntity(name=ISSUER, id=site.host),
        verify_origin=lambda origin: origin == site.origin,
    )


def _live(officer_id: int) -> Sequence[SecondFactor]:
    return list(SecondFactor.objects.filter(officer_id=officer_id, kind=PASSKEY, ended_at=None))


def _descriptors(factors: Sequence[SecondFactor]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            type=PublicKeyCredentialType.PUBLIC_KEY,
            id=base64.urlsafe_b64decode(one.credential_id or ""),
        )
        for one in factors
    ]


def _asked(options: Any, state: Any, what: str, officer_id: int | None) -> Asked:
    kept = {**state, "what": what, "officer": officer_id}
    return Asked(
        json.dumps(dict(options)["publicKey"]), signing.dumps(kept, salt=SALT, compress=True)
    )


def _opened(state: str, what: str, officer_id: int | None) -> dict[str, Any]:
    """What was asked. Refused where it was not by us, of somebody else, for something else, too
    long ago, or answered before."""
    try:
        kept: dict[str, Any] = signing.loads(state, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        raise Refused(WRONG_PASSKEY) from None
    used = f"passkey:{hashlib.sha256(kept['challenge'].encode()).hexdigest()}"
    mine = (kept["what"], kept["officer"]) == (what, officer_id)
    if not mine or not cache.add(used, 1, int(GOOD_FOR.total_seconds()) + 1):
        raise Refused(WRONG_PASSKEY)
    return kept


def _read(answer: str) -> Any:
    if len(answer) > ANSWER_MAX:
        raise ValueError("too long for an answer")
    return json.loads(answer)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
