"""waypost token ROLE: print a bearer token for a machine client. It is shown this once."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from waypost import clock
from waypost.access.token_scopes import SCOPES
from waypost.access.values import Role
from waypost.errors import BadUse

if TYPE_CHECKING:
    from waypost.access.models import Officer, Team

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("role", choices=[role.value for role in Role], metavar="ROLE",
                        help="one of: " + ", ".join(Role))  # fmt: skip
    parser.add_argument("--days", type=int, default=30,
                        help="how long it lasts (30; at most a year)")  # fmt: skip
    parser.add_argument("--scope", action="append", metavar="SCOPE",
                        help="what it may do, of the role's; several times for several: "
                        + ", ".join(SCOPES) + " (all that the role has of these)")  # fmt: skip
    parser.add_argument("--name", default="", help="which machine has it")
    parser.add_argument("--team", help="name of the team whose cases it sees")
    parser.add_argument("--officer", help="user name of the officer it acts as")


def run(args: argparse.Namespace) -> int:
    from waypost.access.actions import make_token
    from waypost.access.values import MACHINE

    if args.team and args.officer:
        raise BadUse("give --team or --officer, not both")
    token = make_token(
        Role(args.role),
        by=MACHINE,
        now=clock.now(),
        days=args.days,
        scopes=args.scope,
        name=args.name,
        team=find_team(args.team) if args.team else None,
        officer=_find_officer(args.officer) if args.officer else None,
    )
    print(token)
    return 0


def find_team(name: str) -> Team:
    """The one team of this name. BadUse when there is none or several."""
    from waypost.access.models import Team

    teams = list(Team.objects.filter(name=name)[:2])
    if len(teams) != 1:
        raise BadUse(f"there is no team {name!r}" if not teams else f"several teams are {name!r}")
    return teams[0]


def _find_officer(username: str) -> Officer:
    from waypost.access.models import Officer

    officer = Officer.objects.filter(username=username, is_active=True).first()
    if officer is None:
        raise BadUse(f"nobody signs in as {username!r}")
    return officer
