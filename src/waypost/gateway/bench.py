"""Bench `gateway`: tags over real sockets, each message on disk before its reply.

    paced       1,000 a second while worker and web run: how long a tag waits for its reply
    connected   20,000 tags connected that report each minute: memory and waiting
    http, mqtt  fixes from phones (OsmAnd; OwnTracks by a Mosquitto, where installed)
    tcp         as fast as replies allow, against an echo server that syncs one file a group
    growth      the same with ten times the messages: the last tenth against the first
    intake      the committing thread alone: groups of decoded messages into the store

Tags speak from a process of their own on the same machine. Baseline and gateway run in one bench,
since machines are noisy.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from waypost.errors import BadUse
from waypost.gateway.bench_house import (
    Figures,
    Load,
    add_wearers,
    beside,
    echo,
    free_port,
    gateway,
    load,
    open_files_max,
    running,
    set_up_store,
    worker_once,
)
from waypost.gateway.bench_intake import bench_intake
from waypost.gateway.bench_mqtt import bench_mqtt

WEARERS = 20_000
MESSAGES = 150_000
TALKING = {"connections": 300, "in_flight": 4}
GROWTH = 10
PACED_RATE, PACED_S, PACED_WEARERS = 1_000, 20, 1_000
REPORT_EVERY_S = 60
CONNECTED_S = 60
FILES_KEPT = 200  # that a process needs besides its connections


def bench(args: argparse.Namespace) -> int:
    """Print each part's figures; `--part` names some, none named: all but growth."""
    for name in args.part:
        if name not in PARTS:
            raise BadUse(f"no part {name!r} of this bench; there are {', '.join(PARTS)}")
    parts = args.part or [name for name in PARTS if name != "growth" or args.full]
    set_up_store()
    for name in sorted(parts, key=list(PARTS).index):
        add_wearers(PACED_WEARERS if name == "paced" else WEARERS)
        PARTS[name](args)
    return 0


def _intake(args: argparse.Namespace) -> None:
    bench_intake(args.rows or MESSAGES)


def _tcp(args: argparse.Namespace) -> None:
    messages = args.rows or MESSAGES
    with running(gateway("queclink"), echo(_home())) as (ours, bare):
        bare_figures = load(bare, messages=messages, **TALKING)
        figures = load(ours, messages=messages, **TALKING)
    _say("tcp, echo", bare_figures)
    _say("tcp", figures)
    print(f"tcp: echo / gateway {bare_figures['rate'] / figures['rate']:.1f}")


def _growth(args: argparse.Namespace) -> None:
    messages = args.rows or MESSAGES
    with running(gateway("queclink")) as (ours,):
        for tenth in range(GROWTH):
            figures = load(ours, messages=messages, **TALKING)
            if tenth in (0, GROWTH - 1):
                _say(f"growth, {messages * (tenth + 1):,} messages", figures)


def _paced(args: argparse.Namespace) -> None:
    web = ["serve", "--listen", f"127.0.0.1:{free_port()}"]
    worker_once()
    with running(gateway("queclink")) as (ours,), beside(["worker"], web):
        figures = load(
            ours,
            connections=PACED_WEARERS,
            rate=PACED_RATE,
            seconds=PACED_S * (4 if args.full else 1),
        )
    _say(f"paced at {PACED_RATE:,}/s, worker and web running", figures)


def _connected(args: argparse.Namespace) -> None:
    tags = min(WEARERS, open_files_max() - FILES_KEPT)
    rate = tags / REPORT_EVERY_S
    with running(gateway("queclink")) as (ours,):
        load(ours, connections=1_000, messages=1_000)  # whatever a first message makes
        before_bytes = ours.memory_bytes
        tags_process = Load(ours.port, connections=tags, rate=rate, seconds=CONNECTED_S)
        open_bytes = ours.memory_bytes - before_bytes
        figures = tags_process.finish()
        spoken_bytes = ours.memory_bytes_max - before_bytes
    print(
        f"connected: {tags:,} tags; {open_bytes / tags / 1024:.1f} KiB of memory a connection "
        f"when each has spoken once, {spoken_bytes / tags / 1024:.1f} KiB at most"
    )
    _say(f"connected, a report each {REPORT_EVERY_S} s", figures)


def _http(args: argparse.Namespace) -> None:
    with running(gateway("http")) as (ours,):
        figures = load(
            ours, protocol="http", messages=(args.rows or MESSAGES) // 5, connections=300,
            in_flight=1,
        )  # fmt: skip
    _say("http", figures)


def _mqtt(args: argparse.Namespace) -> None:
    bench_mqtt((args.rows or MESSAGES) // 5, _home())


def _say(name: str, figures: Figures) -> None:
    rate = figures["answered"] / figures["seconds"]
    cost = "".join(
        f", {who} {figures[key]:.0f} µs a message"
        for who, key in (("server", "server_us"), ("client", "client_us"))
        if key in figures
    )
    lost = f", {figures['lost']:,} unanswered" if figures["lost"] else ""
    print(
        f"{name}: {rate:,.0f} messages/s, reply p50 {figures['p50_ms']:.1f} ms, "
        f"p99 {figures['p99_ms']:.1f} ms, longest {figures['max_ms']:.0f} ms{cost}{lost}",
        flush=True,
    )


def _home() -> Path:
    return Path(os.environ["WAYPOST_HOME"])


# In this order: a worker that starts behind a flood has other things to do than usual.
PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "paced": _paced,
    "connected": _connected,
    "http": _http,
    "mqtt": _mqtt,
    "tcp": _tcp,
    "growth": _growth,
    "intake": _intake,
}
