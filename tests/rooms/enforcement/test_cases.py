"""From an upheld alert to its end: what is proposed, who decides it, what it rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from corrections_words import corrections, notices, officer, vary
from enforcement_words import Enforced, open_case, probation, steps
from waypost.access.values import Role
from waypost.errors import Conflict, NoSuchThing, Refused
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Enforced:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Enforced()
    town.run()
    return town


def cases():
    from waypost.enforcement.models import BreachCase

    return list(BreachCase.objects.order_by("pk"))


def alert_of(alert_id: int):
    from waypost.alerts.models import Alert

    return Alert.objects.get(pk=alert_id)


def upheld(town, when: str = "12:00") -> int:
    alert_id = town.in_the_park(when)
    town.uphold(alert_id)
    return alert_id


def proposal(case=None):
    from waypost.enforcement.weighing import proposal_of

    return proposal_of(case or open_case(), now=open_case().opened_at + timedelta(days=30))


def test_what_is_upheld_begins_a_case_with_a_clock_and_tells_the_responsible_officer(town):
    alert_id = town.in_the_park("12:00")
    assert cases() == []  # what nobody upheld is no breach
    town.uphold(alert_id)
    [case] = cases()
    assert (case.step, case.order_reference, steps(case)) == ("proposed", "O1", ["proposed"])
    assert case.due_at == at("+2 17:00")  # two working days after Monday
    assert notices("breach_proposed") == [f"officer:{town.responsible.officer_id}"]
    town.run()
    assert len(cases()) == 1


def test_a_warning_closes_the_alert_draws_up_the_letter_and_is_watched(town):
    from waypost.corrections.models import Statement
    from waypost.documents.models import Document

    alert_id = upheld(town)
    made = town.take("warning_given")
    alert = alert_of(alert_id)
    assert (alert.status, alert.outcome) == ("closed", "warning_given")
    assert sorted(Document.objects.values_list("kind", "media_type"))[0][0] == "warning_letter"
    assert len(made.document_ids) == 2
    kept = Statement.objects.get(reference=f"warning_given:{made.pk}")
    assert kept.recipients == [
        f"officer:{town.responsible.officer_id}",
        f"person:{alert.person_id}",
    ]
    assert steps(cases()[0]) == ["proposed", "warning_given"]


def test_a_second_failure_after_the_warning_must_be_referred_and_a_second_warning_is_refused(town):
    upheld(town)
    town.take("warning_given")
    upheld(town, "16:00")
    second = cases()[1]
    found = proposal(second)
    assert (found.step.value, found.must) == ("referred", True)
    with pytest.raises(Refused, match="must be referred"):
        town.take("warning_given", case=second)
    made = town.take("referred", case=second, tell=("the court at Hackney",))
    assert made.warned_step_id == cases()[0].steps.get(step="warning_given").pk


def test_the_officer_may_refer_without_a_warning_or_find_that_nothing_follows(town):
    first = upheld(town)
    town.take("referred", tell=("the court at Hackney",))
    assert alert_of(first).outcome == "breach"
    second = upheld(town, "16:00")
    town.take("no_action")
    assert alert_of(second).outcome == "no_action"


def test_a_case_goes_on_to_the_court_by_the_enforcement_officer_alone(town):
    upheld(town)
    town.take("referred", tell=("the court at Hackney",))
    with pytest.raises(Refused, match="enforcement officer"):
        town.take("information_laid", reference="01HA123", hearing_at=at("+9 10:00"))
    prosecutor = court_officer()
    with pytest.raises(Refused, match="date and time of the hearing"):
        town.take("information_laid", by=prosecutor, reference="01HA123")
    town.take("information_laid", by=prosecutor, reference="01HA123", hearing_at=at("+9 10:00"))
    assert open_case().due_at == at("+9 10:00")
    town.now = at("+9 12:00")
    heard = {"by": prosecutor, "decided_by": "Hackney Magistrates' Court"}
    town.take("hearing", outcome="adjourned", hearing_at=at("+16 10:00"), **heard)
    town.now = at("+16 12:00")
    town.take("hearing", outcome="proved", **heard)
    town.take("closed", by=prosecutor)
    assert steps(cases()[0])[1:] == [
        "referred", "information_laid", "hearing", "hearing", "closed",
    ]  # fmt: skip
    with pytest.raises(Conflict, match="closed"):
        town.take("closed", by=prosecutor, case=cases()[0])


def court_officer():
    from waypost.access.models import Organisation, Team
    from waypost.orders.models import Caseload, Person

    made = Organisation.objects.create(name="London Probation", kind="probation_region")
    team = Team.objects.create(organisation=made, name="Hackney")
    Caseload.objects.create(
        person=Person.objects.get(reference="P1"), team=team, from_at=at("00:00")
    )
    return officer("prosecutor", Role.COURT_REPORT_OFFICER, team)


def test_a_proposal_of_which_nothing_stands_is_taken_back_by_the_machine(town):
    upheld(town)
    vary(town, 1)
    [case] = cases()
    assert (case.step, case.closed_at is None) == ("withdrawn", False)
    assert steps(case) == ["proposed", "withdrawn"]


def test_where_somebody_acted_the_machine_tells_and_a_person_decides(town):
    upheld(town)
    town.take("referred", tell=("the court at Hackney",))
    vary(town, 1)
    case = cases()[0]
    assert (case.step, case.fell_told, case.closed_at) == ("referred", True, None)
    assert notices("breach_fell") == [f"officer:{town.responsible.officer_id}"]
    town.take("withdrawn")
    assert cases()[0].closed_at is not None


def test_a_warning_of_which_nothing_stands_is_corrected_to_the_person_and_the_officer(town):
    upheld(town)
    town.take("warning_given")
    vary(town, 1)
    [one] = corrections()
    assert {copy.recipient for copy in one.copies.all()} == {
        f"officer:{town.responsible.officer_id}", f"person:{cases()[0].person_id}",
    }  # fmt: skip
    assert not warnings_now(town)[0].stands


def warnings_now(town):
    from waypost.enforcement.weighing import warnings_of

    return warnings_of(cases()[0].person_id, "O1", now=town.now)


def test_a_warning_that_fell_forces_no_referral_and_who_has_the_report_hears_of_it(town):
    """The referral rests on the warning, too: whoever has the report is told when that falls."""
    from waypost.alerts import actions

    first = upheld(town)
    town.take("warning_given")
    upheld(town, "16:00")
    assert proposal(cases()[1]).must
    town.take("referred", case=cases()[1], tell=("the court at Hackney",))
    actions.reopen(first, by=town.centre, now=town.now, note="The bus was diverted.")
    actions.acknowledge(first, by=town.centre, now=town.now)
    actions.explain(first, by=town.centre, now=town.now, note="The bus was diverted.")
    actions.close(first, by=town.centre, now=town.now, outcome="reasonable_excuse")
    town.now += timedelta(minutes=1)
    town.run()
    told = {one.statement.reference.split(":")[0] for one in corrections()}
    assert told == {"warning_given", "referred"}
    upheld(town, "18:00")
    assert not proposal(cases()[2]).must


def test_while_it_is_contested_nothing_is_decided_on_it_and_nobody_is_chased(town):
    from waypost.alerts.contesting import contest

    alert_id = upheld(town)
    contest(
        alert_id, raised_by="the wearer", words="I was on the bus.", by=town.centre, now=town.now
    )
    assert proposal().step is None
    with pytest.raises(Refused, match="Nothing counts"):
        town.take("warning_given")
    town.now = at("+3 12:00")
    town.run()
    assert notices("breach_overdue") == []
    assert cases()[0].step == "proposed"


def test_a_step_that_is_overdue_is_told_once_a_day_until_it_is_taken(town):
    upheld(town)
    for day in ("+2 17:01", "+2 20:00", "+3 17:01"):
        town.now = at(day)
        town.run()
    assert notices("breach_overdue") == [f"officer:{town.responsible.officer_id}"] * 2
    town.take("no_action")
    town.now = at("+5 17:01")
    town.run()
    assert len(notices("breach_overdue")) == 2


def test_a_warning_counts_from_the_day_it_was_given_not_from_when_it_was_written_down(town):
    upheld(town)
    given = town.now + timedelta(hours=1)
    town.now += timedelta(days=3)
    made = town.take("warning_given", at_time=given)
    assert (made.at, made.recorded_at > made.at) == (given, True)
    upheld(town, "+3 16:00")
    with pytest.raises(Refused, match="not in the future"):
        town.take("referred", at_time=town.now + timedelta(days=1))


def test_somebody_elses_case_is_no_case_and_a_stale_form_moves_nothing(town):
    from waypost.enforcement.actions import Asked, take_step
    from waypost.enforcement.queries import case_page
    from waypost.enforcement.values import Step

    upheld(town)
    case = open_case()
    with pytest.raises(Refused):
        town.take("no_action", by=probation("stranger", persons=("P2",)))
    with pytest.raises(Conflict):
        take_step(
            case.pk, Asked(Step.NO_ACTION, town.now, "nothing"), by=town.responsible,
            now=town.now, expected_version=case.version - 1,
        )  # fmt: skip
    with pytest.raises(NoSuchThing):
        case_page(10**6, town.responsible, now=town.now)


def test_of_somebody_under_limited_access_a_case_exists_for_named_staff_alone(town):
    from waypost.enforcement.queries import case_page, cases
    from waypost.orders.models import Person

    upheld(town)
    Person.objects.update(limited=True)
    assert cases(town.centre, now=town.now).rows == ()
    with pytest.raises(NoSuchThing):
        case_page(open_case().pk, town.centre, now=town.now)


def test_a_step_cannot_have_been_taken_before_the_failure_that_it_is_for(town):
    upheld(town)
    with pytest.raises(Refused, match="before the failure began"):
        town.take("warning_given", at_time=at("11:00"))


def test_a_step_taken_in_the_minute_of_the_failure_is_not_before_it(town):
    """A form gives minutes, and a failure begins within one."""
    from waypost.enforcement.models import CaseGround

    upheld(town)
    CaseGround.objects.update(failed_at=at("12:00:40"))
    town.take("warning_given", at_time=at("12:00"))


def test_a_list_of_many_cases_asks_the_store_no_more_often_than_one_of_few(
    town, django_assert_max_num_queries
):
    from waypost.enforcement.models import BreachCase, CaseGround
    from waypost.enforcement.queries import cases

    upheld(town)
    first = open_case()
    ground = first.grounds.get()
    for number in range(40):
        made = BreachCase.objects.create(
            person=first.person, order_reference=f"X{number}", order_kind="community_order",
            opened_at=first.opened_at, step="proposed", step_at=first.opened_at,
            seen_police_at=first.seen_police_at,
        )  # fmt: skip
        CaseGround.objects.create(
            case=made, alert_id=ground.alert_id, failed_at=ground.failed_at,
            upheld_at=ground.upheld_at, added_at=ground.added_at,
        )  # fmt: skip
    with django_assert_max_num_queries(26):
        found = cases(town.responsible, now=town.now)
    assert (found.count, len(found.rows)) == (41, 41)
    assert {one.proposed.value for one in found.rows} == {"warning_given"}


def test_a_case_that_nobody_looked_at_for_days_tells_of_it_once(town):
    upheld(town)
    town.now = at("+8 12:00")
    town.run()
    assert notices("breach_overdue") == [f"officer:{town.responsible.officer_id}"]


def test_a_contest_that_comes_while_the_letter_is_drawn_stops_the_step(town, monkeypatch):
    """The letter would speak of what does not count; nothing of the step is kept."""
    from waypost.alerts.contesting import contest
    from waypost.documents.models import Document
    from waypost.enforcement import drawing

    first = upheld(town)
    other = case_with_a_second(town, first)
    draw = drawing.prepare

    def slow(*args, **more):
        drafted = draw(*args, **more)
        contest(other, raised_by="the wearer", words="I was at work.", by=town.centre, now=town.now)
        return drafted

    monkeypatch.setattr(drawing, "prepare", slow)
    with pytest.raises(Conflict):
        town.take("warning_given")
    assert cases()[0].step == "proposed"
    assert not Document.objects.exists()


def case_with_a_second(town, first: int) -> int:
    """A second upheld alert in the first one's proposal."""
    from waypost.alerts.models import Alert, AlertMove

    alert = Alert.objects.get(pk=first)
    alert.pk, alert.open_subject, alert.subject = None, "second", "second"
    alert.save()
    AlertMove.objects.create(alert=alert, at=town.now, what="upheld", to_status="upheld")
    town.run()
    assert cases()[0].grounds.count() == 2
    return int(alert.pk)


def test_no_fix_is_read_for_a_warning_letter(town):
    from waypost.access.models import AuditLine

    upheld(town)
    before = AuditLine.objects.filter(kind="track:viewed").count()
    town.take("warning_given")
    assert AuditLine.objects.filter(kind="track:viewed").count() == before


def test_what_added_up_to_its_limit_is_of_no_one_place_and_can_be_warned_of(town):
    """An alert that no violation stands behind by itself, like a limit of added-up absence."""
    from waypost.alerts.models import Alert
    from waypost.alerts.raising import raise_alone
    from waypost.alerts.values import AlertKind
    from waypost.orders.models import Person

    person_id = Person.objects.get(reference="P1").pk
    town.now = at("12:00")
    raise_alone(person_id, AlertKind.ATV_REACHED, at("11:59"), now=town.now, requirement="R2",
                about="O1:R2")  # fmt: skip
    town.uphold(Alert.objects.get(kind="atv_reached").pk)
    made = town.take("warning_given")
    assert len(made.document_ids) == 2
