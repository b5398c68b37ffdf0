"""What a file is, by its first bytes and whether it is text, whatever its name says.

An upload that is no text is refused before any of it is read or kept, with what to do about it.
"""

from __future__ import annotations

# First bytes -> what it is, and what to do. Office's newer files are zips, its older ones OLE.
KINDS = (
    (b"PK\x03\x04", "a zip or an Excel workbook: open it and save the sheet as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "an older Office file: open it and save the sheet as CSV UTF-8"),
    (b"%PDF", "a PDF: send the table that it was made from, as CSV UTF-8"),
    (b"\x1f\x8b", "compressed (gzip): unpack it first"),
    (b"\xff\xfe", "Unicode text as Excel writes it: save it as CSV UTF-8"),
    (b"\xfe\xff", "Unicode text of another order: save it as CSV UTF-8"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
TEXT_CONTROLS = frozenset(b"\t\n\x0b\x0c\r\x1a\x1b")
NO_TEXT = bytes(one for one in range(32) if one not in TEXT_CONTROLS)


LOOKED_AT = 4096
TEXT_AT_LEAST = 0.9  # a stray control byte is a row's trouble, which is named with the row


def not_text(data: bytes) -> str:
    """Why it is no text file; empty where it may be one."""
    start = data[:LOOKED_AT]
    texts = len(start.translate(None, NO_TEXT)) >= TEXT_AT_LEAST * len(start)
    said = next((words for first, words in KINDS if data.startswith(first)), "")
    if said == "a program" and texts:
        return ""  # text may begin with those two letters
    if not said and not texts:
        return "not text: it holds bytes that no text has; save the table as CSV UTF-8"
    return said
