"""TLS on a listener: the context, who a client's certificate speaks for, and the handshake.

A client is let in and counted before TLS is agreed, so that those who never agree are counted too;
only while they do it has a task. Datagrams have no TLS here.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from waypost.errors import BadUse
from waypost.gateway.figures import Tally
from waypost.gateway.hall import Entered, Hall
from waypost.gateway.limits import Refusal

logger = logging.getLogger(__name__)
ACCEPTED_AT_ONCE = 200  # connections, before others in the loop have their turn
ACCEPT_AGAIN_S = 1.0  # after the process had no file left
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


def speaks_for(transport: Any) -> frozenset[str] | None:
    """The devices that a connection may speak for; None: any, since none was asked who it is."""
    context = transport.get_extra_info("sslcontext")
    if context is None or context.verify_mode is not ssl.CERT_REQUIRED:
        return None
    return devices_of(transport.get_extra_info("peercert") or {})


class TlsListener:
    """Takes connections of one socket, lets them in, agrees TLS, and only then has `make` give
    each its protocol, which takes over what `Entered` holds."""

    def __init__(
        self,
        hall: Hall,
        tally: Tally,
        context: ssl.SSLContext,
        opened: socket.socket,
        make: Callable[[Entered], asyncio.BaseProtocol],
    ) -> None:
        self._hall, self._tally, self._context = hall, tally, context
        self._opened, self._make = opened, make
        self._agreeing: set[asyncio.Task[None]] = set()
        opened.setblocking(False)
        hall.loop.add_reader(opened, self._accept)

    def close(self) -> None:
        """Take no more; handshakes under way end here."""
        self._hall.loop.remove_reader(self._opened)
        self._opened.close()
        for task in self._agreeing:
            task.cancel()

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._agreeing, return_exceptions=True)

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                taken, peer = self._opened.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:  # no file left for it
                logger.error("connections wait: %s", error.strerror)
                self._hall.loop.remove_reader(self._opened)
                self._hall.loop.call_later(ACCEPT_AGAIN_S, self._go_on)
                return
            entered = self._hall.admit_host(str(peer[0]), self._tally)
            if entered is None:
                taken.close()
                continue
            task = self._hall.loop.create_task(self._agree(taken, entered))
            self._agreeing.add(task)
            task.add_done_callback(self._agreeing.discard)

    def _go_on(self) -> None:
        if self._opened.fileno() >= 0:
            self._hall.loop.add_reader(self._opened, self._accept)

    async def _agree(self, taken: socket.socket, entered: Entered) -> None:
        taken.setblocking(False)
        try:
            await self._hall.loop.connect_accepted_socket(
                lambda: self._make(entered),
                taken,
                ssl=self._context,
                ssl_handshake_timeout=self._hall.limits.handshake_s,
            )
        except OSError:  # of ssl, of the socket, or its time is up
            self._tally.refusals[Refusal.HANDSHAKE] += 1
        finally:
            if not entered.is_taken:
                self._hall.leave(entered, self._tally)


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "not PEM").replace("_", " ").lower()
    return error.strerror or type(error).__name__
