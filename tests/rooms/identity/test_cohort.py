"""A cohort sheet: good rows go in, each bad one says where, what and what to do; again: nothing."""

from __future__ import annotations

import io
from datetime import date, datetime

import openpyxl
import pytest

from identity_words import PNC, Doubles, row, sheet, table_of
from oversight_words import NOW
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE
from waypost.errors import BadFile, Refused
from waypost.identity import merging
from waypost.identity.cohort import import_cohort
from waypost.identity.cohort_cells import day_of, edge_of, hours_of, radius_of
from waypost.identity.cohort_columns import NAMES, template
from waypost.identity.cohort_table import read_table
from waypost.identity.models import PersonIdentifier
from waypost.identity.queries import new_of_the_second
from waypost.identity.values import MergeAct
from waypost.orders.models import Caseload, Person, RequirementVersion
from waypost.orders.queries import person_orders

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town() -> Doubles:
    return Doubles()


def take(*rows: dict[str, str], by=MACHINE, data: bytes | None = None):
    return import_cohort(read_table(data or sheet(*rows)), by=by, now=NOW)


def told(outcome) -> list[tuple]:
    return [(one.line, one.type, one.field, one.value) for one in outcome.problems]


def orders_of(reference: str):
    number = Person.objects.get(reference=reference).pk
    return person_orders([number])[0]


def test_a_row_becomes_a_person_with_an_order_what_it_asks_and_ids(town):
    outcome = take(row(practitioner="paul", team="Camden team", programme="Pilot"))
    assert (outcome.rows, outcome.taken, outcome.made, outcome.problems) == (1, 1, 1, [])
    found = orders_of("X100001")
    [order] = found.orders
    assert (found.details["name"], found.details["born"]) == ("Sam Example", date(1998, 4, 17))
    assert order.from_at == datetime.fromisoformat("2026-03-01T00:00:00Z")
    assert order.to_at == datetime.fromisoformat("2026-08-31T23:00:00Z")  # the end of that day
    curfew, trail = sorted(order.requirements, key=lambda one: one.kind)
    assert (curfew.kind, trail.kind) == ("curfew", "trail")
    assert [(one.start, one.end, len(one.days)) for one in curfew.timetable] == [
        ("19:00", "07:00", 7)
    ]  # fmt: skip
    assert curfew.zones[0].radius_m == 60
    person = Person.objects.get(reference="X100001")
    ids = PersonIdentifier.objects.filter(person=person).order_by("kind")
    assert [(one.kind, one.value) for one in ids] == [("crn", "X100001"), ("pnc", PNC)]
    assert Caseload.objects.filter(person=person, to_at=None).count() == 2
    assert AuditLine.objects.filter(kind="cohort:imported").count() == 1


def test_the_same_sheet_twice_changes_nothing_and_rows_in_another_order_neither(town):
    rows = [row(crn=f"X10000{n}", order_reference=f"O{n}") for n in range(5)]
    rows.append(row(crn="X100003", order_reference="O3", exclusion="51.5500, -0.0600",
                    exclusion_radius_m="200"))  # fmt: skip
    first = take(*rows)
    assert (first.taken, first.people, first.problems) == (6, 5, [])
    versions = list(RequirementVersion.objects.order_by("pk").values())
    for again in (rows, rows[::-1]):
        outcome = take(*again)
        assert (outcome.unchanged, outcome.ids, outcome.problems) == (5, 0, [])
    assert list(RequirementVersion.objects.order_by("pk").values()) == versions


def test_a_sheet_withdraws_nothing_that_a_court_ordered(town):
    take(
        row(
            crn="",
            person_id="P1",
            order_reference="O-P1",
            curfew_address="",
            curfew_radius_m="",
            curfew_hours="",
            **{"from": "2026-01-09T12:00:00Z", "to": ""},
        )
    )
    kinds = {one.kind.value for one in orders_of("P1").orders[0].requirements}  # fmt: skip
    assert kinds == {"curfew", "trail"}


