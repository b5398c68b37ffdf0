"""`waypost decode PROTOCOL [FILE]`: what messages of a tag say, without store or Django."""

from __future__ import annotations

import argparse
import sys
from typing import BinaryIO

from waypost.errors import BadFile
from waypost.protocols.ndjson import decode_lines
from waypost.protocols.spoken import AnyProtocol, find_protocol


def arguments(parser: argparse.ArgumentParser) -> None:
    names = "gt06, osmand, owntracks, queclink or teltonika"
    parser.add_argument("protocol", metavar="PROTOCOL", help=names)
    parser.add_argument("file", metavar="FILE", nargs="?", default="-", help="NDJSON; - is stdin")


def run(args: argparse.Namespace) -> int:
    protocol = find_protocol(args.protocol)
    if args.file == "-":
        return _print_answers(protocol, sys.stdin.buffer, live=True)
    try:
        with open(args.file, "rb") as file:
            return _print_answers(protocol, file)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise BadFile(f"cannot read {args.file}: {error.strerror}") from None


def _print_answers(protocol: AnyProtocol, source: BinaryIO, *, live: bool = False) -> int:
    for answer in decode_lines(protocol, source):
        print(answer, flush=live)
    return 0
