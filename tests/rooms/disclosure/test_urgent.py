"""Threat to life, wanted persons: called back, decided by one on call, told, on paper, reviewed."""

from __future__ import annotations

import pytest

from disclosure_words import Bureau, page, run_clocks, stored, told
from waypost.access.models import AuditLine
from waypost.access.values import Role
from waypost.disclosure import actions
from waypost.disclosure.values import Found, Kind, Rank, Status
from waypost.errors import Conflict, NoSuchThing, Refused
from worked_town import at

pytestmark = [pytest.mark.database]
WHY = "She rang from a cupboard; he has a knife and left ten minutes ago to find her."
TOLD = "Life is in danger now and no other way finds him in time."
AGENCY = "Metropolitan Police"


@pytest.fixture
def town(db, tmp_path, settings) -> Bureau:
    settings.LAKE_URI = str(tmp_path / "lake")
    made = Bureau()
    made.walk()
    made.number = actions.add_number(
        AGENCY, "020 7946 0123", "published switchboard", by=made.ada, now=at("07:00")
    )
    actions.put_on_call(
        made.avery.officer_id, at("12:00"), at("20:00"), by=made.ada, now=at("11:00")
    )
    return made


def call(town: Bureau, kind: Kind = Kind.LIFE, by=None, when: str = "13:00") -> int:
    return actions.take_call(
        kind, AGENCY, "Insp. Quick", "Two Example", "", WHY, by=by or town.mona, now=at(when)
    )


def called_back(town: Bureau) -> int:
    number = call(town)
    actions.call_back(
        number, town.number, "The duty desk put me through.", by=town.mona, now=at("13:04")
    )
    return number


def place_told(town: Bureau, when: str = "13:06"):
    number = called_back(town)
    return number, actions.tell_place(number, "P2", TOLD, by=town.avery, now=at(when))


def test_the_current_place_is_told_in_minutes_with_a_line_and_paper_and_review_follow(town):
    number, fix = place_told(town, "13:06")
    assert (fix.lat, f"{fix.measured_at:%H:%M}") == (51.557, "12:40")
    assert told(number)[:2] == [("urgent", "avery"), ("urgent", "avery")]
    held = stored(number)
    assert (held.status, held.paper_by, held.review_by) == (
        Status.TOLD, at("+1 13:06"), at("+4 00:00"),
    )  # fmt: skip
    (line,) = AuditLine.objects.filter(kind="track:viewed")
    assert (line.officer_id, line.purpose) == (town.avery.officer_id, "disclosure")
    assert page(number, town.avery).call.place["lat"] == 51.557
    assert page(number, town.nora).call.place is None
    actions.put_on_paper(
        number, "A threat to kill was made by telephone.", "He was found and stopped at the door.",
        "CAD 1234", "c" * 64, by=town.nora, now=at("+1 09:00"),
    )  # fmt: skip
    assert page(number, town.dora).row.mine
    actions.review(
        number, Found.LAWFUL, "Necessary, quick, and recorded.", by=town.dora, now=at("+2 10:00")
    )
    assert stored(number).status == Status.CLOSED


def test_nothing_is_told_before_the_caller_was_called_back_at_a_known_number(town):
    number = call(town)
    with pytest.raises(Refused, match="cannot be told the current place"):
        actions.tell_place(number, "P2", TOLD, by=town.avery, now=at("13:02"))
    other = actions.add_number("Essex Police", "01245 491491", "register", by=town.ada,
                               now=at("07:00"))  # fmt: skip
    for wrong, said in ((other, "not of the caller"), (99, "directory"), (0, "directory")):
        with pytest.raises(Refused, match=said):
            actions.call_back(number, wrong, "Somebody.", by=town.mona, now=at("13:03"))
    actions.end_number(town.number, by=town.ada, now=at("13:03"))
    with pytest.raises(Refused, match="directory"):
        actions.call_back(number, town.number, "Somebody.", by=town.mona, now=at("13:04"))
    with pytest.raises(Refused, match="Choose the caller’s agency"):
        call(town, when="13:05")


def test_one_authoriser_on_call_decides_and_nobody_else(town):
    number = called_back(town)
    with pytest.raises(Refused, match="not on call"):
        actions.tell_place(number, "P2", TOLD, by=town.sable, now=at("13:05"))
    for who in (town.mona, town.nora, town.dora, town.reed):
        with pytest.raises((Refused, NoSuchThing)):
            actions.tell_place(number, "P2", TOLD, by=who, now=at("13:05"))
    with pytest.raises(Refused, match="not on call"):
        actions.tell_place(number, "P2", TOLD, by=town.avery, now=at("21:00"))
    with pytest.raises(Refused, match="in a sentence"):
        actions.tell_place(number, "P2", "quick", by=town.avery, now=at("13:05"))