@pytest.mark.parametrize(
    ("change", "kind", "field"),
    [
        ({"pnc": "2003/0062845F"}, "INVALID_PNC", "pnc"),
        ({"crn": "X1"}, "INVALID_CRN", "crn"),
        ({"crn": ""}, "MISSING_PERSON", "person_id"),
        ({"name": ""}, "MISSING_NAME", "name"),
        ({"born": "31/02/1990"}, "INVALID_BORN", "born"),
        ({"born": "2024-02-01"}, "INVALID_BORN", "born"),
        ({"order_kind": "comunity order"}, "UNKNOWN_KIND", "order_kind"),
        ({"order_kind": "protection"}, "UNKNOWN_KIND", "order_kind"),
        ({"order_reference": ""}, "MISSING_ID", "order_reference"),
        ({"from": ""}, "MISSING_TIME", "from"),
        ({"from": "March"}, "INVALID_FROM", "from"),
        ({"to": "2026-02-28"}, "ENDS_BEFORE_START", "to"),
        ({"curfew_address": "ZZ9 9ZZ"}, "INVALID_CURFEW_ADDRESS", "curfew_address"),
        ({"curfew_radius_m": ""}, "MISSING_CURFEW_RADIUS_M", "curfew_radius_m"),
        ({"curfew_radius_m": "2 miles"}, "INVALID_CURFEW_RADIUS_M", "curfew_radius_m"),
        ({"curfew_hours": "evenings"}, "INVALID_CURFEW_HOURS", "curfew_hours"),
        ({"curfew_hours": ""}, "MISSING_HOURS", "curfew_hours"),
        ({"exclusion": "51.5500, -0.0600"}, "MISSING_EXCLUSION_RADIUS_M", "exclusion_radius_m"),
        ({"trail": "maybe"}, "INVALID_TRAIL", "trail"),
        ({"order_kind": "court_bail"}, "TRAIL_ON_BAIL", "trail"),
    ],
)
def test_each_oddity_refuses_its_own_row_alone_with_what_was_seen(town, change, kind, field):
    bad = row(crn="X100002", order_reference="O2") | change
    outcome = take(row(), bad, row(crn="X100003", order_reference="O3"))
    assert told(outcome) == [(3, kind, field, bad.get(field) or None)]
    assert all(one.message and one.action for one in outcome.problems)
    assert (outcome.rows, outcome.taken, outcome.made) == (3, 2, 2)


def test_every_oddity_of_a_row_is_told_and_lines_are_those_of_the_file(town):
    data = sheet(row(), row(crn="bad", born="x", trail="?"))
    head, first, second = data.decode().split("\r\n")[:3]
    broken = first.replace("Sam Example", '"Sam\nExample"')
    outcome = take(data="\r\n".join([head, "", broken, ",,", second]).encode())
    assert outcome.taken == 1
    assert {(one.line, one.field) for one in outcome.problems} == {
        (6, "crn"), (6, "born"), (6, "trail")
    }  # fmt: skip
    assert orders_of("X100001").details["name"] == "Sam Example"


def test_rows_of_one_person_that_contradict_each_other_are_put_before_a_person(town):
    outcome = take(row(), row(order_reference="ORD-2", born="1998-04-18"),
                   row(to="2026-09-30"), row(curfew_radius_m="90"))  # fmt: skip
    assert told(outcome) == [
        (3, "CONTRADICTS_ROW", "born", "1998-04-18"),
        (4, "CONTRADICTS_ROW", "order_reference", "ORD-1"),
        (5, "CONTRADICTS_ROW", "order_reference", "ORD-1"),
    ]
    assert outcome.taken == 1


def test_unknown_staff_are_told_with_their_rows_and_the_order_is_monitored_all_the_same(town):
    outcome = take(row(practitioner="nobody"), row(crn="X100002", team="No such team"))
    assert told(outcome) == [
        (2, "UNKNOWN_OFFICER", "practitioner", "nobody"),
        (3, "UNKNOWN_TEAM", "team", "No such team"),
    ]
    assert (outcome.taken, outcome.made) == (2, 2)


def test_a_crn_finds_whom_it_is_recorded_of_and_one_of_another_is_refused(town):
    take(row(crn="X100001", person_id="P2", name="Bo Lind", born="", order_reference="A"))
    outcome = take(row(crn="x100001", name="Bo Lind", born="", order_reference="B"),
                   row(crn="X100001", person_id="P1", order_reference="C"))  # fmt: skip
    assert told(outcome) == [(3, "CRN_OF_ANOTHER", "person_id", "P1")]
    assert {one.order_id for one in orders_of("P2").orders} == {"O-P2", "A", "B"}


