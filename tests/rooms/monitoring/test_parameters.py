"""The rules' numbers in the store: their life, who may do what, and what judging makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

import worked_town
from parameter_words import AUTHOR, MONA, OTHER, PATIENT, draft, move, preview, publish
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.monitoring.actions import (
    ask_preview,
    change_draft,
    draft_revision,
    first_revision,
    mark_persons,
    move_revision,
)
from waypost.monitoring.models import (
    Dirty,
    ParameterMove,
    ParameterRevision,
    PersonState,
    Violation,
)
from waypost.monitoring.parameter_lifecycle import Act, Status
from waypost.monitoring.parameter_queries import revision_page, revisions, timeline
from waypost.rules.parameter_form import parameters_of
from waypost.rules.values import Parameters
from worked_town import Town, alerts, at, standing

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Town:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Town()
    town.run()
    return town


def lines() -> list[str]:
    kinds = AuditLine.objects.filter(kind__startswith="parameters:").order_by("number")
    return list(kinds.values_list("kind", flat=True))


def judged_by() -> list[str]:
    """Violations with the revision that judged them."""
    rows = Violation.objects.filter(withdrawn=False).order_by("from_at", "pk")
    return [
        f"{worked_town.clock_text(row.from_at)}-{worked_town.clock_text(row.to_at)} "
        f"{row.certainty} by {row.parameter_revision_id}"
        for row in rows
    ]


def test_a_fresh_store_starts_with_revision_1_published_by_waypost_from_the_beginning(town):
    (first,) = ParameterRevision.objects.all()
    assert (first.status, first.effective_from, first.author_id) == ("published", None, None)
    assert parameters_of(first.values) == Parameters()
    assert lines() == ["parameters:published"]
    town.new_worker()
    assert first_revision(now=town.now) == first.pk
    assert ParameterRevision.objects.count() == ParameterMove.objects.count() == 1
    assert timeline().at(at("08:00")).revision_id == first.pk


def test_a_revision_is_written_tried_proposed_and_published_and_each_step_has_its_line(town):
    number = publish(town.now, at("14:00"))
    row = ParameterRevision.objects.get(pk=number)
    assert (row.status, row.author_id, row.approver_id) == ("published", 71, 72)
    assert (row.effective_from, row.published_at) == (at("14:00"), town.now)
    assert row.preview_id == row.previews.get().pk
    assert lines()[1:] == [
        "parameters:drafted", "parameters:preview_asked", "parameters:previewed",
        "parameters:proposed", "parameters:published",
    ]  # fmt: skip
    assert [move.to_status for move in row.moves.order_by("pk")] == [
        "draft", "proposed", "published",
    ]  # fmt: skip
    page = revision_page(number, MONA, now=at("13:59"))
    assert page.revision.status is Status.PUBLISHED
    assert [(one.name, one.before, one.after) for one in page.differences] == [
        ("gap_min", "15 minutes", "60 minutes")
    ]
    assert [one.status for one in revisions(MONA, now=at("14:00"))] == [
        Status.IN_FORCE, Status.SUPERSEDED,
    ]  # fmt: skip


def test_a_running_worker_goes_by_the_new_numbers_from_their_instant_and_judges_nobody_again(town):
    """A silence before 20:30 may last 15 minutes, one that begins later an hour."""
    town.send(("08:00", "home"))
    town.run()
    states = dict(PersonState.objects.values_list("person_id", "version"))
    digests = dict(PersonState.objects.values_list("person_id", "plan_digest"))
    number = publish(town.now, at("20:30"))
    town.run()
    assert Dirty.objects.count() == 0
    assert dict(PersonState.objects.values_list("person_id", "version")) == states
    for minute in range(0, 12, 4):
        town.now = at(f"18:{40 + minute}")
        town.send((f"18:{40 + minute}", "home"))
        town.run()
    town.run_to("19:31")
    assert standing() == ["P1 R2 19:00- cannot_tell"]
    town.now = at("20:36")
    town.send(("20:00", "home"), ("20:12", "home"), ("20:24", "home"), ("20:36", "home"))
    town.run()
    town.now = at("21:20")
    town.send(("21:20", "home"), ("21:21", "home"))
    town.run()
    town.now = at("22:40")
    town.send(("22:40", "home"))
    town.run()
    first = ParameterRevision.objects.order_by("pk").first().pk
    assert judged_by() == [
        f"19:00-20:00 cannot_tell by {first}",
        f"21:21-22:40 cannot_tell by {number}",
    ]
    assert dict(PersonState.objects.values_list("person_id", "plan_digest")) == digests


def test_judging_the_whole_past_again_gives_what_was_judged_live_over_the_change(town):
    """The late lane folds from the orders' start, by the numbers that were in force when."""
    number = publish(town.now, at("21:00"), replace(PATIENT, merge_within=timedelta(minutes=1)))
    for clock in ("18:55", "19:05", "19:40", "20:20", "20:50"):
        town.now = at(clock)
        town.send((clock, "home" if clock != "20:20" else "street"))
        town.run()
    town.now = at("21:30")
    town.send(("21:10", "street"), ("21:12", "street"), ("21:29", "home"))
    town.run()
    town.run_to("22:40")
    before, named = worked_town.everything(), judged_by()
    assert {line.rpartition(" ")[2] for line in named} == {str(number), str(number - 1)}
    for person_id in PersonState.objects.values_list("person_id", flat=True):
        mark_persons({person_id: at("08:00")}, reason="late", now=town.now)
    town.worker = town.new_worker()
    town.run()
    assert worked_town.everything() == before
    assert judged_by() == named


