"""The soak: millions of stored reports through a gateway whose world is killed again and again.

    python tools/soak.py [--tags 1000 --stored 3000] [--database postgres|sqlite] [FOLDER]

Gateway, worker, archivist, database server and the tags themselves run as real processes; one after
another is killed (SIGKILL) at a random instant and started anew, and now and then every line of the
network falls at once. A SQLite file cannot be killed: it is locked for up to 25 s instead. At the
end all that was acknowledged must be in the store exactly once (`waypost world check`).

A soak that was stopped goes on from its folder. The last line is JSON with the figures; exit 1 when
anything is missing, there twice, or never sent.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from soak_database import Postgres

NAMES = ("gateway", "worker", "archivist", "tags")
DOORS = ("http", "queclink", "teltonika", "gt06")
ARCHIVE_EVERY_S = 20
DOWN_S_MOST = 5.0  # how long a killed process stays away
LOCKED_S_MOST = 25.0  # longer than the 20 s that a writer waits for SQLite's lock
STOP_WITHIN_S = 60.0
LOOK_EVERY_S = 0.5
TELL_EVERY_S = 30.0
TENTHS = 10


@dataclass
class Soak:
    """One soak in its folder; `figures` is what it tells at the end."""

    folder: Path
    args: argparse.Namespace
    environment: dict[str, str]
    ports: dict[str, int]
    postgres: Postgres | None = None
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    turns: list[str] = field(default_factory=list)  # who is killed next, the last first
    ended: Counter[str] = field(default_factory=Counter)  # by themselves: none should
    memory: list[tuple[float, float]] = field(default_factory=list)  # seconds, MiB of the gateway
    began_s: float = field(default_factory=time.monotonic)
    counted: tuple[int, int] = (0, 0)  # bytes of the ledger that were read, acknowledgements in it

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.csv"

    def save(self) -> None:
        """What is told at the end, for a soak that is stopped and goes on."""
        kept = {"seconds": time.monotonic() - self.began_s, "kills": self.kills,
                "ended": self.ended, "memory": self.memory}  # fmt: skip
        draft = self.folder / "figures.draft"
        draft.write_text(json.dumps(kept))
        draft.replace(self.folder / "figures.json")

    def load(self) -> None:
        file = self.folder / "figures.json"
        if file.exists():
            kept = json.loads(file.read_text())
            self.began_s -= kept["seconds"]
            self.kills, self.ended = Counter(kept["kills"]), Counter(kept["ended"])
            self.memory = [(at_s, mib) for at_s, mib in kept["memory"]]

    def acknowledged(self) -> int:
        """How many reports were acknowledged so far, by the ledger."""
        size, count = self.counted
        if self.ledger.exists():
            with open(self.ledger, "rb") as file:
                file.seek(size)
                for line in file:
                    count += line.startswith(b"a,") and line.endswith(b"\n")
                    size += len(line) if line.endswith(b"\n") else 0
        self.counted = size, count
        return count

    def waypost(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "waypost.cli.main", *words]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.waypost(*words), env=self.environment, capture_output=True, text=True, check=False
        )

    def start(self, name: str) -> None:
        log = open(self.folder / f"{name}.log", "ab")  # noqa: SIM115
        self.running[name] = subprocess.Popen(
            self.waypost(*self._words(name)), env=self.environment, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, process_group=0,
        )  # fmt: skip
        log.close()
        with open(self.folder / "pids", "a") as pids:  # for a soak that is itself killed
            pids.write(f"{self.running[name].pid}\n")

    def _words(self, name: str) -> list[str]:
        if name == "gateway":
            doors = [f"{door}=127.0.0.1:{self.ports[door]}" for door in DOORS]
            return ["gateway", *[word for door in doors for word in ("--listen", door)]]
        if name == "archivist":
            return ["archivist", "--every", str(ARCHIVE_EVERY_S)]
        if name == "worker":
            return ["worker"]
        doors = [f"http://127.0.0.1:{self.ports['http']}"]
        doors += [f"{door}=127.0.0.1:{self.ports[door]}" for door in DOORS[1:]]
        return [
            "world", "play", "--stored", str(self.folder / "estate"), "--ledger", str(self.ledger),
            *[word for door in doors for word in ("--gateway", door)],
            "--rate", str(self.args.rate), "--cut-every", str(self.args.cut_every),
        ]  # fmt: skip

    def kill(self, name: str) -> None:
        process = self.running[name]
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.kills[name] += 1

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait_ready(self) -> None:
        url = f"http://127.0.0.1:{self.ports['http']}/readyz"
        for _ in range(600):
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"the gateway did not come up: see {self.folder}/gateway.log")


def main() -> int:
    args = arguments().parse_args()
    folder = Path(args.folder or Path(tempfile.gettempdir()) / "waypost-soak").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # the database server's user must pass through
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    soak = set_up(folder, args)
    try:
        run(soak)
        soak.stop()
        soak.save()
        return tell(soak)
    finally:
        soak.stop()
        if soak.postgres is not None:
            soak.postgres.stop()
        if args.clean:
            shutil.rmtree(folder, ignore_errors=True)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", help="default: waypost-soak in the temporary folder")
    parser.add_argument("--tags", type=int, default=1000)
    parser.add_argument("--stored", type=int, default=3000, help="reports of each tag")
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--kill-every", type=float, default=45.0, metavar="SECONDS")
    parser.add_argument("--cut-every", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--rate", type=float, default=0.0, help="most reports a second; 0: any")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clean", action="store_true", help="remove the folder at the end")
    return parser


def set_up(folder: Path, args: argparse.Namespace) -> Soak:
    """A new soak, or the one that was stopped in this folder."""
    environment = {**os.environ, "WAYPOST_HOME": str(folder / "home"), "PYTHONUNBUFFERED": "1"}
    environment.pop("WAYPOST_DATABASE", None)
    (folder / "home").mkdir(exist_ok=True, mode=0o700)
    postgres = Postgres(folder) if args.database == "postgres" else None
    if postgres is not None:
        environment["WAYPOST_DATABASE"] = postgres.start()
    soak = Soak(folder, args, environment, ports_of(folder), postgres)
    end_leftovers(folder)
    soak.load()
    if not (folder / "ready").exists():
        estate = str(folder / "estate")
        told(soak.command("migrate", "--quiet"))
        told(soak.command(
            "world", "tags", estate, "--tags", str(args.tags), "--stored", str(args.stored),
            "--seed", str(args.seed), "--faults", "many",
        ))  # fmt: skip
        told(soak.command("import", "orders", f"{estate}/orders.json"))
        (folder / "ready").touch()
    return soak


def end_leftovers(folder: Path) -> None:
    """Processes of a soak that was itself killed in this folder: no others, whatever the number."""
    pids = folder / "pids"
    ours = f"WAYPOST_HOME={folder / 'home'}".encode()
    for pid in pids.read_text().split() if pids.exists() else ():
        try:
            if ours in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                os.kill(int(pid), signal.SIGKILL)
        except OSError:
            continue  # it is no more
    pids.unlink(missing_ok=True)


def told(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        raise SystemExit(f"{' '.join(done.args)}\n{done.stdout}{done.stderr}")


def ports_of(folder: Path) -> dict[str, int]:
    """Ports that stay the same however often the gateway is started."""
    import socket

    file = folder / "ports.json"
    if not file.exists():
        probes = [socket.socket() for _ in DOORS]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        found = [probe.getsockname()[1] for probe in probes]
        for probe in probes:
            probe.close()
        file.write_text(json.dumps(dict(zip(DOORS, found, strict=True))))
    ports: dict[str, int] = json.loads(file.read_text())
    return ports


def run(soak: Soak) -> None:
    """Until the tags have been answered for all; meanwhile something is killed every so often."""
    soak.start("gateway")
    soak.wait_ready()
    for name in ("worker", "archivist", "tags"):
        soak.start(name)
    chance = random.Random(f"{soak.args.seed} {time.time_ns()}")
    kill_s = tell_s = time.monotonic()
    kill_s += chance.uniform(0.5, 1.0) * soak.args.kill_every
    while soak.running["tags"].poll() != 0:
        time.sleep(LOOK_EVERY_S)
        look(soak)
        if time.monotonic() >= kill_s:
            kill_something(soak, chance)
            kill_s = time.monotonic() + chance.uniform(0.4, 1.6) * soak.args.kill_every
        if time.monotonic() >= tell_s:
            progress(soak)
            soak.save()
            tell_s += TELL_EVERY_S


def look(soak: Soak) -> None:
    """The gateway's memory; whoever ended by itself is counted and started anew."""
    for name, process in soak.running.items():
        status = process.poll()
        if status is not None and (name, status) != ("tags", 0):
            soak.ended[name] += 1
            soak.start(name)
            return
    status_file = Path(f"/proc/{soak.running['gateway'].pid}/status")
    for line in status_file.read_text().splitlines() if status_file.exists() else ():
        if line.startswith("VmRSS:"):
            soak.memory.append((time.monotonic() - soak.began_s, int(line.split()[1]) / 1024))


