"""waypost practise ROLE: a made-up world of scored exercises, on loopback, until Ctrl-C.

It has a home of its own and never the real store: what an environment says of a database, a lake,
mail or messages is left out for it. With --officer the real store (WAYPOST_HOME and the rest, or
--home) gives the ticket and takes the result in, by commands of its own; with --ticket the result
is left as a file for `waypost training record`. Without either it is for oneself.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from waypost import clock
from waypost.access.values import Role
from waypost.errors import BadFile, BadUse, WaypostError

if TYPE_CHECKING:
    from waypost.cli.processes import Processes
    from waypost.training.practising import Practice

DEFAULT_HOME = "var/practice"
LOOPBACK = "127.0.0.1"
WEB_PORT = 8110
LOOK_EVERY_S = 0.5
KEPT = {"WAYPOST_LOG"}  # of all our settings, these alone go with it into the practice


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("role", metavar="ROLE", choices=[role.value for role in Role],
                        help="one that has exercises, like authorising_officer")  # fmt: skip
    counts = parser.add_mutually_exclusive_group()
    counts.add_argument("--officer", metavar="USERNAME", help="whose record the result goes to")
    counts.add_argument("--ticket", metavar="FILE", help="of training ticket, on another machine")
    parser.add_argument("--home", help="of the real store, with --officer; default: WAYPOST_HOME")
    parser.add_argument("--practice-home", help=f"of the practice; default: below {DEFAULT_HOME}")
    parser.add_argument("--port", type=int, default=WEB_PORT, help="or the next free one")
    parser.add_argument("--for", dest="length_s", type=float, metavar="SECONDS", help="then stop")


def run(args: argparse.Namespace) -> int:
    from waypost.cli.processes import Processes, free_port, stop_on_signals
    from waypost.training.exercises import COURSES

    role = Role(args.role)
    if role not in COURSES:
        raise BadUse("there are exercises for: " + ", ".join(one.value for one in COURSES))
    real = {**os.environ} | ({"WAYPOST_HOME": str(Path(args.home).absolute())} if args.home else {})
    data = _ticket(args, role, real)
    folder = _home(args, role)
    _check_apart(folder, real)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _leave_real(folder)
    stop_on_signals()
    with Processes(folder) as processes:
        practice = _prepare(folder, role, args.officer, data)
        url = f"http://{LOOPBACK}:{free_port(args.port)}"
        processes.start("worker", "worker")
        processes.start("web", "serve", "--listen", url.removeprefix("http://"))
        processes.wait_ready("web", f"{url}/healthz")
        print(_welcome(url, practice, folder), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            _watch(processes, folder, real if args.officer else None, args.length_s)
    print("The practice has stopped; started again, it goes on from here.", flush=True)
    return 0


def _ticket(args: argparse.Namespace, role: Role, real: dict[str, str]) -> bytes | None:
    """The ticket's file, given by the real store in a process of its own; None: it counts nowhere.

    A practice that goes on keeps the ticket it has, while that is good."""
    from waypost.training.practising import FILE

    if args.ticket:
        try:
            return Path(args.ticket).read_bytes()
        except OSError as error:
            raise BadFile(f"{args.ticket} cannot be read: {error.strerror}") from None
    if args.officer and not (_home(args, role) / FILE).exists():
        return _waypost(real, "training", "ticket", args.officer, role.value).encode()
    return None


def _home(args: argparse.Namespace, role: Role) -> Path:
    if args.practice_home:
        return Path(args.practice_home).absolute()
    whose = args.officer or ("ticket" if args.ticket else "own")
    return (Path(DEFAULT_HOME) / f"{role.value}-{whose}").absolute()


def _check_apart(folder: Path, real: dict[str, str]) -> None:
    """Refused where the practice would lie in a real store."""
    from waypost.training.practising import FILE

    store = Path(real.get("WAYPOST_HOME") or "var/waypost").absolute()
    if folder == store or ((folder / "waypost.sqlite3").exists() and not (folder / FILE).exists()):
        raise BadUse(f"{folder} is a real store; give the practice a home of its own")


def _leave_real(folder: Path) -> None:
    """From here on this process and its children know the practice's home and nothing else."""
    for name in [one for one in os.environ if one.startswith("WAYPOST_") and one not in KEPT]:
        del os.environ[name]
    os.environ["WAYPOST_HOME"] = str(folder)
    os.environ["WAYPOST_TRAINING"] = "asked"  # here everybody may approve: that is practised


def _prepare(folder: Path, role: Role, officer: str | None, data: bytes | None) -> Practice:
    """The store, who practises, and what the pages know of it; the second time it stands."""
    from waypost.cli.demo import _set_up_django
    from waypost.training.practising import Practice, find_practice, keep_practice
    from waypost.training.sealing import read_ticket

    ticket = read_ticket(data) if data else None
    if ticket and ticket[0].role is not role:
        raise BadUse(f"this ticket is for {ticket[0].role.value}")
    _set_up_django()
    from waypost.worlds.practice import prepare

    found = find_practice()
    if found is None or (ticket and found.ticket != ticket):
        username = ticket[0].username if ticket else officer or role.value
        phrase = found.pass_phrase if found else "-".join(secrets.token_hex(3) for _ in range(4))
        found = Practice(role, username, phrase, ticket)
        keep_practice(folder, found)
    prepare(role, found.username, found.username, found.pass_phrase, now=clock.now())
    return found


def _watch(
    processes: Processes, folder: Path, real: dict[str, str] | None, length_s: float | None
) -> None:
    """Until the time is over or somebody interrupts; results that are handed in are told of, and
    taken to the real store where that is ours to do."""
    from waypost.training.practising import RESULTS

    ends = time.monotonic() + length_s if length_s is not None else float("inf")
    told: set[Path] = set()
    while time.monotonic() < ends:
        processes.check()
        for file in sorted((folder / RESULTS).glob("*.json")):
            if file not in told:
                told.add(file)
                print(_handed_in(file, real), flush=True)
        time.sleep(min(LOOK_EVERY_S, max(ends - time.monotonic(), 0)))


def _handed_in(file: Path, real: dict[str, str] | None) -> str:
    if real is None:
        return f"A result is handed in: {file}\nTake it in with: waypost training record {file}"
    try:
        return _waypost(real, "training", "record", str(file)).strip()
    except WaypostError as refused:
        return f"The result in {file} was not taken in: {refused}"


def _waypost(environment: dict[str, str], *words: str) -> str:
    """A command on the real store, in a process of its own: what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "waypost.cli.main", *words], env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise WaypostError(done.stderr.strip().removeprefix("waypost: ") or "it ended wrongly")
    return done.stdout


def _welcome(url: str, practice: Practice, folder: Path) -> str:
    counts = "counts on the training record" if practice.ticket else "is for yourself"
    return "\n".join(
        [
            "", f"The practice is at {url}/practice",
            f'Sign in as {practice.username} with the pass phrase "{practice.pass_phrase}"',
            f"It {counts}. Everything is kept in {folder}", "", "Ctrl-C stops it.",
        ]
    )  # fmt: skip