def test_one_stay_over_the_change_is_one_row_and_calls_once(town):
    publish(town.now, at("10:30"), replace(PATIENT, confirm_within=timedelta(minutes=5)))
    for clock in ("10:20", "10:24", "10:28", "10:32", "10:36"):
        town.now = at(clock)
        town.send((clock, "park"), person=2)
        town.run()
    town.now = at("10:40")
    town.send(("10:40", "street"), person=2)
    town.run()
    assert standing() == ["P2 R1 10:20-10:40 certain"]
    assert alerts() == ["P2 exclusion certain raised"]
    reasons = Violation.objects.get().reasons
    number = ParameterRevision.objects.order_by("pk").last().pk
    assert f"Judged by parameter revision {number} from 2026-03-02 10:30:00 UTC." in reasons


def test_a_revision_withdrawn_before_its_time_never_judges_anything(town):
    number = publish(town.now, at("18:00"))
    town.run()
    assert len(town.worker.book.timeline.entries) == 2
    move(number, "withdraw", town.now, by=MONA)
    town.run()
    assert len(town.worker.book.timeline.entries) == 1
    town.run_to("18:58")
    town.send(("18:58", "home"))
    town.run_to("19:40")
    assert standing() == ["P1 R2 19:00- cannot_tell"]


def test_the_author_does_not_approve_and_no_revision_is_published_unseen(town):
    number = draft(town.now)
    with pytest.raises(Refused, match="run the preview first"):
        move(number, "propose", town.now, by=AUTHOR)
    preview(number, town.now)
    with pytest.raises(Refused, match="Only its author proposes"):
        move(number, "propose", town.now, by=OTHER)
    move(number, "propose", town.now, by=AUTHOR)
    with pytest.raises(Refused, match="somebody else must decide"):
        move(number, "approve", town.now, by=AUTHOR, at=at("14:00"))
    with pytest.raises(Refused, match="15 minutes from now"):
        move(number, "approve", town.now, by=OTHER, at=at("08:14"))
    move(number, "refuse", town.now, by=MONA)
    assert ParameterRevision.objects.get(pk=number).status == "draft"
    assert lines()[-1] == "parameters:refused"


def test_what_was_proposed_or_published_is_changed_by_nobody(town):
    number = publish(town.now, at("14:00"))
    with pytest.raises(Refused, match="copy it to a new draft"):
        change_draft(number, Parameters(), "other", version=3, by=AUTHOR, now=town.now)
    with pytest.raises(Refused, match="cannot approve"):
        move(number, "approve", town.now, by=OTHER, at=at("15:00"))
    assert parameters_of(ParameterRevision.objects.get(pk=number).values) == PATIENT


def test_a_draft_is_changed_by_its_author_and_its_preview_holds_no_longer(town):
    number = draft(town.now)
    preview(number, town.now)
    other = replace(PATIENT, gap_min=timedelta(minutes=45))
    with pytest.raises(Refused, match="Only its author"):
        change_draft(number, other, "no", version=1, by=OTHER, now=town.now)
    change_draft(number, other, "Less.", version=1, by=AUTHOR, now=town.now)
    with pytest.raises(Conflict):
        change_draft(number, PATIENT, "Again.", version=1, by=AUTHOR, now=town.now)
    with pytest.raises(Refused, match="run the preview first"):
        move(number, "propose", town.now, by=AUTHOR)


