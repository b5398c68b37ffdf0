"""waypost alert figures: how many alerts, how soon attended, what became of them, as text."""

from __future__ import annotations

import argparse
from datetime import timedelta

from waypost import clock
from waypost.errors import BadUse

RECORDS = True
DAYS_MAX = 3_660


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, default=28, help="how far back (default 28)")


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.alerts.figure_queries import figures_of
    from waypost.web.presenters.figures import text_of

    if not 1 <= args.days <= DAYS_MAX:
        raise BadUse(f"--days is between 1 and {DAYS_MAX}")
    print(text_of(figures_of(MACHINE, span=timedelta(days=args.days), now=clock.now()), args.days))
    return 0
