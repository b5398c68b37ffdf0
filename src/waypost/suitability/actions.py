"""What may be done in suitability, one function each; the modules named here hold them.

referring.py      refer
recording.py      do, record_*, add_commitment, end_commitment, attach_try
householders.py   add_householder, record_answer
checking.py       ask_check, chase, answer, call_off
leave.py          ask_leave, ask_leave_for, decide_leave, end_leave
proposing.py      ask_for, drop, draft, edit, send, recall, record_sentence
"""

from __future__ import annotations

from waypost.suitability.checking import answer, ask_check, call_off, chase
from waypost.suitability.householders import add_householder, record_answer
from waypost.suitability.leave import ask_leave, ask_leave_for, decide_leave, end_leave
from waypost.suitability.proposing import (
    ask_for,
    draft,
    drop,
    edit,
    recall,
    record_sentence,
    send,
)
from waypost.suitability.recording import (
    add_commitment,
    attach_try,
    do,
    end_commitment,
    record_cohort,
    record_finding,
    record_home,
    record_note,
    record_score,
)
from waypost.suitability.referring import refer

__all__ = [
    "add_commitment", "add_householder", "answer", "ask_check", "ask_for", "ask_leave",
    "ask_leave_for", "attach_try", "call_off", "chase", "decide_leave", "do", "draft", "drop",
    "edit", "end_commitment", "end_leave", "recall", "record_answer", "record_cohort",
    "record_finding", "record_home", "record_note", "record_score", "record_sentence", "refer",
    "send",
]  # fmt: skip
