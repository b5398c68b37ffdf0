"""Goals, complaints, questions, letters: the wearer's own voice, and who may hear what of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from asking_words import BEGAN, NOW, officer, wearer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.evaluation.cells import cell
from waypost.notices.models import Notice
from waypost.orders.models import Caseload
from waypost.voice import answering, complaints, lifecycle, questions
from waypost.voice.goals import GoalWritten, own_goals, write_goal
from waypost.voice.lane import VoiceLane
from waypost.voice.letters import give_letter, open_letter, own_letters
from waypost.voice.models import Goal, Questionnaire, WayIn
from waypost.voice.values import MOVES, NEXT, About, Act, GoalState, Side, Stage, Status

PHRASE = "four words and a river"
pytestmark = [pytest.mark.database]


def test_every_move_of_a_complaint_stands_in_the_one_table():
    for act, (before, after, _) in MOVES.items():
        for status in Status:
            assert lifecycle.leads_on(status, act) == (status in before)
            if status in before:
                assert after in NEXT[status]
                assert lifecycle.decide(status, act) is after


def test_question_sets_cover_both_sides_at_every_stage_and_name_each_question_once():
    assert {(one.side, one.stage) for one in questions.sets()} == {
        (side, stage) for side in Side for stage in Stage
    }
    for one in questions.sets():
        names = [asked.name for asked in one.questions]
        assert len(names) == len(set(names))
        assert all(len(values) == len(set(values)) for values in (
            [value for value, _ in asked.choices] for asked in one.questions
        ))  # fmt: skip


def test_stages_fall_due_by_the_order_and_a_short_one_has_no_middle():
    day = timedelta(days=1)
    end = BEGAN + 100 * day
    assert questions.due_at(Stage.START, BEGAN, end) == BEGAN + 14 * day
    assert questions.due_at(Stage.MIDDLE, BEGAN, end) == BEGAN + 50 * day
    assert questions.due_at(Stage.END, BEGAN, end) == end - 14 * day
    assert questions.due_at(Stage.MIDDLE, BEGAN, BEGAN + 40 * day) is None
    assert questions.due_at(Stage.MIDDLE, BEGAN, None) is None
    assert questions.due_at(Stage.START, BEGAN, BEGAN + 3 * day) == BEGAN + 3 * day


def test_answers_are_read_by_what_was_asked_and_what_is_skipped_is_left_out():
    asked = questions.newest(Side.WEARER, Stage.START)
    said = {"choice-told": "yes", "words-worry": " my job ", "words-help": "", "choice-x": "1"}
    assert questions.read_answers(asked, said) == {
        "told": {"choice": "yes"}, "worry": {"words": "my job"},
    }  # fmt: skip
    with pytest.raises(Refused, match="Choose one"):
        questions.read_answers(asked, {"choice-told": "perhaps"})


@pytest.fixture
def town(db):
    cache.clear()
    person = wearer()
    return {
        "person": person,
        "perrin": officer("perrin", of=person),
        "robin": officer("robin", Role.WEARER, own=person),
        "ada": officer("ada", Role.AUTHORISING_OFFICER),
        "dora": officer("dora", Role.DATA_PROTECTION_OFFICER),
        "eve": officer("eve", Role.PROGRAMME_EVALUATOR),
    }


@pytest.mark.django_db
def test_a_goal_is_changed_as_a_version_and_its_officer_reads_it(town):
    number = write_goal(GoalWritten("Keep my job"), by=town["robin"], now=NOW)
    changed = GoalWritten("Keep my job and my flat", GoalState.REACHED, number, 1)
    write_goal(changed, by=town["robin"], now=NOW)
    with pytest.raises(Conflict):
        write_goal(changed, by=town["robin"], now=NOW)
    [goal] = own_goals(town["robin"], now=NOW)
    assert (goal.words, goal.version, goal.state) == (changed.words, 2, GoalState.REACHED)
    assert Goal.objects.count() == 2
    with pytest.raises((NoSuchThing, Refused)):
        write_goal(GoalWritten("Not mine"), by=town["perrin"], now=NOW)


@pytest.mark.django_db
def test_whom_a_complaint_is_about_neither_answers_nor_reads_it(town):
    Caseload.objects.create(
        person_id=town["person"], officer_id=town["ada"].officer_id, from_at=BEGAN
    )
    number = complaints.complain(
        About.OFFICER, "She does not listen.", officer_id=town["ada"].officer_id,
        by=town["robin"], now=NOW,
    )  # fmt: skip
    assert not complaints.complaints_for(town["ada"], now=NOW)
    for act in (
        lambda: complaints.complaint_page(number, town["ada"], now=NOW),
        lambda: complaints.answer(number, "No.", by=town["ada"], now=NOW, expected_version=1),
    ):
        with pytest.raises(Refused, match="about you"):
            act()
    told = set(Notice.objects.values_list("recipient", flat=True))
    assert told == {f"officer:{town['dora'].officer_id}"}
    with pytest.raises(Refused, match="does not carry"):
        complaints.complaint_page(number, town["perrin"], now=NOW)
    assert len(complaints.complaints_for(town["dora"], now=NOW)) == 1


@pytest.mark.django_db
def test_a_second_answer_comes_from_somebody_else_and_a_late_one_is_told_once(town):
    number = complaints.complain(About.TAG, "It hurts.", by=town["robin"], now=NOW)
    clock = [NOW + timedelta(days=13)]
    lane = VoiceLane(lambda: clock[0])
    assert not lane.round()
    clock[0] = NOW + timedelta(days=15)  # ten working days, to 17:00
    assert lane.round()
    assert not lane.round()
    assert complaints.complaint_page(number, town["ada"], now=clock[0]).late
    complaints.answer(number, "We loosen it.", by=town["ada"], now=clock[0], expected_version=1)
    complaints.ask_again(number, "Nobody came.", by=town["robin"], now=clock[0])
    with pytest.raises(Refused, match="You gave the first answer"):
        complaints.answer(number, "Again.", by=town["ada"], now=clock[0], expected_version=3)
    complaints.answer(number, "Tomorrow.", by=town["dora"], now=clock[0], expected_version=3)
    [seen] = complaints.own_complaints(town["robin"], now=clock[0])
    assert (seen.status, seen.again_answer, seen.may) == (Status.CLOSED, "Tomorrow.", ())
    other = officer("alex", Role.WEARER, own=wearer("P2"))
    with pytest.raises(NoSuchThing):
        complaints.withdraw(number, by=other, now=clock[0])
    assert Act.ASK_AGAIN not in seen.may


@pytest.mark.django_db
def test_the_officer_sees_that_questions_were_answered_and_never_what(town):
    [asked] = answering.own_asked(town["robin"], now=NOW)
    assert asked.stage is Stage.START
    said = {"choice-fair": "no", "words-worry": "my shifts"}
    answering.answer(
        town["person"], Side.WEARER, Stage.START, "O-P1", said, by=town["robin"], now=NOW
    )
    with pytest.raises(Conflict, match="answered already"):
        answering.answer(
            town["person"], Side.WEARER, Stage.START, "O-P1", said, by=town["robin"], now=NOW
        )
    seen = answering.status_of(town["person"], town["perrin"], now=NOW)
    assert [(one.asked.side, one.answered_at) for one in seen] == [
        (Side.WEARER, NOW), (Side.PRACTITIONER, None),
    ]  # fmt: skip
    client = Client()
    client.force_login(Officer.objects.get(username="perrin"))
    page = client.get(f"/people/{town['person']}/meet").content.decode()
    assert "my shifts" not in page
    with pytest.raises(NoSuchThing):
        answering.answer(
            town["person"], Side.WEARER, Stage.MIDDLE, "O-P1", said, by=town["robin"], now=NOW
        )


@pytest.mark.django_db
def test_evaluators_read_counts_of_choices_to_the_nearest_five_and_no_own_words(town):
    for n in range(6):
        Questionnaire.objects.create(
            person_id=wearer(f"Q{n}"), side="wearer", stage="start", order_reference="O",
            set_version=1, due_at=NOW, answered_at=NOW,
            answers={"fair": {"choice": "yes" if n else "no", "words": "secret words"}},
        )  # fmt: skip
    found = answering.figures(town["eve"], lambda people: cell(people).people)
    [fair] = [one for one in found if one.asks.startswith("Do you think it is fair")]
    assert fair.people == 5
    assert dict(fair.counts) == {"Yes": 5, "I do not know": None, "No": None}
    client = Client()
    client.force_login(Officer.objects.get(username="eve"))
    page = client.get("/what-people-say").content.decode()
    assert "secret words" not in page
    with pytest.raises(Refused):
        answering.figures(town["perrin"], lambda people: people)


@pytest.mark.django_db
def test_a_letter_opens_an_account_once_for_a_week_and_only_with_a_phrase_as_strong_as_anybodys(db):
    person = wearer()
    perrin = officer("perrin", of=person)
    with pytest.raises(Refused, match="not among yours"):
        give_letter(person, by=officer("stan"), now=NOW)
    letter = give_letter(person, by=perrin, now=NOW)
    assert letter.is_new
    for name, code in ((letter.username, "aaaa-bbbb-cccc-dddd"), ("w1", letter.code)):
        with pytest.raises(Refused, match="do not go together"):
            open_letter(name, code, PHRASE, now=NOW)
    with pytest.raises(Refused, match="too short"):
        open_letter(letter.username, letter.code, "1234", now=NOW)
    again = give_letter(person, by=perrin, now=NOW)  # the first is worth nothing now
    assert (again.username, again.is_new) == (letter.username, False)
    with pytest.raises(Refused):
        open_letter(letter.username, letter.code, PHRASE, now=NOW)
    with pytest.raises(Refused):
        open_letter(again.username, again.code, PHRASE, now=NOW + timedelta(days=7))
    opened = open_letter(again.username, again.code.upper(), PHRASE, now=NOW)
    assert opened.person_id == person
    assert opened.check_password(PHRASE)
    with pytest.raises(Refused):
        open_letter(again.username, again.code, PHRASE, now=NOW)
    assert again.code not in str(list(WayIn.objects.values()))
    assert AuditLine.objects.filter(kind="way_in:given").count() == 2
    from waypost.access.queries import posted

    assert len(own_letters(posted(opened, now=NOW))) == 2


@pytest.mark.django_db
def test_a_letter_opens_no_account_that_is_more_than_a_wearers(town):
    from waypost.access.actions import make_officer

    make_officer("robin", "Robin", None, Role.ADMINISTRATOR, person_id=town["person"], now=BEGAN)
    with pytest.raises(Refused, match="cannot be opened by a letter"):
        give_letter(town["person"], by=town["perrin"], now=NOW)


@pytest.mark.django_db
def test_wrong_codes_wait_after_five_tries_as_at_the_sign_in(town):
    from waypost import clock

    letter = give_letter(town["person"], by=town["perrin"], now=clock.now())
    client, address = Client(), "/sign-in/letter"
    given = {"username": letter.username, "phrase": PHRASE}
    for _ in range(5):
        assert client.post(address, {**given, "code": "aaaa"}).status_code == 401
    assert client.post(address, {**given, "code": letter.code}).status_code == 429
    cache.clear()
    weak = client.post(address, {**given, "code": letter.code, "phrase": "short"})
    assert weak.status_code == 422
    entered = client.post(address, {**given, "code": letter.code}, follow=True)
    assert entered.redirect_chain[-1][0] == "/mine"
