"""IOM written down by who may: cohorts, offers, conferences, tasks, intelligence; and kept from
others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from iom_words import DAY, REASONS, Unit
from oversight_words import NOW
from waypost.access.models import AuditLine
from waypost.access.queries import looks_to_tell
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.iom import actions, conference_queries, queries, task_queries
from waypost.iom.cohorts import Decided
from waypost.iom.conferring import Agreed
from waypost.iom.intelligence import Told
from waypost.iom.models import Action, AgendaItem, CohortDecision, Conference, Entry, Offer, Task
from waypost.iom.offering import Owed
from waypost.iom.profiling import aggregate_profile, cohort_profile
from waypost.iom.tasking import Asked
from waypost.iom.values import (
    ActionAct,
    Assessment,
    ConferenceAct,
    Criterion,
    DecidedBy,
    Handling,
    OfferAct,
    OfferStatus,
    Side,
    Source,
    Stage,
    Standing,
    TaskAct,
    TaskKind,
    TaskStatus,
)
from waypost.keeping.restricting import POLICY, Left
from waypost.notices.models import Notice

pytestmark = [pytest.mark.database, pytest.mark.django_db]
WORDS = "Said plainly, and in enough words."


@pytest.fixture
def unit() -> Unit:
    return Unit()


def kinds() -> list[str]:
    return list(AuditLine.objects.order_by("number").values_list("kind", flat=True))


def asked(unit: Unit, **more) -> Asked:
    given = {
        "kind": TaskKind.VISIT, "team_id": unit.police.pk, "asked": "Visit them at home on Friday.",
        "purpose": "To see how they are, and take the offer.",
        "necessity": "They answered no call in a week.", "handling": Handling.PERMITTED,
        "conditions": "", "return_by": NOW + 3 * DAY,
    }  # fmt: skip
    return Asked(**given | more)


def told(**more) -> Told:
    given = {
        "words": "Seen with somebody wanted for burglary.", "provenance": "A patrol’s report, 17.",
        "source": Source.RELIABLE, "assessment": Assessment.DIRECT,
        "handling": Handling.PERMITTED, "conditions": "", "organisation_ids": (),
        "known_at": NOW - DAY, "review_at": NOW + 28 * DAY,
    }  # fmt: skip
    return Told(**given | more)


# Cohorts


def test_a_selection_is_written_with_criteria_reasons_and_who_and_an_offer_is_owed(unit):
    unit.select()
    row = CohortDecision.objects.get()
    assert (row.from_standing, row.to_standing, row.decided_by) == (
        "out", "fixed", "Sergeant Quill"
    )  # fmt: skip
    assert row.criteria == ["neighbourhood_crime", "high_risk"]
    offer = Offer.objects.get()
    assert (offer.stage, offer.status) == ("selection", "owed")
    assert offer.due_at == NOW + 7 * DAY
    assert kinds()[-2:] == ["offer:owed", "cohort:decided"]


def test_history_is_kept_when_somebody_is_moved_and_deselected(unit):
    unit.select()
    person = unit.people["P1"]
    for version, to, criterion in ((1, Standing.FREE, Criterion.LEAVING),
                                   (2, Standing.OUT, Criterion.ORDER_ENDED)):  # fmt: skip
        decided = Decided(
            to, [criterion], REASONS, DecidedBy.MEETING, "The panel", NOW + version * DAY
        )
        actions.decide_cohort(person, decided, expected_version=version, by=unit.ida,
                              now=NOW + version * DAY)  # fmt: skip
    page = queries.person_page(person, unit.ida, now=NOW + 3 * DAY)
    assert page.standing is Standing.OUT
    assert [one.after for one in page.decisions] == [Standing.OUT, Standing.FREE, Standing.FIXED]
    assert queries.member_ids(unit.ida, now=NOW + 3 * DAY) == []
    assert set(Offer.objects.values_list("stage", flat=True)) == {"selection", "deselection"}


def test_two_who_decide_at_once_do_not_overwrite_each_other(unit):
    unit.select()
    with pytest.raises(Conflict, match="meanwhile"):
        unit.select(version=0)


def test_who_may_not_select_is_refused_and_the_limited_are_as_if_absent(unit):
    with pytest.raises(Refused):
        unit.select("P2")  # Una's
    with pytest.raises(NoSuchThing):
        unit.select("P3")
    with pytest.raises(Refused):
        unit.select(by=unit.pia)  # a practitioner reads cohorts, and decides none
    with pytest.raises(NoSuchThing):
        queries.person_page(unit.people["P3"], unit.ida, now=NOW)
    with pytest.raises(Refused):
        queries.person_page(unit.people["P1"], unit.adam, now=NOW)


def test_a_conflict_of_interest_keeps_a_coordinator_out(unit):
    from waypost.orders.interests import declare_interest

    unit.select()
    declare_interest(unit.people["P1"], "We were neighbours.", by=unit.ida, now=NOW)
    assert queries.member_ids(unit.ida, now=NOW) == []
    with pytest.raises(Refused, match="conflict of interest"):
        queries.person_page(unit.people["P1"], unit.ida, now=NOW)


def test_a_decision_of_a_time_to_come_is_refused(unit):
    decided = Decided(
        Standing.FREE, [Criterion.LEAVING], REASONS, DecidedBy.PERSON, "Quill", NOW + DAY
    )
    with pytest.raises(Refused, match="not come yet"):
        actions.decide_cohort(unit.people["P1"], decided, expected_version=0, by=unit.ida, now=NOW)
    assert not CohortDecision.objects.exists()


# Offers


def test_an_offer_is_made_declined_and_owed_again_with_its_story(unit):
    unit.select()
    number = Offer.objects.get().pk
    for version, act in enumerate((OfferAct.MAKE, OfferAct.DECLINE, OfferAct.OWE_AGAIN), 1):
        actions.move_offer(number, act, WORDS, expected_version=version, by=unit.pia, now=NOW)
    offer = Offer.objects.get()
    assert offer.status == OfferStatus.OWED
    assert [one.act for one in offer.moves.order_by("pk")] == ["make", "decline", "owe_again"]
    with pytest.raises(Conflict):
        actions.move_offer(number, OfferAct.MAKE, WORDS, expected_version=1, by=unit.pia, now=NOW)


def test_what_is_over_its_time_stands_on_one_list_and_leaves_it_when_done(unit):
    unit.select()
    later = NOW + 10 * DAY
    agreed = Agreed("Ring the hostel about a place.", "Probation", "Pia", NOW + DAY, "pia")
    action = actions.agree_action(unit.people["P1"], agreed, by=unit.ida, now=NOW)
    actions.send_task(unit.people["P1"], asked(unit), by=unit.ida, now=NOW)
    actions.enter_entry(unit.people["P1"], told(review_at=NOW + 2 * DAY), by=unit.ida, now=NOW)
    late = queries.late_list(unit.ida, now=later)
    assert [one.what for one in late] == ["action", "task", "review", "offer"]
    assert queries.late_list(unit.ida, now=NOW) == ()
    assert [one.what for one in queries.late_list(unit.pia, now=later)] == ["action", "offer"]
    actions.settle_action(action, ActionAct.DO, WORDS, expected_version=1, by=unit.pia, now=later)
    actions.move_offer(Offer.objects.get().pk, OfferAct.MAKE, WORDS, expected_version=1,
                       by=unit.pia, now=later)  # fmt: skip
    assert [one.what for one in queries.late_list(unit.ida, now=later)] == ["task", "review"]


def test_a_stage_reached_without_an_offer_is_owed_by_itself(unit):
    """An order that begins after selection is a stage; nobody has to remember it."""
    unit.select(at=NOW - 70 * DAY, now=NOW - 59 * DAY)
    later = NOW - 60 * DAY + 15 * DAY
    late = [one.what for one in queries.late_list(unit.ida, now=later)]
    assert "missing_offer" in late
    owed = Owed(Stage.COMMUNITY, "A mentor and a place to live.", "Probation", "Pia",
                NOW - 60 * DAY, NOW - 50 * DAY)  # fmt: skip
    actions.owe_offer(unit.people["P1"], owed, by=unit.pia, now=later)
    late = [one.what for one in queries.late_list(unit.ida, now=later)]
    assert late == ["offer", "offer"]


def test_the_same_offer_sent_twice_is_one(unit):
    unit.select()
    owed = Owed(Stage.COURT, "A letter for the court.", "Probation", "Pia", NOW, NOW + DAY)
    first = actions.owe_offer(unit.people["P1"], owed, by=unit.pia, now=NOW)
    assert actions.owe_offer(unit.people["P1"], owed, by=unit.pia, now=NOW) == first


# Conferences


def test_a_conference_goes_from_agenda_to_actions_and_minutes(unit):
    unit.select()
    number = unit.conference()
    page = conference_queries.conference_page(number, unit.ida, now=NOW)
    (item,) = page.items
    assert item.facts.days is not None
    assert item.facts.offers[0].startswith("Selection: Ida")
    actions.move_conference(number, ConferenceAct.HOLD, expected_version=1, by=unit.ida, now=NOW)
    actions.attend(number, "Probation", "Pia Okafor", present=True, by=unit.ida, now=NOW)
    actions.decide_item(item.item_id, "Stays in fixed for now.", expected_version=1, by=unit.ida,
                        now=NOW)  # fmt: skip
    agreed = Agreed("Meet the mentor before Friday.", "Probation", "Pia", NOW + DAY, "pia")
    actions.agree_action(unit.people["P1"], agreed, conference_id=number, by=unit.ida, now=NOW)
    pdf, docx = actions.draw_minutes(number, by=unit.ida, now=NOW)
    from waypost.documents.queries import content_of, document

    assert content_of(pdf)[:5] == b"%PDF-"
    assert document(docx, by=unit.ida, now=NOW).file_name.endswith(".docx")
    with pytest.raises(NoSuchThing):
        document(pdf, by=unit.una, now=NOW)
    version = Conference.objects.get().version
    actions.move_conference(number, ConferenceAct.CLOSE, next_at=NOW + 28 * DAY,
                            expected_version=version, by=unit.ida, now=NOW)  # fmt: skip
    first = queries.cohort_page(unit.ida, now=NOW + 2 * DAY)
    assert [one.what for one in first.agreed] == ["Meet the mentor before Friday."]
    assert first.agreed[0].overdue
    assert first.last.conference_id == number


def test_a_conference_is_not_closed_while_something_of_it_is_missing(unit):
    unit.select()
    number = unit.conference()
    actions.move_conference(number, ConferenceAct.HOLD, expected_version=1, by=unit.ida, now=NOW)

    def close(next_at=None):
        actions.move_conference(number, ConferenceAct.CLOSE, next_at=next_at, expected_version=2,
                                by=unit.ida, now=NOW)  # fmt: skip

    with pytest.raises(Refused, match="next conference"):
        close()
    with pytest.raises(Refused, match="written down yet of 1"):
        close(NOW + DAY)
    item = AgendaItem.objects.get()
    actions.decide_item(item.pk, WORDS, expected_version=1, by=unit.ida, now=NOW)
    with pytest.raises(Refused, match="who came"):
        close(NOW + DAY)


def test_another_units_conference_is_as_if_there_were_none(unit):
    unit.select()
    number = unit.conference()
    with pytest.raises(NoSuchThing):
        conference_queries.conference_page(number, unit.una, now=NOW)
    assert conference_queries.conferences(unit.una, now=NOW) == ()


def test_whom_a_coordinator_may_not_know_of_is_not_on_the_agenda_they_read(unit):
    """A second coordinator of the unit reads the agenda without a person who is not theirs."""
    from waypost.orders.interests import declare_interest

    unit.select()
    number = unit.conference()
    ian = unit.in_both("ian", unit.teams["Hackney"], unit.desk)
    declare_interest(unit.people["P1"], "We were neighbours.", by=ian, now=NOW)
    page = conference_queries.conference_page(number, ian, now=NOW)
    assert (page.items, page.row.people) == ((), 0)
    actions.move_conference(number, ConferenceAct.HOLD, expected_version=1, by=unit.ida, now=NOW)
    with pytest.raises(Refused):
        actions.draw_minutes(number, by=ian, now=NOW)


def test_somebody_under_limited_access_cannot_be_put_on_an_agenda(unit):
    with pytest.raises(NoSuchThing):
        unit.conference(people=("P3",))


def test_an_action_is_settled_by_its_owner_or_the_coordinator_alone(unit):
    unit.select()
    agreed = Agreed("Ring the hostel about a place.", "Probation", "Nia", NOW + DAY, "nia")
    number = actions.agree_action(unit.people["P1"], agreed, by=unit.ida, now=NOW)
    with pytest.raises(Refused, match="Only its owner"):
        actions.settle_action(number, ActionAct.DO, WORDS, expected_version=1, by=unit.pia, now=NOW)
    actions.settle_action(number, ActionAct.DO, WORDS, expected_version=1, by=unit.ida, now=NOW)
    assert Action.objects.get().settled_words == WORDS
    with pytest.raises(Refused, match="Nobody signs in"):
        actions.agree_action(
            unit.people["P1"], Agreed(WORDS, "Probation", "X Y", NOW + DAY, "nobody"),
            by=unit.ida, now=NOW,
        )  # fmt: skip


# Tasks of police teams


def test_a_task_is_sent_accepted_returned_and_closed_and_both_sides_are_told(unit):
    unit.select()
    number = actions.send_task(unit.people["P1"], asked(unit), by=unit.ida, now=NOW)
    assert Notice.objects.filter(about=f"iom_task:{number}").count() == 1
    page = task_queries.task_page(number, unit.sam, now=NOW)
    assert (page.side, page.person_id) == (Side.TEAM, None)
    actions.move_task(number, TaskAct.ACCEPT, "", expected_version=1, by=unit.sam, now=NOW)
    with pytest.raises(Refused, match="when the team was there"):
        actions.move_task(number, TaskAct.RETURN, WORDS, expected_version=2, by=unit.sam, now=NOW)
    at = NOW + timedelta(hours=5)
    actions.move_task(number, TaskAct.RETURN, "Spoken to at home, well.", found_at=at,
                      expected_version=2, by=unit.sam, now=at)  # fmt: skip
    row = Task.objects.get()
    assert (row.found, row.found_at, row.status) == ("Spoken to at home, well.", at, "returned")
    with pytest.raises(Refused, match="Only the unit"):
        actions.move_task(number, TaskAct.CLOSE, WORDS, expected_version=3, by=unit.sam, now=at)
    actions.move_task(number, TaskAct.CLOSE, WORDS, expected_version=3, by=unit.ida, now=at)
    assert Task.objects.get().status == TaskStatus.CLOSED


def test_another_police_team_and_another_unit_know_of_no_task(unit):
    unit.select()
    number = actions.send_task(unit.people["P1"], asked(unit), by=unit.ida, now=NOW)
    for who in (unit.sid,):
        with pytest.raises(NoSuchThing):
            task_queries.task_page(number, who, now=NOW)
        assert task_queries.task_list(who, now=NOW) == ()
    with pytest.raises(Refused):
        task_queries.task_page(number, unit.una, now=NOW)
    assert len(task_queries.task_list(unit.sam, now=NOW)) == 1


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"asked": "Look at 51.5422, -0.0595 at noon."}, "coordinates"),
        ({"necessity": "so"}, "nothing less"),
        ({"purpose": ""}, "what it is for"),
        ({"handling": Handling.CONDITIONS}, "conditions"),
        ({"return_by": NOW}, "by when the answer"),
        ({"team_id": 0}, "police team"),
    ],
)
def test_a_task_without_purpose_necessity_handling_or_with_a_place_is_refused(unit, more, why):
    unit.select()
    with pytest.raises(Refused, match=why):
        actions.send_task(unit.people["P1"], asked(unit, **more), by=unit.ida, now=NOW)
    assert not Task.objects.exists()


def test_nobody_outside_a_cohort_is_a_task_of_the_police(unit):
    with pytest.raises(Refused, match="in no cohort"):
        actions.send_task(unit.people["P1"], asked(unit), by=unit.ida, now=NOW)


def test_an_answer_that_does_not_come_is_late_after_a_day(unit):
    unit.select()
    actions.send_task(unit.people["P1"], asked(unit), by=unit.ida, now=NOW)
    (row,) = task_queries.task_list(unit.sam, now=NOW + DAY + timedelta(minutes=1))
    assert row.overdue
    assert not task_queries.task_list(unit.sam, now=NOW + DAY)[0].overdue


# Intelligence


def test_an_entry_with_conditions_is_seen_by_those_it_names_and_by_nobody_else(unit):
    unit.select()
    person = unit.people["P1"]
    actions.enter_entry(person, told(), by=unit.ida, now=NOW)
    closed = told(handling=Handling.CONDITIONS, conditions="For the unit alone.",
                  words="Owes money to somebody dangerous.")  # fmt: skip
    actions.enter_entry(person, closed, by=unit.ida, now=NOW)
    assert len(queries.person_page(person, unit.ida, now=NOW).entries) == 2
    (seen,) = queries.person_page(person, unit.pia, now=NOW).entries
    assert seen.entry.handling == "P"
    body = unit.teams["Hackney"].organisation_id
    actions.enter_entry(
        person, told(handling=Handling.CONDITIONS, conditions="For probation.",
                     organisation_ids=[body]), by=unit.ida, now=NOW,
    )  # fmt: skip
    assert len(queries.person_page(person, unit.pia, now=NOW).entries) == 2


def test_an_entry_that_is_not_theirs_to_see_is_as_if_there_were_none(unit):
    unit.select()
    closed = told(handling=Handling.CONDITIONS, conditions="For the unit alone.")
    number = actions.enter_entry(unit.people["P1"], closed, by=unit.ida, now=NOW)
    desk = unit.other_desk.organisation
    ina = unit.in_both("ina", unit.teams["Hackney"], unit.other_desk)
    assert desk.pk != unit.unit.pk
    with pytest.raises(NoSuchThing):
        actions.review_entry(number, WORDS, next_at=None, by=ina, now=NOW)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"handling": Handling.CONDITIONS}, "Code C needs"),
        ({"provenance": ""}, "where it came from"),
        ({"review_at": NOW}, "looked at again"),
        ({"review_at": NOW + 400 * DAY}, "looked at again"),
        ({"known_at": NOW + DAY}, "not come yet"),
        ({"words": "Was at 51.5422, -0.0595"}, "coordinates"),
    ],
)
def test_an_entry_without_its_marks_is_refused(unit, more, why):
    unit.select()
    with pytest.raises(Refused, match=why):
        actions.enter_entry(unit.people["P1"], told(**more), by=unit.ida, now=NOW)
    assert not Entry.objects.exists()


def test_an_entry_that_is_ended_stays_to_be_seen_and_is_reviewed_no_more(unit):
    unit.select()
    number = actions.enter_entry(unit.people["P1"], told(), by=unit.ida, now=NOW)
    actions.review_entry(number, WORDS, next_at=NOW + 56 * DAY, by=unit.ida, now=NOW)
    actions.review_entry(number, "It was somebody else.", next_at=None, by=unit.ida, now=NOW)
    assert Entry.objects.get().ended_why == "It was somebody else."
    with pytest.raises(Conflict):
        actions.review_entry(number, WORDS, next_at=None, by=unit.ida, now=NOW)


def test_the_wearer_is_never_told_of_intelligence_or_of_a_police_task(unit):
    """Neither in what they may have of their data, nor in who looked."""
    for label in ("iom.Entry", "iom.Task", "iom.TaskMove"):
        assert isinstance(POLICY[label], Left)
    unit.select()
    person = unit.people["P1"]
    actions.enter_entry(person, told(), by=unit.ida, now=NOW)
    actions.send_task(person, asked(unit), by=unit.ida, now=NOW)
    queries.person_page(person, unit.ida, now=NOW)
    said = {one.kind for one in looks_to_tell(person)}
    assert {"cohort:decided", "iom:viewed"} <= said
    assert not {one for one in said if one.startswith(("intelligence:", "task:"))}
    assert "intelligence:viewed" in kinds()


# Profiles


def test_a_coordinator_sees_persons_and_an_evaluator_no_small_number(unit):
    unit.select()
    found = cohort_profile(unit.ida, now=NOW)
    assert [one.standing for one in found.persons] == [Standing.FIXED]
    assert dict(found.rows)["people"] == (1, 0, 0, 1)
    for _, cells in aggregate_profile(unit.eva, now=NOW).rows:
        assert {one.count for one in cells} == {None}
    with pytest.raises(Refused):
        cohort_profile(unit.eva, now=NOW)
    with pytest.raises(Refused):
        aggregate_profile(unit.ida, now=NOW)


def test_counts_of_a_month_are_told_to_five_and_the_few_not_at_all(unit):
    """Seven in fixed and two in free: seven are told as five, two as nobody's business."""
    from waypost.orders.models import Person

    before = NOW - 20 * DAY
    for n in range(9):
        person = Person.objects.create(reference=f"C{n}", known_at=before)
        CohortDecision.objects.create(
            person=person, unit=unit.unit, from_standing="out", criteria=[], reasons="x",
            to_standing="fixed" if n < 7 else "free", by_meeting=True, decided_by="The panel",
            decided_at=before, recorded_at=before,
        )  # fmt: skip
    rows = dict(aggregate_profile(unit.eva, now=NOW).rows)
    assert [one.count for one in rows["people"]] == [5, None, None, 10]
    assert [one.count for one in rows["vulnerable"]] == [None] * 4


def test_custody_counts_from_what_is_recorded_of_stages(unit):
    unit.select(at=NOW - 40 * DAY)
    for stage, days in ((Stage.CUSTODY, 30), (Stage.RELEASE, 20)):
        owed = Owed(stage, "A visit of the mentor.", "Prison", "Officer Bell", NOW - days * DAY,
                    NOW - days * DAY + DAY)  # fmt: skip
        actions.owe_offer(unit.people["P1"], owed, by=unit.ida, now=NOW)
    (one,) = cohort_profile(unit.ida, now=NOW).persons
    assert one.custody_days == 10
