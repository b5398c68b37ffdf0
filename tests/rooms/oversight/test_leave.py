"""Leave to look: conflicts of interest, areas, programmes, emergencies, wider windows, and roles by
two people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oversight_words import COHORT, NOW, Estate
from waypost.access import may, postings
from waypost.access.models import AuditLine, Posting
from waypost.access.values import Permission, Purpose, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs.models import Due
from waypost.notices.models import Notice
from waypost.orders import interests, windows
from waypost.orders.models import EmergencyAccess, Enrolment
from waypost.orders.queries import case_of, hidden_person_ids, visible_person_ids
from waypost.orders.read import read_orders
from waypost.oversight import emergencies
from waypost.oversight.explaining import explained, who_may
from waypost.oversight.values import Outcome

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def estate():
    return Estate()


def sees(by, person_id, permission=Permission.PERSON_READ, at=NOW) -> bool:
    """By the case, by the list of those visible and by those hidden: all must say the same."""
    allowed = may.decide(by, permission, case_of(person_id, now=at)).allowed
    listed = visible_person_ids(by, permission, now=at)
    assert (listed is None or person_id in listed) == allowed
    if person_id in hidden_person_ids(by, permission, now=at):
        assert not allowed
    return allowed


def last_line() -> AuditLine:
    return AuditLine.objects.order_by("-number").first()


def test_a_conflict_of_interest_closes_the_case_on_every_path_until_somebody_else_ends_it(estate):
    who = estate.people["P1"]
    assert sees(estate.pia, who)
    assert sees(estate.mona, who)
    own = interests.declare_interest(who, "My cousin", by=estate.pia, now=NOW)
    interests.declare_interest(who, "Old friends", officer_id=estate.mona.officer_id,
                               by=estate.dora, now=NOW)  # fmt: skip
    assert not sees(estate.pia, who)
    assert not sees(estate.mona, who)
    assert sees(estate.mona, estate.people["P2"])
    answer = may.decide(estate.pia, Permission.WHEREABOUTS_READ, case_of(who, now=NOW))
    assert "colleague" in answer.rule
    with pytest.raises(Conflict):
        interests.declare_interest(who, "Twice", officer_id=estate.pia.officer_id,
                                   by=estate.dora, now=NOW)  # fmt: skip
    with pytest.raises(Refused):
        interests.end_interest(own, by=estate.pia, now=NOW)
    interests.end_interest(own, by=estate.dora, now=NOW)
    assert sees(estate.pia, who)
    assert (last_line().kind, last_line().person_id) == ("interest:ended", who)


def test_nobody_learns_of_a_limited_person_by_declaring_an_interest(estate):
    for by in (estate.mona, estate.dora, estate.pia):
        with pytest.raises(NoSuchThing, match="no such person"):
            interests.declare_interest(estate.people["P3"], "A friend", by=by, now=NOW)
    with pytest.raises(Refused):  # a case out of reach is told as such, as everywhere
        interests.declare_interest(estate.people["P2"], "A friend", by=estate.pia, now=NOW)


def test_each_reads_their_own_declarations_and_who_keeps_them_reads_all(estate):
    interests.declare_interest(estate.people["P1"], "My cousin", by=estate.pia, now=NOW)
    interests.declare_interest(estate.people["P3"], "My aunt", by=estate.nia, now=NOW)
    assert [one.reference for one in interests.interests(estate.pia, now=NOW)] == ["P1"]
    assert [one.reference for one in interests.interests(estate.dora, now=NOW)] == ["P1"]
    assert [one.reference for one in interests.interests(estate.nia, now=NOW)] == ["P3"]


def test_a_posting_over_an_area_carries_to_its_cases_and_not_to_the_limited(estate):
    asked = postings.ask_posting(estate.paul.officer_id, Role.IOM_COORDINATOR, "Covers the borough",
                                 area="Hackney", by=estate.adam, now=NOW)  # fmt: skip
    postings.decide(asked, grant=True, words="", by=estate.anna, now=NOW)
    paul = estate.again(estate.paul)
    assert sees(paul, estate.people["P1"])
    assert sees(paul, estate.people["P2"])
    assert not sees(paul, estate.people["P3"])


def over(estate, officer, programme):
    """The officer, once posted over the programme by two people."""
    asked = postings.ask_posting(
        officer.officer_id, Role.IOM_COORDINATOR, "Runs the cohort", programme=programme,
        by=estate.adam, now=NOW,
    )  # fmt: skip
    postings.decide(asked, grant=True, words="", by=estate.anna, now=NOW)
    return estate.again(officer)


def test_a_posting_over_a_programme_carries_to_its_people_and_not_to_the_limited(estate):
    paul = over(estate, estate.paul, f"  {COHORT.replace(' ', '  ')} ")
    assert sees(paul, estate.people["P1"])
    assert sees(paul, estate.people["P2"])  # his own, as before
    assert not sees(paul, estate.people["P3"])
    otto = over(estate, estate.otto, "Another programme")
    assert not sees(otto, estate.people["P1"])


def test_who_leaves_a_programme_leaves_its_reach_and_a_silent_file_changes_nothing(estate):
    paul, who = over(estate, estate.paul, COHORT), estate.people["P1"]
    estate.file("P1", area="Hackney", now=NOW)
    assert sees(paul, who)
    estate.file("P1", programmes=["Knife crime"], now=NOW)
    assert not sees(paul, who, at=NOW)
    assert sees(over(estate, estate.otto, "Knife crime"), who)
    held = list(Enrolment.objects.filter(person_id=who).values_list("programme", "to_at"))
    assert held == [(COHORT, NOW), ("Knife crime", None)]
    estate.file("P1", programmes=[COHORT, "Knife crime"], now=NOW + timedelta(hours=1))
    assert sees(paul, who, at=NOW + timedelta(hours=2))


def test_a_page_that_explains_names_the_programme_by_which_somebody_is_let(estate):
    over(estate, estate.paul, COHORT)
    page = explained(estate.people["P1"], by=estate.dora, now=NOW)
    [read] = [one for one in page if one.permission is Permission.PERSON_READ]
    rules = {one.name: one.rule for one in read.let}
    assert rules["Paul"].endswith(f"reach team (programme {COHORT})")
    assert rules["Pia Okafor"].endswith("reach own")


def test_what_is_no_name_of_a_programme_is_a_problem_of_its_row(estate):
    found = read_orders(b'{"persons":[{"person_id":"P9","programmes":["", 7, "Knife crime"]}]}')
    assert [(one.field, one.type) for one in found.problems] == [
        ("persons[0].programmes[0]", "INVALID_PROGRAMME"),
        ("persons[0].programmes[1]", "INVALID_PROGRAMME"),
    ]
    assert found.rows[0].details["programmes"] == ("Knife crime",)


def test_an_emergency_opens_a_case_for_four_hours_and_tells_those_who_answer_for_it(estate):
    who = estate.people["P1"]
    assert not sees(estate.paul, who)
    words = "The wearer rang our desk and says that they will harm themself now"
    assert emergencies.open_case("P1", words, by=estate.paul, now=NOW) == who
    assert sees(estate.paul, who)
    assert sees(estate.paul, who, Permission.WHEREABOUTS_READ)
    assert not sees(estate.paul, who, Permission.BREACH_READ)
    assert not sees(estate.paul, who, at=NOW + timedelta(hours=4))
    told = {one.officer_id for one in Notice.objects.filter(template="emergency_opened")}
    assert told == {estate.dora.officer_id, estate.pia.officer_id}
    assert not any("P1" in str(one.words) for one in Notice.objects.all())
    assert (last_line().kind, last_line().person_id) == ("emergency:opened", who)


def test_what_no_emergency_opens(estate):
    words = "Somebody may come to harm, and nobody answers the telephone"
    for reference in ("P3", "P999"):
        with pytest.raises(NoSuchThing, match="no such person"):
            emergencies.open_case(reference, words, by=estate.paul, now=NOW)
    with pytest.raises(Refused, match="open to you already"):
        emergencies.open_case("P1", words, by=estate.pia, now=NOW)
    with pytest.raises(Refused, match="person:read"):
        emergencies.open_case("P1", words, by=estate.adam, now=NOW)
    with pytest.raises(Refused, match="in a sentence"):
        emergencies.open_case("P1", "urgent", by=estate.paul, now=NOW)
    interests.declare_interest(estate.people["P1"], "A friend", officer_id=estate.paul.officer_id,
                               by=estate.dora, now=NOW)  # fmt: skip
    with pytest.raises(Refused, match="conflict of interest"):
        emergencies.open_case("P1", words, by=estate.paul, now=NOW)
    assert not EmergencyAccess.objects.exists()


def test_an_emergency_is_reviewed_by_somebody_else_which_ends_it(estate):
    words = "Somebody may come to harm, and nobody answers the telephone"
    who = emergencies.open_case("P1", words, by=estate.paul, now=NOW)
    number = EmergencyAccess.objects.get().pk
    with pytest.raises(Refused):
        emergencies.review(number, Outcome.RIGHT, "Fine", by=estate.paul, now=NOW)
    with pytest.raises(Refused, match="why you find so"):
        emergencies.review(number, Outcome.RIGHT, " ", by=estate.dora, now=NOW)
    later = NOW + timedelta(hours=1)
    emergencies.review(number, Outcome.WRONG, "Nobody was in danger", by=estate.dora, now=later)
    assert not sees(estate.paul, who, at=later)
    with pytest.raises(Conflict):
        emergencies.review(number, Outcome.RIGHT, "Fine", by=estate.dora, now=later)
    assert not Due.objects.filter(kind=emergencies.REVIEW_DUE).exists()


def test_a_review_that_is_late_is_told_once(estate):
    words = "Somebody may come to harm, and nobody answers the telephone"
    emergencies.open_case("P1", words, by=estate.paul, now=NOW)
    assert emergencies.fire_late_reviews(NOW + timedelta(hours=23)) == 0
    for hours in (24, 25):
        emergencies.fire_late_reviews(NOW + timedelta(hours=hours))
    late = Notice.objects.filter(template="emergency_unreviewed")
    assert {one.officer_id for one in late} == {estate.dora.officer_id, estate.pia.officer_id}
    assert late.count() == 2


def looks_back(by, who, days, purpose=Purpose.SUPERVISION, at=NOW) -> bool:
    return may.decide_whereabouts(
        by, case_of(who, now=at), purpose, at - timedelta(days=days), at, now=at
    ).allowed


def test_a_wider_window_is_granted_by_another_for_one_officer_person_and_purpose(estate):
    who = estate.people["P1"]
    assert not looks_back(estate.pia, who, 30)
    asked = windows.ask_wider(who, Purpose.SUPERVISION, 30, "Review of the whole order",
                              by=estate.pia, now=NOW)  # fmt: skip
    assert not looks_back(estate.pia, who, 30)
    windows.decide_wider(asked, grant=True, words="Needed", by=estate.otto, now=NOW)
    assert looks_back(estate.pia, who, 30)
    assert not looks_back(estate.pia, who, 31)
    assert not looks_back(estate.pia, who, 30, Purpose.ENFORCEMENT)
    assert not looks_back(estate.pia, who, 30, at=NOW + timedelta(days=7))
    assert looks_back(estate.pia, who, 14, at=NOW + timedelta(days=7))
    windows.end_wider(asked, by=estate.pia, now=NOW)
    assert not looks_back(estate.pia, who, 30)


@pytest.mark.parametrize(
    ("purpose", "days", "words", "says"),
    [
        (Purpose.SUPERVISION, 14, "Why", "more than the 14 days"),
        (Purpose.SUPERVISION, 400, "Why", "at most 366 days"),
        (Purpose.CRIME_MAPPING, 30, "Why", "not one that your role"),
        (Purpose.SUPERVISION, 30, "  ", "Say why less"),
    ],
)
def test_what_cannot_be_asked_for(estate, purpose, days, words, says):
    with pytest.raises(Refused, match=says):
        windows.ask_wider(estate.people["P1"], purpose, days, words, by=estate.pia, now=NOW)


def test_nobody_decides_what_they_asked_for_and_each_is_decided_once(estate):
    who = estate.people["P1"]
    asked = windows.ask_wider(who, Purpose.SUPERVISION, 30, "A review", by=estate.pia, now=NOW)
    with pytest.raises(Refused):
        windows.decide_wider(asked, grant=True, words="Yes", by=estate.pia, now=NOW)
    windows.decide_wider(asked, grant=False, words="Two weeks do", by=estate.otto, now=NOW)
    with pytest.raises(Conflict):
        windows.decide_wider(asked, grant=True, words="Yes", by=estate.otto, now=NOW)
    seen = windows.wider_requests(estate.pia, now=NOW)
    assert [(one.status, one.decided_words) for one in seen] == [("refused", "Two weeks do")]
    assert windows.wider_requests(estate.paul, now=NOW) == []


def test_a_role_takes_two_people_and_neither_is_the_officer(estate):
    paul = estate.paul.officer_id
    asked = postings.ask_posting(paul, Role.ADMINISTRATOR, "Takes over", by=estate.adam, now=NOW)
    with pytest.raises(Refused, match="Somebody else decides"):
        postings.decide(asked, grant=True, words="", by=estate.adam, now=NOW)
    assert Role.ADMINISTRATOR not in estate.again(estate.paul).roles
    postings.decide(asked, grant=True, words="", by=estate.anna, now=NOW)
    assert Role.ADMINISTRATOR in estate.again(estate.paul).roles
    own = postings.ask_posting(estate.anna.officer_id, Role.DATA_PROTECTION_OFFICER, "Covers",
                               by=estate.adam, now=NOW)  # fmt: skip
    with pytest.raises(Refused, match="Somebody else decides"):
        postings.decide(own, grant=True, words="", by=estate.anna, now=NOW)
    with pytest.raises(Conflict):
        postings.decide(asked, grant=False, words="No", by=estate.anna, now=NOW)


def test_a_posting_ends_by_two_people(estate):
    posting = Posting.objects.get(officer_id=estate.pia.officer_id)
    asked = postings.ask_end(posting.pk, "Left the team", by=estate.adam, now=NOW)
    assert estate.again(estate.pia).roles
    postings.decide(asked, grant=True, words="", by=estate.anna, now=NOW)
    assert not estate.again(estate.pia).roles
    with pytest.raises(Conflict):
        postings.ask_end(posting.pk, "Again", by=estate.adam, now=NOW)


def test_a_change_of_roles_is_asked_once_taken_back_by_its_asker_and_refused_with_a_reason(estate):
    paul = estate.paul.officer_id
    asked = postings.ask_posting(paul, Role.IOM_COORDINATOR, "Covers", by=estate.adam, now=NOW)
    with pytest.raises(Conflict):
        postings.ask_posting(paul, Role.IOM_COORDINATOR, "Covers", by=estate.anna, now=NOW)
    with pytest.raises(Refused):
        postings.take_back(asked, by=estate.anna, now=NOW)
    with pytest.raises(Refused, match="Say why"):
        postings.decide(asked, grant=False, words=" ", by=estate.anna, now=NOW)
    postings.take_back(asked, by=estate.adam, now=NOW)
    assert [one.status for one in postings.requests(estate.anna)] == ["taken_back"]
    with pytest.raises(Refused, match="officer:write"):
        postings.ask_posting(paul, Role.IOM_COORDINATOR, "Covers", by=estate.mona, now=NOW)


def test_who_may_see_a_person_is_what_may_says_of_everybody(estate):
    who = estate.people["P1"]
    found = {one.permission: one for one in explained(who, by=estate.dora, now=NOW)}
    let = {one.name: one.rule for one in found[Permission.PERSON_READ].let}
    assert set(let) == {"Pia Okafor", "Mona"}
    assert "reach own" in let["Pia Okafor"]
    assert {one.name for one in found[Permission.PERSON_READ].kept_out} == {"Paul", "Nia"}
    assert last_line().kind == "access:explained"
    with pytest.raises(NoSuchThing):
        explained(estate.people["P3"], by=estate.dora, now=NOW)
    limited = who_may(case_of(estate.people["P3"], now=NOW), [estate.nia, estate.mona])
    assert [one.name for one in limited[0].let] == ["Nia"]
