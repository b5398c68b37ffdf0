"""Minutes name several people: they go with the first of them, whose IOM goes whole; the others'
decisions stay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from iom_words import DAY, Unit
from oversight_words import NOW
from waypost.access.values import MACHINE
from waypost.documents.models import Document
from waypost.iom import actions
from waypost.iom.models import AgendaItem, CohortDecision, Conference, Entry, Member, Offer, Task
from waypost.iom.tasking import Asked
from waypost.iom.values import ConferenceAct, Handling, TaskKind
from waypost.keeping import forgetting
from waypost.keeping.values import Scope
from waypost.orders.models import Order

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def test_minutes_go_with_the_first_of_them_that_is_deleted(own_lake):
    unit = Unit()
    unit.file("P2", now=NOW, area="Hackney", team="Hackney team")
    for one in ("P1", "P2"):
        unit.select(one)
    number = unit.conference(people=("P1", "P2"))
    actions.move_conference(number, ConferenceAct.HOLD, expected_version=1, by=unit.ida, now=NOW)
    for item in AgendaItem.objects.all():
        actions.decide_item(item.pk, "Stays where they are.", expected_version=1, by=unit.ida,
                            now=NOW)  # fmt: skip
    asked = Asked(TaskKind.VISIT, unit.police.pk, "Visit them at home.", "To see how they are.",
                  "They answer no call.", Handling.PERMITTED, "", NOW + 3 * DAY)  # fmt: skip
    actions.send_task(unit.people["P1"], asked, by=unit.ida, now=NOW)
    actions.draw_minutes(number, by=unit.ida, now=NOW)
    assert Document.objects.filter(kind="iom_minutes").count() == 2

    Order.objects.all().update(to_at=NOW)
    deletion = forgetting.begin(unit.people["P1"], Scope.PERSON, why="Never in it.",
                                by=MACHINE, now=NOW + DAY)  # fmt: skip
    forgetting.finish(deletion, now=NOW + DAY, readers_wait=timedelta(0))

    assert not Document.objects.filter(kind="iom_minutes").exists()
    left = unit.people["P2"]
    for model in (Member, CohortDecision, Offer, AgendaItem):
        assert set(model.objects.values_list("person_id", flat=True)) == {left}, model
    for model in (Task, Entry):
        assert not model.objects.exists()
    assert Conference.objects.exists()
