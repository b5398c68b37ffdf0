"""Part `intake` of bench `gateway`: what the committing thread costs, without sockets."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from waypost.gateway.bench_load import IMEI
from waypost.gateway.values import TagMessage
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.units import Mechanism

GROUPS = (20, 300, 2_000)  # as at 1,000/s; as at 10,000/s; as after an outage
PAYLOAD = b"+RESP:GTFRI,1A0200,%d,,0,0,1,1,4.3,92,70.0,-0.118092,51.509865,..." + b"." * 70


def bench_intake(messages: int) -> None:
    """Print wall and processor time a message for several sizes of group."""
    from waypost import clock
    from waypost.gateway.intake import Intake

    intake = Intake()
    intake.write([_message(0, clock.now())])
    for size in GROUPS:
        groups = max(1, min(messages, 150 * size) // size)
        wall_s = cpu_s = 0.0
        for number in range(groups):
            now = clock.now()
            items = [_message(number * size + n, now) for n in range(size)]
            wall_s -= time.perf_counter()
            cpu_s -= time.thread_time()
            intake.write(items)
            wall_s += time.perf_counter()
            cpu_s += time.thread_time()
        print(
            f"intake, groups of {size:,}: {wall_s / groups / size * 1e6:.0f} µs a message, "
            f"of it {cpu_s / groups / size * 1e6:.0f} µs processor; "
            f"{1000 * wall_s / groups:.1f} ms a group",
            flush=True,
        )


def _message(number: int, now: datetime) -> TagMessage:
    tag = IMEI + number % 1_000
    fix = DecodedFix(
        now - timedelta(seconds=5), 51.5 + number % 1_000 * 1e-5, -0.118, 70.0, 1.2, 92.0,
        mechanism=Mechanism.GNSS,
    )  # fmt: skip
    level = DecodedEvent(now, EventKind.BATTERY_LEVEL, {"percent": 90})
    return TagMessage("queclink", PAYLOAD % tag, Decoded(str(tag), (fix,), (level,)), now)
