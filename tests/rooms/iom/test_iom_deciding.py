"""What the tables of IOM allow, what a cohort rests on, who is drifting, who sees an entry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from waypost.errors import Refused
from waypost.iom import deciding, values
from waypost.iom.drifting import DAYS_BROKEN_MANY, UPHELD_MANY, DriftFacts, Verdict, drift_of
from waypost.iom.stages import Met, custody_days, missing
from waypost.iom.values import (
    ActionAct,
    ActionStatus,
    Criterion,
    Handling,
    Marks,
    OfferAct,
    OfferStatus,
    Side,
    Stage,
    Standing,
    TaskAct,
    TaskStatus,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS = "Said plainly, and in enough words."
QUIET = DriftFacts(upheld=0, breach_open=False, days_broken=0, days_untold=0)


def test_fixed_rests_on_neighbourhood_crime_and_a_high_risk_together():
    both = {Criterion.NEIGHBOURHOOD_CRIME, Criterion.HIGH_RISK}
    assert deciding.decide_standing(Standing.OUT, Standing.FIXED, both) is Standing.FIXED
    for one in both:
        with pytest.raises(Refused, match="cohort fixed rests on"):
            deciding.decide_standing(Standing.OUT, Standing.FIXED, {one})


@pytest.mark.parametrize("to", [Standing.FLEX, Standing.FREE, Standing.OUT])
def test_every_other_standing_rests_on_something_too(to):
    with pytest.raises(Refused, match="rests on"):
        deciding.decide_standing(Standing.FIXED, to, ())
    for some in values.NEEDED[to]:
        assert deciding.decide_standing(Standing.FIXED, to, some) is to


def test_nobody_is_selected_to_where_they_stand():
    for one in Standing:
        with pytest.raises(Refused, match="stands there already"):
            deciding.decide_standing(one, one, set(Criterion))


@pytest.mark.parametrize("status", list(OfferStatus))
@pytest.mark.parametrize("act", list(OfferAct))
def test_an_offer_moves_as_its_table_says_and_never_without_words(status, act):
    target = values.OFFER_TARGET[act]
    if target not in values.NEXT_OFFER[status]:
        with pytest.raises(Refused, match="cannot be"):
            deciding.decide_offer(status, act, WORDS)
        return
    assert deciding.decide_offer(status, act, WORDS)[0] is target
    with pytest.raises(Refused, match="Say "):
        deciding.decide_offer(status, act, "no")


@pytest.mark.parametrize("status", list(TaskStatus))
@pytest.mark.parametrize("act", list(TaskAct))
def test_a_task_moves_as_its_table_says(status, act):
    open_to = deciding.task_acts(status, values.TASK_SIDE[act])
    if act in open_to:
        to, _ = deciding.decide_task(status, act, WORDS)
        assert to in values.NEXT_TASK[status]
    else:
        with pytest.raises(Refused, match="cannot be"):
            deciding.decide_task(status, act, WORDS)


def test_a_return_is_asked_about_again_by_the_unit_and_accepted_by_nobody_twice():
    assert TaskAct.ACCEPT not in deciding.task_acts(TaskStatus.RETURNED, Side.TEAM)
    assert TaskAct.ASK_AGAIN in deciding.task_acts(TaskStatus.RETURNED, Side.UNIT)


def test_an_action_is_done_with_what_shows_it():
    with pytest.raises(Refused, match="what shows that it is done"):
        deciding.decide_action(ActionStatus.OPEN, ActionAct.DO, "")
    assert deciding.decide_action(ActionStatus.OPEN, ActionAct.DO, WORDS)[0] is ActionStatus.DONE


def test_every_reachable_state_of_every_table_is_reached_and_named():
    for table, words in (
        (values.NEXT_OFFER, values.OFFER_WORDS), (values.NEXT_TASK, values.TASK_WORDS),
        (values.NEXT_ACTION, values.ACTION_WORDS),
        (values.NEXT_CONFERENCE, values.CONFERENCE_WORDS),
        (values.NEXT_STANDING, values.STANDING_WORDS),
    ):  # fmt: skip
        first = next(iter(table))
        assert set(table) == set(words) == {first}.union(*table.values())


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({}, Verdict.STEADY),
        ({"upheld": UPHELD_MANY - 1}, Verdict.STEADY),
        ({"upheld": UPHELD_MANY}, Verdict.WATCH),
        ({"upheld": UPHELD_MANY, "days_broken": DAYS_BROKEN_MANY}, Verdict.DRIFTING),
        ({"breach_open": True}, Verdict.DRIFTING),
        ({"oldest_open": timedelta(days=2, hours=23)}, Verdict.STEADY),
        ({"oldest_open": timedelta(days=3)}, Verdict.WATCH),
        ({"declined": 2, "actions_late": 2}, Verdict.DRIFTING),
        ({"days_untold": 10}, Verdict.CANNOT_TELL),
        ({"monitored": False}, Verdict.CANNOT_TELL),
        ({"silent": timedelta(days=3)}, Verdict.CANNOT_TELL),
        ({"silent": None}, Verdict.CANNOT_TELL),
        ({"silent": timedelta(days=2, hours=23)}, Verdict.STEADY),
        ({"upheld": None}, Verdict.CANNOT_TELL),
        ({"days_untold": 28, "breach_open": True}, Verdict.DRIFTING),
    ],
)
def test_who_is_drifting_is_decided_by_facts_and_thresholds(more, verdict):
    import dataclasses

    found = drift_of(dataclasses.replace(QUIET, **more))
    assert found.verdict is verdict
    assert bool(found.reasons) == (verdict is not Verdict.STEADY)


def test_each_reason_shows_its_number_and_the_threshold():
    found = drift_of(DriftFacts(upheld=3, breach_open=False, days_broken=0))
    assert found.reasons[0].words == "3 upheld alerts in 28 days; 2 are too many."


def test_what_speaks_for_somebody_is_said_beside_it():
    found = drift_of(DriftFacts(upheld=0, breach_open=False, days_broken=0, weeks_kept=2))
    assert found.good == ("2 weeks kept whole.", "Nothing was found against them.")


@pytest.mark.parametrize(
    ("marks", "officer", "units", "bodies", "sees"),
    [
        (Marks(Handling.PERMITTED, 1, 7), 8, (), (), True),
        (Marks(Handling.CONDITIONS, 1, 7), 8, (), (), False),
        (Marks(Handling.CONDITIONS, 1, 7), 7, (), (), True),
        (Marks(Handling.CONDITIONS, 1, 7), 8, (1,), (1,), True),
        (Marks(Handling.CONDITIONS, 1, 7, frozenset({4})), 8, (), (4,), True),
        (Marks(Handling.CONDITIONS, 1, 7, frozenset(), frozenset({8})), 8, (), (), True),
        (Marks(Handling.CONDITIONS, None, None), None, (), (), False),
    ],
)
def test_an_entry_is_seen_by_whom_its_marks_allow(marks, officer, units, bodies, sees):
    assert deciding.can_see(marks, officer, units, bodies) is sees


@pytest.mark.parametrize(
    "text", ["Was at 51.5422, -0.0595 at noon", "seen at TQ 34512 84210", "51.542 -0.059"]
)
def test_no_place_of_a_tag_goes_to_a_police_team_in_words(text):
    with pytest.raises(Refused, match="coordinates"):
        deciding.check_no_place("Visit them.", text)


@pytest.mark.parametrize("text", ["Flat 12, E8 3QW", "between 19:00 and 07:00", "2.5 km away"])
def test_words_without_coordinates_pass(text):
    deciding.check_no_place(text)


def test_a_stage_without_an_offer_is_missing_and_one_offer_answers_one_stage():
    met = [
        Met(Stage.SELECTION, AT),
        Met(Stage.COURT, AT + 10 * DAY),
        Met(Stage.COURT, AT + 40 * DAY),
    ]
    offered = [Met(Stage.SELECTION, AT + DAY), Met(Stage.COURT, AT + 11 * DAY)]
    assert missing(met, offered) == (Met(Stage.COURT, AT + 40 * DAY),)
    assert missing(met, []) == tuple(met)
    assert missing([], offered) == ()


def test_an_offer_from_before_a_stage_is_no_offer_at_it():
    assert missing([Met(Stage.COURT, AT)], [Met(Stage.COURT, AT - 4 * DAY)]) != ()


def test_days_in_custody_run_from_custody_to_release_and_to_now_where_none_came():
    rows = [
        Met(Stage.CUSTODY, AT),
        Met(Stage.RELEASE, AT + 10 * DAY),
        Met(Stage.CUSTODY, AT + 20 * DAY),
    ]
    assert custody_days(rows, from_at=AT - DAY, now=AT + 25 * DAY) == 15
    assert custody_days(rows, from_at=AT + 5 * DAY, now=AT + 25 * DAY) == 10
    assert custody_days([Met(Stage.RELEASE, AT)], from_at=AT, now=AT + DAY) == 0
