"""Whoever was told of something that falls is told so, by number, until they say they have it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from corrections_words import (
    Corrected,
    alert,
    corrections,
    force,
    notices,
    officer,
    rely,
    take_back,
    vary,
)
from waypost.access.values import Role
from waypost.errors import NoSuchThing, Refused
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Corrected:
    settings.LAKE_URI = str(tmp_path / "lake")
    return Corrected.with_a_breach()


def test_a_violation_withdrawn_by_a_backdated_variation_is_corrected_within_minutes(town):
    made, constable = force()
    rely(town, f"organisation:{made.pk}")
    told = town.now
    take_back(town)
    [one] = corrections()
    assert one.number == 1
    assert one.at - told <= timedelta(minutes=10)
    assert len(one.words) == 1
    assert "is withdrawn" in one.words[0]
    assert f"officer:{constable.officer_id}" in notices("correction_made")


def test_what_stays_as_it_was_said_is_never_corrected_however_often_it_is_looked_at(town):
    rely(town, "outside:the court at Hackney", what="breach_report")
    for _ in range(5):
        town.now += timedelta(minutes=20)
        town.send((f"{town.now:%H:%M}", "park"))
        town.run()
    assert corrections() == []


def test_a_correction_is_made_once_and_numbered_on(town):
    rely(town, "outside:the court at Hackney", what="breach_report")
    take_back(town)
    town.run()
    assert [one.number for one in corrections()] == [1]
    vary(town, 200)
    numbers = [(one.number, one.changes[0]["change"]) for one in corrections()]
    assert numbers[0] == (1, "withdrawn")
    assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1))


def test_an_excuse_found_afterwards_corrects_what_was_sent_while_it_was_upheld(town):
    from waypost.alerts import actions

    centre = officer()
    actions.acknowledge(alert().pk, by=centre, now=town.now)
    actions.uphold(alert().pk, by=centre, now=town.now, note="No reason was given.")
    rely(town, "outside:the court at Hackney", what="breach_report", by=centre)
    town.now += timedelta(minutes=5)
    actions.take_in_hand(alert().pk, by=centre, now=town.now)
    actions.explain(alert().pk, by=centre, now=town.now, note="An ambulance took them there.")
    town.run()
    [one] = corrections()
    assert one.words == [f"The decision on alert {alert().pk} is no longer upheld."]


def test_nobody_is_told_while_the_person_waits_to_be_judged_again(town):
    from waypost.corrections.actions import correct
    from waypost.monitoring.models import Dirty, Violation

    rely(town, "outside:the court at Hackney", what="breach_report")
    Violation.objects.update(withdrawn=True, version=9)
    Dirty.objects.create(
        person_id=alert().person_id, earliest_at=at("12:00"), marked_at=town.now, reason="late"
    )
    assert correct(town.now) == 0
    assert correct(town.now + timedelta(minutes=4)) == 1


def test_those_who_do_not_answer_are_asked_again_and_then_the_duty_manager_hears(town):
    from waypost.access.values import MACHINE
    from waypost.alerts.duty import enter_duty
    from waypost.alerts.values import DutyRole
    from waypost.corrections.actions import acknowledge, chase

    made, constable = force()
    sender = officer("sender")
    manager = officer("manager")
    enter_duty(
        manager.officer_id, DutyRole.ON_CALL, at("12:00"), at("+1 20:00"), by=MACHINE,
        now=town.now,
    )  # fmt: skip
    rely(town, f"organisation:{made.pk}", by=sender)
    take_back(town)
    [one] = corrections()
    assert chase(one.at + timedelta(minutes=14)) == 0
    assert chase(one.at + timedelta(minutes=16)) == 1
    assert chase(one.at + timedelta(minutes=17)) == 0
    asked = notices("correction_unacknowledged")
    assert asked == [f"officer:{sender.officer_id}"]
    assert chase(one.at + timedelta(minutes=50)) == 1
    assert f"officer:{manager.officer_id}" in notices("correction_unacknowledged")
    acknowledge(one.pk, by=constable, now=one.at + timedelta(minutes=51))
    assert chase(one.at + timedelta(days=3)) == 0


def test_a_recipient_acknowledges_for_their_force_and_nobody_else_does(town):
    from waypost.corrections.actions import acknowledge
    from waypost.corrections.queries import correction, waiting_for

    made, constable = force()
    rely(town, f"organisation:{made.pk}")
    take_back(town)
    [one] = corrections()
    stranger = officer("stranger", Role.POLICE_REQUESTER)
    with pytest.raises(NoSuchThing):
        acknowledge(one.pk, by=stranger, now=town.now)
    with pytest.raises(NoSuchThing):
        correction(one.pk, by=stranger, now=town.now)
    assert [seen.correction_id for seen in waiting_for(constable, now=town.now)] == [one.pk]
    seen = correction(one.pk, by=constable, now=town.now)
    assert seen.person_id is None  # the force reads the correction, not the case
    acknowledge(one.pk, by=constable, now=town.now)
    assert waiting_for(constable, now=town.now) == ()


def test_for_somebody_outside_an_officer_writes_down_who_has_it_and_how(town):
    from waypost.corrections.actions import record_reply
    from waypost.corrections.queries import correction

    centre = officer()
    rely(town, "outside:the court at Hackney", what="breach_report", by=centre)
    take_back(town)
    [one] = corrections()
    assert notices("correction_to_pass_on") == [f"officer:{centre.officer_id}"]
    with pytest.raises(Refused, match="Say who has it"):
        record_reply(one.pk, "outside:the court at Hackney", how=" ", by=centre, now=town.now)
    record_reply(
        one.pk, "outside:the court at Hackney", how="The legal adviser, by telephone", by=centre,
        now=town.now,
    )  # fmt: skip
    [copy] = correction(one.pk, by=centre, now=town.now).copies
    assert copy.how == "The legal adviser, by telephone"
    assert not correction(one.pk, by=centre, now=town.now).waits


def test_of_somebody_under_limited_access_only_named_staff_read_corrections(town):
    from waypost.corrections.queries import correction
    from waypost.orders.models import Person

    rely(town, "outside:the court at Hackney", what="breach_report")
    take_back(town)
    [one] = corrections()
    Person.objects.update(limited=True)
    with pytest.raises(NoSuchThing):
        correction(one.pk, by=officer("another"), now=town.now)
