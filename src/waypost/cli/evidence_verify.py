"""waypost evidence verify BUNDLE: check a signed bundle offline, without a store.

Exit 1 naming the first file that differs, is missing or is extra.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from waypost.documents.bundle import verify_bundle
from waypost.errors import BadFile, WaypostError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", metavar="BUNDLE", help="zip file; - is standard input")
    parser.add_argument(
        "--key", metavar="PEM", help="the issuer's public key, known from elsewhere"
    )


def run(args: argparse.Namespace) -> int:
    verdict = verify_bundle(_read(args.bundle), _read(args.key) if args.key else None)
    if verdict.trouble:
        raise WaypostError(verdict.trouble)
    print(f"{verdict.files} files are as signed by the key {verdict.key_sha256}.")
    return 0


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise BadFile(f"cannot read {name}: {error.strerror}") from None
