"""What may be done in IOM; each act stands with its neighbours in its own module."""

from __future__ import annotations

from waypost.iom.cohorts import decide_cohort
from waypost.iom.conferring import (
    agree_action,
    attend,
    decide_item,
    move_conference,
    plan,
    put_on_agenda,
    settle_action,
    take_off_agenda,
)
from waypost.iom.intelligence import enter_entry, review_entry
from waypost.iom.minutes import draw_minutes
from waypost.iom.offering import move_offer, owe_offer
from waypost.iom.tasking import move_task, send_task

__all__ = [
    "agree_action", "attend", "decide_cohort", "decide_item", "draw_minutes", "enter_entry",
    "move_conference", "move_offer", "move_task", "owe_offer", "plan", "put_on_agenda",
    "review_entry", "send_task", "settle_action", "take_off_agenda",
]  # fmt: skip
