"""When a seal was made, on an outside authority's word: RFC 3161 time stamps over seals.

A seal says its time by this machine's clock, which whoever holds the machine can set. An authority
of the agency's choice is sent the digest of the newest seal, once an hour, and signs it together
with its own time; as each seal is over the one before it, that fixes every line up to there.

    WAYPOST_AUDIT_TIME_AUTHORITY   the authority's address
    WAYPOST_AUDIT_TIME_ROOTS       PEM file of the certificates by which its stamps are checked

What is stamped is the seal as its copies outside are written (`anchoring.written`), so that anybody
can check a stamp without this software: `waypost audit stamps` says how.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.conf import settings
from django.db.models import QuerySet
from rfc3161_client import (
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from waypost.access import audit
from waypost.access.anchoring import written
from waypost.access.chain import Seal, Verdict
from waypost.access.models import AuditSeal
from waypost.clock import write_instant
from waypost.errors import BadFile, BadUse, Unavailable

EVERY = timedelta(hours=1)
AHEAD_MAX = timedelta(minutes=2)  # by which our clock may be before the authority's
TIMEOUT_S = 20.0
STAMP_SIZE_MAX = 65_536


@dataclass(frozen=True, slots=True)
class Authority:
    url: str
    roots: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class Stamps:
    """What checking the stamps found.

    checked  False where there are stamps and no certificates to check them by
    line     up to which line the newest one reaches, and when the authority saw it
    wait     the longest time between what a seal says and when the authority saw it
    """

    count: int = 0
    checked: bool = True
    line: int = 0
    at: datetime | None = None
    wait: timedelta = timedelta()


def authority() -> Authority | None:
    """The one of the settings. BadUse where it cannot be asked, or its stamps not be checked."""
    url = settings.AUDIT_TIME_AUTHORITY
    if not url:
        return None
    if not url.startswith(("https://", "http://")):  # a stamp proves itself, and names nobody
        raise BadUse(f"WAYPOST_AUDIT_TIME_AUTHORITY: {url!r} is no address; give http(s)://…")
    roots = trusted_roots()
    if not roots:
        raise BadUse("WAYPOST_AUDIT_TIME_ROOTS: give the certificates to check time stamps by")
    return Authority(url, roots)


def trusted_roots() -> tuple[Certificate, ...]:
    """The certificates of the setting; none where it is empty. BadUse for a file that is none."""
    if not settings.AUDIT_TIME_ROOTS:
        return ()
    try:
        return tuple(load_pem_x509_certificates(Path(settings.AUDIT_TIME_ROOTS).read_bytes()))
    except (OSError, ValueError) as error:
        raise BadUse(f"WAYPOST_AUDIT_TIME_ROOTS cannot be read: {error}") from None


def ask(whom: Authority, seal: Seal) -> tuple[bytes, datetime]:
    """The authority's stamp over the seal, checked, and its time. Unavailable without a good one"""
    request = TimestampRequestBuilder().data(written(seal).encode()).build()
    headers = {"Content-Type": "application/timestamp-query"}
    try:
        with httpx.stream(
            "POST", whom.url, content=request.as_bytes(), headers=headers, timeout=TIMEOUT_S,
            follow_redirects=False,
        ) as answer:  # fmt: skip
            if answer.status_code != httpx.codes.OK:
                raise Unavailable(f"the time authority answered {answer.status_code}")
            stamp = b""
            for part in answer.iter_bytes():
                stamp += part
                if len(stamp) > STAMP_SIZE_MAX:
                    raise Unavailable("the time authority's answer is too long for a time stamp")
    except httpx.HTTPError as error:
        kind = type(error).__name__
        raise Unavailable(f"the time authority did not answer ({kind})") from None
    try:
        return stamp, stamped_at(stamp, seal, whom.roots, nonce=request.nonce)
    except BadFile as error:
        raise Unavailable(f"the time authority's answer cannot be used: {error}") from None


def stamped_at(
    stamp: bytes, seal: Seal, roots: Sequence[Certificate], *, nonce: int | None = None
) -> datetime:
    """When the authority says it saw the seal. BadFile for what is no stamp of it by one we trust.

    roots   certificates that are trusted, and any between them and the authority's own
    nonce   what the request carried; None for a stamp that is kept, whose request is gone
    """
    checker = VerifierBuilder(roots=list(roots), nonce=nonce).build()
    try:
        said = decode_timestamp_response(stamp)
        checker.verify_message(said, written(seal).encode())
        return _time_of(said)
    except VerificationError as error:
        raise BadFile(f"the time stamp does not hold ({error})") from None
    except (ValueError, TypeError, OverflowError):
        raise BadFile("this is no time stamp") from None


def send_stamp(*, now: datetime) -> None:
    """Have the newest seal stamped, if an hour has passed since one was. Unavailable, saying why,
    where the authority gives no good stamp: the seal waits for the next look."""
    whom = authority()
    newest = AuditSeal.objects.order_by("-number").first()
    if whom is None or newest is None or newest.stamped_at is not None:
        return
    last = _stamped().last()
    if last is not None and last.stamped_at is not None and now - last.stamped_at < EVERY:
        return
    stamp, at = ask(whom, audit.seal_of(newest))
    AuditSeal.objects.filter(pk=newest.pk).update(stamp=stamp, stamped_at=at)


def last_stamped() -> tuple[int, datetime] | None:
    """Up to which line the newest stamp reaches, and its time; None where there is none."""
    row = _stamped().last()
    return (row.line, row.stamped_at) if row is not None and row.stamped_at is not None else None


def kept_stamps() -> list[tuple[Seal, bytes]]:
    """Every seal that has a stamp, with it, by number."""
    return [(audit.seal_of(row), bytes(row.stamp or b"")) for row in _stamped()]


def verify_all(copies: Sequence[Seal] = ()) -> tuple[Verdict, Stamps]:
    """The chain with its seals, then their time stamps: the first line that is not as it should be.

    A seal is under suspicion when its stamp does not hold, or was given before the seal says that
    it was made. One given long after it proves only that it stood by then: `Stamps.wait` shows it.
    """
    verdict = audit.verify(copies)
    rows = list(_stamped())
    roots = trusted_roots() if rows else ()
    if verdict.broken is not None or not rows:
        return verdict, Stamps()
    if not roots:
        return verdict, Stamps(len(rows), checked=False)
    found = Stamps(len(rows))
    for row in rows:
        seal = audit.seal_of(row)
        try:
            at = stamped_at(bytes(row.stamp or b""), seal, roots)
        except BadFile as error:
            return _suspect(seal, str(error)), found
        if at != row.stamped_at:
            return _suspect(seal, "its column stamped_at differs from its time stamp"), found
        if seal.at - at > AHEAD_MAX:
            said = f"it says {write_instant(seal.at)} and was time-stamped at {write_instant(at)}"
            return _suspect(seal, said), found
        found = Stamps(len(rows), True, seal.line, at, max(found.wait, at - seal.at))
    return verdict, found


def _suspect(seal: Seal, why: str) -> Verdict:
    return Verdict(max(seal.line - 1, 0), seal.line, f"is under seal {seal.number}: {why}")


def _stamped() -> QuerySet[AuditSeal]:
    return AuditSeal.objects.exclude(stamped_at=None, stamp=None).order_by("number")


def _time_of(said: TimeStampResponse) -> datetime:
    at = said.tst_info.gen_time
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
