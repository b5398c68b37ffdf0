"""E-mails made to exhaust whoever reads them are one problem of the file, quickly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from waypost.offences.check import check_police_csv

NOW = datetime(2026, 3, 10, tzinfo=UTC)
HEAD = b"From: a@b\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
LAYERS = b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(1500)
)


@pytest.mark.parametrize(
    "mail",
    [
        HEAD + LAYERS + b"Content-Type: text/csv; name=a.csv\r\n\r\nx\r\n",
        HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 5000 + b"x",
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 100_000 + b"--b--",
    ],
    ids=["layers", "mails in mails", "parts"],
)  # fmt: skip
def test_an_email_without_end_is_one_problem(mail):
    outcome = check_police_csv(mail, now=NOW)
    assert [problem.type for problem in outcome.problems] == ["NOT_ONE_CSV"]
