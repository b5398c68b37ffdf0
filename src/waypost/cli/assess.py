"""waypost assess: the impact assessment and its sisters, from the configuration that runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from waypost import clock

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    from waypost.assessment.values import Part

    parser.add_argument("--part", choices=[part.value for part in Part], action="append",
                        help="only this paper; may be given several times")  # fmt: skip
    parser.add_argument("--write", metavar="FOLDER", help="write a file a paper, not one text")


def run(args: argparse.Namespace) -> int:
    from waypost.assessment.gathering import running
    from waypost.assessment.printing import paper
    from waypost.assessment.signing import overdue, read_signed, unsigned
    from waypost.assessment.values import Part

    now = clock.now()
    today, signed = now.date(), read_signed()
    found = running(now=now)
    troubles = list(unsigned(found, signed))
    wanted = [Part(one) for one in args.part] if args.part else list(Part)
    papers = {part: paper(part, found, signed, today) for part in wanted}
    if args.write:
        folder = Path(args.write)
        folder.mkdir(parents=True, exist_ok=True)
        for part, text in papers.items():
            (folder / f"{part.value}.md").write_text(text)
        print(f"{len(papers)} paper{'s' if len(papers) != 1 else ''} written to {folder}")
    else:
        print("\n".join(papers.values()), end="")
    for words in [*troubles, *overdue(signed, today)]:
        print(f"waypost: {words}", file=sys.stderr)
    return 1 if troubles else 0
