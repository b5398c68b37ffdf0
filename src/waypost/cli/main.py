"""The command `waypost`: finds the module of a command, gives it its arguments, says how it went.

Exit 0 when done, 2 on bad usage, 1 with one plain sentence otherwise. A command is a module in
this folder with `arguments(parser)` and `run(args) -> int`; it is imported only when asked for, so
that `waypost --help` is quick. `RECORDS = True` in it means that it works on the running store.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from waypost import __version__
from waypost.access.origin import process_is
from waypost.errors import BadUse, WaypostError

# Command (one or two words) -> module, and what it does. Printed as docs/cli.md.
COMMANDS: dict[str, tuple[str, str]] = {
    "decode": ("decode", "decode messages of a tag protocol: NDJSON in, NDJSON out"),
    "offences check": ("offences_check", "check a police offence file without keeping it"),
    "orders check": ("orders_check", "lint an orders file"),
    "schema": ("schema", "print a JSON Schema: orders or batch"),
    "match": ("match", "match a fixes file against an offences file"),
    "replay": ("replay", "judge a fixes file against an orders file"),
    "import orders": ("import_orders", "bring an orders file into the store"),
    "import court": ("import_court", "take in results of hearings, or contractor-style orders"),
    "court check": ("court_check", "what a court's message would bring in, and what it asks"),
    "court export": ("court_export", "a stored order in the contractor's shape"),
    "import fixes": ("import_fixes", "bring a fixes file into the store"),
    "import cohort": ("import_cohort", "bring a sheet of people with orders in, CSV or XLSX"),
    "import devices": ("import_devices", "bring a stock list of devices into the inventory"),
    "import offences": ("import_offences", "bring a police offence file into the store"),
    "migrate": ("migrate", "set up the store, or bring it up to date"),
    "serve": ("serve", "serve the pages and the API"),
    "gateway": ("gateway", "listen to tags"),
    "worker": ("worker", "judge what arrives, fire what is due, run jobs, send notices"),
    "canary": ("canary", "made-up tags that breach a zone at sea, so that silence is noticed"),
    "watchdog": ("watchdog", "ring the duty officer when Waypost itself is silent"),
    "archivist": ("archivist", "move the log into the lake"),
    "demo": ("demo", "a seeded London with live tags, all processes, until Ctrl-C"),
    "practise": ("practise", "a made-up world of scored exercises for a role, until Ctrl-C"),
    "training ticket": ("training_ticket", "leave for an officer to practise, as a file"),
    "training record": ("training_record", "take a practice's result to its officer's record"),
    "world seed": ("world_seed", "write a seeded world to files, with its truth"),
    "world tags": ("world_tags", "write an estate of tags with thousands of stored reports"),
    "world play": ("world_play", "drive simulated tags at a gateway"),
    "world check": ("world_check", "hold what tags were promised against the store"),
    "token": ("token", "make a bearer token for a role"),
    "tokens": ("tokens", "list machines' tokens, put a new one in an old one's place, revoke one"),
    "device-token": ("device_token", "make or end the token that a phone must show"),
    "officer": ("officer", "make an officer who can sign in"),
    "audit verify": ("audit_verify", "check the audit chain"),
    "audit seal": ("audit_seal", "seal the audit chain now and send copies outside"),
    "audit stamps": ("audit_stamps", "write seals with their time stamps, to be checked elsewhere"),
    "audit cut": ("audit_cut", "delete audit lines whose time is over, up to a seal"),
    "alert account": ("alert_account", "export an alert as it was known then, signed"),
    "police export": ("police_export", "a breach notification as a signed file for a force"),
    "police answer": ("police_answer", "take in a force's answer to a breach notification"),
    "disclosure export": ("disclosure_export", "a granted request's answer as its signed bundle"),
    "alert figures": ("alert_figures", "alerts a wearer-day, how soon attended, what they came to"),
    "runs repeat": ("runs_repeat", "do a matching run again as it was: the same, or what differs"),
    "evidence verify": ("evidence_verify", "check a signed bundle offline"),
    "forget due": ("forget_due", "what is due for deletion within a month; changes nothing"),
    "forget now": ("forget_now", "delete what is due, where deleting is turned on"),
    "forget verify": ("forget_verify", "look again for anything left of a deletion"),
    "subject-access": ("subject_access", "a person's own data as a signed bundle"),
    "seal identity": ("seal_identity", "seal names and addresses that are in the database already"),
    "assess": ("assess", "impact assessment, record of processing and others, from what runs"),
    "backup": ("backup", "a backup of database and lake, with the day on which it expires"),
    "restore": ("restore", "put a backup back, and delete again what was deleted since"),
    "bench": ("bench", "the project's own benches, each a ratio to a bare baseline"),
}


def main(argv: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    if isinstance(sys.stdout, io.TextIOWrapper):  # whatever the terminal, contracts are UTF-8
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if not words or words[0] in {"-h", "--help", "help"}:
        print(overview())
        return 0
    if words[0] == "--version":
        print(f"waypost {__version__}")
        return 0
    try:
        name, rest = _find(words)
        module = importlib.import_module(f"waypost.cli.{COMMANDS[name][0]}")
        parser = argparse.ArgumentParser(prog=f"waypost {name}", description=COMMANDS[name][1])
        module.arguments(parser)
        args = parser.parse_args(rest)
        prepare(module)
        process_is(f"command {name}")
        code = int(module.run(args) or 0)
        sys.stdout.flush()  # a full disk shows here, not after the exit code was given
        return code
    except BadUse as error:
        print(f"waypost: {error}", file=sys.stderr)
        return 2
    except WaypostError as error:
        print(f"waypost: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output left: not an error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        what = error.strerror or type(error).__name__
        print(f"waypost: {what}{f': {error.filename}' if error.filename else ''}", file=sys.stderr)
        if error.errno == errno.ENOSPC:  # nor can what is left in the buffer be written
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("waypost: stopped", file=sys.stderr)
        return 130


def overview() -> str:
    width = max(map(len, COMMANDS)) + 2
    rows = [f"  {name:<{width}}{words}" for name, (_, words) in COMMANDS.items()]
    return "\n".join(["usage: waypost COMMAND ...", "", *rows, "", "waypost COMMAND --help"])


def prepare(module: ModuleType) -> None:
    """Start Django for commands that work on the store, and see that the store is up to date."""
    if not getattr(module, "RECORDS", False):
        return
    os.umask(0o077)  # whatever the home's own mode is, what is put in it is the owner's alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.settings")
    import django

    from waypost.logs import print_quietly

    sys.excepthook = print_quietly  # standard error is the log of the processes that run
    django.setup()
    if not getattr(module, "MAY_BE_OLD", False):
        from waypost.cli.migrate import check_up_to_date

        check_up_to_date()


def _find(words: list[str]) -> tuple[str, list[str]]:
    for size in (2, 1):
        name = " ".join(words[:size])
        if len(words) >= size and name in COMMANDS:
            return name, words[size:]
    near = [name for name in COMMANDS if name.split()[0] == words[0]]
    hint = f"one of: {', '.join(near)}" if near else "see waypost --help"
    raise BadUse(f"no command {' '.join(words[:2])!r}; {hint}")


if __name__ == "__main__":
    sys.exit(main())
