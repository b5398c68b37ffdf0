"""waypost demo: a seeded London with live tags and all processes, on loopback, until Ctrl-C.

The first start sets the scene (a month of history, judged and matched); later starts keep what is
there. Gateway, worker, archivist, web and the player of live tags run as processes of their own.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from waypost.errors import BadUse

if TYPE_CHECKING:
    from waypost.cli.demo_setting import Scene
    from waypost.cli.processes import Processes

DEFAULT_HOME = "var/demo"
LOOPBACK = "127.0.0.1"
WEB_PORT, GATEWAY_PORT = 8100, 8101
STREAMS = ("queclink", "teltonika", "gt06")
LOOK_EVERY_S = 0.5


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", help=f"default: WAYPOST_HOME, else {DEFAULT_HOME}")
    parser.add_argument("--web-port", type=int, default=WEB_PORT, help="or the next free one")
    parser.add_argument("--gateway-port", type=int, default=GATEWAY_PORT, help="likewise")
    parser.add_argument("--seed", type=int, default=1, help="of a first start")
    parser.add_argument("--wearers", type=int, default=100, help="of a first start")
    parser.add_argument("--days", type=float, default=30.0, help="of a first start")
    parser.add_argument("--mqtt", metavar="HOST:PORT", help="of an MQTT broker, for OwnTracks")
    parser.add_argument("--no-play", action="store_true", help="without live tags")
    parser.add_argument("--for", dest="length_s", type=float, metavar="SECONDS", help="then stop")


def run(args: argparse.Namespace) -> int:
    from waypost.cli.processes import Processes, free_port, stop_on_signals

    if args.wearers < 1 or args.days <= 0 or args.seed < 0:
        raise BadUse("--wearers and --days must be above 0, and --seed not below it")
    home = Path(args.home or os.environ.get("WAYPOST_HOME") or DEFAULT_HOME).absolute()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["WAYPOST_HOME"] = str(home)
    stop_on_signals()
    with Processes(home) as processes:
        _set_up_django()
        from waypost.cli.demo_setting import set_scene

        scene = set_scene(
            home, seed=args.seed, wearers=args.wearers, days=args.days, say=_Progress()
        )
        ports = free_port(args.web_port), free_port(args.gateway_port, [args.web_port])
        doors = _doors(free_port, list(ports)) | ({"mqtt": args.mqtt} if args.mqtt else {})
        web_url, gateway_url = _start_all(processes, home, *ports, doors)
        if not args.no_play:
            _start_player(processes, scene, gateway_url, doors)
        print(_welcome(web_url, gateway_url, doors, home), flush=True)
        # Where the terminal was closed there is nobody left to tell, and still all to stop.
        with contextlib.suppress(KeyboardInterrupt):
            _watch(processes, args.length_s)
        with contextlib.suppress(OSError):
            print("\nStopping.", flush=True)
    with contextlib.suppress(OSError):
        print("Everything has stopped; the next start goes on from here.", flush=True)
    return 0


def _doors(free_port: Callable[[int, list[int]], int], taken: list[int]) -> dict[str, str]:
    """Where each protocol of bytes is listened to: HOST:PORT, one free port after another."""
    doors = {}
    for protocol in STREAMS:
        taken.append(free_port(taken[-1] + 1, taken))
        doors[protocol] = f"{LOOPBACK}:{taken[-1]}"
    return doors


def _start_all(
    processes: Processes, home: Path, web: int, gateway: int, doors: dict[str, str]
) -> tuple[str, str]:
    """Start the house; returns where its pages and its gateway answer."""
    from waypost.cli.demo_setting import tell_events

    web_url, gateway_url = f"http://{LOOPBACK}:{web}", f"http://{LOOPBACK}:{gateway}"
    listens = [f"http={LOOPBACK}:{gateway}", *[f"{name}={door}" for name, door in doors.items()]]
    processes.start("gateway", "gateway", *[w for one in listens for w in ("--listen", one)])
    processes.start("worker", "worker")
    processes.start("archivist", "archivist")
    processes.start("web", "serve", "--listen", f"{LOOPBACK}:{web}")
    processes.wait_ready("gateway", f"{gateway_url}/readyz")
    tell_events(home, LOOPBACK, gateway)
    processes.wait_ready("web", f"{web_url}/healthz")
    return web_url, gateway_url


def _start_player(
    processes: Processes, scene: Scene, gateway_url: str, doors: dict[str, str]
) -> None:
    same_world = {
        "--seed": scene.seed, "--wearers": scene.wearers, "--days": scene.days,
        "--until": scene.until,
    }  # fmt: skip
    words = [str(word) for option in same_world.items() for word in option]
    for name, door in doors.items():
        words += ["--gateway", f"{name}={door}"]
    words += ["--faults", "some", "--quiet"]
    processes.start("player", "world", "play", "--gateway", gateway_url, *words)


def _watch(processes: Processes, length_s: float | None) -> None:
    """Until the time is over, somebody interrupts, or a process ends by itself (Unavailable)."""
    ends = time.monotonic() + length_s if length_s is not None else float("inf")
    while time.monotonic() < ends:
        processes.check()
        time.sleep(min(LOOK_EVERY_S, max(ends - time.monotonic(), 0)))


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def _welcome(web_url: str, gateway_url: str, doors: dict[str, str], home: Path) -> str:
    from waypost.cli.demo_setting import OFFICERS, PASS_PHRASE, WEARER_USERNAME

    names = [(username, role.value) for username, role, _ in OFFICERS]
    width = max(len(username) for username, _ in names)
    return "\n".join(
        [
            "",
            f"Waypost is at {web_url}",
            f"Tags report to {gateway_url}/intake/osmand and /intake/batch",
            "or over " + ", ".join(f"{name} to {door}" for name, door in doors.items()),
            f"Everything is kept in {home}",
            "",
            f'Sign in with the pass phrase "{PASS_PHRASE}" as',
            *(f"  {name:<{width}}  {role}" for name, role in [*names, (WEARER_USERNAME, "wearer")]),
            "",
            "The first alert comes within a minute. Ctrl-C stops everything.",
        ]
    )


class _Progress:
    """Says each step on stderr, with the seconds since the start, where somebody is watching."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def __call__(self, step: str) -> None:
        if sys.stderr.isatty():
            print(f"{time.monotonic() - self.began:6.1f} s  {step}", file=sys.stderr, flush=True)
