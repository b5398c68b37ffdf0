"""Words the tests of identity share: the estate with a second record of P1, and a sheet's text."""

from __future__ import annotations

from oversight_words import NOW, Estate
from waypost.access.values import MACHINE, Role
from waypost.identity.actions import enter_id
from waypost.identity.cohort_columns import NAMES
from waypost.identity.values import IdKind
from waypost.orders.models import Person

PNC = "2003/0062845E"
SAID = "Both have the same PNC id and the same photograph."
CHECKED = "Compared both files with the court's list myself."


class Doubles(Estate):
    """P1 stands twice: P1 (pia's) and P9 (pia's and polly's), by one PNC id. Polly has both."""

    def __init__(self) -> None:
        super().__init__()
        self.polly = self.officer("polly", Role.PROBATION_PRACTITIONER, self.teams["Hackney"])
        self.max = self.officer("max", Role.MONITORING_OFFICER)
        self.file("P9", now=NOW, name="Okafor, Alex", area="Hackney", officers=["pia", "polly"])
        self.file("P1", now=NOW, officers=["pia", "polly"])
        self.people = {one.reference: one.pk for one in Person.objects.all()}
        for reference in ("P1", "P9"):
            enter_id(self.people[reference], IdKind.PNC, PNC, "the court", by=MACHINE, now=NOW)
        self.p1, self.p9 = self.people["P1"], self.people["P9"]


def row(**cells: str) -> dict[str, str]:
    """A sound row, changed so."""
    return {
        "crn": "X100001", "name": "Sam Example", "born": "1998-04-17", "area": "Hackney",
        "pnc": PNC, "order_kind": "community_order", "order_reference": "ORD-1",
        "from": "2026-03-01", "to": "2026-08-31", "curfew_address": "51.5470, -0.0560",
        "curfew_radius_m": "60", "curfew_hours": "19:00-07:00 daily", "trail": "yes",
    } | cells  # fmt: skip


def table_of(*rows: dict[str, str]) -> list[list[str]]:
    return [list(NAMES), *([one.get(name, "") for name in NAMES] for one in rows)]


def sheet(*rows: dict[str, str]) -> bytes:
    """A CSV of these rows."""
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows(table_of(*rows))
    return out.getvalue().encode()
