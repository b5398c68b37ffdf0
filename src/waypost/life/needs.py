"""What the life of an order needs of rooms above it: may an officer move somebody's curfew there?

A room names itself when Django starts, in its apps.py: `ADDRESS_GATES.append(gate)`. A court's own
decision passes no gate: it is monitored all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

# Person and time -> why no officer may change the address now, in words; "" when they may.
ADDRESS_GATES: list[Callable[[int, datetime], str]] = []
