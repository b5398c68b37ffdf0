"""Every act and every news, in any order, on the real store: what the lifecycle promises holds
after each step, and the inbox holds exactly what is not cleared.

tests/properties/test_alert_lifecycle.py asks the same of the table of moves alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waypost.access.actions import make_officer
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.alerts import actions
from waypost.alerts.models import Alert, AlertMove
from waypost.alerts.queries import inbox
from waypost.alerts.raising import judge_changes
from waypost.alerts.values import NEXT, Act, Outcome, Status
from waypost.errors import Conflict, Refused
from waypost.monitoring.models import Violation
from waypost.monitoring.queries import judged_of
from waypost.orders.models import Person
from waypost.positions.values import EventKind
from waypost.rules.news import News, TagReport
from waypost.rules.reconcile import ChangeKind
from waypost.web.pages.alerts import ACTIONS

pytestmark = [pytest.mark.database, pytest.mark.django_db]
T0 = datetime(2026, 3, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROWS = st.integers(0, 3)  # two of each of two requirements
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("violation"), ROWS, st.sampled_from(["certain", "probable"])),
        st.tuples(st.just("confirm"), ROWS),
        st.tuples(st.just("end"), ROWS),
        st.tuples(st.just("withdraw"), ROWS),
        st.tuples(st.just("told again"), ROWS),
        st.tuples(st.just("strap"), st.integers(0, 2)),
        st.tuples(st.just("act"), st.integers(0, 2), st.sampled_from(list(Act))),
    ),
    min_size=1,
    max_size=12,
)


class Story:
    """One person, whom news and officers meet in turn; looked at after each step."""

    def __init__(self) -> None:
        self.person = Person.objects.create(reference="P1", known_at=T0)
        made = make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, now=T0 - MINUTE)
        self.by = posted(made, now=T0)
        self.rows: dict[int, int] = {}  # which of ROWS -> the violation's number
        self.now, self.moves, self.versions = T0, 0, dict[int, int]()

    def take(self, step: tuple) -> None:
        self.now += MINUTE
        what, *given_ = step
        try:
            with transaction.atomic():
                {"act": self.act, "strap": self.strap, "violation": self.violation}.get(
                    what, lambda row: self.news(what, row)
                )(*given_)
        except (Refused, Conflict):
            pass
        self.look(step)

    def act(self, which: int, act: Act) -> None:
        alerts = list(Alert.objects.order_by("pk"))
        if not alerts:
            return
        alert = alerts[which % len(alerts)]
        more = {"outcome": Outcome.NO_ACTION} if act is Act.CLOSE else {}
        ACTIONS[act](
            alert.pk, by=self.by, now=self.now, note="because", expected_version=alert.version,
            **more,
        )  # fmt: skip

    def strap(self, key: int) -> None:
        report = TagReport(self.person.pk, 1, EventKind.STRAP_TAMPER, T0 + key * MINUTE, key)
        judge_changes([], now=self.now, tag_reports=[report])

    def violation(self, row: int, certainty: str) -> None:
        if row in self.rows:
            return
        made = Violation.objects.create(
            person=self.person, requirement_reference=f"R{row % 2}", kind="exclusion",
            from_at=self.now, certainty=certainty, minutes=1, raised_at=self.now,
            known_at=self.now,
        )  # fmt: skip
        self.rows[row] = made.pk
        self.tell(ChangeKind.RAISED, made)

    def news(self, what: str, row: int) -> None:
        if row not in self.rows:
            return
        record = Violation.objects.get(pk=self.rows[row])
        if record.withdrawn:  # a row that was taken back stays so; another is raised in its place
            return
        kind = {
            "confirm": ChangeKind.CONFIRMED, "end": ChangeKind.CLOSED,
            "withdraw": ChangeKind.WITHDRAWN, "told again": ChangeKind.GROWN,
        }[what]  # fmt: skip
        if what == "confirm":
            record.certainty = "certain"
        elif what == "end":
            record.to_at = record.to_at or self.now
        elif what == "withdraw":
            record.withdrawn = True
            del self.rows[row]
        record.save()
        self.tell(kind, record)

    def tell(self, kind: ChangeKind, record: Violation) -> None:
        row = replace(judged_of(record), withdrawn=record.withdrawn)
        judge_changes([News(kind, self.person.pk, record.pk, row)], now=self.now)

    def look(self, step: tuple) -> None:
        for move in AlertMove.objects.order_by("pk")[self.moves :]:
            self.moves += 1
            if move.from_status and move.to_status != move.from_status:
                assert Status(move.to_status) in NEXT[Status(move.from_status)], (step, move.what)
            if move.officer_id is None:
                assert move.to_status != Status.CLOSED, "only a person closes"
            if move.what == "joined":
                assert move.to_status not in {Status.WITHDRAWN, Status.EXPLAINED, Status.UPHELD}
            if move.what == "joined" and move.from_status == Status.WITHDRAWN:
                assert move.to_status == Status.RAISED
        alerts = list(Alert.objects.order_by("pk"))
        uncleared = [one for one in alerts if one.status != Status.CLOSED]
        subjects = [(one.person_id, one.subject) for one in uncleared]
        assert len(subjects) == len(set(subjects)), "one open alert per subject"
        for one in alerts:
            assert (one.open_subject is None) == (one.status == Status.CLOSED)
            assert one.version >= self.versions.get(one.pk, 1)
            self.versions[one.pk] = one.version
            if one.kind == "strap_tamper":
                closed_by = AlertMove.objects.filter(alert=one, to_status=Status.CLOSED)
                assert one.status != Status.WITHDRAWN
                assert not closed_by.filter(officer_id=None).exists()
        shown = inbox(self.by, now=self.now)
        assert {row.alert_id for row in shown.rows} == {one.pk for one in uncleared}
        assert shown.listing.total == len(uncleared)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
def test_no_order_of_acts_and_news_breaks_what_the_lifecycle_promises(db, steps):
    with transaction.atomic():
        story = Story()
        for step in steps:
            story.take(step)
        transaction.set_rollback(True)


def test_each_move_of_status_raises_the_version_and_words_alone_leave_it(db):
    story = Story()
    story.take(("violation", 0, "probable"))
    [alert] = Alert.objects.all()
    before = alert.version
    for act in (Act.ACKNOWLEDGE, Act.NOTE, Act.UPHOLD, Act.CLOSE, Act.REOPEN):
        story.take(("act", 0, act))
        alert.refresh_from_db()
        assert (alert.version > before) is (act is not Act.NOTE), act
        before = alert.version


def test_what_was_withdrawn_is_open_again_once_something_new_joins_it(db):
    story = Story()
    story.take(("violation", 0, "certain"))
    story.take(("withdraw", 0))
    assert Alert.objects.get().status == Status.WITHDRAWN
    story.take(("violation", 2, "certain"))
    alert = Alert.objects.get()
    assert (alert.status, alert.requirement_reference) == (Status.RAISED, "R0")


def test_a_strap_stands_until_somebody_closes_it_whatever_is_taken_back(db):
    story = Story()
    story.take(("strap", 0))
    for row in range(4):
        story.take(("violation", row, "certain"))
        story.take(("withdraw", row))
    assert Alert.objects.get(kind="strap_tamper").status == Status.RAISED
    with pytest.raises(Refused):
        actions.close(
            Alert.objects.get(kind="strap_tamper").pk, by=story.by, now=story.now,
            outcome=Outcome.NO_ACTION,
        )  # fmt: skip
