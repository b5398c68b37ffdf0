"""What may be done about telling those who are not staff; each act stands beside its records."""

from __future__ import annotations

from waypost.telling.choosing import add_way, choose_kinds, end_way
from waypost.telling.praising import say_well_done
from waypost.telling.wishing import end_wish, record_wish

__all__ = ["add_way", "choose_kinds", "end_way", "end_wish", "record_wish", "say_well_done"]
