"""Brokers for the tests of MQTT: the house's small one and, where it is installed, Mosquitto.

Both keep a session and what it has not acknowledged while they are stopped.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import subprocess
import threading
import time

import paho.mqtt.client as paho
import pytest

from waypost.worlds.mqtt_broker import SmallBroker

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
KINDS = [
    "small",
    pytest.param("mosquitto", marks=pytest.mark.skipif(not MOSQUITTO, reason="no mosquitto here")),
]


class SmallInThread:
    """The small broker in a loop of its own."""

    def __init__(self, folder, **more):
        self.broker = SmallBroker(**more)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port, self.context = 0, None

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def start(self):
        self.port = self.call(self.broker.start(port=self.port, context=self.context))

    def stop(self):
        self.call(self.broker.stop())

    def end(self):
        self.stop()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


class Mosquitto:
    """A mosquitto process that keeps its sessions in the folder."""

    def __init__(self, folder):
        self.folder, self.process = folder, None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.settings = folder / "mosquitto.conf"
        self.settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\n"
            f"persistence true\npersistence_location {folder}/\nmax_queued_messages 100000\n"
        )

    def start(self):
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self.settings)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(lambda: _answers(self.port))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)

    def end(self):
        if self.process.poll() is None:
            self.stop()


def broker_of(kind, folder):
    return SmallInThread(folder) if kind == "small" else Mosquitto(folder)


class Phone:
    """Publishes as the app does, and knows what the broker took."""

    def __init__(self, port, name="phone"):
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=name)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def say(self, topic, body, qos=1):
        body = json.dumps(body) if isinstance(body, dict) else body
        self.client.publish(topic, body, qos=qos).wait_for_publish(10)

    def end(self):
        self.client.disconnect()
        self.client.loop_stop()


def place(at, lat, **more):
    return {"_type": "location", "tst": int(at), "lat": lat, "lon": -0.06, "acc": 8} | more


def until(is_so, within_s=20.0):
    """Wait for it; what it gave."""
    until_s = time.monotonic() + within_s
    while True:
        found = is_so()
        if found or time.monotonic() > until_s:
            assert found, "it did not come about in time"
            return found
        time.sleep(0.02)


def _answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
