"""Which tags take commands from us, and the bytes of one in their protocol."""

from __future__ import annotations

from django.conf import settings

from waypost.errors import Refused
from waypost.protocols import queclink_commands
from waypost.protocols.values import CommandKind

TAKE_COMMANDS = frozenset({"queclink"})


def command_bytes(
    protocol: str, model: str, kind: CommandKind, *, serial: int, interval_s: int | None
) -> bytes:
    """What makes the tag do it. Refused, in words, when it cannot be asked for that."""
    if protocol not in TAKE_COMMANDS:
        spoken = f"tags that speak {protocol}" if protocol else "a tag not heard yet"
        raise Refused(f"No commands can be sent to {spoken}.")
    # Each leaves the factory with its model's name as its password.
    password = settings.QUECLINK_PASSWORD or model.strip().lower()
    return queclink_commands.encode(
        kind, password=password, serial=serial, model=model, interval_s=interval_s,
        vibrations=settings.QUECLINK_VIBRATIONS,
    )  # fmt: skip
