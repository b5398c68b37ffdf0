"""Notifications to the police on the real store: who may what, what is said, what is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paper_words import docx_words, squeezed
from policing_words import TEXTS, Precinct
from waypost.access.models import AuditLine
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.policing.values import Act, Answer, Result, Side, Status
from worked_town import at

pytestmark = [pytest.mark.database]


@pytest.fixture
def town(db, tmp_path, settings) -> Precinct:
    settings.LAKE_URI = str(tmp_path / "lake")
    return Precinct()


def stored(number: int):
    from waypost.policing.models import Notification

    return Notification.objects.get(pk=number)


def page(number: int, by, when: str = "13:00"):
    from waypost.policing.queries import notification_page

    return notification_page(number, by, now=at(when))


def told(number: int) -> list[tuple[str, str]]:
    """Notices: template and whom."""
    from waypost.access.models import Officer
    from waypost.notices.models import Notice

    names = dict(Officer.objects.values_list("pk", "username"))
    rows = Notice.objects.filter(about=f"notification:{number}").order_by("pk")
    return [(one.template.removeprefix("notification_"), names[one.officer_id]) for one in rows]


def test_a_draft_is_the_machine_s_proposal_of_what_stands_and_no_more(town):
    number = town.drafted()
    found = page(number, town.mona)
    assert found.row.status is Status.DRAFTED
    assert found.facts.order_reference
    assert "Must not enter this place" in found.facts.requirement
    assert found.facts.violations[0].sentences[0] == "2 March 2026, 11:50:00 to 12:00:00 GMT." or (
        found.facts.violations[0].sentences[0].startswith("Since 2 March 2026, 11:50:00")
    )
    assert "Certain" in found.certainty
    assert len(found.places.fixes) == 3
    assert found.places.keep_out
    assert len(found.places.zones) == 1
    assert told(number) == []
    line = AuditLine.objects.get(kind="track:viewed")
    assert (line.purpose, line.officer_id) == ("enforcement", town.mona.officer_id)


def test_only_fixes_of_the_breach_and_half_an_hour_around_it_are_taken(town):
    town.now = at("10:00")
    town.send(("09:00", "street"), ("09:30", "home"), ("11:25", "street"), person=2)
    town.run()
    number = town.drafted()
    assert [f"{one.at:%H:%M}" for one in page(number, town.mona).places.fixes] == [
        "11:25", "11:50", "11:55", "12:00",
    ]  # fmt: skip


def test_nobody_of_the_force_knows_of_a_draft(town):
    from waypost.policing.actions import answer, receive
    from waypost.policing.queries import notifications

    number = town.drafted()
    with pytest.raises(NoSuchThing):
        page(number, town.reed)
    with pytest.raises(NoSuchThing):
        receive(number, by=town.reed, now=at("12:30"))
    with pytest.raises(NoSuchThing):
        answer(number, Answer.ARREST, "", by=town.reed, now=at("12:30"))
    assert notifications(town.reed, now=at("12:30")).mine == ()


def test_sending_asks_how_certain_it_is_and_what_has_been_tried(town):
    from dataclasses import replace

    from waypost.policing.actions import send

    number = town.drafted()
    for texts, said in (
        (replace(TEXTS, certainty="yes"), "how certain it is"),
        (replace(TEXTS, tried=""), "what has been tried"),
        (replace(TEXTS, what_happened=" "), "what happened"),
        (replace(TEXTS, tried="x" * 9000), "at most 8000"),
    ):
        with pytest.raises(Refused, match=said):
            send(number, texts, checked=True, by=town.mona, now=at("12:10"))
    with pytest.raises(Refused, match="certain enough"):
        send(number, TEXTS, checked=False, by=town.mona, now=at("12:10"))
    assert stored(number).status == Status.DRAFTED


def test_what_is_sent_is_kept_as_paper_watched_over_and_told_to_the_force_at_once(town):
    from waypost.alerts.models import StepDone
    from waypost.corrections.models import Statement
    from waypost.documents.queries import content_of
    from waypost.notices.models import Notice
    from waypost.notices.values import Weight

    number = town.sent()
    found = stored(number)
    assert (found.status, found.number, found.grave) == (Status.SENT, 1, True)
    assert found.receive_by == at("12:25")
    assert found.answer_by == at("+1 12:10")
    assert told(number) == [("sent", "reed")]
    assert Notice.objects.get(template="notification_sent").weight == Weight.NOW
    text = docx_words(content_of(found.docx_id))
    for words in (TEXTS.what_happened, TEXTS.tried, "Metropolitan", "The fixes", "12:25 GMT"):
        assert squeezed(words) in text
    statement = Statement.objects.get()
    assert statement.reference == f"police_notification:{number}"
    assert statement.recipients == [f"organisation:{town.force.pk}"]
    step = StepDone.objects.get(step="tell_police")
    assert (step.result, step.officer_id) == ("told", town.mona.officer_id)
    assert AuditLine.objects.filter(kind="notification:sent").count() == 1


def test_a_force_sees_what_was_sent_to_it_and_never_another_s_or_the_person(town):
    from waypost.policing.queries import notifications

    number = town.sent()
    seen = page(number, town.reed)
    assert (seen.side, seen.alert_id, seen.person_id, seen.told) == (Side.FORCE, None, None, ())
    assert [one.notification_id for one in notifications(town.reed, now=at("13:00")).mine] == [
        number
    ]
    for other in (town.essex, town.stray):
        listed = notifications(other, now=at("13:00"))
        assert listed.mine + listed.theirs + listed.over == ()
        with pytest.raises(NoSuchThing):
            page(number, other)


def test_a_practitioner_tells_of_their_own_cases_alone(town):
    from waypost.orders.models import Caseload, Person
    from waypost.policing.actions import draft

    alert = town.breach()
    with pytest.raises(Refused, match="not among yours"):
        draft(alert.pk, town.force.pk, by=town.pia, now=at("12:05"))
    Caseload.objects.create(
        person=Person.objects.get(pk=alert.person_id), officer_id=town.pia.officer_id,
        from_at=at("06:00"),
    )  # fmt: skip
    assert draft(alert.pk, town.force.pk, by=town.pia, now=at("12:05"))
    with pytest.raises(Refused, match="role does not carry"):
        draft(alert.pk, town.force.pk, by=town.reed, now=at("12:05"))


def test_of_somebody_under_limited_access_others_know_nothing_and_the_force_what_was_sent(town):
    from waypost.orders.models import Person
    from waypost.policing.queries import notifications

    number = town.sent()
    Person.objects.update(limited=True)
    with pytest.raises(NoSuchThing, match="no such notification"):
        page(number, town.mona)
    assert notifications(town.mona, now=at("13:00")).theirs == ()
    assert page(number, town.reed).facts.person_reference == "P2"


def test_an_alert_is_looked_at_before_the_police_are_told(town):
    from waypost.alerts.models import Alert
    from waypost.policing.actions import draft

    alert = town.breach()
    for status in ("raised", "acknowledged", "explained", "withdrawn"):
        Alert.objects.update(status=status)
        with pytest.raises(Refused, match="in hand or uphold"):
            draft(alert.pk, town.force.pk, by=town.mona, now=at("12:05"))
    Alert.objects.update(kind="sos_protected", status="in_hand")
    with pytest.raises(Refused, match="protected person"):
        draft(alert.pk, town.force.pk, by=town.mona, now=at("12:05"))


def test_a_force_is_told_of_an_alert_once(town):
    from waypost.policing.actions import discard, draft

    number = town.drafted()
    alert = stored(number).alert_id
    with pytest.raises(Conflict, match=f"Notification {number}"):
        draft(alert, town.force.pk, by=town.mona, now=at("12:06"))
    with pytest.raises(Refused, match="Choose the force"):
        draft(alert, 0, by=town.mona, now=at("12:06"))
    discard(number, by=town.mona, now=at("12:07"))
    assert draft(alert, town.force.pk, by=town.mona, now=at("12:08")) != number


def test_of_a_moving_exclusion_no_place_leaves(town):
    from waypost.alerts.models import Alert
    from waypost.policing.actions import draft

    alert = town.breach()
    Alert.objects.update(kind="moving_exclusion")
    places = page(draft(alert.pk, town.force.pk, by=town.mona, now=at("12:05")), town.mona).places
    assert (places.fixes, places.zones) == ((), ())
    assert "protected" in places.withheld_why
    assert not AuditLine.objects.filter(kind="track:viewed").exists()


def test_notes_of_calls_and_who_told_the_protected_person_are_not_taken(town):
    from waypost.alerts.stepping import tick
    from waypost.policing.actions import draft
    from waypost.policing.items import item_of

    alert = town.breach()
    secret = "she lives at 4 Elm Row"
    tick(alert.pk, "tell_victim_liaison", "told", by=town.mona, now=at("12:03"), note=secret)
    tick(alert.pk, "call_wearer", "no_answer", by=town.mona, now=at("12:04"), note=secret)
    number = draft(alert.pk, town.force.pk, by=town.mona, now=at("12:05"))
    said = str(item_of(stored(number)))
    assert "Call the wearer" in said
    assert "No answer" in said
    assert "Elm Row" not in said
    assert "liaison" not in said


def test_what_fell_since_the_draft_is_not_sent_and_what_grew_is(town):
    from waypost.monitoring.models import Violation
    from waypost.policing.actions import retake, send

    number = town.drafted()
    Violation.objects.update(version=7)
    assert page(number, town.mona).changed
    Violation.objects.update(certainty="possible")
    with pytest.raises(Refused, match="take them anew"):
        send(number, TEXTS, checked=True, by=town.mona, now=at("12:10"))
    retake(number, by=town.mona, now=at("12:11"))
    assert not page(number, town.mona).changed
    send(number, TEXTS, checked=True, by=town.mona, now=at("12:12"))
    assert stored(number).status == Status.SENT


def test_a_force_receives_asks_for_more_is_answered_and_decides_and_the_provider_sees_it(town):
    from waypost.policing.actions import answer, assess, close, receive, record_result, supply

    number = town.sent()
    receive(number, by=town.reed, now=at("12:20"))
    assert stored(number).receive_by is None
    assess(number, by=town.reed, now=at("12:30"))
    with pytest.raises(Refused, match="what more is wanted"):
        answer(number, Answer.MORE_WANTED, " ", by=town.reed, now=at("13:10"))
    answer(number, Answer.MORE_WANTED, "Who lives there?", by=town.reed, now=at("13:10"))
    found = stored(number)
    assert (found.status, found.answer_by, found.left) == (
        Status.MORE_WANTED, None, timedelta(hours=23),
    )  # fmt: skip
    assert found.supply_by == at("14:10")
    with pytest.raises(Refused, match="more wanted and cannot"):
        answer(number, Answer.ARREST, "", by=town.reed, now=at("13:20"))
    supply(number, "His sister.", by=town.mona, now=at("14:00"))
    found = stored(number)
    assert (found.status, found.answer_by, found.number) == (Status.ASSESSING, at("+1 13:00"), 2)
    answer(number, Answer.ARREST, "", by=town.reed, now=at("14:30"))
    record_result(number, Result.ARRESTED, "At 15:02.", by=town.reed, now=at("15:10"))
    seen = page(number, town.mona, "15:11")
    assert (seen.row.answer, seen.row.result, seen.acts) == (
        "arrest", "arrested", (Act.CORRECT, Act.WITHDRAW, Act.CLOSE),
    )  # fmt: skip
    close(number, by=town.mona, now=at("15:20"))
    assert [one.act for one in page(number, town.reed, "15:30").moves] == [
        Act.SEND, Act.RECEIVE, Act.ASSESS, Act.ASK_MORE, Act.SUPPLY, Act.ANSWER,
        Act.RECORD_RESULT, Act.CLOSE,
    ]  # fmt: skip
    assert told(number) == [
        ("sent", "reed"), ("more_wanted", "mona"), ("supplied", "reed"), ("answered", "mona"),
        ("result", "mona"),
    ]  # fmt: skip


def test_no_action_needs_its_reason_and_another_answer_says_why(town):
    from waypost.policing.actions import answer

    number = town.sent()
    with pytest.raises(Refused, match="why no action"):
        answer(number, Answer.NO_ACTION, "", by=town.reed, now=at("12:30"))
    answer(number, Answer.NO_ACTION, "Already in custody.", by=town.reed, now=at("12:30"))
    assert [one.act for one in page(number, town.reed).moves][1:] == [Act.RECEIVE, Act.ANSWER]
    with pytest.raises(Refused, match="why the answer is another"):
        answer(number, Answer.ARREST, "", by=town.reed, now=at("12:40"))
    answer(number, Answer.ARREST, "He was released.", by=town.reed, now=at("12:40"))
    assert stored(number).answer == Answer.ARREST
    with pytest.raises(Conflict, match="already"):
        answer(number, Answer.ARREST, "Again.", by=town.reed, now=at("12:41"))


def test_each_side_does_its_own_acts(town):
    from waypost.policing.actions import answer, receive, supply, withdraw

    number = town.sent()
    for by in (town.mona,):
        with pytest.raises(Refused, match="Only an officer of the force"):
            receive(number, by=by, now=at("12:30"))
        with pytest.raises(Refused, match="Only an officer of the force"):
            answer(number, Answer.ARREST, "", by=by, now=at("12:30"))
    with pytest.raises(Refused, match="Only the provider"):
        withdraw(number, "No.", by=town.reed, now=at("12:30"))
    with pytest.raises(Refused, match="Only the provider"):
        supply(number, "No.", by=town.reed, now=at("12:30"))


def test_two_who_act_on_what_they_saw_are_told_who_was_first(town):
    from waypost.policing.actions import assess, receive

    number = town.sent()
    version = stored(number).version
    receive(number, by=town.reed, now=at("12:30"), expected_version=version)
    with pytest.raises(Conflict):
        assess(number, by=town.reed, now=at("12:31"), expected_version=version)


def test_a_correction_is_a_new_paper_and_a_withdrawal_stays_open_until_the_force_knows(town):
    from waypost.policing.actions import answer, correct, note_withdrawal, withdraw

    number = town.sent()
    answer(number, Answer.ARREST, "", by=town.reed, now=at("12:30"))
    correct(number, "It was the north gate.", TEXTS, by=town.mona, now=at("12:40"))
    assert (stored(number).status, stored(number).number) == (Status.ANSWERED, 2)
    assert len(page(number, town.reed).documents) == 4
    with pytest.raises(Refused, match="why it is withdrawn"):
        withdraw(number, "", by=town.mona, now=at("12:50"))
    withdraw(number, "Late fixes place him elsewhere.", by=town.mona, now=at("12:50"))
    found = stored(number)
    assert (found.status, found.closed_at, found.result_by) == (Status.WITHDRAWN, None, None)
    note_withdrawal(number, "The search was called off.", by=town.reed, now=at("12:55"))
    found = stored(number)
    assert (found.status, found.closed_at, found.answer) == (Status.CLOSED, at("12:55"), "arrest")
    assert told(number)[2:] == [
        ("corrected", "reed"), ("withdrawn", "reed"), ("result", "mona"),
    ]  # fmt: skip


def test_a_clock_that_ends_is_told_once_and_the_next_runs_on(town):
    from waypost.jobs import due
    from waypost.policing.actions import answer
    from waypost.policing.clock_lane import fire_notifications
    from waypost.policing.moving import CLOCK_DUE

    number = town.sent()
    assert fire_notifications(at("12:24")) == 0
    assert fire_notifications(at("12:25")) == 1
    assert told(number)[1:] == [("late", "reed"), ("late", "mona")]
    assert fire_notifications(at("12:26")) == 0
    assert due.waiting(CLOCK_DUE, {str(number)})[str(number)].due_at == at("+1 12:10")
    assert page(number, town.mona).row.overdue
    answer(number, Answer.NO_ACTION, "In custody.", by=town.reed, now=at("12:30"))
    assert due.waiting(CLOCK_DUE, {str(number)}) == {}
    assert fire_notifications(at("+2 12:10")) == 0


def test_who_sent_it_is_told_of_nobody_they_may_no_longer_know(town):
    from waypost.orders.models import Person
    from waypost.policing.actions import answer

    number = town.sent()
    Person.objects.update(limited=True)
    answer(number, Answer.NO_ACTION, "In custody.", by=town.reed, now=at("12:30"))
    assert told(number) == [("sent", "reed")]


def test_papers_are_opened_by_both_sides_and_by_no_other_force(town):
    from waypost.documents.queries import document

    number = town.sent()
    paper = stored(number).pdf_id
    for by in (town.mona, town.reed):
        assert document(paper, by=by, now=at("13:00")).content.startswith(b"%PDF")
    for by in (town.essex, town.stray):
        with pytest.raises(NoSuchThing):
            document(paper, by=by, now=at("13:00"))


def test_later_fixes_that_take_it_back_correct_it_by_number_and_the_force_says_that_it_knows(town):
    from waypost.corrections import actions as corrections
    from waypost.monitoring.models import Violation

    number = town.sent()
    Violation.objects.update(withdrawn=True, version=9)
    assert corrections.correct(at("12:45")) == 1
    seen = page(number, town.reed)
    (one,) = seen.corrections
    assert (one.number, one.waits, one.copies[0].may_acknowledge) == (1, True, True)
    corrections.acknowledge(one.correction_id, by=town.reed, now=at("12:50"))
    assert not page(number, town.mona).corrections[0].waits
    assert page(number, town.mona).changed
