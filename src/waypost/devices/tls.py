"""TLS on a listener: the context, who a client's certificate speaks for, and the handshake.

A client is let in and counted before TLS is agreed, so that those who never agree are counted too;
only while they do it has a task. Datagrams have no TLS here.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from waypost.devices.figures import Tally
from waypost.devices.hall import Entered, Hall
from waypost.devices.limits import Refusal
from waypost.errors import BadUse

URN = "urn:waypost:device:"  # a URI of the certificate that names a device; else its common name


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files; `client_ca`: only clients with a certificate of it are heard, each for the
    device that its certificate names."""

    certificate: str
    key: str
    client_ca: str = ""


def read_tls(certificate: str, key: str, client_ca: str) -> TlsFiles | None:
    """The files of the options; None when none is given. BadUse when one is wanting."""
    if not (certificate or key or client_ca):
        return None
    if not (certificate and key):
        raise BadUse("TLS needs both files: --tls-certificate FILE and --tls-key FILE")
    return TlsFiles(certificate, key, client_ca)


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """TLS 1.2 or later. BadUse when a file cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    load_certificate(context, files)
    try:
        if files.client_ca:
            context.load_verify_locations(files.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        raise BadUse(f"{files.client_ca} cannot be used as CA of clients: {_why(error)}") from None
    return context


def load_certificate(context: ssl.SSLContext, files: TlsFiles) -> None:
    """The certificate and key as the files are now: for handshakes from here on."""
    try:
        context.load_cert_chain(files.certificate, files.key)
    except OSError as error:
        raise BadUse(
            f"{files.certificate} with {files.key} cannot be used for TLS: {_why(error)}"
        ) from None


def devices_of(certificate: Mapping[str, Any]) -> frozenset[str]:
    """The devices that a certificate (as ssl gives it) speaks for: its URIs `urn:waypost:device:ID`
    and, when it has none, its common name."""
    uris = [str(value) for kind, value in certificate.get("subjectAltName", ()) if kind == "URI"]
    named = frozenset(uri.removeprefix(URN) for uri in uris if uri.startswith(URN))
    if named:
        return named
    parts = [part for group in certificate.get("subject", ()) for part in group]
    return frozenset(str(value) for name, value in parts if name == "commonName")


class Porter(asyncio.Protocol):
    """Agrees TLS with one client, then steps aside for the protocol that `make` gives.

    make   (entered, devices of the certificate or None) -> protocol, and a way to hand it bytes
    """

    def __init__(
        self,
        hall: Hall,
        tally: Tally,
        context: ssl.SSLContext,
        make: Callable[[Entered, frozenset[str] | None], tuple[Any, Callable[[bytes], None]]],
    ) -> None:
        self._hall, self._tally, self._context, self._make = hall, tally, context, make
        self._early = b""  # came with the end of the handshake
        self._is_lost = False
        self._agreeing: asyncio.Task[None] | None = None

    def connection_made(self, transport: Any) -> None:
        entered = self._hall.admit(transport, self._tally)
        if entered is not None:
            transport.pause_reading()
            self._agreeing = self._hall.loop.create_task(self._agree(transport, entered))

    def data_received(self, data: bytes) -> None:
        self._early += data

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_lost = True

    async def _agree(self, transport: Any, entered: Entered) -> None:
        secure: Any = None
        try:
            secure = await self._hall.loop.start_tls(
                transport,
                self,
                self._context,
                server_side=True,
                ssl_handshake_timeout=self._hall.limits.handshake_s,
            )
        except OSError:  # of ssl, of the socket, or its time is up
            self._tally.refusals[Refusal.HANDSHAKE] += 1
        finally:
            if secure is None or self._is_lost:
                self._hall.leave(entered, self._tally)
                transport.abort()
        if secure is not None and not self._is_lost:
            self._step_aside(secure, entered)

    def _step_aside(self, secure: Any, entered: Entered) -> None:
        is_named = self._context.verify_mode is ssl.CERT_REQUIRED
        devices = devices_of(secure.get_extra_info("peercert") or {}) if is_named else None
        protocol, hear = self._make(entered, devices)
        secure.set_protocol(protocol)
        protocol.connection_made(secure)
        if self._early:
            hear(self._early)


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "not PEM").replace("_", " ").lower()
    return error.strerror or type(error).__name__
