"""Whatever is done to a revision of the numbers, it moves only as NEXT says, and never alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.errors import Refused
from waypost.monitoring.parameter_lifecycle import (
    AHEAD_MAX,
    BY_TIME,
    NEXT,
    NOTICE_MIN,
    PREVIEW_AGE_MAX,
    STATUS_WORDS,
    TARGET,
    Act,
    Matter,
    Previewed,
    Status,
    allowed_acts,
    check_may_edit,
    decide,
    offered,
    standing,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
AUTHOR, OTHER = 7, 8
SEEN = Previewed("new", base_id=1, rules_version="2", ended_at=NOW - timedelta(hours=1))
PROPOSED = Matter(
    revision_id=3,
    status=Status.PROPOSED,
    author_id=AUTHOR,
    digest="new",
    latest_id=1,
    latest_digest="old",
    latest_from_at=None,
    effective_from=NOW + timedelta(hours=2),
    preview=SEEN,
    rules_version="2",
)
DRAFT = replace(PROPOSED, status=Status.DRAFT)
statuses, acts = st.sampled_from(list(Status)), st.sampled_from(list(Act))
matters = st.builds(
    replace,
    st.just(PROPOSED),
    status=statuses,
    preview=st.sampled_from([None, SEEN, replace(SEEN, digest="x"), replace(SEEN, base_id=9)]),
    effective_from=st.sampled_from([None, NOW, NOW + timedelta(hours=2), NOW + timedelta(days=99)]),
    latest_from_at=st.sampled_from([None, NOW + timedelta(days=1)]),
    digest=st.sampled_from(["new", "old"]),
)


def approve(matter: Matter, *, by: int | None = OTHER, reason: str = "seen") -> Status:
    return decide(matter, Act.APPROVE, by_id=by, reason=reason, now=NOW)


@given(matters, acts, st.sampled_from([None, AUTHOR, OTHER]), st.sampled_from(["", " ", "why"]))
def test_every_act_is_refused_or_a_move_of_the_table(matter, act, by, reason):
    try:
        after = decide(matter, act, by_id=by, reason=reason, now=NOW)
    except Refused:
        return
    assert after is TARGET[act]
    assert after in NEXT[matter.status]
    assert act in allowed_acts(matter.status)
    assert by is not None
    assert reason.strip()
    if act is Act.APPROVE:
        assert by != matter.author_id
        assert matter.preview == SEEN
        assert matter.effective_from >= NOW + NOTICE_MIN
    if act is Act.PROPOSE:
        assert by == matter.author_id


def test_no_officer_can_do_what_the_clock_does():
    assert not BY_TIME & set(TARGET.values())
    assert set(TARGET.values()) | BY_TIME == set(Status)


def test_every_state_is_reached_and_every_one_has_words():
    reached, edge = {Status.DRAFT}, {Status.DRAFT}
    while edge:
        edge = {after for one in edge for after in NEXT[one]} - reached
        reached |= edge
    assert reached == set(Status) == set(NEXT) == set(STATUS_WORDS)


def test_a_second_person_approves_and_the_machine_never():
    assert approve(PROPOSED) is Status.PUBLISHED
    with pytest.raises(Refused, match="somebody else must decide"):
        approve(PROPOSED, by=AUTHOR)
    with pytest.raises(Refused, match="another officer's"):
        approve(PROPOSED, by=None)
    with pytest.raises(Refused, match="Say why"):
        approve(PROPOSED, reason="  ")


@pytest.mark.parametrize(
    ("preview", "words"),
    [
        (None, "run the preview first"),
        (replace(SEEN, digest="of others"), "run the preview first"),
        (replace(SEEN, base_id=2), "Revision 1 was published since"),
        (replace(SEEN, rules_version="1"), "rules' code has changed"),
        (replace(SEEN, ended_at=NOW - PREVIEW_AGE_MAX - timedelta(seconds=1)), "older than 7 days"),
    ],
)
def test_only_what_was_seen_of_exactly_these_numbers_is_proposed_or_published(preview, words):
    for matter, act, by in ((DRAFT, Act.PROPOSE, AUTHOR), (PROPOSED, Act.APPROVE, OTHER)):
        with pytest.raises(Refused, match=words):
            decide(replace(matter, preview=preview), act, by_id=by, reason="why", now=NOW)


def test_the_same_numbers_again_are_nothing_to_publish():
    with pytest.raises(Refused, match="in force already"):
        approve(replace(PROPOSED, digest="old", preview=replace(SEEN, digest="old")))


@pytest.mark.parametrize(
    ("effective_from", "latest_from", "words"),
    [
        (None, None, "at the earliest"),
        (NOW - timedelta(days=1), None, "at the earliest"),
        (NOW + NOTICE_MIN - timedelta(seconds=1), None, "at the earliest"),
        (NOW + AHEAD_MAX + timedelta(seconds=1), None, "within the next 90 days"),
        (NOW + timedelta(hours=2), NOW + timedelta(hours=2), "a time after it"),
    ],
)
def test_nothing_comes_into_force_in_the_past_or_before_the_one_it_follows(
    effective_from, latest_from, words
):
    with pytest.raises(Refused, match=words):
        approve(replace(PROPOSED, effective_from=effective_from, latest_from_at=latest_from))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_the_time_offered_is_still_allowed_a_quarter_of_an_hour_later(now):
    later = now + timedelta(minutes=15)
    assert (offered(now).second, offered(now).microsecond) == (0, 0)
    matter = replace(PROPOSED, effective_from=offered(now), preview=replace(SEEN, ended_at=now))
    assert decide(matter, Act.APPROVE, by_id=OTHER, reason="seen", now=later) is Status.PUBLISHED


def test_what_is_about_to_come_into_force_or_is_followed_is_withdrawn_no_more():
    coming = replace(PROPOSED, status=Status.PUBLISHED, latest_id=3)
    withdraw = {"by_id": OTHER, "reason": "a mistake", "now": NOW}
    assert decide(coming, Act.WITHDRAW, **withdraw) is Status.WITHDRAWN
    near = replace(coming, effective_from=NOW + timedelta(minutes=14))
    with pytest.raises(Refused, match="about to come into force"):
        decide(near, Act.WITHDRAW, **withdraw)
    with pytest.raises(Refused, match="Revision 4 follows it"):
        decide(replace(coming, latest_id=4), Act.WITHDRAW, **withdraw)
    with pytest.raises(Refused, match="in force"):
        decide(replace(coming, status=Status.IN_FORCE), Act.WITHDRAW, **withdraw)


@given(
    st.one_of(st.none(), st.integers(-5, 5)),
    st.one_of(st.none(), st.integers(-5, 5)),
    st.integers(-6, 6),
)
def test_a_published_revision_is_in_force_from_its_instant_to_the_next_ones(start, after, at):
    def hour(count: int | None) -> datetime | None:
        return None if count is None else NOW + timedelta(hours=count)

    found = standing(Status.PUBLISHED, hour(start), hour(after), NOW + timedelta(hours=at))
    begun = start is None or start <= at
    expected = Status.PUBLISHED
    if begun:
        expected = Status.SUPERSEDED if after is not None and after <= at else Status.IN_FORCE
    assert found is expected


@given(statuses.filter(lambda one: one is not Status.PUBLISHED))
def test_time_moves_nothing_that_was_not_published(status):
    assert standing(status, None, NOW, NOW) is status


def test_only_a_draft_is_changed_and_only_by_its_author():
    check_may_edit(DRAFT, by_id=AUTHOR)
    with pytest.raises(Refused, match="Only its author"):
        check_may_edit(DRAFT, by_id=OTHER)
    for status in set(Status) - {Status.DRAFT}:
        with pytest.raises(Refused, match="cannot be changed"):
            check_may_edit(replace(DRAFT, status=status), by_id=AUTHOR)
