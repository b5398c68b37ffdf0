"""A match is opened for a reason, decided by one, agreed by another, referred; its outcome kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from review_words import AT, NOW, REASON, comes
from waypost.access.models import AuditLine
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.review import actions, queries
from waypost.review.models import Opening, Review, ReviewMove
from waypost.review.values import OPEN_FOR, Outcome, Status, Why

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_the_work_list_ranks_who_came_above_who_lives_there_and_names_nobody(hub):
    hub.run()
    found = queries.work_list(hub.petra, now=NOW)
    assert [one.review_id for one in found.rows] == [hub.review("CAME").pk, hub.review("LIVES").pk]
    assert found.rows[0].score > found.rows[1].score
    assert "CAME" not in repr(found)
    assert "Robin" not in repr(found)
    line = AuditLine.objects.get(kind="review:listed")
    assert (line.person_id, line.purpose) == (None, "crime_mapping")


def test_without_a_reason_that_says_something_nothing_is_opened(hub):
    hub.run()
    number = hub.review().pk
    with pytest.raises(Refused, match="a sentence, not a word"):
        actions.open_match(number, "because", by=hub.petra, now=NOW)
    page = queries.review_page(number, hub.petra, now=NOW)
    assert (page.named, page.match, page.track, page.acts) == (None, None, None, ())
    assert not Opening.objects.exists()
    assert not AuditLine.objects.filter(kind="review:viewed").exists()


def test_an_opening_names_the_wearer_to_its_officer_alone_and_for_a_shift(hub):
    hub.run()
    number = hub.opened("CAME", hub.petra)
    page = queries.review_page(number, hub.petra, now=NOW)
    assert (page.named.name, page.named.reference) == ("Robin Came", "CAME")
    assert (
        len(page.track.rows) == 30
    )  # no trail is in force: the padded window bears on it, no more
    assert page.track.held_back == 112
    assert page.opening.reason == REASON
    assert queries.review_page(number, hub.pip, now=NOW).named is None
    later = NOW + OPEN_FOR
    assert queries.review_page(number, hub.petra, now=later).named is None
    lines = AuditLine.objects.filter(kind__in=("review:opened", "review:viewed", "track:viewed"))
    assert {line.person_id for line in lines} == {hub.review().person_id}
    assert sorted(line.kind for line in lines) == ["review:opened", "review:viewed", "track:viewed"]


def test_what_is_usual_is_counted_in_days_before_the_offence(hub):
    hub.run()
    came = queries.review_page(hub.opened("CAME", hub.petra), hub.petra, now=NOW)
    lives = queries.review_page(hub.opened("LIVES", hub.petra), hub.petra, now=NOW)
    assert (came.usual.days_there, came.usual.enough) == (0, True)
    assert lives.usual.days_there == lives.usual.days == came.usual.days >= 6


def test_nothing_is_decided_of_a_match_that_is_not_open(hub):
    hub.run()
    with pytest.raises(Refused, match="Open this match first"):
        actions.qualify(hub.review().pk, "Worth it.", by=hub.petra, now=NOW)
    assert hub.review().status == Status.WAITING


def test_who_qualified_a_match_cannot_be_the_second_person(hub):
    from waypost.access.values import Posted, Role

    hub.run()
    number = hub.opened("CAME")
    actions.qualify(number, "Four fixes at the door.", by=hub.petra, now=NOW)
    both = Posted(
        hub.petra.officer_id, "Petra",
        frozenset({Role.POLICE_ANALYST, Role.AUTHORISING_OFFICER}),
    )  # fmt: skip
    with pytest.raises(Refused, match="Somebody else has to look at it"):
        actions.approve(number, "I agree with myself.", by=both, now=NOW)
    with pytest.raises(Refused):
        actions.approve(number, "An analyst agrees.", by=hub.pip, now=NOW)
    actions.approve(number, "The four fixes.", by=hub.avery, now=NOW)
    assert (hub.review().status, hub.review().approved_by_id) == (
        Status.APPROVED, hub.avery.officer_id,
    )  # fmt: skip


def test_a_match_that_a_newer_run_changed_is_not_approved_as_it_was(hub):
    delivery = hub.crimes()
    hub.run(delivery)
    number = hub.opened("CAME")
    actions.qualify(number, "Four fixes at the door.", by=hub.petra, now=NOW)
    hub.run(delivery)
    with pytest.raises(Refused, match="newer run changed this match"):
        actions.approve(number, "As it was.", by=hub.avery, now=NOW)
    actions.send_back(number, "It changed.", by=hub.avery, now=NOW)
    assert hub.review().status == Status.WAITING
    assert hub.review().qualified_by_id is None


def test_a_rejection_keeps_its_reason_and_can_be_taken_up_again(hub):
    hub.run()
    number = hub.opened("LIVES", hub.petra)
    actions.reject(number, Why.LIVES_THERE, "Home address of the order.", by=hub.petra, now=NOW)
    found = hub.review("LIVES")
    assert (found.status, found.why) == (Status.REJECTED, "lives_there")
    listed = queries.work_list(hub.petra, now=NOW)
    assert [one.review_id for one in listed.rows] == [hub.review("CAME").pk]
    actions.reopen(number, "The address was wrong.", by=hub.petra, now=NOW)
    assert hub.review("LIVES").status == Status.WAITING
    story = queries.story_of(hub.review("LIVES"))
    assert [(one.act, one.why) for one in story] == [("reject", "lives_there"), ("reopen", "")]


def test_a_unit_sees_what_was_referred_to_it_and_nothing_else(hub):
    hub.run()
    number = hub.approved()
    with pytest.raises(NoSuchThing):
        queries.review_page(number, hub.ida, now=NOW)
    assert queries.work_list(hub.ida, now=NOW, shown="agreed").count == 0
    actions.refer(number, hub.unit.pk, "Speak with the wearer.", by=hub.petra, now=NOW)
    assert queries.work_list(hub.ida, now=NOW, shown="agreed").count == 1
    assert queries.work_list(hub.iva, now=NOW, shown="agreed").count == 0
    with pytest.raises(NoSuchThing):
        queries.review_page(number, hub.iva, now=NOW)
    actions.open_match(number, "To plan the visit with the officer.", by=hub.ida, now=NOW)
    page = queries.review_page(number, hub.ida, now=NOW)
    assert page.named.reference == "CAME"
    assert [act.value for act in page.acts] == ["record_outcome"]


def test_a_unit_does_not_learn_of_whom_it_may_not_know_though_they_were_referred_to_it(hub):
    from waypost.orders.models import DeclaredInterest, Person

    hub.run()
    number = hub.approved()
    actions.refer(number, hub.unit.pk, "Speak with the wearer.", by=hub.petra, now=NOW)
    Person.objects.filter(reference="CAME").update(limited=True)
    assert queries.work_list(hub.ida, now=NOW, shown="agreed").count == 0
    with pytest.raises(NoSuchThing):
        queries.review_page(number, hub.ida, now=NOW)
    Person.objects.filter(reference="CAME").update(limited=False)
    assert queries.work_list(hub.ida, now=NOW, shown="agreed").count == 1
    DeclaredInterest.objects.create(
        person_id=hub.review().person_id, officer_id=hub.ida.officer_id, words="Kin.",
        declared_at=NOW,
    )  # fmt: skip
    assert queries.work_list(hub.ida, now=NOW, shown="agreed").count == 0
    with pytest.raises(NoSuchThing):
        actions.open_match(number, REASON, by=hub.ida, now=NOW)


def test_outcomes_are_added_by_the_unit_and_none_is_undone(hub):
    hub.run()
    number = hub.approved()
    actions.refer(number, hub.unit.pk, "Speak with the wearer.", by=hub.petra, now=NOW)
    actions.open_match(number, "To plan the visit with the officer.", by=hub.ida, now=NOW)
    for outcome in (Outcome.INTERVIEWED, Outcome.CHARGED, Outcome.EXONERATED):
        actions.record_outcome(number, outcome, "DC Ward, today.", by=hub.ida, now=NOW)
    assert hub.review().outcome == "exonerated"
    moves = ReviewMove.objects.filter(review=number).exclude(outcome="").order_by("pk")
    assert [one.outcome for one in moves] == ["interviewed", "charged", "exonerated"]


def test_two_who_act_at_once_do_not_undo_each_other(hub):
    hub.run()
    number = hub.opened("CAME", hub.petra, hub.pip)
    version = hub.review().version
    actions.reject(
        number, Why.OTHER, "Known elsewhere.", by=hub.petra, now=NOW, expected_version=version
    )
    with pytest.raises(Conflict):
        actions.qualify(number, "Worth it.", by=hub.pip, now=NOW, expected_version=version)
    assert hub.review().status == Status.REJECTED


def test_somebody_of_limited_access_is_not_even_counted(hub):
    hub.tags["HIDDEN"] = hub.wearer("HIDDEN", limited=True)
    hub.spend("HIDDEN", comes)
    hub.run()
    assert Review.objects.count() == 3
    assert queries.work_list(hub.petra, now=NOW).count == 2
    hidden = hub.review("HIDDEN").pk
    with pytest.raises(NoSuchThing):
        queries.review_page(hidden, hub.petra, now=NOW)
    with pytest.raises(NoSuchThing):
        actions.open_match(hidden, REASON, by=hub.petra, now=NOW)
    page = queries.review_page(hub.opened("CAME", hub.petra), hub.petra, now=NOW)
    assert [one.review_id for one in page.rivals] == [hub.review("LIVES").pk]


def test_somebody_out_of_scope_at_the_scene_leaves_no_trace(hub):
    hub.tags["BAIL"] = hub.wearer("BAIL", kind="court_bail")
    hub.spend("BAIL", comes)
    hub.run()
    bail = hub.tags["BAIL"]
    assert Review.objects.count() == 2
    assert not Review.objects.filter(person__reference="BAIL").exists()
    page = queries.review_page(hub.opened("CAME", hub.petra), hub.petra, now=NOW)
    with_bail = page.match.weighed["expected_by_chance"]
    assert bail not in hub.review().match.run.population
    steps = queries.funnel_page(
        hub.petra, now=NOW, from_at=AT - timedelta(days=1), to_at=AT + timedelta(days=1)
    )
    assert {step.name: step.count for step in steps}["Matches listed"] == 2
    from waypost.orders.models import Person

    Person.objects.get(reference="BAIL").delete()
    hub.run(hub.crimes(batch="MPS20260205"))
    again = queries.review_page(hub.opened("CAME", hub.petra), hub.petra, now=NOW)
    assert again.match.weighed["expected_by_chance"] == with_bail


def test_the_funnel_counts_each_step_and_says_where_there_is_not_enough_data(hub):
    hub.run()
    number = hub.approved()
    actions.refer(number, hub.unit.pk, "Speak with the wearer.", by=hub.petra, now=NOW)
    steps = queries.funnel_page(
        hub.petra, now=NOW, from_at=AT - timedelta(days=1), to_at=AT + timedelta(days=1)
    )
    assert [(step.name, step.count) for step in steps] == [
        ("Offences sent", 1),
        ("Offences with a match", 1),
        ("Matches listed", 2),
        ("Decided by an analyst", 1),
        ("Qualified", 1),
        ("Approved by a second person", 1),
        ("Referred", 1),
        ("Outcome known", 0),
    ]
    assert [step.of is None for step in steps] == [True, False, True, *[False] * 5]
    assert not steps[3].of.enough
    assert (steps[3].of.low, steps[3].of.high) == pytest.approx((0.0945, 0.9055), abs=1e-4)
