"""The columns of a cohort sheet: their names, what they hold, and a row to begin from. Pure.

One row is one order of one person; somebody with two orders stands in two rows. Rows of one order
may each carry another exclusion.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    says: str
    example: str


COLUMNS: tuple[Column, ...] = (
    Column("person_id", "the person’s reference here; empty: the CRN", ""),
    Column("crn", "probation’s case reference: a letter and six digits", "X100001"),
    Column("name", "the whole name", "Sam Example"),
    Column("born", "date of birth, 1990-12-31 or 31/12/1990 (day first)", "1998-04-17"),
    Column("area", "borough", "Hackney"),
    Column("nomis", "prison number", "A1001AA"),
    Column("pnc", "PNC id, with its letter", "2003/0062845E"),
    Column("cro", "CRO number, with its letter", "265416/21G"),
    Column("em", "the monitoring provider’s number", ""),
    Column("order_kind", "a kind of order, such as community_order", "community_order"),
    Column("order_reference", "the order’s own reference", "ORD-1"),
    Column("from", "first day, from midnight; or a time with offset", "2026-03-01"),
    Column("to", "last day, to the end of it; or a time with offset; empty: no end", "2026-08-31"),
    Column("programme", "the programme or pilot the person is in", "Gripping the Offender"),
    Column("practitioner", "user name of the responsible officer", ""),
    Column("team", "name of the responsible team", ""),
    Column("curfew_address", "where to be: postcode, grid reference, or latitude, longitude",
           "E8 3QW"),
    Column("curfew_radius_m", "metres around it", "60"),
    Column("curfew_hours", "19:00-07:00 daily; several with ; between them",
           "19:00-07:00 Mon-Fri; 21:00-07:00 Sat Sun"),
    Column("exclusion", "where not to be: postcode, grid reference, or latitude, longitude", ""),
    Column("exclusion_radius_m", "metres around it", ""),
    Column("trail", "whereabouts monitored: yes or no", "no"),
)  # fmt: skip
NAMES = tuple(one.name for one in COLUMNS)
NEEDED = ("name", "order_kind", "order_reference", "from")  # and person_id or crn
# What sheets in use call them.
ALSO: dict[str, str] = {
    "person": "person_id", "date_of_birth": "born", "dob": "born", "borough": "area",
    "nomis_id": "nomis", "prison_number": "nomis", "pnc_id": "pnc", "pnc_ref": "pnc",
    "cro_number": "cro", "em_id": "em", "order": "order_reference", "kind": "order_kind",
    "start": "from", "from_date": "from", "end": "to", "to_date": "to", "officer": "practitioner",
}  # fmt: skip


def template() -> str:
    """The header with one row to be written over, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(NAMES)
    writer.writerow([one.example for one in COLUMNS])
    return out.getvalue()


def known_name(text: str) -> str:
    """The column that a heading means; "" for one that we do not know."""
    name = "_".join(text.casefold().replace("-", " ").split())
    name = ALSO.get(name, name)
    return name if name in NAMES else ""
