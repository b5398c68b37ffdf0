"""waypost officer USERNAME --role ROLE: make somebody who can sign in.

The password is the first line of standard input when that is not a terminal; otherwise one is
made and printed, this once.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from typing import TYPE_CHECKING

from waypost import clock
from waypost.access.values import Role
from waypost.errors import BadUse

if TYPE_CHECKING:
    from waypost.access.models import Team

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", metavar="USERNAME")
    parser.add_argument("--role", required=True, choices=[role.value for role in Role],
                        metavar="ROLE", help="one of: " + ", ".join(Role))  # fmt: skip
    parser.add_argument("--name", help="name as colleagues read it")
    parser.add_argument("--email", default="")
    parser.add_argument("--team", help="name of the team; made, with --organisation, if absent")
    parser.add_argument("--organisation", help="name of the team's organisation")
    parser.add_argument("--person", help="wearers: the person_id they are")


def run(args: argparse.Namespace) -> int:
    from waypost.access.actions import make_officer
    from waypost.access.models import Officer

    if Officer.objects.filter(username=args.username).exists():
        raise BadUse(f"somebody signs in as {args.username!r} already")
    if (args.role == Role.WEARER) != bool(args.person):
        raise BadUse("a wearer, and only a wearer, is given with --person PERSON_ID")
    given = "" if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    password = given or "-".join(secrets.token_hex(3) for _ in range(4))
    _check_password(password)
    make_officer(
        args.username,
        args.name or args.username,
        password,
        Role(args.role),
        team=_team(args) if args.team else None,
        person_id=_person_number(args.person) if args.person else None,
        email=args.email,
        now=clock.now(),
    )
    print(f"{args.username} can sign in." + ("" if given else f" Password: {password}"))
    return 0


def _check_password(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError as error:
        raise BadUse(" ".join(error.messages)) from None


def _team(args: argparse.Namespace) -> Team:
    from waypost.access.actions import make_team
    from waypost.cli.token import find_team

    if args.organisation:
        return make_team(args.organisation, _kind(Role(args.role)), args.team, now=clock.now())
    return find_team(args.team)


def _kind(role: Role) -> str:
    """Of an organisation that is made now: police roles work for a force, an IOM coordinator for a
    unit that matches are referred to."""
    from waypost.policing.values import POLICE_FORCE
    from waypost.review.values import IOM_UNIT

    if role in {Role.POLICE_REQUESTER, Role.POLICE_ANALYST}:
        return POLICE_FORCE
    return IOM_UNIT if role is Role.IOM_COORDINATOR else "probation_region"


def _person_number(reference: str) -> int:
    from waypost.orders.queries import person_by_reference

    return person_by_reference(reference).pk
