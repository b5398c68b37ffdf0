"""A week that was kept: what counts as one, who is told, and that no machine praises anybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from necessity_words import keep_from, told
from telling_words import Telling, officer, person, reach
from waypost.access.values import Role
from waypost.alerts.models import Alert, AlertReport
from waypost.errors import Conflict, Refused
from waypost.monitoring.models import Cursor, PersonState, Violation
from waypost.notices.models import Notice
from waypost.orders.models import Caseload
from waypost.rules.strip import Day, DayStrip, Segment, Shade, Strip
from waypost.telling import actions
from waypost.telling.models import WeekKept
from waypost.telling.praising import fire_weeks, kept_weeks, preview
from waypost.telling.weeks import Week, monday_before, told_at, week_of
from worked_town import at

MONDAY = date(2026, 3, 2)
START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONDON = "Europe/London"


def strip(*shades: tuple[Shade, float], violation: int | None = None) -> Strip:
    """One requirement's, of stretches of so many hours."""
    now, segments = START, []
    for shade, hours in shades:
        named = violation if shade in {Shade.VIOLATED, Shade.POSSIBLE} else None
        segments.append(Segment(now, now + hours * HOUR, shade, named))
        now += hours * HOUR
    return Strip((DayStrip(Day(MONDAY, START, now), tuple(segments)),))


def kept(*strips: Strip, excused=(), clear=True) -> Week | None:
    return week_of(strips, excused, clear=clear)


def test_a_week_is_kept_when_nothing_was_found_and_nearly_all_of_it_could_be_told():
    assert kept(strip((Shade.KEPT, 90), (Shade.CANNOT_TELL, 10))) == Week(True, 0.9)
    assert kept(strip((Shade.KEPT, 89), (Shade.CANNOT_TELL, 11))) == Week(False, 0.89)
    assert kept(strip((Shade.KEPT, 89), (Shade.NO_TAG, 11))) == Week(False, 0.89)


def test_each_requirement_must_be_kept_not_their_sum():
    well, badly = strip((Shade.KEPT, 900)), strip((Shade.KEPT, 8), (Shade.CANNOT_TELL, 2))
    assert kept(well, badly) == Week(False, 0.8)


@pytest.mark.parametrize("shade", [Shade.VIOLATED, Shade.POSSIBLE])
def test_what_was_or_may_have_been_violated_is_not_kept_unless_it_was_excused(shade):
    found = strip((Shade.KEPT, 100), (shade, 0.1), violation=7)
    assert kept(found) == Week(False, 0.0)
    assert kept(found, excused={7}) == Week(True, 1.0)


def test_an_open_or_upheld_alert_keeps_a_week_from_being_called_kept():
    assert kept(strip((Shade.KEPT, 100)), clear=False) == Week(False, 1.0)


def test_a_week_that_is_not_judged_or_in_which_nothing_was_asked_is_no_week():
    assert kept(strip((Shade.KEPT, 100), (Shade.TO_COME, 1))) is None
    assert kept(strip((Shade.NOT_REQUIRED, 168))) is None
    assert kept() is None


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ("2026-03-08T23:59:00+00:00", date(2026, 2, 23)),
        ("2026-03-09T00:01:00+00:00", date(2026, 3, 2)),
        ("2026-03-29T22:59:00+00:00", date(2026, 3, 16)),  # a Sunday of 23 hours ends at 23:00 UTC
        ("2026-03-29T23:01:00+00:00", date(2026, 3, 23)),
        ("2026-10-25T23:59:00+00:00", date(2026, 10, 12)),  # one of 25 hours at 24:00
        ("2026-10-26T00:01:00+00:00", date(2026, 10, 19)),
    ],
)
def test_weeks_end_with_the_sunday_on_the_wall(now, monday):
    assert monday_before(datetime.fromisoformat(now), LONDON) == monday
    assert told_at(monday, LONDON).astimezone(UTC).hour in {8, 9}


class Kept(Telling):
    """P2, kept out of the park, was seen all week by somebody who is responsible for them."""

    def __init__(self) -> None:
        super().__init__()
        self.run()
        self.perrin = officer("perrin", Role.PROBATION_PRACTITIONER)
        Caseload.objects.create(
            person_id=person(2), officer_id=self.perrin.officer_id, from_at=at("07:00")
        )

    def a_week(self) -> None:
        """All of it judged, no silence, no row."""
        self.now = at("+1 08:00")
        self.send(("08:05", "street"), ("+1 07:55", "street"), person=2)
        self.run()
        end = at("+7 08:30")
        Cursor.objects.update(judged_to=end)
        PersonState.objects.update(due_at=None)

    def monday(self) -> None:
        self.now = at("+7 09:00")
        while fire_weeks(self.now):
            pass


