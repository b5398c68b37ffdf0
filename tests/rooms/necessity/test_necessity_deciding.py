"""What is owed for an order, and whether a violation began before the person was told: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.necessity.deciding import mark_of, mark_of_tag, mine_first, tasks_of, told_at
from waypost.necessity.values import CheckKind, Held, Mark, OrderFacts, TaskKind, Told

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
BARE = OrderFacts(1, "O1", START, None, has_curfew=True, officer_ids=(7,), duty_ids=(9,))
WHOLE = replace(
    BARE, notice_at=START, induction_at=START, record=True, review_at=START + timedelta(days=90),
    checks=frozenset(CheckKind),
)  # fmt: skip
BEFORE = START - timedelta(days=1)
INSTANTS = st.integers(-1000, 1000).map(lambda hours: START + hours * HOUR)
MAYBE = st.none() | INSTANTS


def kinds(facts: OrderFacts, now: datetime = START, since: datetime = BEFORE) -> list[str]:
    return [one.kind.value for one in tasks_of(facts, now, kept_since=since)]


def told(notice=None, induction=None, *, began=START) -> Told:
    return Told("O1", began, notice, induction)


def test_an_order_that_has_just_begun_owes_everything_at_once_and_is_not_stopped_by_it():
    assert kinds(BARE) == ["abuse_check", "child_check", "notice", "induction", "record"]


def test_an_order_without_a_curfew_owes_no_check_of_an_address():
    assert kinds(replace(BARE, has_curfew=False)) == ["notice", "induction", "record"]


def test_nothing_is_owed_before_the_order_begins_once_it_ended_or_when_all_is_there():
    assert kinds(BARE, START - HOUR) == []
    assert kinds(replace(BARE, to_at=START + HOUR), START + HOUR) == []
    assert kinds(WHOLE) == []


def test_a_review_is_owed_from_the_day_that_the_record_names():
    assert kinds(WHOLE, START + timedelta(days=90)) == ["review"]
    assert kinds(WHOLE, START + timedelta(days=90) - HOUR) == []


def test_a_notice_in_english_to_whom_it_is_foreign_owes_an_interpreter():
    assert kinds(replace(WHOLE, foreign_at=START)) == ["interpreter"]


def test_a_task_lies_on_the_responsible_officer_else_on_the_rota_else_aloud_on_nobody():
    by_whom = [
        tasks_of(facts, START, kept_since=BEFORE)[0]
        for facts in (BARE, replace(BARE, officer_ids=()),
                      replace(BARE, officer_ids=(), duty_ids=()))
    ]  # fmt: skip
    assert [(one.held, one.officer_ids) for one in by_whom] == [
        (Held.RESPONSIBLE, (7,)), (Held.ON_DUTY, (9,)), (Held.NOBODY, ())
    ]  # fmt: skip


def test_each_task_has_a_time_and_says_whose_word_that_is():
    for one in tasks_of(BARE, START, kept_since=BEFORE):
        assert one.due_at >= START
        assert one.source
    notice = next(
        one for one in tasks_of(BARE, START, kept_since=BEFORE) if one.kind is TaskKind.NOTICE
    )
    assert notice.due_at == START + timedelta(hours=24)
    assert not notice.is_overdue(notice.due_at)
    assert notice.is_overdue(notice.due_at + HOUR)


def test_clocks_of_an_order_from_before_such_records_were_kept_run_from_then():
    since = START + timedelta(days=400)
    found = tasks_of(BARE, since + HOUR, kept_since=since)
    assert min(one.due_at for one in found) == since


def test_ones_own_and_overdue_tasks_come_first():
    other = tasks_of(replace(BARE, order_id="O2", officer_ids=(8,)), START, kept_since=BEFORE)
    mine = tasks_of(BARE, START, kept_since=BEFORE)
    found = mine_first([*other, *mine], 7, START + HOUR)
    assert [one.order_id for one in found] == ["O1"] * 5 + ["O2"] * 5
    assert found[0].is_overdue(START + HOUR)


def test_only_both_proofs_together_tell_somebody_and_the_later_counts():
    assert told_at(told(START)) is None
    assert told_at(told(None, START)) is None
    assert told_at(told(START, START + HOUR)) == START + HOUR


def test_a_violation_is_marked_by_when_it_began():
    proof = told(START + HOUR, START + 2 * HOUR)
    marks = [mark_of(START + n * HOUR, proof, kept_since=BEFORE) for n in (0, 1, 2, 3)]
    assert marks == [Mark.NOT_YET, Mark.NOT_YET, Mark.TOLD, Mark.TOLD]


def test_an_order_from_before_proof_was_kept_and_a_store_that_keeps_none_mark_nothing():
    assert mark_of(START, told(), kept_since=START + HOUR) is Mark.BEFORE_KEPT
    assert mark_of(START, told(), kept_since=None) is Mark.BEFORE_KEPT
    assert mark_of(START, told(), kept_since=START) is Mark.NOT_YET


def test_what_the_tag_itself_was_counts_once_told_under_one_of_the_live_orders():
    first, second = told(), Told("O2", START, START, START)
    assert mark_of_tag(START, [first, second], kept_since=BEFORE) is Mark.TOLD
    assert mark_of_tag(START, [first], kept_since=BEFORE) is Mark.NOT_YET
    assert mark_of_tag(START, [], kept_since=BEFORE) is Mark.BEFORE_KEPT


@given(INSTANTS, MAYBE, MAYBE, INSTANTS)
def test_an_earlier_proof_never_makes_less_count(began, notice, induction, since):
    """Found on paper later, with an earlier date: what counted still counts."""
    before = mark_of(began, told(notice, induction), kept_since=since)
    sooner = told(notice and notice - HOUR, induction and induction - HOUR)
    if before is not Mark.NOT_YET:
        assert mark_of(began, sooner, kept_since=since) is before


@given(INSTANTS, MAYBE, MAYBE, st.booleans(), st.booleans(), INSTANTS)
def test_a_task_is_there_exactly_as_long_as_what_it_asks_for_is_missing(
    now, notice, induction, record, curfew, since
):
    facts = OrderFacts(1, "O1", START, None, notice, induction, None, record, None, curfew)
    found = set(kinds(facts, now, since))
    live = now >= START
    assert ("notice" in found) == (live and notice is None)
    assert ("induction" in found) == (live and induction is None)
    assert ("record" in found) == (live and not record)
    assert ("abuse_check" in found) == (live and curfew)
