"""What bench `gateway` needs around it: a store with wearers, processes started and measured."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Any

from waypost.gateway.bench_load import IMEI

WAYPOST = [sys.executable, "-m", "waypost.cli.main"]
LOAD = [sys.executable, "-m", "waypost.gateway.bench_load"]
ECHO = [sys.executable, "-m", "waypost.gateway.bench_echo"]
STARTS_WITHIN_S = 60
SETTLES_S = 4.0  # a worker or web that has just started works more than later
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
Figures = dict[str, Any]


def set_up_store() -> None:
    """An empty store."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def add_wearers(until: int) -> None:
    """Persons up to so many, each with an order that asks for a trail and a tag: tag n is on the
    n-th, and n counts from 0."""
    from django.db import connection

    from waypost import clock
    from waypost.orders.models import Activation, Order, OrdersHead, Person, RequirementVersion

    known = clock.now() - timedelta(days=10)
    first = Person.objects.count()
    persons = Person.objects.bulk_create(
        [Person(reference=f"P{n}", known_at=known) for n in range(first, until)]
    )
    Order.objects.bulk_create(
        [
            Order(reference=f"O{p.pk}", person=p, kind="community_order", from_at=known,
                  known_at=known)
            for p in persons
        ]
    )  # fmt: skip
    RequirementVersion.objects.bulk_create(
        [
            RequirementVersion(
                person=p, order_reference=f"O{p.pk}", reference="R1", kind="trail",
                valid_from=known, known_at=known, digest=f"{p.pk:064x}",
            )
            for p in persons
        ]
    )  # fmt: skip
    Activation.objects.bulk_create(
        [
            Activation(reference=f"A{p.pk}", person=p, device_reference=str(IMEI + n),
                       from_at=known, known_at=known)
            for n, p in enumerate(persons, first)
        ]
    )  # fmt: skip
    head, _ = OrdersHead.objects.get_or_create(pk=1)
    head.version += 1
    head.save()
    connection.close()


class Server:
    """A process of ours that says where it listens, one port a line."""

    def __init__(self, command: list[str], ports: int) -> None:
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        lines = [self._process.stdout.readline() for _ in range(ports)]
        if not all(lines):
            raise RuntimeError(f"{command[2:5]} did not start")
        self.ports = [int(line.split()[-1].rpartition(":")[2].strip("/")) for line in lines]
        threading.Thread(target=_drain, args=(self._process.stdout,), daemon=True).start()

    @property
    def port(self) -> int:
        return self.ports[0]

    @property
    def cpu_s(self) -> float:
        """Processor time used so far, by user and system."""
        after_name = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / TICKS_A_SECOND

    @property
    def memory_bytes(self) -> int:
        """Memory held now."""
        return self._status("VmRSS")

    @property
    def memory_bytes_max(self) -> int:
        """The most it ever held."""
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(STARTS_WITHIN_S)


def _drain(stream: IO[str]) -> None:
    for _ in stream:
        pass


@contextlib.contextmanager
def running(*commands: tuple[list[str], int]) -> Iterator[list[Server]]:
    """Servers for as long as the block runs: (command, how many ports it prints) each."""
    with contextlib.ExitStack() as stack:
        servers = []
        for command, ports in commands:
            server = Server(command, ports)
            stack.callback(server.stop)
            servers.append(server)
        yield servers


@contextlib.contextmanager
def beside(*commands: list[str]) -> Iterator[None]:
    """Processes that say nothing, for as long as the block runs."""
    processes = [subprocess.Popen([*WAYPOST, *command]) for command in commands]
    try:
        time.sleep(SETTLES_S)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(STARTS_WITHIN_S)


def worker_once() -> None:
    """All that waits to be judged: a worker that starts later has nothing to catch up with."""
    subprocess.run([*WAYPOST, "worker", "--once"], check=True)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def gateway(*protocols: str) -> tuple[list[str], int]:
    """The command of a gateway that listens for these, each on any port."""
    listens = [word for name in protocols for word in ("--listen", f"{name}=127.0.0.1:0")]
    return [*WAYPOST, "gateway", *listens], len(protocols)


def echo(folder: Path) -> tuple[list[str], int]:
    return [*ECHO, str(folder / "echo")], 1


class Load:
    """The tags' process, connected; `finish` lets them speak to the end."""

    def __init__(self, port: int, **options: object) -> None:
        words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        self._process = subprocess.Popen(
            [*LOAD, str(port), *words], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()  # connected

    def finish(self) -> Figures:
        assert self._process.stdout is not None
        text = self._process.stdout.read()
        if self._process.wait(STARTS_WITHIN_S):
            raise RuntimeError("the tags' process failed")
        found: Figures = json.loads(text)
        return found


def load(server: Server, port: int | None = None, **options: object) -> Figures:
    """What a load came to, with the server's processor time a message."""
    before = server.cpu_s
    figures = Load(port or server.port, **options).finish()
    figures["server_us"] = (server.cpu_s - before) / max(1, figures["sent"]) * 1e6
    figures["client_us"] = figures["cpu_s"] / max(1, figures["sent"]) * 1e6
    figures["rate"] = figures["answered"] / figures["seconds"]
    return figures


def counted(port: int, name: str) -> int:
    """A figure of the gateway's /metrics."""
    with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.request("GET", "/metrics")
        text = client.getresponse().read().decode()
    lines = (line.split() for line in text.splitlines())
    return next(int(value) for key, value in lines if key == f"waypost_gateway_{name}_total")


def open_files_max() -> int:
    """How many files and sockets a process may have here, once it asks for all it may."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]
