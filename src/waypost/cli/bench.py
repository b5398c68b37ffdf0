"""waypost bench NAME: the project's own benches, each a ratio to a bare baseline in the same run.

A bench works in a home of its own, which is deleted afterwards; the running store is never touched.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile

BENCHES: dict[str, tuple[str, str]] = {
    "alerts": (
        "waypost.cli.bench_alerts",
        "the inbox, tag message to open page, notices by a flaky channel",
    ),
    "audit": (
        "waypost.cli.bench_audit",
        "what an audit line adds; verifying a million lines; one look at two weeks",
    ),
    "cohort": (
        "waypost.cli.bench_cohort",
        "a sheet of 5,000 people with orders, from CSV and XLSX, and the same again",
    ),
    "evidence": (
        "waypost.cli.bench_evidence",
        "matching by evidence against the compatible rule, on worlds whose truth is known",
    ),
    "gateway": ("waypost.gateway.bench", "messages of tags, on disk before each reply"),
    "intake": ("waypost.positions.bench", "import of a fixes file into the lake"),
    "keeping": (
        "waypost.cli.bench_keeping",
        "one person out of a year of the lake, while it is read",
    ),
    "map": ("waypost.cli.bench_map", "a year of one track on its page, and looked at closer"),
    "match": ("waypost.matching.bench", "crime mapping of a national day"),
    "offences": (
        "waypost.cli.bench_offences",
        "a delivery of the police: new, all changed, all known",
    ),
    "practitioner": (
        "waypost.cli.bench_practitioner",
        "a practitioner's first page with sixty people, and one before they meet",
    ),
    "truth": ("waypost.worlds.bench_truth", "rules against a world's truth, and the plain rule's"),
    "rules": (
        "waypost.cli.bench_rules",
        "judging: replay, memory of it, live, states of tags, a backlog",
    ),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", choices=sorted(BENCHES), metavar="NAME",
        help="; ".join(f"{name}: {words}" for name, (_, words) in BENCHES.items()),
    )  # fmt: skip
    parser.add_argument("--rows", type=int, default=None, help="size of the input, in fixes")
    parser.add_argument("--full", action="store_true", help="the size of a national day")
    parser.add_argument(
        "--part", action="append", default=[], metavar="PART",
        help="only this part of it (alerts: inbox, page, notices; audit: line, verify, look; "
        "evidence: tune, score, quiet, usual, hard; "
        "gateway: intake, tcp, growth, paced, connected, http, mqtt; rules: replay, file, "
        "live, tags, backlog; truth: places, alcohol); may be given several times",
    )  # fmt: skip
    parser.add_argument(
        "--wearers", type=int, default=None, help="truth, evidence: of each world; keeping"
    )
    parser.add_argument(
        "--days",
        type=float,
        default=None,
        help="truth, evidence: of each world; keeping; match: so many days beside one, to show "
        "what a fix costs in each",
    )
    parser.add_argument(
        "--seed", type=int, default=None, help="truth, evidence: another set of worlds"
    )
    parser.add_argument(
        "--show", type=int, default=None, metavar="N",
        help="truth: list the N longest false alerts and missed breaches, by id and time",
    )  # fmt: skip
    parser.add_argument(
        "--write", metavar="FILE", default=None,
        help="truth: write the page there too, targets met or not; evidence: a folder for each "
        "world's files",
    )  # fmt: skip
    parser.add_argument(
        "--fit", action="store_true",
        help="evidence: fit the score on tuning worlds and print its weights, instead of scoring",
    )  # fmt: skip
    parser.add_argument(
        "--postgres", action="store_true",
        help="gateway: in the database that WAYPOST_DATABASE names, which must be new and empty",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as home:
        os.environ["WAYPOST_HOME"] = home
        for name in ("WAYPOST_LAKE",) if args.postgres else ("WAYPOST_DATABASE", "WAYPOST_LAKE"):
            os.environ.pop(name, None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.settings")
        bench = importlib.import_module(BENCHES[args.name][0]).bench
        result = bench(args)
        sys.stdout.flush()
        return int(result or 0)
