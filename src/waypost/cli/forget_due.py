"""waypost forget due: what is due for deletion now and within a month. Nothing is changed."""

from __future__ import annotations

import argparse

from waypost import clock

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.keeping.forgetting import is_on
    from waypost.keeping.previewing import coming

    for one in coming(MACHINE, now=clock.now()):
        print(f"{one.scope.value}: {one.going} by {one.until}; {one.held} kept by a hold")
        for person in one.persons:
            print(f"  person {person.number} due {person.due}{', held' if person.is_held else ''}")
        for table, count in one.rows:
            print(f"  {count} {table.lower()}")
    print("Deleting is on." if is_on() else "Deleting is not turned on: nothing goes by itself.")
    return 0
