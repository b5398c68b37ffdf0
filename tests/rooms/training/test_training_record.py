"""The training record: what is taken in, what is not, and the acts that ask for it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from review_words import NOW, Hub
from training_words import passes, result_of
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.review import actions
from waypost.training.actions import give_ticket, record_result
from waypost.training.models import TrainingResult
from waypost.training.queries import everybody, own_record, why_untrained
from waypost.training.values import NEEDED, Standing

pytestmark = [pytest.mark.database, pytest.mark.django_db]
ROLE = Role.AUTHORISING_OFFICER


@pytest.fixture
def avery():
    return posted(make_officer("avery", "Avery", None, ROLE, now=NOW), now=NOW)


@pytest.fixture
def required(settings):
    settings.TRAINING = "required"


def test_a_course_done_rightly_is_a_pass_of_a_year(avery):
    made = passes("avery", ROLE, NOW)
    assert made.passed
    assert made.valid_until == NOW + timedelta(days=365)
    record = own_record(avery, now=NOW)
    assert [one.standing for one in record.due] == [Standing.VALID]
    assert AuditLine.objects.filter(kind="training:recorded").count() == 1


def test_one_exercise_failed_is_no_pass_and_stands_on_the_record(avery):
    made = passes("avery", ROLE, NOW, wrong={"match-next-door"})
    assert (made.passed, made.valid_until) == (False, None)
    assert own_record(avery, now=NOW).due[0].standing is Standing.FAILED


def test_the_same_file_again_changes_nothing(avery):
    ticket, key = give_ticket("avery", ROLE, now=NOW)
    data = result_of(ticket, key, NOW)
    assert record_result(data, now=NOW) == record_result(data, now=NOW + timedelta(days=1))
    other = result_of(ticket, key, NOW, wrong={"match-next-door"})
    with pytest.raises(Conflict, match="before"):
        record_result(other, now=NOW)
    assert TrainingResult.objects.count() == 1


def test_a_result_written_by_hand_is_not_taken_in(avery):
    ticket, key = give_ticket("avery", ROLE, now=NOW)
    made_up = result_of(ticket, b"a key of my own".ljust(32), NOW)
    changed = json.loads(result_of(ticket, key, NOW, wrong={"match-next-door"}))
    good = json.loads(result_of(ticket, key, NOW))
    changed["taken"] = good["taken"]
    for data in (made_up, json.dumps(changed).encode()):
        with pytest.raises(Refused, match="not sealed"):
            record_result(data, now=NOW)
    assert not TrainingResult.objects.exists()


def test_a_colleagues_ticket_or_another_course_is_no_ticket_of_ones_own(avery):
    make_officer("bea", "Bea", None, ROLE, now=NOW)
    ticket, key = give_ticket("bea", ROLE, now=NOW)
    for more in ({"username": "avery"}, {"role": Role.POLICE_ANALYST}):
        with pytest.raises(Refused, match="not sealed"):
            record_result(result_of(ticket, key, NOW, **more), now=NOW)


def test_a_ticket_ends_and_a_course_is_whole(avery):
    ticket, key = give_ticket("avery", ROLE, now=NOW)
    late = NOW + timedelta(days=15)
    with pytest.raises(Refused, match="ticket was good"):
        record_result(result_of(ticket, key, late), now=late)
    with pytest.raises(Refused, match="Not every exercise"):
        record_result(result_of(ticket, key, NOW, taken=()), now=NOW)
    with pytest.raises(Refused, match="other exercises"):
        record_result(result_of(ticket, key, NOW, set_version="old"), now=NOW)


def test_only_who_keeps_accounts_gives_tickets_and_never_to_themself(avery):
    with pytest.raises(Refused):
        give_ticket("avery", ROLE, by=avery, now=NOW)
    ada = make_officer("ada", "Ada", None, Role.ADMINISTRATOR, now=NOW)
    make_officer("ada", "Ada", None, ROLE, now=NOW)
    with pytest.raises(Refused, match="Somebody else"):
        give_ticket("ada", ROLE, by=posted(ada, now=NOW), now=NOW)
    with pytest.raises(Refused, match="no practice"):
        give_ticket("ada", Role.ADMINISTRATOR, now=NOW)
    with pytest.raises(NoSuchThing):
        give_ticket("nobody", ROLE, now=NOW)


def test_administrators_see_what_is_due_for_everybody_and_others_do_not(avery):
    ada = posted(make_officer("ada", "Ada", None, Role.ADMINISTRATOR, now=NOW), now=NOW)
    passes("avery", ROLE, NOW)
    make_officer("pip", "Pip", None, Role.POLICE_ANALYST, now=NOW)
    found = everybody(ada, now=NOW)
    assert [(one.name, one.due[0].standing) for one in found] == [
        ("Pip", Standing.NEVER), ("Avery", Standing.VALID),
    ]  # fmt: skip
    with pytest.raises(Refused):
        everybody(avery, now=NOW)


def test_who_has_not_passed_neither_qualifies_nor_approves_but_may_say_no(required):
    hub = Hub()
    hub.run()
    number = hub.opened()
    with pytest.raises(Refused, match="police analyst practice"):
        actions.qualify(number, "Four fixes at the door.", by=hub.petra, now=NOW)
    passes("petra", Role.POLICE_ANALYST, NOW)
    actions.qualify(number, "Four fixes at the door.", by=hub.petra, now=NOW)
    with pytest.raises(Refused, match="authorising officer practice"):
        actions.approve(number, "The four fixes.", by=hub.avery, now=NOW)
    actions.send_back(number, "Look at the gaps first.", by=hub.avery, now=NOW)
    actions.qualify(number, "The gaps are short.", by=hub.petra, now=NOW)
    passes("avery", ROLE, NOW)
    actions.approve(number, "The four fixes.", by=hub.avery, now=NOW)


def test_evidence_is_signed_only_by_who_has_passed(required):
    from review_words import STATEMENT
    from waypost.review.proximity import approve_alert, make_alert

    hub = Hub()
    hub.run()
    passes("petra", Role.POLICE_ANALYST, NOW - timedelta(days=360))
    passes("avery", ROLE, NOW - timedelta(days=360))
    number = hub.approved()
    later = NOW + timedelta(hours=1)
    made = make_alert(number, STATEMENT, by=hub.petra, now=later)
    TrainingResult.objects.update(valid_until=NOW)
    with pytest.raises(Refused, match="ended on"):
        make_alert(number, STATEMENT, by=hub.petra, now=later)
    with pytest.raises(Refused, match="ended on"):
        approve_alert(made, "Every exhibit against the table.", by=hub.avery, now=later)


def test_where_the_agency_only_asks_nothing_is_refused(avery, settings):
    settings.TRAINING = "asked"
    assert all(why_untrained(avery, one, now=NOW) == "" for one in NEEDED)
    settings.TRAINING = "required"
    assert all(why_untrained(avery, one, now=NOW) for one in NEEDED)