@pytest.fixture
def town(tmp_path, settings, monkeypatch) -> Kept:
    from waypost.monitoring import strip_queries

    settings.LAKE_URI = str(tmp_path / "lake")
    heard = strip_queries._heard

    def seen_all_week(person_id, found, from_at, to_at):
        from dataclasses import replace

        said = heard(person_id, found, from_at, to_at)
        late = at("+7 08:30")
        return replace(said, judged_to=late, seen_to=late, silences=[])

    monkeypatch.setattr(strip_queries, "_heard", seen_all_week)
    return Kept()


@pytest.mark.database
@pytest.mark.django_db
def test_a_kept_week_is_told_to_the_officer_and_not_to_the_wearer(town):
    reach(2)
    town.a_week()
    town.monday()
    [week] = kept_weeks(town.perrin, now=town.now)
    assert (week.monday, week.person_id, week.can_tell) == (MONDAY, person(2), True)
    notice = Notice.objects.get(template="week_kept")
    assert (notice.officer_id, notice.words["count"]) == (town.perrin.officer_id, 1)
    assert notice.weight == 2  # it may wait for a digest
    assert not Notice.objects.filter(person_id=person(2)).exists()
    assert kept_weeks(officer(), now=town.now) == []  # praise of the control room is a stranger's


@pytest.mark.database
@pytest.mark.django_db
def test_the_officer_sees_the_words_and_has_them_said_once(town):
    reach(2, language="cy")
    town.a_week()
    town.monday()
    [week] = kept_weeks(town.perrin, now=town.now)
    seen = preview(week.week_id, town.perrin, now=town.now)
    assert (seen.language, seen.subject) == ("cy", "Da iawn chi")
    assert "o ddydd Llun 2 Mawrth" in seen.text
    actions.say_well_done(week.week_id, by=town.perrin, now=town.now)
    with pytest.raises(Conflict):
        actions.say_well_done(week.week_id, by=town.perrin, now=town.now)
    town.tell()
    assert [one.text for one in town.post.taken if one.address == "wearer-2"] == [seen.text]


@pytest.mark.database
@pytest.mark.django_db
def test_without_a_contact_nobody_is_told_and_the_officer_learns_why(town):
    town.a_week()
    town.monday()
    [week] = kept_weeks(town.perrin, now=town.now)
    assert not week.can_tell
    with pytest.raises(Refused, match="no contact"):
        actions.say_well_done(week.week_id, by=town.perrin, now=town.now)
    assert WeekKept.objects.get().said_at is None


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "outcome", "is_kept"),
    [
        ("raised", "", False),
        ("upheld", "", False),
        ("closed", "breach", False),
        ("closed", "equipment", True),
        ("explained", "", True),
    ],
)
def test_a_strap_that_is_open_or_upheld_is_no_kept_week(town, status, outcome, is_kept):
    town.a_week()
    Alert.objects.create(
        person_id=person(2), subject="tag:strap_tamper", kind="strap_tamper", status=status,
        certainty="certain", urgency=90, headline="x", from_at=at("+1 09:00"), outcome=outcome,
        raised_at=at("+1 09:00"), touched_at=at("+1 09:00"),
    )  # fmt: skip
    town.monday()
    assert WeekKept.objects.filter(person_id=person(2)).exists() is is_kept


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("is_told", [False, True])
def test_what_began_before_they_were_told_counts_neither_way(town, is_told):
    keep_from(at("07:00"))
    if is_told:
        told("P2", at=at("08:00"), now=at("08:05"))
    town.a_week()
    upheld = Alert.objects.create(
        person_id=person(2), subject="tag:strap_tamper", kind="strap_tamper", status="upheld",
        certainty="certain", urgency=90, headline="x", from_at=at("+1 09:00"),
        raised_at=at("+1 09:00"), touched_at=at("+1 09:00"),
    )  # fmt: skip
    AlertReport.objects.create(
        alert=upheld, activation_id=1, content_key=1, measured_at=at("+1 09:00"),
        added_at=at("+1 09:00"), kind="strap_tamper",
    )  # fmt: skip
    town.monday()
    assert WeekKept.objects.filter(person_id=person(2)).exists() is not is_told


@pytest.mark.database
@pytest.mark.django_db
def test_a_moment_in_the_zone_is_no_kept_week_however_short(town):
    town.a_week()
    Violation.objects.create(
        person_id=person(2), requirement_reference="R1", kind="exclusion",
        from_at=at("+1 09:00"), to_at=at("+1 09:00"), certainty="probable", minutes=0,
        raised_at=at("+1 09:00"), known_at=at("+1 09:00"),
    )  # fmt: skip
    town.monday()
    assert not WeekKept.objects.filter(person_id=person(2)).exists()


@pytest.mark.database
@pytest.mark.django_db
def test_two_workers_and_a_second_start_count_each_week_once(town):
    town.a_week()
    town.monday()
    town.new_lane()
    town.monday()
    assert WeekKept.objects.filter(person_id=person(2)).count() == 1
    assert Notice.objects.filter(template="week_kept").count() == 1
