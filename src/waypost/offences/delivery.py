"""Checks a delivery of either kind: the ministry's 13 columns, or a CSV with a header.

take the CSV out of its e-mail -> see which kind it is -> check its rows -> note what looks odd
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from waypost.errors import BadFile
from waypost.offences.check import Progress, check_police_text, no_progress
from waypost.offences.lines import NotOneCsv, text_of
from waypost.offences.messages import problem
from waypost.offences.slips import ends_after_arrival, text_tells_local_time
from waypost.offences.table import check_table, header_of
from waypost.offences.values import BatchStatus, Outcome


def check_delivery(data: bytes, *, now: datetime, progress: Progress = no_progress) -> Outcome:
    """What a delivery holds: offences in the order sent, every problem, and notes.

    data       a CSV of either kind, UTF-8 with or without BOM, or an e-mail with exactly one
    now        when it arrived: offences that end later are refused
    progress   told now and then how many rows were checked
    """
    try:
        text = text_of(data)
        header = header_of(text)
    except NotOneCsv as error:
        return _failed("NOT_ONE_CSV", str(error))
    except BadFile as error:
        return _failed("WRONG_HEADER", str(error))
    if header is None:
        outcome = check_police_text(text, now=now, progress=progress)
    else:
        outcome = check_table(text, header, now=now, progress=progress)
    notes = [ends_after_arrival(outcome, now), text_tells_local_time(outcome.accepted)]
    return replace(outcome, notes=[note for note in notes if note])


def _failed(type_: str, words: str) -> Outcome:
    words = words[:1].upper() + words[1:]
    return Outcome(BatchStatus.FAILED, None, None, [], [problem(type_, message=words)])
