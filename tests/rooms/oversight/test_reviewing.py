"""Odd looks are put before somebody else, and a sample of each month is drawn by lot."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from oversight_words import NOW, Estate
from waypost.access import audit
from waypost.access.models import AuditLine, Posting
from waypost.access.values import Purpose, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.oversight import knowing, reviewing
from waypost.oversight.figures import figures
from waypost.oversight.models import LookReview, OfficerHome
from waypost.oversight.values import Facts, Look, Outcome, Signal
from waypost.oversight.watching import same_family_name, signs, too_many

LONDON = "Europe/London"
pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def estate():
    return Estate()


def look(by, person_id, at=NOW, purpose=Purpose.SUPERVISION):
    with transaction.atomic():
        return audit.record("track:viewed", by=by, at=at, about=person_id, purpose=purpose)


def gone_through(at=NOW + timedelta(hours=1)):
    while reviewing.look_through(now=at):
        pass
    return {(one.officer_id, Signal(one.signal)) for one in LookReview.objects.all()}


def test_a_look_in_the_officers_own_case_in_working_hours_is_no_matter(estate):
    look(estate.nia, estate.people["P1"])  # her team's
    assert gone_through() == set()


def test_a_team_that_the_officer_has_left_gives_no_task(estate):
    Posting.objects.filter(officer_id=estate.nia.officer_id).update(to_at=NOW - timedelta(days=2))
    look(estate.nia, estate.people["P1"])
    assert gone_through() == {(estate.nia.officer_id, Signal.NO_OPEN_TASK)}


def test_a_namesake_a_stranger_to_the_case_and_a_night_are_each_put_before_a_reviewer(estate):
    look(estate.pia, estate.people["P1"])  # both are called Okafor
    look(estate.paul, estate.people["P1"])  # nothing to do with the case
    look(estate.nia, estate.people["P1"], NOW + timedelta(hours=14))  # two in the morning
    assert gone_through(NOW + timedelta(hours=15)) == {
        (estate.pia.officer_id, Signal.SAME_NAME),
        (estate.paul.officer_id, Signal.NO_OPEN_TASK),
        (estate.nia.officer_id, Signal.OUT_OF_HOURS),
    }
    assert not any("Okafor" in one.words for one in LookReview.objects.all())


def test_a_look_at_the_own_street_or_at_a_known_case_is_asked_about(estate):
    knowing.set_home(estate.nia.officer_id, "51.5475, -0.0561", by=estate.dora, now=NOW)
    knowing.list_case(estate.people["P2"], "In the papers", by=estate.dora, now=NOW)
    look(estate.nia, estate.people["P1"], NOW + timedelta(minutes=1))
    look(estate.paul, estate.people["P2"], NOW + timedelta(minutes=1))
    assert gone_through() == {
        (estate.nia.officer_id, Signal.OWN_STREET),
        (estate.paul.officer_id, Signal.KNOWN_CASE),
    }
    home = OfficerHome.objects.get()
    assert (home.easting_m % 100, home.northing_m % 100) == (0, 0)
    knowing.set_home(estate.nia.officer_id, "", by=estate.dora, now=NOW)
    assert not OfficerHome.objects.exists()


def test_many_more_people_than_usual_are_asked_about(estate):
    for n in range(30):
        look(estate.nia, 10_000 + n)
    LookReview.objects.all().delete()
    look(estate.nia, estate.people["P1"])
    assert (estate.nia.officer_id, Signal.MANY_PEOPLE) in gone_through()


def test_lines_are_gone_through_once_and_none_before_its_time(estate):
    look(estate.paul, estate.people["P1"])
    assert gone_through(NOW + timedelta(minutes=5)) == set()
    assert len(gone_through()) == 1
    look(estate.paul, estate.people["P1"], NOW + timedelta(minutes=1))
    gone_through(NOW + timedelta(hours=2))
    gone_through(NOW + timedelta(hours=3))
    assert LookReview.objects.count() == 2


def test_a_review_is_somebody_elses_has_words_and_is_made_once(estate):
    look(estate.paul, estate.people["P1"])
    gone_through()
    number = LookReview.objects.get().pk
    with pytest.raises(Refused):
        reviewing.review(number, Outcome.RIGHT, "Fine", by=estate.paul, now=NOW)
    with pytest.raises(Refused, match="why you find so"):
        reviewing.review(number, Outcome.RIGHT, "", by=estate.dora, now=NOW)
    reviewing.review(number, Outcome.EXPLAINED, "Covered for pia", by=estate.dora, now=NOW)
    with pytest.raises(Conflict):
        reviewing.review(number, Outcome.WRONG, "No", by=estate.dora, now=NOW)
    line = AuditLine.objects.order_by("-number").first()
    assert (line.kind, line.person_id) == ("oversight:reviewed", estate.people["P1"])


def test_a_look_at_a_limited_person_waits_for_named_staff_and_is_counted(estate):
    look(estate.paul, estate.people["P3"])
    gone_through()
    listed, left_out = reviewing.reviews(estate.dora, now=NOW)
    assert (listed, left_out) == ([], 1)
    number = LookReview.objects.get().pk
    with pytest.raises(NoSuchThing, match="no such look"):
        reviewing.review(number, Outcome.RIGHT, "Fine", by=estate.dora, now=NOW)


def test_each_month_a_sample_is_drawn_once_by_a_lot_that_can_be_drawn_again(estate):
    begins = datetime(2026, 2, 2, 10, tzinfo=UTC)
    for n in range(60):
        look(estate.nia, estate.people["P1"], begins + timedelta(hours=n % 8, days=n // 8))
    assert reviewing.draw(now=NOW) == reviewing.FEWEST
    assert reviewing.draw(now=NOW) == 0
    drawn = set(LookReview.objects.filter(signal="drawn").values_list("line", flat=True))
    ends = reviewing.span_of(date(2026, 2, 1), LONDON)[1]
    seed = AuditLine.objects.filter(at__lt=ends).order_by("-number").first().hash
    looks = reviewing.looks_between(*reviewing.span_of(date(2026, 2, 1), LONDON))
    assert {one.line for one in reviewing.lot(looks, seed)} == drawn
    assert {one.line for one in reviewing.lot(looks, "another")} != drawn


def test_a_month_begins_by_the_wall_on_both_clock_change_nights():
    assert reviewing.month_before(datetime(2026, 4, 30, 22, 59, tzinfo=UTC), LONDON) == date(
        2026, 3, 1
    )
    assert reviewing.month_before(datetime(2026, 4, 30, 23, 1, tzinfo=UTC), LONDON) == date(
        2026, 4, 1
    )
    assert reviewing.span_of(date(2026, 4, 1), LONDON)[0] == datetime(2026, 3, 31, 23, tzinfo=UTC)
    assert reviewing.span_of(date(2026, 10, 1), LONDON)[1] == datetime(2026, 11, 1, tzinfo=UTC)


def test_the_month_in_numbers_counts_looks_people_officers_and_reviews(estate):
    look(estate.paul, estate.people["P1"])
    look(estate.nia, estate.people["P1"])
    gone_through()
    reviewing.review(LookReview.objects.get().pk, Outcome.WRONG, "No", by=estate.dora, now=NOW)
    month = figures(date(2026, 3, 1), by=estate.dora, now=NOW)
    assert [(one.looks, one.people, one.officers) for one in month.looks] == [(2, 1, 2)]
    counts = {one.signal: (one.found, one.reviewed, one.wrong) for one in month.signals}
    assert counts[Signal.NO_OPEN_TASK] == (1, 1, 1)
    assert counts[Signal.DRAWN] == (0, 0, 0)
    with pytest.raises(Refused):
        figures(date(2026, 3, 1), by=estate.mona, now=NOW)


@given(st.integers(0, 400), st.text(max_size=5))
def test_a_lot_draws_a_share_within_its_bounds_each_look_once(size, seed):
    looks = [Look(n, NOW, 1, frozenset({Role.MONITORING_OFFICER}), None, 1) for n in range(size)]
    drawn = [one.line for one in reviewing.lot(looks, seed)]
    assert len(drawn) == min(size, max(reviewing.FEWEST, round(reviewing.SHARE * size)))
    assert drawn == sorted(set(drawn))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Pia Okafor", "Alex OKAFOR", True),
        ("José Núñez", "Ana Nunez", True),
        ("Pia Okafor", "Alex Okaforo", False),
        ("Cher", "Alex Cher", False),
        ("", "", False),
    ],
)
def test_family_names_are_the_same_whatever_their_marks(one, other, same):
    assert same_family_name(one, other) is same


def test_who_is_on_a_rota_is_judged_by_it_and_not_by_the_hour():
    night = Look(1, datetime(2026, 3, 10, 2, tzinfo=UTC), 1, frozenset(), None, 1)
    assert signs(night, Facts(on_duty=True), LONDON) == ()
    assert [one.signal for one in signs(night, Facts(), LONDON)] == [Signal.OUT_OF_HOURS]
    noon = Look(1, NOW, 1, frozenset(), None, 1)
    assert [one.signal for one in signs(noon, Facts(on_duty=False), LONDON)] == [
        Signal.OUT_OF_HOURS
    ]


@given(st.integers(0, 500), st.floats(0, 200) | st.none())
def test_a_usual_day_is_never_too_many(people, usually):
    if people <= 20 or (usually is not None and people <= 3 * usually):
        assert not too_many(people, usually)
    else:
        assert too_many(people, usually)