def kill_something(soak: Soak, chance: random.Random) -> None:
    """The next in turn: in each round the gateway and the database first, then all in any order."""
    if not soak.turns:
        others = chance.sample([*NAMES, "database"], len(NAMES) + 1)
        soak.turns = [*others, "database", "gateway"]
    name = soak.turns.pop()
    down_s = chance.uniform(0, min(DOWN_S_MOST, soak.args.kill_every))
    if name != "database":
        soak.kill(name)
        time.sleep(down_s)
        soak.start(name)
        return
    soak.kills[name] += 1
    if soak.postgres is not None:
        soak.postgres.kill()
        time.sleep(down_s)
        soak.postgres.start()
    else:
        locked_s = chance.uniform(0.1, 1.0) * min(LOCKED_S_MOST, soak.args.kill_every)
        threading.Thread(target=lock_sqlite, args=(soak.folder, locked_s), daemon=True).start()


def lock_sqlite(folder: Path, seconds: float) -> None:
    """Nobody else can write for so long."""
    database = sqlite3.connect(
        folder / "home" / "waypost.sqlite3", timeout=30, isolation_level=None
    )
    try:
        database.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        database.execute("ROLLBACK")
    except sqlite3.OperationalError:
        pass  # somebody else held it all the time
    finally:
        database.close()


