"""waypost migrate: set up the store, or bring it up to date. Running it again changes nothing."""

from __future__ import annotations

import argparse

from waypost.errors import WaypostError

RECORDS = True
MAY_BE_OLD = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say nothing when all goes well")


def run(args: argparse.Namespace) -> int:
    from django.core.management import call_command

    from waypost.keeping.restoring import check_not_restoring

    check_not_restoring()
    call_command("migrate", interactive=False, verbosity=0)
    if not args.quiet:
        print("The store is up to date.")
    return 0


def check_up_to_date() -> None:
    """Refuse to work on a store that is missing or older than the code."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    from waypost.keeping.restoring import check_not_restoring

    check_not_restoring()
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise WaypostError(f"the database does not answer: {error}") from None
    if waiting:
        raise WaypostError("the store is not set up for this version; run: waypost migrate")
