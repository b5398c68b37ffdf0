"""Offence files by e-mail: one CSV out of whatever was attached, however oddly."""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from waypost.offences.delivery import check_delivery
from waypost.offences.lines import sender_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROW = "Metropolitan,RB,,MPS20260228,{},20260228120000,20260228123000,,,51.5,-0.1,WGS84,caf\xe9\n"
CSV = ROW.format("A").encode()


def mail(*files: tuple[str, bytes], kind: str = "text/csv", sender: str = "a@b.example") -> bytes:
    letter = EmailMessage()
    letter["From"], letter["Subject"] = sender, "Crimes"
    letter.set_content("Please find attached.\n")
    maintype, subtype = kind.split("/")
    for name, content in files:
        letter.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return letter.as_bytes()


def types(data: bytes) -> list[str]:
    return [each.type for each in check_delivery(data, now=NOW).problems]


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("crimes.csv", b"0" * 10_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    "kind", ["text/csv", "application/octet-stream", "application/vnd.ms-excel"]
)
def test_one_attached_csv_is_read_whatever_type_it_claims(kind):
    outcome = check_delivery(mail(("Crimes.CSV", CSV), kind=kind), now=NOW)
    assert (outcome.status, outcome.accepted[0].text) == ("SUCCESSFUL", "caf\xe9")


def test_lines_are_those_of_the_csv_and_not_of_the_email():
    outcome = check_delivery(mail(("a.csv", b"\r\n" + CSV + b"x,y\n")), now=NOW)
    assert [each.line for each in outcome.problems] == [3]


def test_a_table_with_header_comes_by_email_too():
    table = (
        b"crime_reference,from_time,to_time,lat,lon\nA,2026-01-01T00:00Z,2026-02-01T00:00Z,51,0\n"
    )
    assert check_delivery(mail(("a.csv", table)), now=NOW).headed


def test_a_csv_in_a_forwarded_email_is_found():
    letter = EmailMessage()
    letter["From"] = "c@d.example"
    letter.set_content("Forwarded.")
    inner = EmailMessage()
    inner.set_content("As agreed.")
    inner.add_attachment(CSV, maintype="text", subtype="csv", filename="a.csv")
    letter.add_attachment(inner)
    assert check_delivery(letter.as_bytes(), now=NOW).status == "SUCCESSFUL"


@pytest.mark.parametrize(
    "data",
    [
        mail(),
        mail(("crimes.xlsx", b"PK\x03\x04")),
        mail(("a.csv", CSV), ("b.csv", CSV)),
        mail(("a.csv", zipped())),
        mail(("a.csv", gzip.compress(CSV))),
        mail(("a.csv", CSV.decode().encode("cp1252"))),
        mail(("a.csv", CSV.decode().encode("utf-16"))),
        mail(("a.csv", bytes(range(256)) * 40)),
    ],
    ids=["nothing", "a workbook", "two", "a zip bomb", "gzip", "cp1252", "utf-16", "rubbish"],
)
def test_anything_but_one_csv_fails_the_file_as_one_problem(data):
    outcome = check_delivery(data, now=NOW)
    assert (outcome.status, types(data)) == ("FAILED", ["NOT_ONE_CSV"])
    assert outcome.accepted == []


def test_the_one_attached_is_named_as_what_it_is():
    (problem,) = check_delivery(mail(("a.csv", zipped())), now=NOW).problems
    assert "a zip or an Excel workbook" in problem.message


@pytest.mark.parametrize(
    "body", [b"!!!! not base64 !!!!", b"A", b"", b"=" * 10_000, b"\xff\xfe" * 50]
)
def test_base64_that_is_none_is_a_problem_and_no_fault_of_ours(body):
    head = (
        b"From: a@b\r\nMIME-Version: 1.0\r\nContent-Type: text/csv; name=a.csv; charset=\xff\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    outcome = check_delivery(head + body, now=NOW)
    assert outcome.accepted == []
    assert outcome.status in {"FAILED", "ERROR"}


def test_base64_with_a_charset_nobody_knows_is_still_utf_8():
    head = (
        b"From: a@b\r\nMIME-Version: 1.0\r\nContent-Type: text/csv; name=a.csv; charset=klingon\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    assert check_delivery(head + base64.encodebytes(CSV), now=NOW).status == "SUCCESSFUL"


def test_the_sender_is_a_plain_address_or_nothing():
    assert sender_of(mail(sender="Desk <desk@force.example>")) == "desk@force.example"
    assert sender_of(CSV) == ""
    for evil in (b"a@b.example\r\n\tBcc: x@y.example", b"nobody", b"=?utf-8?q?a=0d=0aBcc:x?=@b.c",
                 b"a@b.example, c@d.example", b"\xff\xfe@b.c", b"<" * 5000, b""):  # fmt: skip
        said = sender_of(b"From: " + evil + b"\r\nMIME-Version: 1.0\r\n\r\nx")
        assert "\n" not in said
        assert "bcc" not in said.lower()