def test_whoever_took_the_call_or_called_back_does_not_decide_it(town):
    from waypost.access.actions import make_officer
    from waypost.access.models import Officer
    from waypost.access.queries import posted

    make_officer("mona", "Mona", None, Role.AUTHORISING_OFFICER, now=at("06:00"))
    mona = posted(Officer.objects.get(username="mona"), now=at("08:00"))
    town.rank(mona, Rank.HEAD)
    actions.put_on_call(mona.officer_id, at("12:00"), at("20:00"), by=town.ada, now=at("11:00"))
    taken = called_back(town)
    with pytest.raises(Refused, match="Somebody else decides"):
        actions.tell_place(taken, "P2", TOLD, by=mona, now=at("13:05"))
    number = call(town, by=town.nora)
    actions.call_back(number, town.number, "The desk.", by=mona, now=at("13:04"))
    with pytest.raises(Refused, match="Somebody else decides"):
        actions.tell_place(number, "P2", TOLD, by=mona, now=at("13:05"))


def test_of_somebody_hidden_it_reads_as_of_nobody(town):
    town.limit("P1")
    number = called_back(town)
    for reference in ("P1", "P99", ""):
        with pytest.raises(NoSuchThing, match="There is no such person"):
            actions.tell_place(number, reference, TOLD, by=town.avery, now=at("13:05"))
    assert stored(number).status == Status.CALLED_BACK


def test_where_there_is_no_fix_nothing_is_claimed(town):
    number = called_back(town)
    assert actions.tell_place(number, "P2", TOLD, by=town.avery, now=at("13:05")) is not None
    number = called_back(town)
    actions.put_on_call(town.avery.officer_id, at("+2 12:00"), at("+2 20:00"), by=town.ada,
                        now=at("14:00"))  # fmt: skip
    assert actions.tell_place(number, "P2", TOLD, by=town.avery, now=at("+2 14:00")) is None


def test_every_call_is_reviewed_by_somebody_who_had_no_part_refused_or_without_paper(town):
    number, _ = place_told(town)
    with pytest.raises(Refused):
        actions.review(number, Found.LAWFUL, "I was right to.", by=town.avery, now=at("14:00"))
    actions.review(
        number, Found.NOT_LAWFUL, "No paper form ever came in.", by=town.dora, now=at("+3 10:00")
    )
    refused = call(town)
    actions.refuse_call(refused, "The caller could not say who he was.", by=town.nora,
                        now=at("13:10"))  # fmt: skip
    assert stored(refused).status == Status.CALL_REFUSED
    assert ("review", "dora") in told(refused)
    actions.review(refused, Found.LAWFUL, "Rightly refused, it seems.", by=town.dora,
                   now=at("+1 10:00"))  # fmt: skip
    assert stored(refused).status == Status.CLOSED


def test_paper_that_does_not_come_is_asked_for_and_a_late_review_is_told(town):
    number, _ = place_told(town)
    before = len(told(number))
    run_clocks(at("+1 13:05"))
    assert len(told(number)) == before
    run_clocks(at("+1 13:06"))
    assert ("paper", "mona") in told(number)[before:]
    run_clocks(at("+4 00:00"))
    assert told(number)[-1] == ("late", "dora")


def test_a_call_is_taken_by_the_control_room(town):
    for who in (town.reed, town.ana, town.avery, town.cora):
        with pytest.raises(Refused):
            call(town, by=who)
    with pytest.raises(Refused, match="threat to life or a wanted"):
        call(town, kind=Kind.POLICE)


def test_the_directory_and_the_rota_are_kept_by_administrators(town):
    for who in (town.mona, town.avery, town.dora):
        with pytest.raises(Refused):
            actions.add_number("X", "020 1234 5678", "y", by=who, now=at("12:00"))
        with pytest.raises(Refused):
            actions.put_on_call(town.sable.officer_id, at("12:00"), at("13:00"), by=who,
                                now=at("12:00"))  # fmt: skip
    for number, said in (("ring me", "telephone number"), ("", "Enter the agency")):
        with pytest.raises(Refused, match=said):
            actions.add_number("X", number, "y", by=town.ada, now=at("12:00"))
    with pytest.raises(Refused, match="posted as authorising"):
        actions.put_on_call(town.mona.officer_id, at("12:00"), at("13:00"), by=town.ada,
                            now=at("11:00"))  # fmt: skip
    actions.end_number(town.number, by=town.bo, now=at("12:00"))
    with pytest.raises(Conflict):
        actions.end_number(town.number, by=town.bo, now=at("12:01"))