def progress(soak: Soak) -> None:
    before, now = soak.counted[1], soak.acknowledged()
    kills = ", ".join(f"{name} {count}" for name, count in sorted(soak.kills.items()))
    memory = f"{soak.memory[-1][1]:.0f} MiB" if soak.memory else "?"
    seconds = time.monotonic() - soak.began_s
    rate = (now - before) / TELL_EVERY_S
    print(f"{seconds:7.0f} s  {now:,} acknowledged, {rate:,.0f} a second; gateway {memory}; "
          f"killed: {kills or 'nobody'}", file=sys.stderr, flush=True)  # fmt: skip


def tell(soak: Soak) -> int:
    """Let everything come to rest, hold the store against the ledger, print the figures."""
    duration_s = time.monotonic() - soak.began_s
    for words in (("worker", "--once"), ("archivist", "--once"), ("audit", "verify")):
        told(soak.command(*words))
    settled_s = time.monotonic() - soak.began_s - duration_s
    checked = soak.command("world", "check", str(soak.ledger))
    verdict = json.loads(checked.stdout.splitlines()[0]) if checked.stdout else {}
    tags = (soak.folder / "tags.log").read_text(errors="replace")
    figures = {
        "database": soak.args.database, "tags": soak.args.tags, "stored": soak.args.stored,
        "seconds": round(duration_s, 1), "settled_in_s": round(settled_s, 1),
        "acknowledged": soak.acknowledged(), "kills": dict(soak.kills),
        "ended_by_themselves": dict(soak.ended),
        "gateway_mib_peak": round(max(mib for _, mib in soak.memory), 1),
        "gateway_mib_by_tenth": tenths(soak.memory), "verdict": verdict,
    }  # fmt: skip
    figures["a_second"] = round(figures["acknowledged"] / duration_s)
    print(tags.splitlines()[-1] if tags else "", file=sys.stderr)
    print(checked.stderr, file=sys.stderr, end="")
    print(json.dumps(figures))
    return checked.returncode


def tenths(memory: list[tuple[float, float]]) -> list[int]:
    """The gateway's largest memory in each tenth of the time: flat is what it should be."""
    ends_s = memory[-1][0] + 1e-6
    most = [0.0] * TENTHS
    for at_s, mib in memory:
        place = int(at_s / ends_s * TENTHS)
        most[place] = max(most[place], mib)
    return [round(mib) for mib in most]


if __name__ == "__main__":
    sys.exit(main())
