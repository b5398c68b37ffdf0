"""The ministry's own cases: every payload gives the expected order, or an explicit question.

Compared field by field; null and empty both say nothing. Where we say otherwise on purpose, the
difference is named here with why, and a difference that is not named fails, as does a named one
that is no difference any more.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from waypost.courts.checking import check
from waypost.courts.payload import take_apart
from waypost.courts.reading import hear

SENDERS = {"case_id", "order_id"}  # numbers of the sender's own systems
NO_ADDRESS = "the fixed shape says so in a field of its own, and leaves the address empty"
SPOKEN = "the message says that an interpreter was used, and for which language"
DIFFERENCES = {
    ("CCSILA_pre-trail_exclusions_and_curfew", "responsible_organization"):
        "the team to be told is a youth offending team, which is not Probation",
    ("DAPO_community_order", "exclusion_zones"):
        "“not to leave a place” is a zone to stay in, as in the sender's own RC case",
    ("DAPO_community_order", "inclusion_zones"): "the same",
    ("Multi_Defendant_only_one_with_EM_CCIILA_RILA_exclusion", "address_1"): NO_ADDRESS,
    ("Multi_Defendant_only_one_with_EM_CCIILA_RILA_exclusion", "no_fixed_address"): NO_ADDRESS,
    ("RIB_bail_exclusion_except_court_or_appointment", "ro_email"):
        "the address is a prison's and an escort's; no responsible officer has it",
    ("SUSPSD_community_order_exclusion", "interpreter_required"): SPOKEN,
    ("SUSPSD_community_order_exclusion", "language"): SPOKEN,
    ("SUSPVD_suspended_sentence_order_varied_detention", "interpreter_required"): SPOKEN,
    ("SUSPVD_suspended_sentence_order_varied_detention", "language"): SPOKEN,
    ("YROISS_youth_exclusion", "issp"):
        "the order is one with intensive supervision and surveillance, which is what ISSP is",
}  # fmt: skip
# The contradictions that the cases hold: case -> keys of questions that must be asked of them.
CONTRADICTIONS = {
    "BAILREVC_bail_reviewed_conditions_varied_or_imposed": {"exclusion-1/zone"},
    "CCIC_bail_curfew": {"curfew-1/hours", "order/end", "order/monitored"},
    "CCSIB_bail_exclusion": {"exclusion-1/zone", "curfew-1/hours", "order/start", "order/end"},
    "CCSIB_crown_court_no_fixed_next_hearing_date": {"order/end"},
    "CCSILA_pre-trail_exclusions_and_curfew": {"curfew-1/hours", "order/end", "note/age"},
    "COEW_community_order_curfew": {"curfew-1/zone", "note/made-later", "note/ends"},
    "DAPO_community_order":
        {"curfew-1/end", "inclusion-1/end", "inclusion-1/hours", "exclusion-1/zone"},
    "Multi_Defendant_only_one_with_EM_CCIILA_RILA_exclusion":
        {"curfew-1/hours", "order/nothing", "note/no-fixed-abode"},
    "RCBV_variations_of_bail_conditions": {"curfew-1/hours", "exclusion-2/zone", "order/end"},
    "RCCLAB_bail_exclusion": {"exclusion-1/zone", "order/end"},
    "RC_bail_inclusion": {"inclusion-1/zone", "curfew-1/hours"},
    "REMCB_bail_curfew": {"curfew-1/zone"},
    "RIB_bail_exclusion_except_court_or_appointment": {"exclusion-1/zone", "order/end"},
    "RILA_pre-trail_exclusions_and_curfew": {"exclusion-1/zone", "order/end"},
    "SUSPSD_community_order_exclusion": {"exclusion-1/end", "exclusion-1/zone", "note/age"},
    "SUSPVD_suspended_sentence_order_varied_detention": {"curfew-1/end", "order/end"},
    "YROEW_youth_curfew": {"curfew-1/end", "curfew-1/hours", "note/age"},
    "YROISS_youth_exclusion": {"exclusion-1/zone", "note/age"},
    "Community_order_Scotland": {"order/scotland", "curfew-1/hours"},
}  # fmt: skip


@pytest.fixture
def cases(shared) -> Path:
    """The folder of cases; the test is skipped, with why, where it is not on this machine."""
    return shared / "cases" / "court-orders"


def payload(cases: Path, case: str) -> bytes:
    folder = cases / case / "cp_payload.json"
    return (folder if folder.exists() else cases / f"{case}.json").read_bytes()


def said(shape: dict) -> dict:
    """What a shape says: empty fields and the flag that says nothing special are left out."""
    kept = {name: value for name, value in shape.items() if value not in ("", None, [])}
    if kept.get("no_fixed_address") == "false":
        del kept["no_fixed_address"]
    return {name: value for name, value in kept.items() if name not in SENDERS}


def expected(cases: Path, case: str, part: str) -> list[dict]:
    files = sorted((cases / case).glob(f"expected_fms_{part}*.json"))
    return [json.loads(file.read_text()) for file in files]


@pytest.mark.parametrize("case", sorted(set(CONTRADICTIONS) - {"Community_order_Scotland"}))
def test_each_case_gives_the_expected_shapes_but_for_what_is_named(cases, case):
    rows = check(payload(cases, case))
    wearers, orders = expected(cases, case, "device_wearer"), expected(cases, case, "order")
    assert len(rows) == len(wearers) == len(orders)
    found = set()
    for row, wearer, order in zip(rows, wearers, orders, strict=True):
        for ours, theirs in ((row["device_wearer"], wearer), (row["monitoring_order"], order)):
            mine, other = said(ours), said(theirs)
            found |= {(case, name) for name in mine.keys() | other.keys()
                      if mine.get(name) != other.get(name)}  # fmt: skip
    assert found == {one for one in DIFFERENCES if one[0] == case}


@pytest.mark.parametrize("case", sorted(CONTRADICTIONS))
def test_the_contradictions_of_each_case_are_asked(cases, case):
    keys = {one["key"] for row in check(payload(cases, case)) for one in row["questions"]}
    assert keys >= CONTRADICTIONS[case]


@pytest.mark.parametrize("case", sorted(CONTRADICTIONS))
def test_nothing_is_invented_in_any_case(cases, case):
    """Zone, hours and dates of a condition are read from its own words, or there is a question."""
    for one in take_apart(payload(cases, case)):
        for heard in hear(one):
            asked = {question.key for question in heard.questions}
            for condition in heard.conditions:
                key = f"{condition.reference}/"
                assert condition.zone is not None or f"{key}zone" in asked
                assert condition.hours_clear or f"{key}hours" in asked
                for row in condition.hours or ():
                    for clock in (row.start, row.end):
                        hour = int(clock[:2])
                        assert str(hour) in condition.said or str(hour % 12) in condition.said


def test_every_folder_of_cases_is_looked_at(cases):
    folders = {one.parent.name for one in cases.glob("*/cp_payload.json")}
    assert folders == set(CONTRADICTIONS) - {"Community_order_Scotland"}


@pytest.mark.parametrize("file", ["orderControllerTest/ExpectedDW.json",
                                  "orderControllerTest/ExpectedMo.json"])  # fmt: skip
def test_half_of_a_pair_says_that_the_other_half_is_wanted(cases, file):
    (row,) = check((cases / file).read_bytes())
    assert row["status"] == "unread"
    assert "together" in row["trouble"]


def test_the_contractors_own_pairs_are_read(cases):
    wearer = json.loads((cases / "orderControllerTest/ExpectedDW.json").read_text())
    order = (cases / "orderControllerTest/ExpectedMo.json").read_text()
    for name, value in {"mockStartDateInBritishTime": "2026-01-01 00:00:00",
                        "mockEndDateInBritishTime": "2026-12-31 23:59:00",
                        "mockStartDate": "2026-01-01", "mockEndDate": "2026-12-31",
                        "orderId": "O-1"}.items():  # fmt: skip
        order = order.replace(f"{{{name}}}", value)
    pair = {"device_wearer": wearer, "monitoring_order": json.loads(order)}
    (row,) = check(json.dumps(pair).encode())
    kinds = [one["kind"] for one in row["conditions"]]
    assert kinds == ["curfew", "curfew", "trail", "alcohol", "exclusion", "inclusion"]
    first = row["conditions"][0]
    assert [(one["start"], one["end"]) for one in first["timetable"]] == [("17:00", "09:00")]
    asked = {one["key"] for one in row["questions"] if one["blocking"]}
    assert asked >= {"curfew-1/zone", "curfew-2/zone", "exclusion-1/zone", "inclusion-1/zone"}


def test_the_combined_document_of_the_interface_is_read(cases):
    (row,) = check((cases / "up3/retrieveDWandMO_example.json").read_bytes())
    assert row["order"]["kind"] is None  # it says bail and DAPO at once
    assert "order/kind" in {one["key"] for one in row["questions"]}
