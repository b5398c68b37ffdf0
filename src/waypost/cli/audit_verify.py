"""waypost audit verify: check the audit chain; exit 1 naming the first broken or missing line."""

from __future__ import annotations

import argparse
from pathlib import Path

from waypost.clock import write_instant
from waypost.errors import WaypostError

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "check every audit line: order, chain, mark, columns, seals, signed head"
    parser.add_argument("--copies", type=Path, metavar="FILE",
                        help="copies of the seals, as they were kept outside; default: the files "
                        "of WAYPOST_AUDIT_ANCHOR")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    from waypost.access import anchoring, audit
    from waypost.access.stamping import verify_all

    copies = anchoring.kept_copies(args.copies)
    verdict, stamps = verify_all(copies)
    if verdict.broken is not None:
        what = f"audit line {verdict.broken}" if verdict.broken else "the signed head of the audit"
        raise WaypostError(f"{what} {verdict.why}; {verdict.lines} lines before it are sound")
    print(f"{verdict.lines} audit lines are sound.")
    if verdict.first > 1:
        print(f"They begin with line {verdict.first}; those before it went when they were due.")
    seals = audit.stored_seals()
    if seals:
        kept = f"{len(copies)} of them were compared with copies kept outside"
        print(f"{len(seals)} seals are sound; {kept if copies else 'no copy was compared'}.")
    if stamps.count and not stamps.checked:
        print(f"{stamps.count} time stamps were not checked: set WAYPOST_AUDIT_TIME_ROOTS.")
    elif stamps.at is not None:
        seen, wait_min = write_instant(stamps.at), stamps.wait.total_seconds() / 60
        print(f"{stamps.count} time stamps hold; the authority saw line {stamps.line} and all "
              f"before it at {seen}.")  # fmt: skip
        print(f"The longest time between a seal and its stamp was {wait_min:.0f} min.")
    head = audit.read_head()
    if head is not None:
        print(f"The signed head counts {head.count} and ends in {head.hash}.")
        if not copies:
            print("Kept elsewhere, it also shows an old head put back with the end cut to fit.")
    return 0