def test_of_two_officers_who_decide_at_once_the_second_is_told(town):
    number = draft(town.now)
    preview(number, town.now)
    move(number, "propose", town.now, by=AUTHOR)
    seen = {"reason": "seen", "effective_from": at("14:00"), "version": 2, "now": town.now}
    move_revision(number, Act.APPROVE, by=OTHER, **seen)
    with pytest.raises(Refused, match="approved and not yet in force"):
        move_revision(number, Act.REFUSE, by=MONA, **seen)
    with pytest.raises(Conflict):
        move_revision(number, Act.WITHDRAW, by=MONA, **seen)


def test_what_was_previewed_against_an_older_revision_is_previewed_again(town):
    number = draft(town.now, replace(PATIENT, gap_min=timedelta(minutes=30)))
    preview(number, town.now)
    newer = publish(town.now, at("14:00"))
    with pytest.raises(Refused, match=f"Revision {newer} was published since"):
        move(number, "propose", town.now, by=AUTHOR)
    preview(number, town.now)
    move(number, "propose", town.now, by=AUTHOR)
    with pytest.raises(Refused, match="a time after it"):
        move(number, "approve", town.now, by=OTHER, at=at("13:00"))
    move(number, "approve", town.now, by=OTHER, at=at("15:00"))
    assert [one.from_at for one in timeline().entries] == [None, at("14:00"), at("15:00")]


def test_the_store_itself_keeps_two_revisions_from_one_instant(town):
    publish(town.now, at("14:00"))
    row = ParameterRevision.objects.order_by("pk").last()
    for effective_from in (at("14:00"), None):
        row.pk, row.effective_from = None, effective_from
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_nothing_comes_into_force_before_what_has_been_judged_already(town):
    """A history with times to come was brought in: what it judged stays judged."""
    number = draft(town.now)
    preview(number, town.now)
    move(number, "propose", town.now, by=AUTHOR)
    PersonState.objects.update(folded_to=at("16:00"))
    with pytest.raises(Refused, match="judged already"):
        move(number, "approve", town.now, by=OTHER, at=at("16:00"))
    move(number, "approve", town.now, by=OTHER, at=at("16:01"))


def test_no_reason_no_draft_and_no_act(town):
    with pytest.raises(Refused, match="Say why"):
        draft_revision(PATIENT, "  ", by=AUTHOR, now=town.now)
    number = draft(town.now)
    with pytest.raises(Refused, match="Say why"):
        move_revision(number, Act.WITHDRAW, " ", version=1, by=OTHER, now=town.now)
    with pytest.raises(NoSuchThing):
        move_revision(2**70, Act.WITHDRAW, "why", version=1, by=OTHER, now=town.now)


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.ADMINISTRATOR])
def test_only_an_administrator_writes_and_only_they_and_the_centre_approve(town, role):
    by = Posted(99, "Some Body", frozenset({role}))
    number = draft(town.now)
    for act in (
        lambda: draft_revision(PATIENT, "why", by=by, now=town.now),
        lambda: change_draft(number, PATIENT, "why", version=1, by=by, now=town.now),
        lambda: ask_preview(number, None, by=by, now=town.now),
    ):
        with pytest.raises(Refused, match="does not carry parameter:write"):
            act()
    if role is not Role.MONITORING_OFFICER:
        with pytest.raises(Refused, match="does not carry parameter:approve"):
            move(number, "withdraw", town.now, by=by)
    if role in {Role.MONITORING_OFFICER, Role.DATA_PROTECTION_OFFICER}:
        assert revision_page(number, by, now=town.now).acts in ((Act.WITHDRAW,), ())
    else:
        with pytest.raises(Refused, match="does not carry parameter:read"):
            revisions(by, now=town.now)


def test_waypost_itself_proposes_and_approves_nothing(town):
    number = draft(town.now)
    preview(number, town.now)
    for act in ("propose", "withdraw"):
        with pytest.raises(Refused, match="another officer's"):
            move(number, act, town.now, by=MACHINE)
