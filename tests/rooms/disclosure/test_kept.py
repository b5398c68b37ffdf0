"""What is kept over requests: clocks that fire, outcomes chased, dip tests, figures."""

from __future__ import annotations

from datetime import date

import pytest

from disclosure_words import Bureau, days, page, run_clocks, stored, told
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE
from waypost.disclosure import actions
from waypost.disclosure.models import DipDraw, DipTest
from waypost.disclosure.queries import dip_months, figures_of
from waypost.disclosure.values import Found, Ground, Kind, Outcome, What
from waypost.errors import Conflict, Refused
from worked_town import at

pytestmark = [pytest.mark.database]


@pytest.fixture
def town(db, tmp_path, settings) -> Bureau:
    settings.LAKE_URI = str(tmp_path / "lake")
    made = Bureau()
    made.walk()
    return made


def late(number: int) -> list[str]:
    return [who for template, who in told(number) if template == "late"]


def test_whoever_must_act_is_told_once_when_an_answer_is_over_its_time(town):
    waiting, checked = town.ask(), town.checked()
    run_clocks(at("+11 00:00") - days(1))
    assert late(waiting) + late(checked) == []
    for _ in range(2):
        run_clocks(at("+11 00:00"))
    assert late(waiting) == ["ana", "mona", "nora"]
    assert late(checked) == ["avery", "sable"]
    line = AuditLine.objects.get(kind="disclosure:late")
    assert line.officer_id is None


def test_an_outcome_is_asked_for_after_four_weeks_and_again_and_then_no_more(town):
    number = town.granted()
    asked = lambda: [one for one in told(number) if one[0] == "outcome"]  # noqa: E731
    run_clocks(at("+28 15:00"))
    assert asked() == []
    run_clocks(at("+29 00:00"))
    assert asked() == [("outcome", "reed")]
    for day in range(30, 90):
        run_clocks(at(f"+{day} 00:00"))
    assert len(asked()) == 3
    actions.tell_outcome(number, Outcome.NOT_USED, "", by=town.reed, now=at("+90 10:00"))
    run_clocks(at("+200 00:00"))
    assert len(asked()) == 3


def test_an_outcome_of_another_kind_says_which(town):
    number = town.granted()
    with pytest.raises(Refused, match="Say what came"):
        actions.tell_outcome(number, Outcome.OTHER, "", by=town.reed, now=at("+9 10:00"))


def test_the_month_s_dip_test_is_drawn_when_it_is_over_from_what_ended_in_it(town):
    ended = [town.ask() for _ in range(4)]
    for number in ended:
        town.refused(number, Ground.UNCLEAR)
    open_still = town.ask()
    run_clocks(at("+29 12:00"))
    assert not DipDraw.objects.exists()
    run_clocks(at("+30 12:00"))
    draw = DipDraw.objects.get()
    assert (draw.month, draw.ended) == (date(2026, 3, 1), ended)
    drawn = list(DipTest.objects.values_list("request_id", flat=True))
    assert len(drawn) == 2
    assert open_still not in drawn
    from waypost.disclosure.dip import draw as again

    assert again(ended, seed=draw.seed) == sorted(drawn)
    run_clocks(at("+60 12:00"))
    assert DipTest.objects.count() == 2
    with pytest.raises(Refused, match="not over"):
        actions.draw_month(date(2026, 4, 1), seed=1, by=MACHINE, now=at("+30 12:00"))


def test_a_dip_test_is_looked_at_by_somebody_who_had_no_part_once(town):
    number = town.ask()
    town.refused(number, Ground.UNCLEAR)
    run_clocks(at("+30 12:00"))
    test = DipTest.objects.get()
    (month,) = dip_months(town.dora, now=at("+30 13:00"))
    assert month.rows[0].may_review
    for who in (town.ana, town.reed, town.avery):
        with pytest.raises(Refused):
            actions.record_dip(test.pk, Found.LAWFUL, "It was all in order.", by=who,
                               now=at("+31 10:00"))  # fmt: skip
    with pytest.raises(Refused, match="in a sentence"):
        actions.record_dip(test.pk, Found.LAWFUL, "ok", by=town.dora, now=at("+31 10:00"))
    actions.record_dip(test.pk, Found.LESSONS, "Ask for the reference sooner.", by=town.dora,
                       now=at("+31 10:00"))  # fmt: skip
    with pytest.raises(Conflict):
        actions.record_dip(test.pk, Found.LAWFUL, "It was all in order.", by=town.dora,
                           now=at("+31 10:01"))  # fmt: skip
    assert "lessons" in page(number, town.dora, "+31 11:00").dip


def test_figures_are_counts_with_what_they_are_a_share_of(town):
    town.granted()
    town.granted(What.PRESENCE)
    town.refused(town.ask(), Ground.TOO_BROAD)
    actions.withdraw(town.ask(), by=town.reed, now=at("15:00"))
    town.ask()
    whole, police = figures_of(town.dora, from_at=at("00:00"), to_at=at("+1 00:00"))
    assert (whole.made, whole.waiting, whole.withdrawn) == (5, 1, 1)
    assert (whole.granted.numerator, whole.granted.denominator) == (2, 3)
    assert (whole.refused.numerator, whole.in_time.numerator) == (1, 3)
    assert not whole.granted.enough
    assert whole.taken.median is None
    assert (police.kind, police.made) == (Kind.POLICE, 5)
    for who in (town.ana, town.reed, town.avery):
        with pytest.raises(Refused):
            figures_of(who, from_at=at("00:00"), to_at=at("+1 00:00"))


def test_a_request_that_was_granted_and_closed_counts_as_granted(town):
    number = town.granted()
    actions.tell_outcome(number, Outcome.ARREST, "", by=town.reed, now=at("+1 10:00"))
    (whole, _) = figures_of(town.dora, from_at=at("00:00"), to_at=at("+2 00:00"))
    assert (whole.granted.numerator, whole.refused.numerator) == (1, 0)
    assert stored(number).outcome == Outcome.ARREST
