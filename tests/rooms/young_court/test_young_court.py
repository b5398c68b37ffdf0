"""Young Adult Court: who is listed, reports from facts, what the court said, what is overdue."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from iom_words import DAY, Unit
from oversight_words import NOW
from waypost.access.models import AuditLine
from waypost.access.values import Posted, Role
from waypost.documents.queries import document
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.keeping.restricting import POLICY, Given
from waypost.orders.models import Person
from waypost.pathways import actions as pathways
from waypost.pathways.values import Act as ReferralAct
from waypost.pathways.values import Came, Kind
from waypost.voice.goals import GoalWritten, write_goal
from waypost.young_court import actions, queries
from waypost.young_court.actions import Said
from waypost.young_court.deciding import acts_of, check_age, check_next, decide
from waypost.young_court.models import Listing, ListingMove
from waypost.young_court.values import NEXT, STATUS_WORDS, TARGET, Act, Adaptation, Purpose, Status

pytestmark = [pytest.mark.database, pytest.mark.django_db]
WORDS = "Said plainly, and in enough words."
SITS = NOW + 7 * DAY
AFTER = SITS + timedelta(hours=2)


@pytest.fixture
def unit() -> Unit:
    found = Unit()
    found.cora = found.officer("cora", Role.COURT_REPORT_OFFICER, found.teams["Hackney"])
    return found


def sitting(unit: Unit, at=SITS) -> int:
    return actions.enter_sitting("Highbury Corner", "Room 2", at, by=unit.cora, now=NOW)


def listed(unit: Unit, *, by: Posted | None = None, at=SITS, now=NOW, who="P1") -> int:
    return actions.put_on_list(
        unit.people[who], sitting(unit, at), Purpose.REVIEW, WORDS, by=by or unit.cora, now=now
    )


def version(number: int) -> int:
    return Listing.objects.get(pk=number).version


def held(unit: Unit, number: int, *, now=AFTER, **said) -> None:
    given = {"words": "You have done well. Keep going to the mentor.", "family_present": True}
    heard = Said(**(given | said))
    actions.hold(number, heard, expected_version=version(number), by=unit.cora, now=now)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("act", list(Act))
def test_a_review_moves_as_its_table_says_and_never_without_words(status, act):
    if act not in acts_of(status):
        with pytest.raises(Refused, match="cannot be"):
            decide(status, act, WORDS)
        return
    assert decide(status, act, WORDS)[0] is TARGET[act]
    with pytest.raises(Refused, match="Say "):
        decide(status, act, "no")


def test_every_state_is_reached_and_named():
    assert set(NEXT) == set(STATUS_WORDS) == {Status.LISTED}.union(*NEXT.values())


@pytest.mark.parametrize(
    ("born", "purpose", "taken"),
    [
        (date(2008, 3, 17), Purpose.SENTENCE, True),  # eighteen that day
        (date(2008, 3, 18), Purpose.SENTENCE, False),
        (date(2000, 3, 18), Purpose.SENTENCE, True),  # the last day of being twenty-five
        (date(2000, 3, 17), Purpose.SENTENCE, False),
        (date(2000, 3, 17), Purpose.REVIEW, True),  # grown older since sentence
        (date(2008, 3, 18), Purpose.REVIEW, False),
        (None, Purpose.SENTENCE, True),
    ],
)
def test_the_court_takes_its_ages_and_keeps_the_reviews_of_who_grows_older(born, purpose, taken):
    if taken:
        check_age(born, date(2026, 3, 17), purpose)
    else:
        with pytest.raises(Refused, match="of 18 to 25"):
            check_age(born, date(2026, 3, 17), purpose)


def test_a_date_of_birth_that_is_known_keeps_somebody_too_old_off_the_list(unit):
    person = Person.objects.get(reference="P1")
    person.born_on = date(1980, 1, 1)
    person.save()
    with pytest.raises(Refused, match="They are 46"):
        actions.put_on_list(person.pk, sitting(unit), Purpose.SENTENCE, WORDS, by=unit.cora,
                            now=NOW)  # fmt: skip


def test_the_next_review_has_a_day_or_a_reason_that_there_is_none():
    assert check_next(date(2026, 4, 1), "", date(2026, 3, 17)) == ""
    assert check_next(None, "The order ends in May.", date(2026, 3, 17))
    for day, why in ((None, ""), (date(2026, 3, 17), WORDS)):
        with pytest.raises(Refused, match="next review"):
            check_next(day, why, date(2026, 3, 17))


def test_a_report_is_made_from_facts_with_what_could_be_told_and_only_shared_goals(unit):
    person = unit.people["P1"]
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    wearer = make_officer("alex", "Alex", None, Role.WEARER, now=NOW - DAY)
    wearer.person_id = person
    wearer.save()
    own = posted(wearer, now=NOW)
    for words in ("See my sister on Sundays.", "Stop smoking."):
        write_goal(GoalWritten(words), by=own, now=NOW - DAY)
    offered = pathways.Offered("Mentors", "Catch", Kind.MENTORING, 3)
    service = pathways.enter_service(offered, by=unit.ida, now=NOW - 20 * DAY)
    number = pathways.refer(person, service, WORDS, by=unit.pia, now=NOW - 20 * DAY)
    for count, act in enumerate((ReferralAct.ACCEPT, ReferralAct.START), 1):
        pathways.move_referral(number, act, WORDS, expected_version=count, by=unit.pia,
                               now=NOW - 19 * DAY)  # fmt: skip
    for back, came in ((3, Came.ATTENDED), (2, Came.MISSED), (1, Came.CALLED_OFF)):
        pathways.keep_session(number, NOW - back * DAY, came, by=unit.pia, now=NOW)

    listing = listed(unit)
    with pytest.raises(Refused, match="goals of the list"):  # not hers to choose
        actions.report(listing, WORDS, [1], expected_version=1, by=unit.cora, now=NOW)
    papers = actions.report(listing, WORDS, [1], expected_version=1, by=unit.pia, now=NOW)
    page = queries.person_reviews(person, unit.cora, now=NOW)
    (seen,) = page.listings
    assert seen.facts.services == (("Mentors", 1, 2),)
    assert seen.facts.goals == ("See my sister on Sundays.",)
    assert "could be told" in seen.fact_rows[0][0]
    assert "The tag told nothing" in seen.fact_rows[0][1]  # no fix was ever read
    assert seen.row.status is Status.REPORTED
    pdf = document(papers[0], by=unit.cora, now=NOW)
    assert pdf.content[:5] == b"%PDF-"
    assert document(papers[1], by=unit.ida, now=NOW).content[:2] == b"PK"
    for other in (unit.paul, unit.una, unit.adam):
        with pytest.raises((NoSuchThing, Refused)):
            document(papers[0], by=other, now=NOW)
    again = actions.report(listing, WORDS, [], expected_version=2, by=unit.pia, now=NOW)
    assert len(queries.person_reviews(person, unit.pia, now=NOW).listings[0].papers) == 4
    assert set(again).isdisjoint(papers)


def test_what_the_court_said_is_written_down_after_the_sitting_with_family_and_the_next_day(unit):
    number = listed(unit)
    actions.prepare(number, [Adaptation.BREAKS, Adaptation.QUIET_ROOM], "Water at hand.", "Mother",
                    expected_version=1, by=unit.pia, now=NOW)  # fmt: skip
    with pytest.raises(Refused, match="has not begun"):
        held(unit, number, now=NOW, next_on=date(2026, 4, 14))
    held(unit, number, next_on=date(2026, 4, 14))
    row = Listing.objects.get(pk=number)
    assert (row.status, row.family_present, row.family_words) == ("held", True, "Mother")
    assert [one.act for one in ListingMove.objects.order_by("pk")] == ["list", "prepare", "hold"]
    assert AuditLine.objects.order_by("-number").first().kind == "court_review:moved"
    with pytest.raises(Refused, match="cannot be"):
        held(unit, number, next_on=date(2026, 4, 14))


def test_a_review_asked_for_is_overdue_until_somebody_is_listed_with_what_eased_the_last(unit):
    number = listed(unit)
    actions.prepare(number, [Adaptation.BREAKS], "", "", expected_version=1, by=unit.pia, now=NOW)
    assert [one.late for one in queries.court_list(unit.cora, now=SITS + 3 * DAY).late] == [True]
    held(unit, number, next_on=date(2026, 4, 14))
    (due,) = queries.court_list(unit.ida, now=AFTER).to_list
    assert (due.next_on, due.overdue) == (date(2026, 4, 14), False)
    (due,) = queries.court_list(unit.cora, now=SITS + 28 * DAY).to_list
    assert due.overdue
    later = listed(unit, at=SITS + 30 * DAY, now=AFTER)
    assert queries.court_list(unit.cora, now=SITS + 28 * DAY).to_list == ()
    assert Listing.objects.get(pk=later).adaptations == ["breaks"]


def test_to_move_a_review_lists_them_for_the_other_sitting_or_changes_nothing(unit):
    number, other = listed(unit), sitting(unit, SITS + DAY)
    actions.prepare(number, [Adaptation.BREAKS], "", "Mother", expected_version=1, by=unit.pia,
                    now=NOW)  # fmt: skip
    new = actions.put_off(number, WORDS, other, expected_version=2, by=unit.cora, now=NOW)
    assert Listing.objects.get(pk=new).family_words == "Mother"
    assert Listing.objects.get(pk=new).adaptations == ["breaks"]
    assert Listing.objects.get(pk=number).status == "adjourned"
    assert Listing.objects.get(pk=new).sitting_id == other
    with pytest.raises(Refused, match="another sitting"):
        actions.put_off(new, WORDS, other, expected_version=1, by=unit.cora, now=NOW)


def test_of_two_who_write_at_once_the_second_is_told(unit):
    number = listed(unit)
    actions.prepare(number, [], "", "", expected_version=1, by=unit.pia, now=NOW)
    with pytest.raises(Conflict):
        actions.take_off(number, WORDS, expected_version=1, by=unit.cora, now=NOW)
    with pytest.raises(Conflict):
        actions.put_on_list(unit.people["P1"], Listing.objects.get().sitting_id, Purpose.REVIEW,
                            WORDS, by=unit.cora, now=NOW)  # fmt: skip


def test_each_sees_their_own_people_on_the_list_and_the_coordinator_writes_nothing(unit):
    number = listed(unit)
    for reader, count in ((unit.cora, 1), (unit.pia, 1), (unit.ida, 1), (unit.paul, 0)):
        (row,) = queries.court_list(reader, now=NOW).sittings
        assert len(row.rows) == count, reader.name
    with pytest.raises(Refused):
        actions.take_off(number, WORDS, expected_version=1, by=unit.ida, now=NOW)
    for other in (unit.paul, unit.una):
        with pytest.raises(Refused, match="not among yours"):
            queries.person_reviews(unit.people["P1"], other, now=NOW)
    for none in (unit.adam, unit.eva, unit.mona):
        with pytest.raises(Refused):
            queries.court_list(none, now=NOW)
    with pytest.raises(NoSuchThing):
        actions.put_on_list(unit.people["P3"], Listing.objects.get().sitting_id, Purpose.REVIEW,
                            WORDS, by=unit.cora, now=NOW)  # fmt: skip


def test_the_wearer_sees_when_and_where_and_what_the_court_said(unit):
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    wearer = make_officer("alex", "Alex", None, Role.WEARER, now=NOW - DAY)
    wearer.person_id = unit.people["P1"]
    wearer.save()
    own = posted(wearer, now=NOW)
    assert queries.own_reviews(own, now=NOW) is None
    number = listed(unit)
    seen = queries.own_reviews(own, now=NOW)
    assert (seen.next_at, seen.court, seen.place) == (SITS, "Highbury Corner", "Room 2")
    held(unit, number, next_on=date(2026, 4, 14))
    seen = queries.own_reviews(own, now=AFTER)
    assert (seen.next_at, seen.next_on) == (None, date(2026, 4, 14))
    assert seen.said[0][1].startswith("You have done well.")


def test_all_of_it_goes_to_the_person_who_asks_for_their_data():
    assert isinstance(POLICY["young_court.Listing"], Given)
    assert "court_words" in POLICY["young_court.Listing"].texts
