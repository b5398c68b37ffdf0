"""The answer to the force: what became of its file, in words, with the problems as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

from waypost.offences.reply import Answered, problems_csv, reply_mail, reply_text


def problem(line: int | None, value: str = "99") -> dict:
    return {"line": line, "type": "INVALID_NUMBER", "field": "latitude" if line else None,
            "value": value, "message": "Field must be number", "action": "Amend it"}  # fmt: skip


ABOUT = Answered(
    number=4, batch_id="MPS20260228", force="Metropolitan", status="PARTIAL", file_name="a.csv",
    received_at=datetime(2026, 3, 1, 9, tzinfo=UTC), accepted=5, refused=1, new=2, changed=1,
    problems=[problem(7)], notes=[],
)  # fmt: skip


def test_the_answer_says_outcome_counts_and_each_row_with_what_to_do():
    text = reply_text(ABOUT)
    assert "a.csv was received on 2026-03-01 at 09:00:00 UTC" in text
    assert "Outcome: PARTIAL - some rows were refused, the others are kept." in text
    assert "Offences kept: 5 (2 new, 1 changed, 2 known already)" in text
    assert "- line 7, latitude: Field must be number. Amend it." in text
    assert "rows that say the same as before change nothing" in text


def test_what_was_sent_in_a_field_stands_in_the_csv_and_not_in_the_words():
    """Free text may name a victim; the e-mail's body is what is read over shoulders."""
    about = replace(ABOUT, problems=[problem(7, "Ms Jane Doe")])
    assert "Jane" not in reply_text(about)
    assert "Jane" in problems_csv(about.problems)


def test_of_a_thousand_problems_twenty_are_in_the_words_and_all_in_the_csv():
    about = replace(ABOUT, problems=[problem(line) for line in range(1, 1001)])
    text = reply_text(about)
    assert text.count("- line ") == 20
    assert "and 980 more, in the CSV" in text
    assert len(problems_csv(about.problems).splitlines()) == 1001


def test_a_file_that_failed_as_a_whole_says_why():
    text = reply_text(replace(ABOUT, status="FAILED", problems=[problem(None)]))
    assert "The file as a whole:\n- Field must be number. Amend it." in text
    assert "Rows to mend" not in text


def test_notes_are_told_and_say_that_nothing_was_refused_for_them():
    note = {
        "type": "X",
        "count": 12,
        "lines": list(range(1, 13)),
        "message": "Odd",
        "action": "Look",
    }
    text = reply_text(replace(ABOUT, notes=[note]))
    assert "no row was refused for it" in text
    assert "- Odd. Look. Lines: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more." in text


def test_the_email_is_a_draft_to_the_sender_with_the_csv_attached():
    mail = message_from_bytes(reply_mail(ABOUT, "desk@force.example"), policy=policy.default)
    assert (mail["To"], mail["X-Unsent"]) == ("desk@force.example", "1")
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "problems-4.csv"
    rows = list(csv.DictReader(io.StringIO(attached.get_content())))
    assert (rows[0]["line"], rows[0]["action"]) == ("7", "Amend it")
    assert reply_mail(ABOUT, "a@b.example") == reply_mail(ABOUT, "a@b.example")


def test_without_problems_nothing_is_attached_and_without_a_sender_nobody_is_addressed():
    sound = replace(ABOUT, status="SUCCESSFUL", problems=[])
    mail = message_from_bytes(reply_mail(sound, ""), policy=policy.default)
    assert mail["To"] is None
    assert not list(mail.iter_attachments())


def test_a_file_name_cannot_write_headers_or_lines_of_its_own():
    evil = replace(ABOUT, file_name="a.csv\r\nBcc: x@y.example", batch_id="B\r\nBcc: x@y.example")
    mail = message_from_bytes(reply_mail(evil, ""), policy=policy.default)
    assert mail["Bcc"] is None
    assert "\nBcc" not in reply_text(evil)


def test_cells_that_a_spreadsheet_would_run_are_made_text():
    assert "'=1+1" in problems_csv([problem(1, "=1+1")])
