"""Cuts a delivery into rows: one CSV out of an e-mail, UTF-8 text, rows with their first line.

A quotation mark that is never closed must not swallow the rest of the file (with a plain CSV
reader it would end up, unseen, in one row's free text): that row is refused and reading goes on at
the next line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parseaddr

from waypost.offences.sniffing import not_text

ROW_LINES_MAX = (
    200  # a quoted text may span this many lines; keeps bad quotes linear, not quadratic
)

_HEADER = re.compile(rb"\A(?:[\x21-\x39\x3b-\x7e]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_MAIL_SIGN = re.compile(rb"^(?:MIME-Version|Received|Content-Type):", re.IGNORECASE | re.MULTILINE)

_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
HEADER_BYTES_MAX = 65536
PARTS_MAX = 500  # each takes a third of a millisecond to read


class NotOneCsv(ValueError):
    """The delivery does not hold exactly one readable CSV; the text says what it holds."""


def text_of(data: bytes) -> str:
    """The CSV of a delivery as text: the file itself, or the one attachment of an e-mail."""
    return decoded(content_of(data))


def content_of(data: bytes) -> bytes:
    """The CSV of a delivery as it was sent, taken out of its e-mail where it came in one.

    raises   NotOneCsv when the e-mail holds none, several, or something that is no text
    """
    if not is_mail(data):
        return data
    content = _attachment(data)
    # A name ending in .csv promises nothing: a zip or a workbook is named as what it is.
    if why := not_text(content):
        raise NotOneCsv(f"One csv attachment expected; the one attached is {why}")
    return content


def decoded(content: bytes) -> str:
    """UTF-8 text, with or without BOM; NotOneCsv when it is not that."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotOneCsv(
            f"The file is not UTF-8 text (byte {error.start + 1} cannot be read)"
        ) from None


def rows_of(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """(physical line where the row starts, its cells); cells None when its quotes do not close.

    Blank lines are skipped and counted. Line ends may be LF, CRLF or CR.
    """
    lines = list(io.StringIO(text, newline=""))
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif '"' not in line:
            yield at + 1, line.rstrip("\r\n").split(",")
            at += 1
        else:
            cells, used = _quoted_row(lines[at : at + ROW_LINES_MAX])
            yield at + 1, cells
            at += used


def _quoted_row(lines: list[str]) -> tuple[list[str] | None, int]:
    reader = csv.reader(iter(lines), strict=True)
    try:
        return next(reader), reader.line_num
    except csv.Error:
        return None, 1


def is_mail(data: bytes) -> bool:
    head = _HEADER.match(data[:HEADER_BYTES_MAX])
    return bool(head and _MAIL_SIGN.search(head.group()))


def sender_of(data: bytes) -> str:
    """The address that an e-mail names as its sender; empty for other files, and for what is no
    plain address. Anybody can write any address there: who answers looks at it first."""
    if not is_mail(data):
        return ""
    try:
        said = BytesHeaderParser(policy=policy.default).parsebytes(data[:HEADER_BYTES_MAX])["From"]
        address = parseaddr(str(said or ""))[1]
    except (ValueError, IndexError, AttributeError):  # what the parser makes of rubbish
        return ""
    return address if _ADDRESS.fullmatch(address) else ""


def _attachment(data: bytes) -> bytes:
    if data.count(b"\n--") > PARTS_MAX:
        raise NotOneCsv(f"One csv attachment expected, more than {PARTS_MAX} parts found")
    try:
        mail = message_from_bytes(data, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        found = [part for part in mail.walk() if _is_csv(part)]
    except RecursionError:  # parts within parts without end
        raise NotOneCsv("One csv attachment expected, an e-mail in too many layers found") from None
    if len(found) != 1:
        raise NotOneCsv(f"One csv attachment expected, {len(found)} found")
    content = found[0].get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _is_csv(part: EmailMessage) -> bool:
    name = (part.get_filename() or "").lower()
    return not part.is_multipart() and (
        name.endswith(".csv") or part.get_content_type() == "text/csv"
    )
