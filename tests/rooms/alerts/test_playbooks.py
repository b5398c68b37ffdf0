"""Playbooks as data, and ticking their steps on the real store."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.access.values import Role
from waypost.alerts.playbooks import PLAYBOOKS, STEPS, Facts, Needs, Step, check_can_tick, plan
from waypost.alerts.values import AlertKind
from waypost.errors import NoSuchThing, Refused
from worked_town import Town, at

KINDS = st.sampled_from(list(AlertKind))
FACTS = st.builds(Facts, st.booleans(), st.booleans(), st.booleans())


def test_every_kind_of_alert_has_a_playbook_whose_steps_are_written_and_stand_once():
    assert set(PLAYBOOKS) == set(AlertKind)
    for kind, steps in PLAYBOOKS.items():
        assert steps, kind
        assert len(set(steps)) == len(steps), kind
    assert set(STEPS) == set(Step) == {step for steps in PLAYBOOKS.values() for step in steps}


def test_the_manual_has_a_playbook_of_every_kind():
    page = (Path(__file__).parents[3] / "docs" / "manual" / "playbooks.md").read_text()
    for kind, steps in PLAYBOOKS.items():
        _, _, rest = page.partition(f"## {kind.value.replace('_', ' ').capitalize()}\n\n")
        listed = rest.split("\n\n")[0].splitlines()
        assert listed == [f"{n}. {STEPS[step].name}" for n, step in enumerate(steps, 1)], kind


def test_a_call_for_help_begins_with_the_last_places_and_whoever_knows_the_caller():
    assert PLAYBOOKS[AlertKind.SOS][0] is Step.LAST_PLACES
    assert PLAYBOOKS[AlertKind.SOS_PROTECTED][:2] == (Step.RING_NAMED_STAFF, Step.LAST_PLACES)


def test_a_strap_that_was_opened_is_looked_at_by_a_person():
    assert Step.SEND_VISIT in PLAYBOOKS[AlertKind.STRAP_TAMPER]


def test_vibrating_is_offered_only_where_the_tag_can_and_why_not_is_said():
    without = plan(AlertKind.EXCLUSION, Facts(vibrates=False), ())
    assert Step.VIBRATE not in without.steps
    assert without.left_out == ((Step.VIBRATE, "the tag worn now cannot be asked to"),)
    assert Step.VIBRATE in plan(AlertKind.EXCLUSION, Facts(vibrates=True), ()).steps


@given(KINDS, FACTS, st.sets(st.sampled_from([step.value for step in Step])))
def test_a_plan_keeps_the_order_and_leaves_no_step_unsaid(kind, facts, done):
    found = plan(kind, facts, done)
    left_out = [step for step, _ in found.left_out]
    assert sorted([*found.steps, *left_out], key=PLAYBOOKS[kind].index) == list(PLAYBOOKS[kind])
    assert list(found.steps) == sorted(found.steps, key=PLAYBOOKS[kind].index)
    assert not {step.value for step in left_out} & done
    undone = [step for step in found.steps if step.value not in done]
    assert found.next == (undone[0] if undone else None)


@given(KINDS, st.sampled_from(list(Step)), st.text(max_size=12))
def test_only_a_step_of_the_kind_with_a_result_of_its_own_can_be_ticked(kind, step, result):
    may = step in PLAYBOOKS[kind] and result in STEPS[step].results
    if may:
        assert check_can_tick(kind, step, result) is step
    else:
        with pytest.raises(Refused):
            check_can_tick(kind, step, result)


def test_what_a_nameless_call_leaves_out_needs_the_person():
    found = plan(AlertKind.SOS_PROTECTED, Facts(known_person=False), ())
    assert [step for step, _ in found.left_out] == [Step.LAST_PLACES]
    assert STEPS[Step.LAST_PLACES].needs is Needs.KNOWN_PERSON


def officer(name="centre", role=Role.MONITORING_OFFICER):
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    return posted(make_officer(name, name.title(), None, role, now=at("07:00")), now=at("12:00"))


@pytest.fixture
def town(db, tmp_path, settings) -> Town:
    """P2 walks into the park at noon."""
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Town()
    town.now = at("12:00")
    town.send(("11:50", "park"), ("11:55", "park"), ("12:00", "park"), person=2)
    town.run()
    return town


def exclusion():
    from waypost.alerts.models import Alert

    return Alert.objects.get(kind="exclusion")


@pytest.mark.database
def test_a_step_is_ticked_with_its_result_and_can_be_done_again_beside_the_first(town):
    from waypost.access.models import AuditLine
    from waypost.alerts.dealing import dealing_with
    from waypost.alerts.stepping import tick

    by, alert = officer(), exclusion()
    version = alert.version
    tick(alert.pk, "call_wearer", "no_answer", by=by, now=at("12:02"))
    tick(alert.pk, "call_wearer", "answered", by=by, now=at("12:05"), note="On the way out.")
    found = dealing_with(alert.pk, by, now=at("12:06"))
    assert [(one.step, one.result, one.note) for one in found.done] == [
        ("call_wearer", "no_answer", ""),
        ("call_wearer", "answered", "On the way out."),
    ]
    assert found.plan.next is Step.LOOK_AT_TRACK  # the first in order that nobody has done
    alert.refresh_from_db()
    assert alert.version == version  # a form that somebody has open stays good
    line = AuditLine.objects.order_by("-number").first()
    assert (line.kind, line.person_id) == ("alert:step_done", alert.person_id)
    assert b"On the way" not in bytes(line.body)


@pytest.mark.database
def test_a_step_of_another_kind_and_of_somebody_elses_case_are_refused(town):
    from waypost.alerts.models import StepDone
    from waypost.alerts.stepping import tick

    alert = exclusion()
    with pytest.raises(Refused):
        tick(alert.pk, "ask_host", "came", by=officer(), now=at("12:02"))
    elsewhere = officer("petra", Role.PROBATION_PRACTITIONER)
    with pytest.raises(Refused):
        tick(alert.pk, "call_wearer", "answered", by=elsewhere, now=at("12:02"))
    with pytest.raises(NoSuchThing):
        tick(10**19, "call_wearer", "answered", by=officer("third"), now=at("12:02"))
    assert not StepDone.objects.exists()


def give_model(protocol: str, model: str) -> None:
    from waypost.access.values import MACHINE
    from waypost.devices.models import Device
    from waypost.devices.stock_file import StockRow
    from waypost.devices.stock_keeping import add_device

    if not Device.objects.filter(reference="D2").exists():
        add_device(StockRow(0, "D2"), by=MACHINE, now=at("07:00"))
    Device.objects.filter(reference="D2").update(protocol=protocol, model=model)


@pytest.mark.database
def test_vibrating_queues_the_command_and_ticks_the_step_together(town, settings):
    from waypost.alerts.dealing import dealing_with
    from waypost.alerts.models import StepDone
    from waypost.alerts.stepping import vibrate
    from waypost.devices.models import DeviceCommand

    by, alert = officer(), exclusion()
    give_model("osmand", "phone")
    assert Step.VIBRATE not in dealing_with(alert.pk, by, now=at("12:01")).plan.steps
    with pytest.raises(Refused):
        vibrate(alert.pk, by=by, now=at("12:01"))
    assert not StepDone.objects.exists()
    settings.QUECLINK_VIBRATIONS = {"GL300MA": "GTRTO,G,,,,,"}
    give_model("queclink", "GL300MA")
    assert Step.VIBRATE in dealing_with(alert.pk, by, now=at("12:01")).plan.steps
    number = vibrate(alert.pk, by=by, now=at("12:01"))
    command = DeviceCommand.objects.get(pk=number)
    assert (command.kind, command.reason) == ("vibrate", f"Alert {alert.pk}")
    step = StepDone.objects.get()
    assert (step.step, step.result, step.officer_id) == ("vibrate", "asked", by.officer_id)
    assert str(number) in step.note


@pytest.mark.database
def test_a_failing_audit_line_undoes_the_tick(town, monkeypatch):
    from waypost.alerts import stepping
    from waypost.alerts.models import StepDone

    def broken(*_args, **_more):
        raise OSError("no room for the line")

    monkeypatch.setattr(stepping.audit, "record", broken)
    with pytest.raises(OSError, match="no room"):
        stepping.tick(exclusion().pk, "call_wearer", "answered", by=officer(), now=town.now)
    assert not StepDone.objects.exists()
