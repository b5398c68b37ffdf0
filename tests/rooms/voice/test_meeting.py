"""Before they meet: facts alone with what could be told; the exact note; the week's review."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from asking_words import BEGAN, CURFEW, HOME, NOW, officer, wearer
from waypost.access.models import AuditLine
from waypost.access.values import Role
from waypost.asking.actions import ask
from waypost.asking.values import Asked, Why
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.monitoring.models import Violation
from waypost.plans.models import Plan, PlannedVisit, PlanVersion
from waypost.telling.models import WeekKept
from waypost.voice import notes
from waypost.voice.meeting import facts_of, meetings, own_people
from waypost.voice.models import ContactNote, WeeklyReview
from waypost.voice.notes import Reviewed
from waypost.voice.values import Facts, Missed, Strand
from waypost.voice.wording import contact_note, when

pytestmark = [pytest.mark.database]
HOUR = timedelta(hours=1)


def test_times_in_a_note_say_which_of_two_half_past_ones_is_meant():
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert when(before, "Europe/London") == "Sun 25 Oct 2026 01:30 BST"
    assert when(before + HOUR, "Europe/London") == "Sun 25 Oct 2026 01:30 GMT"


def test_a_note_says_exactly_what_was_seen_and_how_much_could_be_told():
    facts = Facts(
        "Robin", "P1", "Europe/London", NOW - timedelta(days=7), NOW,
        strands=(Strand("Must be at home", 84.0, 80.0, 1.5, 0.97),
                 Strand("Must stay out", 10.0, 0.0, 0.0, None)),
        weeks_kept=(date(2026, 2, 16),),
        missed=(Missed(CURFEW[0], CURFEW[0] + HOUR, "away in curfew hours", False),
                Missed(CURFEW[0], None, "within an exclusion zone", True, "upheld")),
    )  # fmt: skip
    assert contact_note(facts, made_at=NOW).splitlines()[:13] == [
        "Electronic monitoring, P1: Wed 25 Feb 2026 10:00 GMT to Wed 4 Mar 2026 10:00 GMT "
        "(Europe/London).",
        "As known at Wed 4 Mar 2026 10:00 GMT. Later data may change it.",
        "",
        "What was asked, and what was seen:",
        "- Must be at home: asked for 84.0 h, seen to be kept 80.0 h, not kept 1.5 h; 97% of it "
        "could be told.",
        "- Must stay out: asked for 10.0 h, seen to be kept 0.0 h; how much could be told is not "
        "known.",
        "",
        "Kept in full:",
        "- the week from Monday 16 February 2026",
        "",
        "Recorded against what was asked:",
        "- Wed 4 Mar 2026 19:00 GMT to Wed 4 Mar 2026 20:00 GMT: away in curfew hours (not "
        "certain); not explained yet.",
        "- Wed 4 Mar 2026 19:00 GMT: within an exclusion zone; upheld.",
    ]


@pytest.fixture
def town(db):
    person = wearer()
    return {
        "person": person,
        "perrin": officer("perrin", of=person),
        "robin": officer("robin", Role.WEARER, own=person),
    }


def against(person: int, kind: str, at: datetime, **more) -> None:
    Violation.objects.create(
        person_id=person, requirement_reference="R1", kind=kind, certainty="certain", from_at=at,
        to_at=at + HOUR, minutes=60, raised_at=at, known_at=at, reasons=["2 fixes"], **more,
    )  # fmt: skip


@pytest.mark.django_db
def test_the_facts_are_of_the_week_and_leave_a_line_and_hold_no_place(town):
    person, perrin = town["person"], town["perrin"]
    WeekKept.objects.create(person_id=person, monday=date(2026, 2, 23), share=0.97, known_at=NOW)
    against(person, "curfew", NOW - timedelta(days=2))
    against(person, "moving_exclusion", NOW - timedelta(days=1))
    against(person, "curfew", NOW - timedelta(days=20))
    ask(person, Asked(Why.SHIFT, CURFEW[0], CURFEW[0] + HOUR), by=town["robin"], now=NOW)
    facts = facts_of(person, perrin, now=NOW)
    assert [one.what for one in facts.missed] == [
        "away in curfew hours", "too near to a protected person, on that day",
    ]  # fmt: skip
    moving = facts.missed[1]
    assert (moving.at, moving.until) == (NOW.replace(hour=0) - timedelta(days=1), None)
    assert facts.weeks_kept == (date(2026, 2, 23),)
    assert facts.tag == ("No tag is on.",)
    assert facts.requests[0].startswith("Work or a shift, Wed 4 Mar 2026 19:00 GMT")
    note = notes.draft(facts, now=NOW)
    assert not [one for one in HOME if str(one) in note]
    line = AuditLine.objects.order_by("-number").first()
    assert (line.kind, line.person_id, line.purpose) == ("meeting:prepared", person, "")


@pytest.mark.django_db
def test_only_whoever_is_responsible_gets_ready(town):
    for by in (officer("stan"), officer("mona", Role.MONITORING_OFFICER), town["robin"]):
        with pytest.raises((Refused, NoSuchThing)):
            facts_of(town["person"], by, now=NOW)
    limited = wearer("P9", limited=True)
    with pytest.raises(NoSuchThing):
        facts_of(limited, town["perrin"], now=NOW)


@pytest.mark.django_db
def test_the_diary_holds_the_officers_own_people_alone_with_this_weeks_appointments(town):
    wearer("P2")
    found = meetings(town["perrin"], now=NOW)
    assert [(one.person_id, one.at) for one in found] == [
        (town["person"], datetime(2026, 3, 5, 11, tzinfo=UTC))
    ]
    assert meetings(officer("mona", Role.MONITORING_OFFICER), now=NOW) == []


@pytest.mark.django_db
def test_a_note_is_kept_as_it_was_left_and_changed_as_a_version(town):
    person, perrin = town["person"], town["perrin"]
    number = notes.keep_note(person, BEGAN, NOW, "Seen.\r\nAll well.", by=perrin, now=NOW)
    given = {"by": perrin, "now": NOW, "number": number, "expected_version": 1}
    notes.keep_note(person, NOW, NOW, "Seen. All very well.", **given)
    with pytest.raises(Conflict):
        notes.keep_note(person, NOW, NOW, "Over it.", **given)
    assert list(ContactNote.objects.order_by("version").values_list("words", "from_at")) == [
        ("Seen.\nAll well.", BEGAN), ("Seen. All very well.", BEGAN),
    ]  # fmt: skip
    with pytest.raises(Refused, match="empty"):
        notes.keep_note(person, BEGAN, NOW, " ", by=perrin, now=NOW)


@pytest.mark.django_db
def test_a_week_is_gone_through_with_its_note_and_waits_again_after_six_days(town):
    person, perrin = town["person"], town["perrin"]
    said = Reviewed(NOW - timedelta(days=7), NOW, "The note.")
    with pytest.raises(Refused, match="what is to be done"):
        notes.finish_review(
            person, Reviewed(said.from_at, NOW, "", nothing_further=False), by=perrin, now=NOW
        )
    notes.finish_review(person, said, by=perrin, now=NOW)
    made = WeeklyReview.objects.get()
    assert (made.note_number, made.nothing_further, made.praised) == (1, True, False)
    ids = own_people(perrin, now=NOW)
    assert ids == {person}
    assert notes.reviewed_lately(ids, now=NOW + timedelta(days=5)) == {person: NOW}
    assert notes.reviewed_lately(ids, now=NOW + timedelta(days=6)) == {}
    assert own_people(town["robin"], now=NOW) is None


@pytest.mark.django_db
def test_a_planned_visit_of_this_week_is_in_the_diary_and_a_plan_of_the_period_has_changed(town):
    person, perrin = town["person"], town["perrin"]
    day = NOW + timedelta(days=1)
    for at, status in (
        (day, "planned"),
        (day + HOUR, "called_off"),
        (NOW + timedelta(9), "planned"),
    ):
        PlannedVisit.objects.create(
            person_id=person, at=at, where="home", words="See the room.", status=status, made_at=NOW
        )
    assert [one.at for one in meetings(perrin, now=NOW)] == [day, day + HOUR]  # an appointment
    plan = Plan.objects.create(
        person_id=person, kind="sentence", version=1, review_at=NOW, has_purpose=True, made_at=NOW
    )
    PlanVersion.objects.create(plan=plan, version=1, made_at=NOW - timedelta(days=1))
    said = facts_of(person, perrin, now=NOW).changes
    assert any("sentence plan, version 1" in one for one in said)
