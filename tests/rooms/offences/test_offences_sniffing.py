"""What an upload is, whatever its name says."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from waypost.offences.sniffing import not_text

ROW = "Metropolitan,RB,x,MPS20260302,C1,20260302110000,,,,51.55,-0.06,,a caf\u00e9\r\n"


def a_workbook() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (a_workbook(), "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "older Office file"),
        (b"%PDF-1.7\n%x", "a PDF"),
        (gzip.compress(ROW.encode(), mtime=0), "unpack it"),
        (ROW.encode("utf-16"), "Unicode text as Excel writes it"),
        (ROW.encode("utf-16-le"), "not text"),
        (b"MZ\x90" + bytes(200), "a program"),
        (bytes(range(32)) * 20, "not text"),
    ],
    ids=["workbook", "older office", "pdf", "gzip", "utf-16", "utf-16 unmarked", "program",
         "controls"],
)  # fmt: skip
def test_what_is_no_text_is_named_with_what_to_do(data, says):
    assert says in not_text(data)


@pytest.mark.parametrize(
    "data",
    [
        b"", ROW.encode(), ROW.encode("cp1252"), b"\xef\xbb\xbf" + ROW.encode(),
        b"MZ,Manchester\r\n", ROW.encode() + b"one \x00 stray byte\r\n",
        b"From: force@example.test\r\nMIME-Version: 1.0\r\n\r\n" + ROW.encode(),
    ],
    ids=["empty", "utf-8", "cp1252", "marked", "two letters", "a stray byte", "an e-mail"],
)  # fmt: skip
def test_text_goes_on_to_be_read_row_by_row(data):
    assert not_text(data) == ""
