"""A protected person is told that somebody comes near, once, by consent, and never where."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time, timedelta

import pytest

from telling_words import Telling, officer, person
from waypost.access.models import AuditLine
from waypost.access.queries import looks_to_tell
from waypost.access.values import MACHINE, Role
from waypost.alerts.models import Alert
from waypost.devices import actions as devices
from waypost.devices.protecting import Protected
from waypost.devices.stock_file import StockRow
from waypost.devices.values import DeviceKind
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.monitoring.models import Violation
from waypost.notices.models import ContactPreference, Notice
from waypost.notices.queries import told_of
from waypost.notices.values import TEST, Contact
from waypost.orders.models import Person
from waypost.telling import actions
from waypost.telling.models import NearTold, NearWish
from waypost.telling.queries import near_of
from waypost.telling.warning import fire_near
from waypost.telling.wishing import Wished, wearers_of, wishes_of
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]
WISHED = Wished(
    Contact(TEST, "casey"), "020 7946 0000", at("08:00"), "signed form 14", requirements=("R1",)
)


class Park(Telling):
    """P2 must keep out of the park, which is there for PR1."""

    def __init__(self) -> None:
        super().__init__()
        self.run()
        self.mona = officer()
        devices.add_device(StockRow(0, "PD-1", kind=DeviceKind.PROTECTED), by=MACHINE, now=self.now)
        said = Protected("PR1", name="Casey Lund", consent_at=at("08:00"), consent_how="form 12")
        devices.protect(person(2), "PD-1", said, by=self.mona, now=at("08:05"))
        self.casey = Person.objects.get(reference="PR1").pk

    def wish(self, said: Wished = WISHED) -> int:
        return actions.record_wish(self.casey, person(2), said, by=self.mona, now=at("08:10"))

    def enter(self, *minutes: str) -> None:
        self.now = at(minutes[-1]) + timedelta(seconds=30)
        self.send(*((minute, "park") for minute in minutes), person=2)
        self.run()

    def leave(self, *minutes: str) -> None:
        self.now = at(minutes[-1]) + timedelta(seconds=30)
        self.send(*((minute, "street") for minute in minutes), person=2)
        self.run()


@pytest.fixture
def park(tmp_path, settings) -> Park:
    settings.LAKE_URI = str(tmp_path / "lake")
    return Park()


def test_who_wishes_it_is_told_at_once_and_once_and_never_where_or_by_name(park):
    park.wish()
    park.enter("10:00", "10:01")
    [said] = park.post.taken
    assert (said.address, said.made_at) == ("casey", park.now)
    words = f"{said.subject} {said.text} {said.short}"
    assert "ring 999" in words
    assert "020 7946 0000" in words
    for secret in ("P2", "PR1", "Casey", "R1", "park", "51.", "10:0"):
        assert secret not in words
    park.enter("10:02", "10:05", "10:09")
    fire_near(park.now)
    assert len(park.post.taken) == 1


def test_who_does_not_wish_it_is_told_nothing(park):
    park.enter("10:00", "10:01")
    assert park.post.taken == []
    assert NearTold.objects.count() == 0


def test_an_all_clear_comes_on_a_full_half_hour_and_says_not_when_it_ended(park):
    park.wish()
    park.enter("10:00", "10:01")
    park.leave("10:20", "10:30")
    assert len(park.post.taken) == 1
    park.now = at("11:29")
    park.tell()
    assert len(park.post.taken) == 1
    park.now = at("11:30")  # an hour after 10:01:30 is 11:01:30
    park.tell()
    assert park.post.taken[1].text.startswith("We asked you to take care. As far as we can tell")
    park.tell()
    assert len(park.post.taken) == 2


def test_going_in_and_out_while_it_stands_tells_nothing_more_and_puts_the_all_clear_off(park):
    park.wish()
    park.enter("10:00", "10:01")
    park.leave("10:15", "10:25")
    park.enter("10:40", "10:41")
    park.leave("11:00", "11:10")
    park.now = at("11:29")
    park.tell()
    assert len(park.post.taken) == 1
    park.now = at("12:00")
    park.tell()
    assert len(park.post.taken) == 2
    park.enter("13:00", "13:01")  # the next time is another rise
    assert len(park.post.taken) == 3
    assert [one.rise for one in NearTold.objects.order_by("pk")] == [1, 2]


def test_what_later_fixes_take_back_is_corrected_at_once(park):
    park.wish()
    park.enter("10:00", "10:01")
    alert = Alert.objects.get()
    row = Violation.objects.get()
    from waypost.alerts.raising import judge_changes
    from waypost.monitoring.queries import judged_of
    from waypost.rules.news import News
    from waypost.rules.reconcile import ChangeKind

    Violation.objects.update(withdrawn=True)
    taken_back = replace(judged_of(row), withdrawn=True)
    park.now = at("10:20")
    judge_changes([News(ChangeKind.WITHDRAWN, alert.person_id, row.pk, taken_back)], now=park.now)
    park.tell()
    assert park.post.taken[1].text.startswith(
        "We asked you to take care. We know now that it was a"
    )


def test_a_message_with_a_code_word_says_nothing_to_others(park):
    park.wish(replace(WISHED, code="Your library books"))
    park.enter("10:00", "10:01")
    [said] = park.post.taken
    assert said.subject == "Your library books"
    assert said.text == (
        "Your library books. Please do now what we agreed. Our number: 020 7946 0000.\n"
    )


def test_in_hours_without_a_message_the_named_staff_are_asked_to_ring(park):
    park.wish(replace(WISHED, never_from=time(9), never_to=time(17)))
    park.enter("10:00", "10:01")
    [said] = park.post.taken
    assert said.address == "mona@example.org"
    assert "wish for none" in said.text
    park.leave("10:20", "10:30")
    park.now = at("12:00")
    park.tell()
    assert len(park.post.taken) == 1  # who rang rings again


def test_an_all_clear_waits_for_the_end_of_hours_without_a_message(park):
    park.wish(replace(WISHED, never_from=time(11), never_to=time(17)))
    park.enter("10:00", "10:01")
    park.leave("10:20", "10:30")
    park.now = at("16:59")
    park.tell()
    assert len(park.post.taken) == 1
    park.now = at("17:00")
    park.tell()
    assert len(park.post.taken) == 2


def test_a_message_that_does_not_go_out_has_somebody_ring(park):
    park.wish()
    park.post.fails = True
    park.enter("10:00", "10:01")
    park.now = at("10:04:30")
    park.tell()
    park.now += timedelta(minutes=5)
    park.tell()
    asked = Notice.objects.get(template="near_untold")
    assert asked.officer_id == park.mona.officer_id
    assert asked.words["because"] == "it did not go out"


def test_a_wish_that_ends_ends_at_once_and_stops_what_waits(park):
    number = park.wish()
    park.post.fails = True
    park.enter("10:00", "10:01")
    actions.end_wish(number, "she asked for it", by=park.mona, now=at("10:02"))
    park.post.fails = False
    park.now = at("12:00")
    park.tell()
    assert [one for one in park.post.taken if one.address == "casey"] == []
    assert Notice.objects.get(template="near").status == "called_off"
    assert ContactPreference.objects.get(person_id=park.casey).to_at == at("10:02")
    with pytest.raises(Conflict):
        actions.end_wish(number, "again", by=park.mona, now=at("10:03"))


def test_what_is_going_on_when_the_wish_is_recorded_is_told_too(park):
    park.enter("10:00", "10:01")
    actions.record_wish(park.casey, person(2), WISHED, by=park.mona, now=park.now)
    park.tell()
    assert len(park.post.taken) == 1


def test_named_staff_alone_see_that_the_protected_person_was_told(park):
    park.wish()
    park.enter("10:00", "10:01")
    alert = Alert.objects.get()
    [seen] = near_of(alert.pk, park.mona, now=park.now)
    assert [one.status for one in seen.told] == ["delivered"]
    assert near_of(alert.pk, officer("nora"), now=park.now) == ()
    assert "near" not in {one.step for one in told_of(f"alert:{alert.pk}")}
    with pytest.raises(NoSuchThing):
        wishes_of(park.casey, officer("nora"), now=park.now)
    with pytest.raises(NoSuchThing):
        wearers_of(park.casey, officer("perrin", Role.PROBATION_PRACTITIONER), now=park.now)


def test_the_wearer_learns_nothing_of_it(park):
    park.wish()
    before = AuditLine.objects.filter(person_id=person(2)).count()
    park.enter("10:00", "10:01")
    park.leave("10:20", "10:30")
    park.now = at("12:00")
    park.tell()
    about_them = AuditLine.objects.filter(person_id=person(2)).order_by("number")[before:]
    assert not {one.kind for one in about_them if one.kind.startswith("near")}
    assert not [one for one in looks_to_tell(person(2)) if "near" in str(one)]
    assert not Notice.objects.filter(person_id=person(2)).exists()
    moves = json.dumps(list(Alert.objects.get().moves.values("what", "note")))
    assert "told" not in moves


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (replace(WISHED, consent_how=" "), "without consent"),
        (replace(WISHED, consent_at=at("09:00")), "lies ahead"),
        (replace(WISHED, ring="soon"), "number that they are to ring"),
        (replace(WISHED, code="{name}"), "code word"),
        (replace(WISHED, never_from=time(9)), "both a beginning and an end"),
    ],
)
def test_a_wish_that_cannot_be_carried_out_is_refused(park, wrong, why):
    with pytest.raises(Refused, match=why):
        park.wish(wrong)
    assert NearWish.objects.count() == 0


def test_a_wish_about_a_wearer_from_whom_nobody_protects_them_is_refused(park):
    with pytest.raises(Refused, match="not protected from this wearer"):
        actions.record_wish(park.casey, person(1), WISHED, by=park.mona, now=at("08:10"))


def test_a_zone_that_is_not_for_them_tells_nobody(park):
    park.wish(replace(WISHED, requirements=("R9",)))
    park.enter("10:00", "10:01")
    assert park.post.taken == []
