"""What is sent back to the force: the outcome in words, and the problems as CSV. Pure.

Nothing here sends anything. The e-mail is a draft that an e-mail program opens ready to be sent, so
that a person looks at the address before crime references leave the house.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from typing import Any

from waypost.documents.cells import safe_cell
from waypost.offences.values import BatchStatus

PROBLEM_COLUMNS = ("line", "type", "field", "value", "message", "action")
PROBLEMS_IN_TEXT = 20  # the CSV has all of them
NOTE_LINES_NAMED = 10
Said = Mapping[str, Any]  # a problem or a note as `offences check` prints it

_OUTCOMES = {
    BatchStatus.SUCCESSFUL: "every row was accepted",
    BatchStatus.PARTIAL: "some rows were refused, the others are kept",
    BatchStatus.FAILED: "the file as a whole was refused, and nothing of it is kept",
    BatchStatus.ERROR: "no row was sound, and nothing of the file is kept",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """A delivery as its sender is told about it.

    new, changed   of the accepted; None where they were not counted
    """

    number: int
    batch_id: str
    force: str
    status: str
    file_name: str
    received_at: datetime
    accepted: int
    refused: int
    new: int | None
    changed: int | None
    problems: Sequence[Said]
    notes: Sequence[Said]


def subject_of(about: Answered) -> str:
    batch = _plain(about.batch_id) or f"delivery {about.number}"
    return f"{about.status}: offence file, {batch}"


def reply_text(about: Answered) -> str:
    """The outcome in plain words, for an e-mail. Of what was sent it names lines and columns, never
    a value: those stand in the CSV alone."""
    rows = [each for each in about.problems if each["line"] is not None]
    whole = [each for each in about.problems if each["line"] is None]
    said = [
        f"Your offence file {_plain(about.file_name)} was received on "
        f"{about.received_at:%Y-%m-%d at %H:%M:%S} UTC.",
        "",
        f"Outcome: {about.status} - {_OUTCOMES[BatchStatus(about.status)]}.",
        f"Police force: {_plain(about.force) or 'none, or several'}",
        f"Batch: {_plain(about.batch_id) or 'none'}",
        f"Offences kept: {about.accepted}{_of_them(about)}",
        f"Rows refused: {about.refused}",
    ]
    if whole:
        said += ["", "The file as a whole:"]
        said += [f"- {_sentence(each)}" for each in whole]
    if rows:
        said += ["", f"Rows to mend (all are in {problems_name(about.number)}):"]
        said += [
            f"- line {each['line']}{_field(each)}: {_sentence(each)}"
            for each in rows[:PROBLEMS_IN_TEXT]
        ]
        if len(rows) > PROBLEMS_IN_TEXT:
            said.append(f"- and {len(rows) - PROBLEMS_IN_TEXT} more, in the CSV.")
        said += [
            "",
            "Lines are counted from 1 in the file as you sent it, blank lines too. Send the mended "
            "file again: rows that say the same as before change nothing.",
        ]
    if about.notes:
        said += ["", "Please look at this; no row was refused for it:"]
        said += [f"- {_sentence(note)} Lines: {note_lines(note)}." for note in about.notes]
    return "\n".join(said) + "\n"


def reply_mail(about: Answered, to: str) -> bytes:
    """The answer as an e-mail to be opened, looked at and sent; the CSV goes with it.

    to   an address, or empty: then whoever sends it fills it in
    """
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = _plain(subject_of(about))
    if to:
        mail["To"] = to
    mail["X-Unsent"] = "1"  # Outlook opens it as a draft
    mail.set_content(reply_text(about))
    if about.problems:
        mail.add_attachment(
            problems_csv(about.problems).encode(),
            maintype="text",
            subtype="csv",
            filename=problems_name(about.number),
        )
        mail.set_boundary(f"waypost-offences-{about.number}")  # no chance in what we write
    return mail.as_bytes()


def problems_csv(problems: Sequence[Said]) -> str:
    """The problems as CSV; cells that a spreadsheet would run are quoted."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(PROBLEM_COLUMNS)
    for problem in problems:
        rows.writerow([safe_cell(problem.get(column)) for column in PROBLEM_COLUMNS])
    return out.getvalue()


def note_lines(note: Said) -> str:
    """The first lines that a note is about, and how many more there are."""
    named = [str(line) for line in note["lines"][:NOTE_LINES_NAMED]]
    more = note["count"] - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def problems_name(number: int) -> str:
    return f"problems-{number}.csv"


def _of_them(about: Answered) -> str:
    if about.new is None or about.changed is None:
        return ""
    same = about.accepted - about.new - about.changed
    return f" ({about.new} new, {about.changed} changed, {same} known already)"


def _sentence(said: Said) -> str:
    message, action = str(said["message"]).rstrip("."), str(said["action"]).rstrip(".")
    return _plain(f"{message}. {action}.")


def _field(problem: Said) -> str:
    return f", {problem['field']}" if problem["field"] else ""


def _plain(text: str) -> str:
    """On one line, without control characters: a file's name is chosen by whoever sent it."""
    return "".join(one if one.isprintable() else " " for one in text)
