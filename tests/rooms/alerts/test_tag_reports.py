"""What tags report calls somebody at once; a removal agreed for the body's sake is no tamper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from waypost.access.values import MACHINE, Role
from waypost.devices import clinical
from waypost.devices.clinical import Agreed
from waypost.errors import Conflict, Refused
from worked_town import Town, alerts, at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Town:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Town()
    town.run()
    town.now = at("10:00")
    return town


def officer(role: Role = Role.MONITORING_OFFICER, name: str = "centre"):
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    made = make_officer(name, name.title(), None, role, email="", now=at("07:00"))
    return posted(made, now=at("12:00"))


def person_id(reference: str = "P2") -> int:
    from waypost.orders.models import Person

    return Person.objects.get(reference=reference).pk


def agree(by, *, until="14:00", reason="scan", start=None, now="10:00", person="P2") -> int:
    agreed = Agreed(reason, at(until), from_at=at(start) if start else None, note="letter seen")
    return clinical.record_removal(person_id(person), agreed, by=by, now=at(now))


def moves() -> list[str]:
    from waypost.alerts.models import AlertMove

    return list(AlertMove.objects.order_by("pk").values_list("what", flat=True))


def reported() -> list[tuple[str, str]]:
    from waypost.alerts.models import AlertReport

    rows = AlertReport.objects.order_by("pk").values_list("alert__kind", "kind")
    return [(alert, kind) for alert, kind in rows]


@pytest.mark.parametrize(
    ("kind", "urgency"),
    [("sos", 100), ("strap_tamper", 90), ("case_tamper", 70), ("jamming", 60),
     ("battery_low", 15), ("battery_critical", 30), ("battery_dead", 40),
     ("home_unit_moved", 38), ("home_unit_power_lost", 25)],
)  # fmt: skip
def test_a_state_that_a_tag_reports_calls_somebody_in_the_same_round(town, kind, urgency):
    from waypost.alerts.models import Alert

    town.report(kind, "10:00", person=2)
    town.run()
    [alert] = Alert.objects.all()
    assert (alert.kind, alert.urgency, alert.status) == (kind, urgency, "raised")


def test_a_battery_that_runs_down_is_one_alert_that_grows(town):
    from waypost.alerts.models import Alert

    for minutes, kind in ((0, "battery_low"), (50, "battery_critical"), (80, "battery_dead")):
        town.now = at("10:00") + timedelta(minutes=minutes)
        town.report(kind, f"{town.now:%H:%M}", person=2)
        town.run()
    assert alerts() == ["P2 battery_dead certain raised"]
    assert moves() == ["raised", "joined", "joined"]
    assert Alert.objects.get().from_at == at("10:00")


def test_a_battery_that_was_empty_days_ago_moves_nobody_and_a_cut_strap_does(town):
    town.now = at("+3 10:00")
    for kind in ("battery_dead", "jamming", "home_unit_moved", "strap_tamper", "sos"):
        town.report(kind, "10:00", person=2)
    town.run()
    assert [line for line in alerts() if line.startswith("P2")] == [
        "P2 strap_tamper certain raised", "P2 sos certain raised",
    ]  # fmt: skip


def test_a_lesser_word_does_not_make_a_grave_alert_milder(town):
    for kind in ("battery_dead", "battery_low"):
        town.report(kind, "10:00", person=2)
        town.run()
    assert alerts() == ["P2 battery_dead certain raised"]
    assert moves() == ["raised"]


def test_an_agreed_removal_is_an_event_of_its_own_low_and_informative(town):
    from waypost.access.models import AuditLine
    from waypost.alerts.models import Alert

    removal = agree(officer())
    town.run()
    [alert] = Alert.objects.all()
    assert (alert.kind, alert.urgency) == ("clinical_removal", 10)
    assert alert.headline == "Tag off for a clinical reason, as agreed"
    line = AuditLine.objects.get(kind="clinical_removal:agreed")
    assert line.person_id == person_id()
    assert b"scan" not in bytes(line.body)  # why is about the body, and stays in its record
    assert removal


def test_a_strap_opened_within_the_agreed_time_is_part_of_it_and_still_recorded(town):
    agree(officer())
    town.run()
    town.now = at("10:30")
    town.report("strap_tamper", "10:29", person=2)
    town.run()
    assert alerts() == ["P2 clinical_removal certain raised"]
    assert reported() == [
        ("clinical_removal", "clinical_removal"), ("clinical_removal", "strap_tamper"),
    ]  # fmt: skip
    assert moves() == ["raised", "strap_tamper_in_removal"]


@pytest.mark.parametrize(
    ("strap_at", "person"),
    [("09:59", 2), ("14:00", 2), ("15:00", 2), ("11:00", 1)],
    ids=["before", "at its end", "after", "of somebody else"],
)
def test_no_window_no_mercy(town, strap_at, person):
    agree(officer(), start="10:00")
    town.run()
    town.now = at("15:30")
    town.report("strap_tamper", strap_at, person=person)
    town.run()
    assert f"P{person} strap_tamper certain raised" in alerts()


def test_a_case_that_is_opened_is_never_part_of_a_removal(town):
    agree(officer())
    town.now = at("10:30")
    town.report("case_tamper", "10:29", person=2)
    town.run()
    assert "P2 case_tamper certain raised" in alerts()


def test_once_the_tag_is_back_on_an_opened_strap_is_a_strap_tamper(town):
    by = officer()
    removal = agree(by)
    clinical.end_removal(removal, "seen on by the nurse", by=by, now=at("11:00"))
    town.now = at("11:30")
    town.report("strap_tamper", "11:20", person=2)
    town.report("strap_tamper", "10:50", person=2)
    town.run()
    assert alerts() == ["P2 clinical_removal certain raised", "P2 strap_tamper certain raised"]
    with pytest.raises(Conflict):
        clinical.end_removal(removal, "again", by=by, now=at("11:05"))


def test_a_strap_alert_raised_before_the_removal_was_agreed_is_not_taken_back(town):
    """The machine clears no tamper: whoever deals with it explains it."""
    town.report("strap_tamper", "10:00", person=2)
    town.run()
    agree(officer(), start="09:50", now="10:05")
    town.run()
    assert alerts() == ["P2 strap_tamper certain raised", "P2 clinical_removal certain raised"]


def test_a_removal_that_is_over_its_time_calls_somebody_unless_the_tag_is_back(town):
    by = officer()
    agree(by)
    town.run_to("13:59")
    assert alerts() == ["P2 clinical_removal certain raised"]
    town.run_to("14:01")
    assert alerts() == ["P2 clinical_overdue certain raised"]
    back = agree(by, person="P1", now="14:01", until="15:00")
    clinical.end_removal(back, "on again", by=by, now=at("14:30"))
    town.run_to("15:05")
    assert "P1 clinical_removal certain raised" in alerts()


def test_a_hub_may_report_a_removal_and_the_same_report_again_adds_nothing(town):
    from waypost.devices.models import ClinicalRemoval
    from waypost.positions.values import DecodedEvent, EventKind

    said = {"reason": "birth", "until": "2026-03-02T20:00:00Z"}
    event = DecodedEvent(at("10:00"), EventKind.CLINICAL_REMOVAL, said)
    town.append([town._row(2, town.now, events=[event])])
    town.run()
    town.append([town._row(2, town.now, events=[event])])
    town.report("strap_tamper", "10:20", person=2)
    town.now = at("10:21")
    town.run()
    [removal] = ClinicalRemoval.objects.all()
    assert (removal.reason, removal.until_at, removal.made_by_id) == ("birth", at("20:00"), None)
    assert alerts() == ["P2 clinical_removal certain raised"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"reason": "walk"}, "Choose why"),
        ({"reason": "other", "note": " "}, "in words"),
        ({"until_at": at("09:00")}, "over already"),
        ({"until_at": at("+4 10:01")}, "72 hours"),
        ({"from_at": at("15:00")}, "ends before it begins"),
        ({"from_at": at("-2 10:00"), "until_at": at("10:30")}, "more than a day ago"),
    ],
)
def test_a_removal_that_cannot_be_is_refused_in_words(town, wrong, says):
    from waypost.devices.models import ClinicalRemoval

    plain = {"reason": "scan", "until_at": at("14:00"), "note": "letter seen"}
    with pytest.raises(Refused, match=says):
        clinical.record_removal(person_id(), Agreed(**(plain | wrong)), by=officer(), now=town.now)
    assert not ClinicalRemoval.objects.exists()


def test_two_removals_at_once_are_a_conflict_and_a_practitioner_agrees_none(town):
    agree(officer())
    with pytest.raises(Conflict, match="already"):
        agree(officer(name="second"), until="15:00")
    with pytest.raises(Refused, match="device:fit"):
        agree(officer(Role.PROBATION_PRACTITIONER, "petra"), person="P1")


def test_a_failing_audit_line_undoes_the_removal(town, monkeypatch):
    from waypost.access import audit
    from waypost.devices.models import ClinicalRemoval
    from waypost.positions.log import head_position

    before = head_position()

    def broken(*_, **__):
        raise RuntimeError("no line")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        clinical.record_removal(person_id(), Agreed("scan", at("14:00")), by=MACHINE, now=town.now)
    assert not ClinicalRemoval.objects.exists()
    assert head_position() == before