def test_a_new_order_of_a_record_that_stands_second_in_a_merge_is_for_the_kept_one(town):
    merge = merging.propose(town.p1, town.p9, "The same PNC id.", by=town.pia, now=NOW)
    words = {"version": 1, "by": town.polly, "now": NOW}
    merging.move(merge, MergeAct.CONFIRM, "Compared both with the court.", **words)
    outcome = take(row(crn="", person_id="P9", name="Okafor, Alex"))
    assert told(outcome) == [(2, "MERGED_PERSON", "person_id", "P9")]
    assert "P1" in outcome.problems[0].action
    assert outcome.taken == 0
    assert orders_of("P9").orders == ()
    told_of = new_of_the_second({"P9": ["ORD-1"], "P1": ["ORD-2"], "P2": []})
    assert told_of == [("P9", frozenset({"ORD-1"}), "P1")]


def test_a_workbook_says_the_same_with_its_own_rows_and_dates(town):
    book = openpyxl.Workbook()
    page = book.active
    for line in table_of(row(), row(crn="X100002", pnc="x")):
        page.append(line)
    columns = {name: NAMES.index(name) + 1 for name in NAMES}
    page.cell(2, columns["born"]).value = date(1998, 4, 17)
    page.cell(2, columns["from"]).value = datetime(2026, 3, 1)
    page.cell(2, columns["curfew_radius_m"]).value = 60.0
    page.insert_rows(2)
    out = io.BytesIO()
    book.save(out)
    outcome = take(data=out.getvalue())
    assert told(outcome) == [(4, "INVALID_PNC", "pnc", "x")]
    assert outcome.taken == 1
    again = take(row())
    assert (again.unchanged, again.ids) == (1, 0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"name,born\nSam,1998-04-17\n", "person_id or crn"),
        (b"\xff\xfe\x00", "neither XLSX nor UTF-8"),
        (b"PK\x03\x04 no workbook", "cannot be read"),
        (b"crn,crn,name,order_kind,order_reference,from\n", "twice"),
    ],
)
def test_what_is_no_such_sheet_is_refused_whole(data, says):
    with pytest.raises(BadFile, match=says):
        read_table(data)


def test_a_formula_or_markup_in_a_cell_is_text_and_nothing_more(town):
    outcome = take(row(name="=cmd|' /C calc'!A0"), row(crn="X100002", name="<b>Sam</b>"))
    assert outcome.taken == 2
    assert orders_of("X100001").details["name"] == "=cmd|' /C calc'!A0"


def test_the_template_is_a_sheet_that_goes_in(town):
    outcome = take(data=template().encode())
    assert (outcome.taken, outcome.problems) == (1, [])


def test_an_officer_without_leave_imports_nothing(town):
    with pytest.raises(Refused):
        take(row(), by=town.pia)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("19:00-07:00 daily", 7), ("19:00 to 07:00 every day", 7), ("7:00-9:00 weekdays", 5),
        ("19:00-07:00 Mon-Fri", 5), ("19:00–07:00 Sat, Sun", 2), ("19:00-07:00 Fri-Mon", 4),
        ("19:00-07:00 MO TU and We", 3),
    ],
)  # fmt: skip
def test_hours_are_read_as_people_write_them(text, days):
    rows, trouble = hours_of(text)
    assert trouble == ("", "")
    assert len(rows[0]["days"]) == days
    assert len(rows[0]["start"]) == 5


@pytest.mark.parametrize(
    "text", ["19:00-07:00", "19:00-25:00 daily", "19-7 daily", "19:00-07:00 T", "; ;", "night"]
)
def test_hours_that_are_not_certain_are_put_before_a_person(text):
    assert hours_of(text)[0] is None


def test_days_are_iso_or_day_first_and_radii_are_metres():
    assert day_of("03/04/2026")[0] == date(2026, 4, 3)
    assert day_of("13.04.2026")[0] == date(2026, 4, 13)
    assert day_of("04/13/2026")[0] is None
    assert edge_of("2026-03-29", is_end=True)[0] == "2026-03-29T23:00:00Z"
    assert edge_of("9999-12-31", is_end=True)[0] is None
    assert [radius_of(text)[0] for text in ("60", "60 m", "0", "5 miles", "nan", "1e9")] == [
        "60", "60", None, None, None, None
    ]  # fmt: skip
