"""waypost audit verify: check the audit chain; exit 1 naming the first broken or missing line."""

from __future__ import annotations

import argparse

from waypost.errors import WaypostError

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "check every audit line: order, chain, signature, columns, signed head"


def run(args: argparse.Namespace) -> int:
    from waypost.access import audit

    verdict = audit.verify()
    if verdict.broken is not None:
        what = f"audit line {verdict.broken}" if verdict.broken else "the signed head of the audit"
        raise WaypostError(f"{what} {verdict.why}; {verdict.lines} lines before it are sound")
    print(f"{verdict.lines} audit lines are sound.")
    head = audit.read_head()
    if head is not None:
        print(f"The signed head counts {head.count} and ends in {head.hash}.")
        print("Kept elsewhere, it also shows an old head put back with the end cut to fit.")
    return 0
