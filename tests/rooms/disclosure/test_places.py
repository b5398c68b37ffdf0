"""Was any tagged person at this place then? Yes, no or cannot tell; names only apart."""

from __future__ import annotations

import pytest
from test_releases import bundle, files, told

from disclosure_words import HELPS, REASON, WHY, Bureau, page, stored
from waypost.access.models import AuditLine
from waypost.disclosure import actions
from waypost.disclosure.places import Anybody, PlaceAnswer, gather_place, sentences
from waypost.disclosure.values import Place, Status, What, Window
from waypost.errors import Refused
from worked_town import PARK, at

pytestmark = [pytest.mark.database]
WINDOW = Window(at("11:45"), at("12:05"))
THERE = Place(*PARK, 100.0, "the park")
ELSEWHERE = Place(51.48, -0.20, 100.0, "far off")


@pytest.fixture
def town(db, tmp_path, settings) -> Bureau:
    settings.LAKE_URI = str(tmp_path / "lake")
    made = Bureau()
    made.walk()
    return made


def answer(town: Bureau, place: Place = THERE, by=None) -> PlaceAnswer:
    return gather_place(WINDOW, place, by=by or town.sable, now=at("15:00"))


def test_a_tag_that_was_observed_is_a_yes_without_a_name(town):
    found = answer(town)
    assert found.verdict is Anybody.YES
    assert found.observed == (town.person("P2"),)
    number = town.granted(What.ANYBODY, by=town.sable)
    seen = page(number, town.reed)
    assert seen.said[0].startswith("Yes")
    assert "fewer than five" in seen.said[1].lower()
    assert "P2" not in told(bundle(town, number))
    assert "fixes.csv" not in files(bundle(town, number))
    assert not AuditLine.objects.filter(kind="track:viewed").exists()
    assert AuditLine.objects.filter(kind="place:asked").count() == 2


def test_a_tag_far_off_with_a_fix_a_minute_is_ruled_out_and_a_silent_one_is_not(town):
    found = answer(town, ELSEWHERE)
    assert found.verdict is Anybody.CANNOT_TELL  # P2 has a fix each five minutes only
    assert (found.judged, found.not_judged) == (1, 1)


def test_no_is_said_where_every_tag_can_be_ruled_out(town):
    town.now = at("13:10")
    town.send(*((f"{11 + m // 60}:{m % 60:02}", "street") for m in range(20, 100)), person=2)
    found = answer(town, ELSEWHERE)
    assert found.verdict is Anybody.NO
    assert sentences(found)[0].startswith("No")


def test_where_nobody_is_in_scope_nothing_can_be_told(town):
    from waypost.orders.models import Order

    Order.objects.update(kind="court_bail")
    found = answer(town)
    assert (found.verdict, found.judged, found.not_judged) == (Anybody.CANNOT_TELL, 0, 0)


def test_somebody_under_limited_access_is_in_no_count_but_for_named_staff(town):
    town.limit("P2", town.sable)
    nils = town.avery
    assert answer(town, by=nils).observed == ()
    assert answer(town, by=nils).judged + answer(town, by=nils).not_judged == 1
    assert answer(town, by=town.sable).verdict is Anybody.YES


def test_names_need_a_second_request_with_its_own_reason_and_a_second_decision(town):
    number = town.granted(What.ANYBODY, by=town.sable)
    assert page(number, town.reed).can_ask_names
    names = actions.ask_names(number, WHY, HELPS, by=town.reed, now=at("15:30"))
    assert stored(names).status == Status.SUBMITTED
    with pytest.raises(Refused, match="asked for already"):
        actions.ask_names(number, WHY, HELPS, by=town.reed, now=at("15:31"))
    actions.pass_on(names, "", by=town.ana, now=at("15:40"))
    with pytest.raises(Refused, match="senior"):
        actions.preview(names, by=town.avery, now=at("15:50"))
    _, found = actions.preview(names, by=town.sable, now=at("15:50"))
    assert [one.person[0] for one in found.persons] == ["P2"]
    actions.grant(names, REASON, found.digest, by=town.sable, now=at("15:55"))
    content = bundle(town, names)
    assert "P2" in told(content)
    assert "P1" not in told(content)
    assert b"51.557" not in files(content)["fixes.csv"]
    lines = AuditLine.objects.filter(kind="track:viewed").values_list("person_id", flat=True)
    assert set(lines) == {town.person("P2")}


def test_there_is_nobody_to_name_after_no_or_cannot_tell(town):
    number = town.granted(What.ANYBODY, by=town.sable, place=ELSEWHERE)
    assert not page(number, town.reed).can_ask_names
    with pytest.raises(Refused, match="nobody to name"):
        actions.ask_names(number, WHY, HELPS, by=town.reed, now=at("15:30"))


def test_counts_below_five_are_told_as_such():
    for count, said in ((0, "Fewer than five"), (4, "Fewer than five"), (5, "5 tags")):
        told = sentences(PlaceAnswer(Anybody.CANNOT_TELL, count, 9, 90.0, ()))[1]
        assert told.startswith(said)


def test_questions_that_overlap_are_shown_to_whoever_decides(town):
    first = town.granted(What.ANYBODY, by=town.sable)
    second = town.checked(What.ANYBODY)
    assert page(second, town.sable).alike == (first,)
    assert page(second, town.reed).alike == ()
