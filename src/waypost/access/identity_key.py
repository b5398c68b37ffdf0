"""The key that seals who somebody is, as the operator's setting gives it. Pure but for its file."""

from __future__ import annotations


def read_key(said: str) -> bytes | None:
    """The key of the setting; None for none. ValueError where it is no key."""
    text = said.strip()
    if not text:
        return None
    if len(text) != 64 or not _is_hex(text):
        try:
            with open(text, encoding="ascii") as file:
                text = file.read().strip()
        except (OSError, UnicodeDecodeError):
            raise ValueError("give 64 hexadecimal digits, or a file that holds them") from None
    if len(text) != 64 or not _is_hex(text):
        raise ValueError("the key is 64 hexadecimal digits (32 bytes)")
    return bytes.fromhex(text)


def _is_hex(text: str) -> bool:
    return all(one in "0123456789abcdefABCDEF" for one in text)
