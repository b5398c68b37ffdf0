"""What stands on the wire of protocols that speak HTTP: one request, one answer. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """A request as a tag sent it.

    uri      path and query, as sent
    headers  names in lower case
    """

    method: str = "GET"
    uri: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def query(self) -> str:
        return self.uri.partition("?")[2].partition("#")[0]


@dataclass(frozen=True, slots=True)
class HttpReply:
    status: int
    body: str = ""


class Unreadable(ValueError):
    """A message that says something we cannot take; the text is the plain sentence for it."""
