"""On court bail the police choose: their answers go on in the case, what falls is told them."""

from __future__ import annotations

import pytest

from corrections_words import corrections, force, notices, vary
from enforcement_words import Enforced, steps
from waypost.errors import Refused
from waypost.policing.wording import Texts
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]
TEXTS = Texts("P1 was in the park.", "Certain: several fixes show it.", "Rang twice, no answer.")


class OnBail(Enforced):
    """The town; whatever was ordered is a condition of court bail."""

    def give_orders(self, data: bytes) -> None:
        super().give_orders(data.replace(b"community_order", b"court_bail"))

    def told_the_police(self) -> int:
        """P1's walk into the park, upheld and sent to the force; the notification."""
        from waypost.policing.actions import draft, send

        self.force, self.constable = force()
        alert_id = self.in_the_park("12:00")
        self.uphold(alert_id)
        number = draft(alert_id, self.force.pk, by=self.centre, now=self.now)
        send(number, TEXTS, checked=True, by=self.centre, now=self.now)
        self.later()
        return number

    def later(self, minutes: int = 1) -> None:
        from datetime import timedelta

        self.now += timedelta(minutes=minutes)
        self.run()


@pytest.fixture
def town(tmp_path, settings) -> OnBail:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = OnBail()
    town.run()
    return town


def case():
    from waypost.enforcement.models import BreachCase

    return BreachCase.objects.get()


def answer(town, number: int, what: str) -> None:
    from waypost.policing.actions import answer, receive
    from waypost.policing.values import Answer

    receive(number, by=town.constable, now=town.now)
    answer(number, Answer(what), "A unit is on its way.", by=town.constable, now=town.now)
    town.later()


def test_the_case_goes_on_with_what_the_force_does_and_an_arrest_starts_the_24_hours(town):
    from waypost.policing.actions import record_result
    from waypost.policing.values import Result

    number = town.told_the_police()
    assert steps(case()) == ["proposed", "police_notified"]
    answer(town, number, "arrest")
    told = case().steps.get(step="police_answered")
    assert (told.outcome, told.reference) == ("arrest", f"notification {number}")
    assert told.decided_by == "Invented Police, Constable"
    arrested_at = town.now
    record_result(number, Result.ARRESTED, "At home.", by=town.constable, now=arrested_at)
    town.later()
    assert steps(case())[-1] == "arrested"
    assert case().due_at == arrested_at.replace(day=arrested_at.day + 1)
    assert case().due_source == "Bail Act 1976 s.7(4) and (7)"
    town.run()
    assert len(steps(case())) == 4


def test_no_warning_and_no_referral_is_to_be_had_on_bail(town):
    town.uphold(town.in_the_park("12:00"))
    for step in ("warning_given", "referred", "recall_requested"):
        with pytest.raises(Refused):
            town.take(step)


def test_an_arrest_asked_for_is_taken_back_while_the_force_is_on_its_way(town):
    """Arrest answered; a variation entered late withdraws the violation; the force is told within
    minutes and says that it knows; the answer stays on record and the case waits for a person."""
    from waypost.corrections.actions import acknowledge

    number = town.told_the_police()
    answer(town, number, "arrest")
    before = town.now
    vary(town, 1)
    [one] = corrections()
    assert one.statement.reference == f"police_notification:{number}"
    assert (one.at - before).total_seconds() <= 600
    assert f"officer:{town.constable.officer_id}" in notices("correction_made")
    acknowledge(one.pk, by=town.constable, now=town.now)
    assert not one.copies.filter(recipient=f"organisation:{town.force.pk}", acknowledged_at=None)
    assert case().fell_told
    assert steps(case())[-1] == "police_answered"
    town.take("withdrawn")
    assert case().closed_at is not None


def test_what_the_police_were_told_before_it_was_upheld_is_written_down_once_it_is(town):
    from waypost.alerts import actions
    from waypost.policing.actions import draft, send

    made, _ = force()
    alert_id = town.in_the_park("12:00")
    actions.acknowledge(alert_id, by=town.centre, now=town.now)
    actions.take_in_hand(alert_id, by=town.centre, now=town.now)
    number = draft(alert_id, made.pk, by=town.centre, now=town.now)
    send(number, TEXTS, checked=True, by=town.centre, now=town.now)
    town.later()
    actions.uphold(alert_id, by=town.centre, now=town.now, note="No reason was given.")
    town.later()
    assert steps(case()) == ["proposed", "police_notified"]
    assert case().step_at < case().opened_at


def test_nothing_is_due_before_the_case_was_there(town):
    town.told_the_police()
    assert case().due_at > at("12:00")
