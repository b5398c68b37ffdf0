"""A hearing's results become orders, conditions and questions; committed examples stay as they are.

The examples of tests/golden/courts are invented: each payload stands beside what is read of it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from courts_words import (
    CURFEW,
    HEARING_ON,
    NOT_ENTER,
    NOT_NEAR,
    NOTICE,
    bail,
    defendant,
    hearing,
    result,
    sent,
)
from waypost.courts.checking import check
from waypost.courts.payload import take_apart
from waypost.courts.reading import hear
from waypost.orders.values import OrderKind

GOLDEN = Path(__file__).parents[2] / "golden" / "courts"


def heard(document):
    return [one for each in take_apart(sent(document)) for one in hear(each)]


def keys(document) -> set[str]:
    return {question.key for one in heard(document) for question in one.questions}


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.payload.json")), ids=lambda one: one.name)
def test_the_committed_examples_are_read_as_they_were(file):
    """`python tests/rooms/courts/test_court_reading.py` writes them anew; review the difference."""
    told = GOLDEN / file.name.replace(".payload.", ".read.")
    assert check(file.read_bytes()) == json.loads(told.read_text())


def test_there_are_committed_examples():
    assert len(list(GOLDEN.glob("*.payload.json"))) >= 4


def test_a_clear_zone_and_clear_hours_are_read_with_where_they_stood():
    (one,) = heard(bail(NOT_NEAR, CURFEW))
    zone, curfew = one.conditions
    assert (zone.zone.radius_m, zone.words.label) == (3218.7, NOT_NEAR[0])
    assert zone.words.path.endswith("judicialResultPrompts[2]")
    assert [(row.start, row.end) for row in curfew.hours] == [("21:00", "06:00")]
    assert one.order.kind is OrderKind.COURT_BAIL
    assert "curfew-1/hours" not in {question.key for question in one.questions}


def test_a_home_is_never_taken_from_a_postcode_alone():
    (one,) = heard(bail(CURFEW))
    (asked,) = [question for question in one.questions if question.key == "curfew-1/zone"]
    assert asked.blocking
    assert "E8 3QW" in asked.choices[0].words


def test_a_small_circle_round_a_postcode_is_asked():
    near = ("Exclusion - not go within a radius", "Within:200 m\nOf:4 Fir Street, E8 3QW")
    assert "exclusion-1/zone" in keys(bail(near))


@pytest.mark.parametrize(
    ("within", "why"),
    [("2", "without a unit"), ("2 miles or so", "unclear"), ("", "no distance")],
)
def test_a_radius_that_is_not_one_is_asked(within, why):
    near = ("Exclusion - not go within a radius", f"Within:{within}\nOf:Fir Street E8 3QW")
    (one,) = heard(bail(near))
    (asked,) = [question for question in one.questions if question.key == "exclusion-1/zone"]
    assert why in asked.why


def test_only_those_who_are_monitored_are_heard_and_apart():
    quiet = defendant(result("G", "Fined"), number=2)
    loud = defendant(result("RC", "Conditional bail", HEARING_ON, NOTICE, NOT_ENTER), number=1)
    slices = take_apart(sent(hearing(loud, quiet)))
    assert len(slices) == 2
    assert "Fielder2" not in slices[0].text
    assert [len(hear(one)) for one in slices] == [1, 0]


def test_what_is_nobodys_business_is_not_kept():
    someone = defendant(result("RC", "Bail", NOTICE, NOT_ENTER), details={
        "ethnicity": {"selfDefinedEthnicityCode": "W1"}, "occupation": "Baker",
    })  # fmt: skip
    (one,) = take_apart(sent(hearing(someone)))
    assert "ethnicity" not in one.text
    assert "Baker" not in one.text


def test_a_deleted_result_says_nothing():
    gone = result("RC", "Bail", NOTICE, NOT_ENTER) | {"isDeleted": True}
    assert heard(hearing(defendant(gone))) == []


def test_the_same_result_of_two_offences_is_one_order():
    made = result("RC", "Bail", HEARING_ON, NOTICE, NOT_NEAR)
    someone = defendant()
    someone["offences"] = [{"judicialResults": [made]}, {"judicialResults": [made]}]
    assert len(heard(hearing(someone))) == 1


def test_two_orders_of_one_person_are_two():
    one = result("RC", "Bail", HEARING_ON, NOTICE, NOT_NEAR)
    other = result("COEW", "Community order", ("End Date", "01/04/2027", "endDate"), NOTICE)
    curfew = result(
        "CURE", "Curfew with electronic monitoring",
        ("Defendant to remain at", "4 Fir Street E8 3QW", "curfewAddressDetailsAndTimings"),
        ("Details and timings", "7pm to 7am daily", "detailsAndTimings"),
        ("Start date of tagging", "02/04/2026", "startDateOfTagging"),
        ("End date of tagging", "02/10/2026", "endDateOfTagging"),
        ("Period", "6 Months", "curfewAndElectronicMonitoringPeriod"),
    )  # fmt: skip
    bailed, ordered = heard(hearing(defendant(one, other, curfew)))
    assert [one.reference for one in bailed.conditions] == ["exclusion-1"]
    assert [one.reference for one in ordered.conditions] == ["curfew-1"]
    assert ordered.order.kind is OrderKind.COMMUNITY_ORDER
    assert ordered.order.to_at.isoformat() == "2027-04-01T23:00:00+00:00"


def test_six_months_that_span_twelve_are_asked_and_six_that_span_six_are_not():
    def zone(end):
        return result(
            "ERPEM", "Exclusion not to enter for a period with electronic monitoring",
            ("Place", "circle: E8 3QW, 300 m", "placeArea"),
            ("Period", "6 Months", "exclusionAndElectronicMonitoringPeriod"),
            ("Start", "01/05/2026", "startDateForTag"), ("End", end, "endDateForTag"),
        )  # fmt: skip

    main = result("COEW", "Community order", ("End Date", "01/04/2028", "endDate"), NOTICE)
    assert "exclusion-1/end" in keys(hearing(defendant(main, zone("01/05/2027"))))
    assert "exclusion-1/end" not in keys(hearing(defendant(main, zone("31/10/2026"))))


def test_an_end_before_the_start_is_asked():
    early = ("Next hearing in magistrates' court", "Date of hearing:20/03/2026")
    made = result("RC", "Bail", early, NOTICE, NOT_ENTER)
    (one,) = heard(hearing(defendant(made)))
    (asked,) = [question for question in one.questions if question.key == "order/end"]
    assert "before it begins" in asked.why


def test_a_result_that_is_not_known_asks_for_its_kind():
    made = result("ZZTOP", "A new sort of order", NOTICE, NOT_NEAR)
    assert "order/kind" in keys(hearing(defendant(made)))


def test_monitoring_in_unknown_words_holds_the_order_up():
    odd = ("Electronically monitored abstention from gaming", "From noon")
    (one,) = heard(bail(NOT_NEAR, odd))
    assert any(question.key.endswith("/unknown") and question.blocking
               for question in one.questions)  # fmt: skip


def test_a_variation_binds_from_when_the_court_sat():
    (one,) = heard(bail(NOT_NEAR, code="RCBV"))
    assert one.order.is_variation
    assert one.order.binds_at.isoformat() == "2026-04-01T09:30:00+00:00"


def test_a_child_is_a_child_in_the_contractors_shape():
    young = defendant(result("YROEW", "Youth order", ("End Date", "01/04/2027", "endDate"), NOTICE,
                             NOT_NEAR), details={"dateOfBirth": "2011-01-01"},
                      isYouth=True)  # fmt: skip
    (row,) = check(sent(hearing(young)))
    assert row["device_wearer"]["adult_child"] == "child"
    assert row["device_wearer"]["responsible_adult_required"] == "true"
    assert "note/age" not in {one["key"] for one in row["questions"]}


@pytest.mark.parametrize(
    "data", [b"", b"not json", b"[]", b"{}", b"[1, 2]", b'{"hearing": 7}', b"[" * 5000, b"\xff\xfe"]
)
def test_what_is_no_message_is_said_to_be_none(data):
    (row,) = check(data)
    assert row["status"] == "unread"


if __name__ == "__main__":
    for path in GOLDEN.glob("*.payload.json"):
        read = json.dumps(check(path.read_bytes()), ensure_ascii=False, indent=1)
        (GOLDEN / path.name.replace(".payload.", ".read.")).write_text(read + "\n")
