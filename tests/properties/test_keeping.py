"""What holds of periods, clocks and names, whatever they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.columns import Retention
from waypost.keeping import clocks
from waypost.keeping.proof import chained
from waypost.keeping.restricting import SOMEBODY, Names
from waypost.keeping.schedules import SCHEDULES, due_on, local_day, period_of
from waypost.keeping.values import PeriodVersion, PersonFacts, Scope
from waypost.orders.values import ActivationSpan, OrderKind
from waypost.positions.forgotten import ForgottenBook, ForgottenSpan
from waypost.units import ActivationNumber, ActivationRef, DeviceRef

NOW = datetime(2040, 6, 1, tzinfo=UTC)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2039, 1, 1)).map(
    lambda one: one.replace(tzinfo=UTC)
)
kinds = st.sampled_from([one.value for one in OrderKind])
ends = st.lists(st.tuples(kinds, instants), max_size=4).map(tuple)
versions = st.lists(
    st.builds(
        PeriodVersion, st.sampled_from([Retention.CASE, Retention.WHEREABOUTS]),
        st.just("") | kinds, st.integers(0, 240), st.integers(1, 900),
        st.dates(date(2020, 1, 1), date(2039, 1, 1)), st.integers(1, 99),
    ),
    max_size=4,
)  # fmt: skip


@given(ends, instants, versions)
def test_where_somebody_was_is_never_kept_longer_than_their_case(ends, known_at, versions):
    facts = PersonFacts(1, known_at, ends)
    places = due_on(Scope.WHEREABOUTS, facts, versions, now=NOW)
    whole = due_on(Scope.PERSON, facts, versions, now=NOW)
    assert places is not None
    assert whole is not None
    assert places <= whole


@given(ends, instants, versions, st.tuples(kinds, instants))
def test_one_more_order_never_lets_anything_go_sooner(ends, known_at, versions, more):
    before = due_on(Scope.PERSON, PersonFacts(1, known_at, ends), versions, now=NOW)
    after = due_on(Scope.PERSON, PersonFacts(1, known_at, (*ends, more)), versions, now=NOW)
    assert not ends or (before is not None and after is not None and after >= before)


@given(ends, instants, versions, st.sampled_from([None, NOW + timedelta(days=1)]))
def test_an_order_that_has_not_ended_holds_everything(ends, known_at, versions, end):
    live = PersonFacts(1, known_at, (*ends, ("licence", end)))
    asking = PersonFacts(1, known_at, ends, is_asking=True)
    for scope in (Scope.PERSON, Scope.WHEREABOUTS):
        assert due_on(scope, live, versions, now=NOW) is None
        assert due_on(scope, asking, versions, now=NOW) is None


@given(versions, kinds, st.dates(date(2020, 1, 1), date(2039, 1, 1)))
def test_an_agencys_own_period_counts_from_its_day_and_not_before(versions, kind, on):
    found = period_of(Retention.CASE, kind, versions, on)
    live = [
        one for one in versions
        if one.retention is Retention.CASE and one.kind in {"", kind} and one.from_on <= on
    ]  # fmt: skip
    if not live:
        schedule = SCHEDULES[Retention.CASE]
        assert found == schedule.by_kind.get(OrderKind(kind), schedule.period)
    else:
        assert (found.months, found.days) in {(one.months, one.days) for one in live}


@given(instants)
def test_a_request_is_due_on_a_working_day_after_at_least_a_month(asked_at):
    due = clocks.due_at(asked_at)
    last = clocks.last_day(due)
    assert clocks.is_working_day(last)
    assert 28 <= (last - local_day(asked_at)).days <= 38
    assert clocks.due_at(asked_at, is_extended=True) > due
    look = clocks.next_look(due, now=asked_at)
    assert look is not None
    assert asked_at < look <= due


names_of = st.from_regex(r"[abcé]{3,6}([ '-][abc]{2,4})?", fullmatch=True)


@given(st.lists(names_of, min_size=1, max_size=5), st.text())
def test_no_name_is_left_in_any_text(names, text):
    taken = Names(names).taken_out
    sentence = f"{text} {names[0]}, said {names[-1].upper()}."
    out = taken({"a": [sentence, {"b": sentence}], "c": 5})
    for said in (out["a"][0], out["a"][1]["b"]):
        assert SOMEBODY in said
        assert taken(said) == said
    assert out["c"] == 5


@given(st.lists(st.lists(st.tuples(st.text(), st.integers()), min_size=1), min_size=1, max_size=6))
def test_the_digest_of_keys_depends_on_each_of_them(slices):
    def whole(some):
        digest = ""
        for keys in some:
            digest = chained(digest, keys)
        return digest

    changed = [*slices[:-1], [*slices[-1], ("x", 1)]]
    assert whole(slices) == whole([list(keys) for keys in slices])
    assert whole(changed) != whole(slices)


@given(
    st.integers(0, 50), st.integers(1, 50), st.integers(0, 100), st.integers(0, 60),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_what_was_deleted_is_let_in_for_nobody_but_who_wore_the_tag_later(
    start, length, measured, fitted, is_own, is_worn
):
    base = datetime(2026, 1, 1, tzinfo=UTC)

    def day(count):
        return base + timedelta(days=count)

    gone = ForgottenSpan(7, "D", day(start), day(start + length))
    number = ActivationNumber(7 if is_own else 8)
    worn = ActivationSpan(ActivationRef("A"), DeviceRef("D"), day(fitted), None, number)
    held = ForgottenBook([gone]).holds("D", day(measured), worn if is_worn else None)
    inside = start <= measured < start + length
    theirs = is_worn and not is_own and fitted > start
    assert held == (inside and not theirs)
    assert not ForgottenBook([gone]).holds("E", day(measured), None)
