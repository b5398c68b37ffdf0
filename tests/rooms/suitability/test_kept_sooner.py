"""What led to no order goes sooner, and goes whole: with due rows, papers and who lives there."""

from __future__ import annotations

from datetime import date

import pytest

from necessity_words import keep_from
from suitability_words import DAY, NOW, Court
from waypost.jobs.models import Due
from waypost.keeping.facts import persons_facts
from waypost.keeping.records import forget_rows, left_of
from waypost.keeping.schedules import NO_ORDER, due_on
from waypost.keeping.values import Scope
from waypost.necessity.values import CheckKind
from waypost.orders.queries import person_by_reference
from waypost.suitability import actions
from waypost.suitability.values import Act

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def court() -> Court:
    made = Court()
    keep_from(NOW - 100 * DAY)
    return made


def due_of(reference: str) -> date | None:
    (facts,) = persons_facts([person_by_reference(reference).pk])
    return due_on(Scope.PERSON, facts, [], now=NOW + DAY)


def test_an_open_assessment_keeps_everything_and_one_that_ended_a_year(court):
    number = court.refer()
    assert due_of("N-1") is None
    actions.do(number, Act.WITHDRAW, "The charge was dropped.", by=court.cora, now=NOW)
    assert due_of("N-1") == date(2027, 3, 10)
    (facts,) = persons_facts([person_by_reference("N-1").pk])
    assert facts.ends == ((NO_ORDER, NOW),)


def test_one_of_two_that_is_open_keeps_both(court):
    first = court.refer()
    court.refer(decision_on=date(2026, 4, 30))
    actions.do(first, Act.WITHDRAW, "The charge was dropped.", by=court.cora, now=NOW + DAY)
    assert due_of("N-1") is None


def test_who_has_an_order_is_kept_by_it(court):
    number = court.refer(court.pia, reference="P1")
    actions.do(number, Act.WITHDRAW, "The charge was dropped.", by=court.pia, now=NOW)
    (facts,) = persons_facts([court.people["P1"]])
    assert [kind for kind, _ in facts.ends] == ["community_order"]


def test_nothing_is_left_of_them(court):
    from waypost.documents.models import Document
    from waypost.keeping.models import Deletion

    number = court.hdc()
    court.house(number)
    court.check(number, CheckKind.CHILD_SAFEGUARDING)
    court.check(number, CheckKind.DOMESTIC_ABUSE, None)
    court.let_go(number)
    court.propose(number)
    person = person_by_reference("N-1").pk
    assert Due.objects.filter(kind="suitability_check").exists()
    deletion = Deletion.objects.create(
        scope="person", person_id=person, schedule="test", begun_at=NOW
    )
    forget_rows(deletion.pk, Scope.PERSON, person)
    assert left_of(Scope.PERSON, person, []) == {}
    assert not Due.objects.filter(kind="suitability_check").exists()
    assert not Document.objects.filter(about__startswith="suitability:").exists()
