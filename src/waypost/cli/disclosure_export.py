"""waypost disclosure export REQUEST -o BUNDLE: what was granted, as the signed bundle it left as.

For a court or a solicitor without an account, by whoever holds the store. It ends on the same date
as the page's download, and leaves the same line. `waypost evidence verify` checks the file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from waypost import clock
from waypost.errors import WaypostError

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("request", type=int, metavar="REQUEST")
    parser.add_argument("-o", "--output", required=True, metavar="BUNDLE", help="file to write")
    parser.add_argument("--officer", metavar="USERNAME", help="whose act it is (absent: the house)")


def run(args: argparse.Namespace) -> int:
    from waypost.cli.police_answer import officer_of
    from waypost.disclosure.actions import download

    now = clock.now()
    _, content = download(args.request, by=officer_of(args.officer, now), now=now)
    path = Path(args.output)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise WaypostError(f"cannot write {path}: {error.strerror}") from None
    print(f"{path}: check it with waypost evidence verify")
    return 0
