"""waypost audit stamps FOLDER: write seals and their time stamps, to be checked without us."""

from __future__ import annotations

import argparse
from pathlib import Path

from waypost.errors import BadUse

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "write each seal that a time authority stamped as seal-N.json beside its stamp seal-N.tsr; "
        "openssl ts -verify -data seal-N.json -in seal-N.tsr -CAfile ROOTS checks them"
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")


def run(args: argparse.Namespace) -> int:
    from waypost.access.anchoring import written
    from waypost.access.stamping import kept_stamps

    found = kept_stamps()
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        for seal, stamp in found:
            (args.folder / f"seal-{seal.number}.json").write_text(written(seal), encoding="utf-8")
            (args.folder / f"seal-{seal.number}.tsr").write_bytes(stamp)
    except OSError as error:
        raise BadUse(f"{args.folder} cannot be written: {error.strerror}; choose another") from None
    print(f"{len(found)} seals with their time stamps are in {args.folder}.")
    return 0
