"""Killed anywhere, nothing acknowledged is lost and nothing is judged or told twice.

Gateway, worker and archivist run as real processes on a fresh home while a small world is sent
over real sockets; twenty times one of them is killed (SIGKILL) at a point that nobody chose. The
same world is then sent to processes that nobody kills, and the two stores must say the same.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from migrated import migrated
from waypost.clock import read_instant
from waypost.worlds.happenings import UNKNOWN_DEVICE
from waypost.worlds.places import town
from waypost.worlds.play import Player
from waypost.worlds.script import Telegram, shifted, telegrams
from waypost.worlds.sentences import instant_text, orders_of
from waypost.worlds.world import people_of

KILLS = 20
WEARERS = 12
WORLD_S = 3 * 3600.0
WORLD_ENDS = "2026-03-10T22:30:00Z"  # past: no curfew edge hangs on when the test runs
PLAYED_IN_S = 44.0
LOOK = Path(__file__).with_name("look.py")
NAMES = ("gateway", "worker", "archivist")


def small_world(seed: int, end_s: float) -> tuple[dict, list[Telegram]]:
    """Three hours of twelve wearers that end at `end_s`, orders and tags ending with them.

    One wearer's second hour arrives at the end, newest first; one row in thirty is sent again.
    """
    start_s = end_s - WORLD_S
    people = people_of(seed, WEARERS, from_s=start_s - 3600, until_s=start_s)
    orders = orders_of(people)
    for person in orders["persons"]:
        for part in (*person["orders"], *person["activations"]):
            part["from"], part["to"] = instant_text(start_s), instant_text(end_s)
        person["activations"] = [] if person["person_id"] == "W005" else person["activations"]
    live = telegrams(people, town(), seed, start_s, WORLD_S, happening_every_s=400)
    said = [one for one in live if one.send_s < end_s]
    late = next(one.tag.device_id for one in people if one.part.value == "enters_zone")
    chance = random.Random(seed)
    sent = []
    for one in said:
        held = one.device_id == late and start_s + 900 < one.send_s < start_s + 5400
        sent.append(shifted(one, 2 * end_s - one.send_s - WORLD_S * 0.6) if held else one)
        if chance.random() < 1 / 30:
            sent.append(shifted(one, one.send_s + chance.uniform(1, 1800)))
    return orders, sorted(sent, key=lambda one: one.send_s)


@dataclass
class House:
    """The processes of one home."""

    home: Path
    port: int
    running: dict[str, subprocess.Popen] = field(default_factory=dict)

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [sys.executable, "-m", "waypost.cli.main", *words],
            env=self.environment(), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0 or not check, (words, done.stdout, done.stderr)
        return done

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key != "WAYPOST_DATABASE"}
        return {**kept, "WAYPOST_HOME": str(self.home)}

    def start(self, name: str) -> None:
        words = {
            "gateway": ("gateway", "--listen", f"http=127.0.0.1:{self.port}"),
            "worker": ("worker",),
            "archivist": ("archivist", "--every", "1"),
        }[name]
        log = open(self.home / f"{name}.log", "ab")  # noqa: SIM115
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", "waypost.cli.main", *words],
            env=self.environment(), stdout=log, stderr=log, process_group=0,
        )  # fmt: skip
        log.close()

    def kill(self, name: str) -> None:
        process = self.running[name]
        assert process.poll() is None, f"{name} ended by itself: {self.last_words(name)}"
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for name, process in self.running.items():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise AssertionError(f"{name} did not stop: {self.last_words(name)}") from None

    def wait_ready(self) -> None:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the gateway did not come up: {self.last_words('gateway')}")

    def last_words(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text()[-2000:]

    def look(self) -> dict:
        done = subprocess.run(
            [sys.executable, str(LOOK)], env=self.environment(), capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def lived_through(
    home: Path, orders: dict, said: list[Telegram], *, kills: int, seconds: float
) -> tuple[dict, list[Telegram]]:
    """Send the world to the house, kill its processes, let it come to rest; what it holds then."""
    migrated(home)
    house = House(home, free_port())
    file = home / "orders.json"
    file.write_text(json.dumps(orders))
    house.command("import", "orders", str(file))
    for name in NAMES:
        house.start(name)
    try:
        house.wait_ready()
        got: list[Telegram] = []
        asyncio.run(_play_and_kill(house, said, got, kills, seconds))
    finally:
        house.stop()
    house.command("worker", "--once")
    house.command("archivist", "--once")
    house.command("audit", "verify")
    return house.look(), got


async def _play_and_kill(
    house: House, said: list[Telegram], got: list[Telegram], kills: int, seconds: float
) -> None:
    began, start_s, end_s = time.monotonic(), said[0].send_s, said[-1].send_s

    speed = (end_s - start_s) / seconds

    def clock() -> float:
        return start_s + (time.monotonic() - began) * speed

    player = Player("127.0.0.1", house.port, key=house.home.name, clock=clock, speed=speed,
                    acknowledged=got.extend, gather_s=60.0, lines=48)  # fmt: skip
    async with asyncio.TaskGroup() as group:
        playing = group.create_task(player.play(said))
        group.create_task(_kill(house, kills, seconds))
    tally = playing.result()
    assert tally.retries > 0 or not kills, "no kill was felt"
    assert tally.refused == 0
    assert tally.acknowledged == len(said)


async def _kill(house: House, kills: int, seconds: float) -> None:
    chance = random.Random(2)
    names = list(NAMES) * (kills // 3) + list(NAMES[: kills % 3])
    chance.shuffle(names)
    for name in names:
        await asyncio.sleep(chance.uniform(0.1, 1.9) * seconds / max(kills, 1))
        house.kill(name)
        house.start(name)


@pytest.mark.crash
def test_twenty_kills_change_nothing_that_was_acknowledged_judged_or_told(tmp_path):
    end_s = read_instant(WORLD_ENDS).timestamp()
    orders, said = small_world(5, end_s)
    calm, _ = lived_through(tmp_path / "calm", orders, said, kills=0, seconds=8.0)
    killed, got = lived_through(tmp_path / "killed", orders, said, kills=KILLS, seconds=PLAYED_IN_S)
    kinds = {row[2] for row in calm["alerts"]}
    assert {"exclusion", "curfew", "strap_tamper"} <= kinds, "the world shows what it must"
    assert len(calm["fixes"]) > 500
    assert len(calm["violations"]) > 10
    assert killed["violations"] == calm["violations"]
    assert killed["alerts"] == calm["alerts"]
    assert killed["dirty"] == calm["dirty"] == 0
    assert UNKNOWN_DEVICE in killed["quarantined"]
    kept = [tuple(row) for row in killed["fixes"]]
    assert len(set(kept)) == len(kept), "a fix is held twice"
    assert set(kept) >= {_as_kept(one) for one in got if _is_held(one)}
    assert kept == [tuple(row) for row in calm["fixes"]]


def _is_held(one: Telegram) -> bool:
    return "lat" in one.row and one.device_id != UNKNOWN_DEVICE


def _as_kept(one: Telegram) -> tuple:
    at_s = int(read_instant(one.row["time"]).timestamp())
    return one.device_id, at_s, f"{one.row['lat']:.6f}", f"{one.row['lon']:.6f}"
