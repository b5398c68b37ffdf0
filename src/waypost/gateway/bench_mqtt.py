"""Part `mqtt` of bench `gateway`: OwnTracks places through a Mosquitto broker, where there is one.

The publisher's acknowledgements are the broker's, so the rate is read from the gateway's count of
messages committed. Mosquitto hands out 20 messages at a time unless told otherwise: at one commit
each 20 ms that alone would be 1,000 a second, so `max_inflight_messages` is raised.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from waypost.gateway.bench_house import WAYPOST, counted, free_port, running
from waypost.gateway.bench_load import IMEI

WITHIN_S = 120.0
IN_FLIGHT = 1_000


def bench_mqtt(messages: int, folder: Path) -> None:
    """Print the rate of messages committed."""
    found = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        print("mqtt: not measured, no mosquitto is installed")
        return
    port = free_port()
    broker = subprocess.Popen(
        [found, "-c", str(_settings(folder, port))],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until(lambda: _answers(port))
        listens = ["--listen", f"mqtt=127.0.0.1:{port}", "--listen", "http=127.0.0.1:0"]
        with running(([*WAYPOST, "gateway", *listens], 2)) as (ours,):
            rate, cpu_us = _published(ours.ports[1], port, messages, lambda: ours.cpu_s)
        print(f"mqtt: {rate:,.0f} messages/s, gateway {cpu_us:.0f} µs a message", flush=True)
    finally:
        broker.terminate()
        broker.wait(20)


def _settings(folder: Path, port: int) -> Path:
    path = folder / "mosquitto.conf"
    path.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        f"max_inflight_messages {IN_FLIGHT}\nmax_queued_messages 0\n"
    )
    return path


def _published(
    web: int, broker: int, messages: int, cpu_s: Callable[[], float]
) -> tuple[float, float]:
    """(messages committed a second, the gateway's processor time a message in µs)."""
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion

    client = Client(CallbackAPIVersion.VERSION2, client_id="bench")
    client.max_inflight_messages_set(IN_FLIGHT)
    client.max_queued_messages_set(0)
    client.connect("127.0.0.1", broker)
    client.loop_start()
    _say(client, 1)
    _until(lambda: counted(web, "messages") >= 1)
    before, cpu_before_s, began_s = counted(web, "messages"), cpu_s(), time.perf_counter()
    _say(client, messages)
    _until(lambda: counted(web, "messages") >= before + messages)
    took_s, cpu_used_s = time.perf_counter() - began_s, cpu_s() - cpu_before_s
    client.disconnect()
    client.loop_stop()
    return messages / took_s, cpu_used_s / messages * 1e6


def _say(client: Any, messages: int) -> None:
    for number in range(messages):
        body = {"_type": "location", "tst": int(time.time()), "lat": 51 + number % 9_000 * 1e-4,
                "lon": -0.06, "acc": 8, "batt": 80}  # fmt: skip
        client.publish(f"owntracks/bench/{IMEI + number % 300}", json.dumps(body), qos=1)


def _until(is_so: Callable[[], bool]) -> None:
    until_s = time.perf_counter() + WITHIN_S
    while not is_so():
        if time.perf_counter() > until_s:
            raise TimeoutError("the gateway has not taken all messages")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0
