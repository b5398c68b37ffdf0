"""What may be done with requests: asking.py the requester’s acts, vetting.py the checkers’,
deciding.py the authorising officers’, urgent.py the telephone’s, reviewing.py, ranks.py the rest.
"""

from __future__ import annotations

from waypost.disclosure.asking import ask_names, resubmit, submit, tell_outcome, withdraw
from waypost.disclosure.deciding import grant, preview, refuse, send_back
from waypost.disclosure.ranks import (
    add_number,
    confirm_rank,
    end_number,
    end_on_call,
    end_rank,
    put_on_call,
    record_rank,
)
from waypost.disclosure.releasing import download
from waypost.disclosure.reviewing import draw_month, record_dip
from waypost.disclosure.urgent import (
    call_back,
    put_on_paper,
    refuse_call,
    review,
    take_call,
    tell_place,
)
from waypost.disclosure.vetting import give_back, link, pass_on

__all__ = [
    "add_number",
    "ask_names",
    "call_back",
    "confirm_rank",
    "download",
    "draw_month",
    "end_number",
    "end_on_call",
    "end_rank",
    "give_back",
    "grant",
    "link",
    "pass_on",
    "preview",
    "put_on_call",
    "put_on_paper",
    "record_dip",
    "record_rank",
    "refuse",
    "refuse_call",
    "resubmit",
    "review",
    "send_back",
    "submit",
    "take_call",
    "tell_outcome",
    "tell_place",
    "withdraw",
]
