"""waypost demo: a seeded London with live tags and all processes, on loopback, until Ctrl-C.

The first start sets the scene (a month of history, judged and matched); later starts keep what is
there. Gateway, worker, archivist, web and the player of live tags run as processes of their own.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from waypost.errors import BadUse

DEFAULT_HOME = "var/demo"
WEB_PORT, GATEWAY_PORT = 8100, 8101


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", help=f"default: WAYPOST_HOME, else {DEFAULT_HOME}")
    parser.add_argument("--web-port", type=int, default=WEB_PORT, help="or the next free one")
    parser.add_argument("--gateway-port", type=int, default=GATEWAY_PORT, help="likewise")
    parser.add_argument("--seed", type=int, default=1, help="of a first start")
    parser.add_argument("--wearers", type=int, default=100, help="of a first start")
    parser.add_argument("--days", type=float, default=30.0, help="of a first start")
    parser.add_argument("--no-play", action="store_true", help="without live tags")
    parser.add_argument("--for", dest="length_s", type=float, metavar="SECONDS", help="then stop")


def run(args: argparse.Namespace) -> int:
    from waypost.cli.processes import Processes, free_port, stop_on_sigterm

    if args.wearers < 1 or args.days <= 0 or args.seed < 0:
        raise BadUse("--wearers and --days must be above 0, and --seed not below it")
    home = Path(args.home or os.environ.get("WAYPOST_HOME") or DEFAULT_HOME).absolute()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["WAYPOST_HOME"] = str(home)
    stop_on_sigterm()
    with Processes(home) as processes:
        _set_up_django()
        from waypost.cli.demo_setting import set_scene, tell_events

        scene = set_scene(
            home, seed=args.seed, wearers=args.wearers, days=args.days, say=_Progress()
        )
        web, gateway = free_port(args.web_port), free_port(args.gateway_port, [args.web_port])
        web_url, gateway_url = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{gateway}"
        processes.start("gateway", "gateway", "--listen", f"http=127.0.0.1:{gateway}")
        processes.start("worker", "worker")
        processes.start("archivist", "archivist")
        processes.start("web", "serve", "--listen", f"127.0.0.1:{web}")
        processes.wait_ready("gateway", f"{gateway_url}/readyz")
        tell_events(home, "127.0.0.1", gateway)
        processes.wait_ready("web", f"{web_url}/healthz")
        if not args.no_play:
            processes.start("player", "world", "play", "--gateway", gateway_url, "--quiet",
                            "--seed", str(scene.seed), "--wearers", str(scene.wearers),
                            "--days", str(scene.days), "--until", scene.until)  # fmt: skip
        print(_welcome(web_url, gateway_url, home), flush=True)
        ends = time.monotonic() + args.length_s if args.length_s is not None else float("inf")
        try:
            while time.monotonic() < ends:
                processes.check()
                time.sleep(min(0.5, max(ends - time.monotonic(), 0)))
        except KeyboardInterrupt:
            print("\nStopping.", flush=True)
    print("Everything has stopped; the next start goes on from here.")
    return 0


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def _welcome(web_url: str, gateway_url: str, home: Path) -> str:
    from waypost.cli.demo_setting import OFFICERS, PASS_PHRASE, WEARER_USERNAME

    names = [(username, role.value) for username, role, _ in OFFICERS]
    width = max(len(username) for username, _ in names)
    return "\n".join(
        [
            "",
            f"Waypost is at {web_url}",
            f"Tags report to {gateway_url}/intake/osmand and /intake/batch",
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
