"""Decoding by file: one JSON line in, one JSON line out, each alone (`waypost decode`).

    {"id","encoding":"hex"|"text"|"http","input"}
    -> {"id","device","fixes":[...],"events":[...],"reply","error"}

The input of an HTTP protocol is a request; that of a stream is the bytes of a connection, with any
number of frames in it. A line that cannot be read gives its own error and spoils nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from waypost.clock import write_instant
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix
from waypost.protocols.reading import read_object
from waypost.protocols.spoken import AnyProtocol
from waypost.protocols.values import HttpMessage, Unreadable
from waypost.protocols.wire import StreamProtocol, frames_of
from waypost.units import Mechanism

Reply: TypeAlias = dict[str, Any] | str | None


def decode_lines(protocol: AnyProtocol, lines: Iterable[bytes]) -> Iterator[str]:
    """One answer a line, in order; blank lines are passed over."""
    for line in lines:
        if line.strip():
            yield _as_text(decode_line(protocol, line))


def _as_text(answer: dict[str, Any]) -> str:
    """The answer as JSON; an id that JSON cannot say again (1e999, nested without end) spoils its
    own line alone."""
    try:
        return json.dumps(answer, allow_nan=False)
    except (ValueError, RecursionError):
        unsaid = Decoded(None, error="the id cannot be written as JSON")
        return json.dumps(written(None, unsaid, None))


def decode_line(protocol: AnyProtocol, line: bytes) -> dict[str, Any]:
    """The answer to one line, ready for JSON."""
    given: dict[str, Any] = {}
    try:
        given = read_object(line, called="the line")
        decoded, reply = _answered(protocol, given.get("encoding"), given.get("input"))
    except Unreadable as trouble:
        return written(given.get("id"), Decoded(None, error=str(trouble)), None)
    return written(given.get("id"), decoded, reply)


def _answered(protocol: AnyProtocol, encoding: object, given: object) -> tuple[Decoded, Reply]:
    if isinstance(protocol, StreamProtocol):
        decoded, reply = decode_stream(protocol, stream_bytes(encoding, given))
        if not reply:
            return decoded, None
        return decoded, reply.hex() if encoding == "hex" else reply.decode(errors="replace")
    decoded = protocol.decode(http_message(encoding, given))
    answer = protocol.reply(decoded)
    return decoded, {"status": answer.status, "body": answer.body}


def decode_stream(protocol: StreamProtocol, data: bytes) -> tuple[Decoded, bytes]:
    """What all frames of a connection say together and what it is answered, replies joined.

    The device is carried from frame to frame, since some tags name themselves once. The first
    trouble ends it: what was whole before it stands, `error` says what it was.
    """
    device, error = None, None
    fixes: list[DecodedFix] = []
    events: list[DecodedEvent] = []
    replies = []
    for frame in frames_of(protocol, data):
        error = frame.fault
        if error is None:
            decoded = protocol.decode(frame.data, device)
            device, error = decoded.device_id or device, decoded.error
            fixes += decoded.fixes
            events += decoded.events
            replies.append(protocol.reply(frame.data, decoded) or b"")
        if error is not None:
            break
    return Decoded(device, tuple(fixes), tuple(events), error), b"".join(replies)


def stream_bytes(encoding: object, given: object) -> bytes:
    """The bytes in a line, from hex or from plain text. Unreadable when it is neither."""
    if encoding not in {"text", "hex"}:
        raise Unreadable("encoding is not one of hex, text")
    if not isinstance(given, str):
        raise Unreadable("input is not text")
    if encoding == "text":
        return given.encode(errors="replace")
    try:
        return bytes.fromhex(given)
    except ValueError:
        raise Unreadable("input is not hex") from None


def http_message(encoding: object, given: object) -> HttpMessage:
    """The request in a line: an object, or a plain string that is the query or the body."""
    if encoding not in {"http", "text", "hex"}:
        raise Unreadable("encoding is not one of hex, text, http")
    if isinstance(given, dict) and encoding == "http":
        return _from_object(given)
    if not isinstance(given, str):
        raise Unreadable("input is neither text nor a request")
    if encoding == "hex":
        try:
            return _from_text(bytes.fromhex(given).decode())
        except ValueError:
            raise Unreadable("input is not hex of text") from None
    return _from_text(given)


def _from_object(given: dict[str, Any]) -> HttpMessage:
    headers, body = given.get("headers") or {}, given.get("body") or ""
    if not isinstance(headers, dict):
        raise Unreadable("headers is not an object")
    if isinstance(body, dict | list):  # sent as JSON within JSON
        body = json.dumps(body)
    return HttpMessage(
        method=str(given.get("method") or "GET").upper(),
        uri=str(given.get("uri") or "/"),
        headers={str(name).lower(): str(value) for name, value in headers.items()},
        body=str(body).encode(errors="replace"),
    )


def _from_text(text: str) -> HttpMessage:
    bare = text.strip()
    if bare[:1] in ("{", "["):
        return HttpMessage("POST", "/", {}, bare.encode(errors="replace"))
    if bare.startswith(("/", "?", "http://", "https://")):
        return HttpMessage("GET", bare)
    return HttpMessage("GET", f"/?{bare}")


def written(line_id: object, decoded: Decoded, reply: Reply) -> dict[str, Any]:
    return {
        "id": line_id,
        "device": decoded.device_id,
        "fixes": [fix_as_json(fix) for fix in decoded.fixes],
        "events": [event_as_json(event) for event in decoded.events],
        "reply": reply,
        "error": decoded.error,
    }


def fix_as_json(fix: DecodedFix) -> dict[str, Any]:
    unsaid = fix.mechanism is Mechanism.UNKNOWN
    return {
        "time": fix.measured_at and write_instant(fix.measured_at),
        "lat": fix.lat,
        "lon": fix.lon,
        "altitude_m": fix.altitude_m,
        "speed_mps": fix.speed_mps,
        "course_deg": fix.course_deg,
        "accuracy_m": fix.accuracy_m,
        "valid": fix.valid,
        "mechanism": None if unsaid else fix.mechanism.name,
        "attributes": dict(fix.attributes),
    }


def event_as_json(event: DecodedEvent) -> dict[str, Any]:
    return {
        "time": event.measured_at and write_instant(event.measured_at),
        "kind": event.kind.value,
        "attributes": dict(event.attributes),
    }
