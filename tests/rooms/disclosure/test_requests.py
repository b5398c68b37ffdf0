"""Requests on the real store: who may what, four eyes, what is told of a refusal and of nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from disclosure_words import (
    PLACE,
    REASON,
    SPECIAL,
    WHY,
    Bureau,
    days,
    page,
    stored,
    told,
    wanted,
    window,
)
from waypost.access.models import AuditLine
from waypost.access.queries import looks_to_tell
from waypost.access.values import Role
from waypost.disclosure import actions
from waypost.disclosure.asking import Requester
from waypost.disclosure.values import Act, Ground, Kind, Outcome, Rank, Status, Urgency, What
from waypost.errors import Conflict, NoSuchThing, Refused
from worked_town import at

pytestmark = [pytest.mark.database]


@pytest.fixture
def town(db, tmp_path, settings) -> Bureau:
    settings.LAKE_URI = str(tmp_path / "lake")
    made = Bureau()
    made.walk()
    return made


def test_a_request_goes_from_the_force_by_a_checker_to_whoever_decides_and_back(town):
    number = town.ask()
    assert stored(number).status == Status.SUBMITTED
    assert {who for _, who in told(number)} == {"ana", "mona", "nora"}
    actions.link(number, "P2", by=town.ana, now=at("14:10"))
    actions.pass_on(number, "", by=town.ana, now=at("14:20"))
    assert ("checked", "avery") in told(number)
    _, answer = actions.preview(number, by=town.avery, now=at("14:30"))
    assert [f"{row.at:%H:%M}" for _, row in answer.rows] == ["11:50", "11:55", "12:00", "12:12"]
    actions.grant(number, REASON, answer.digest, by=town.avery, now=at("14:40"))
    assert told(number)[-1] == ("answered", "reed")
    seen = page(number, town.reed)
    assert seen.row.can_download
    assert "said of the tag" in " ".join(seen.said)
    name, content = actions.download(number, by=town.reed, now=at("15:00"))
    assert name == f"request-{number}.zip"
    assert content.startswith(b"PK")
    actions.tell_outcome(number, Outcome.ELIMINATED, "", by=town.reed, now=at("+9 10:00"))
    assert stored(number).status == Status.CLOSED
    kinds = list(
        AuditLine.objects.filter(kind__startswith="disclosure:").order_by("number")
        .values_list("kind", flat=True)
    )  # fmt: skip
    assert kinds == [
        "disclosure:submitted", "disclosure:linked", "disclosure:checked", "disclosure:previewed",
        "disclosure:granted", "disclosure:viewed", "disclosure:downloaded",
        "disclosure:outcome_told",
    ]  # fmt: skip


def test_a_look_for_disclosure_has_its_line_with_its_request_and_the_wearer_is_not_told(town):
    town.granted()
    lines = list(AuditLine.objects.filter(kind="track:viewed"))
    assert {(one.purpose, one.officer_id) for one in lines} == {
        ("disclosure", town.avery.officer_id)
    }
    assert b'"request"' in bytes(lines[0].body)
    assert {one.kind for one in looks_to_tell(town.person("P2"))} == {"officer:made"}


def test_a_look_for_disclosure_without_a_request_is_refused(town):
    from waypost.access.values import Purpose
    from waypost.positions.queries import whereabouts

    for who, said in ((town.avery, "opened from the request"), (town.mona, "not one that your")):
        with pytest.raises(Refused, match=said):
            whereabouts(
                town.person("P2"), at("11:00"), at("12:00"), by=who, purpose=Purpose.DISCLOSURE,
                now=at("13:00"),
            )  # fmt: skip


def test_nobody_decides_what_they_checked_or_asked_for(town):
    from waypost.access.actions import make_officer
    from waypost.access.models import Officer
    from waypost.access.queries import posted

    ana = Officer.objects.get(username="ana")
    make_officer("ana", "Ana", None, Role.AUTHORISING_OFFICER, now=at("06:00"))
    both = posted(ana, now=at("08:00"))
    town.rank(both, Rank.HEAD)
    number = town.ask()
    actions.link(number, "P2", by=both, now=at("14:10"))
    actions.pass_on(number, "", by=both, now=at("14:20"))
    with pytest.raises(Refused, match="Somebody else decides it"):
        actions.preview(number, by=both, now=at("15:00"))
    with pytest.raises(Refused, match="Somebody else decides it"):
        actions.grant(number, REASON, "x", by=both, now=at("15:00"))
    with pytest.raises(Refused, match="Somebody else decides it"):
        actions.refuse(number, [Ground.UNCLEAR], "x", by=both, now=at("15:00"))
    assert page(number, both).acts == ()
    town.grant(number)


def test_whoever_asked_checks_nothing_of_it(town):
    number = actions.submit(
        wanted(kind=Kind.SOLICITOR, why="", helps=""),
        Requester("Sol Citor", "Citor & Co", "Called back at the register's number.", "a" * 64),
        by=town.mona, now=at("14:00"),
    )  # fmt: skip
    for act in (
        lambda: actions.link(number, "P2", by=town.mona, now=at("14:10")),
        lambda: actions.pass_on(number, "", by=town.mona, now=at("14:10")),
        lambda: actions.refuse(number, [Ground.UNCLEAR], "x", by=town.mona, now=at("14:10")),
    ):
        with pytest.raises(Refused, match="you asked for it"):
            act()
    actions.link(number, "P2", by=town.nora, now=at("14:10"))
    actions.pass_on(number, "", by=town.nora, now=at("14:20"))
    town.grant(number)
    assert stored(number).authority_sha256 == "a" * 64


def test_a_rank_counts_once_a_second_administrator_has_confirmed_it(town):
    new = town.officer("nils", Role.AUTHORISING_OFFICER)
    number = town.checked()
    with pytest.raises(Refused, match="no rank of yours is recorded"):
        actions.preview(number, by=new, now=at("15:00"))
    held = actions.record_rank(
        new.officer_id, Rank.OFFICER, at("06:00"), None, by=town.ada, now=at("14:00")
    )
    with pytest.raises(Refused, match="no rank of yours is recorded"):
        actions.preview(number, by=new, now=at("15:00"))
    with pytest.raises(Refused, match="A second administrator"):
        actions.confirm_rank(held, by=town.ada, now=at("14:10"))
    actions.confirm_rank(held, by=town.bo, now=at("14:10"))
    with pytest.raises(Conflict):
        actions.confirm_rank(held, by=town.bo, now=at("14:11"))
    actions.preview(number, by=new, now=at("15:00"))
    actions.end_rank(held, by=town.ada, now=at("15:10"))
    with pytest.raises(Refused, match="no rank of yours is recorded"):
        actions.preview(number, by=new, now=at("15:20"))


def test_a_question_about_anybody_needs_a_senior_officer(town):
    number = town.checked(What.ANYBODY)
    with pytest.raises(Refused, match="A senior authorising officer decides this"):
        actions.preview(number, by=town.avery, now=at("15:00"))
    town.grant(number, town.sable)


def test_more_than_is_usual_needs_a_special_reason_and_then_a_higher_rank(town):
    wide = window("-3 11:00", "12:15")
    number = town.ask(window=wide)
    (finding,) = page(number, town.ana).findings
    assert finding.ground is Ground.TOO_BROAD
    with pytest.raises(Refused, match="in spite of what the check finds"):
        actions.pass_on(number, "", by=town.ana, now=at("14:20"))
    reasoned = town.checked(window=wide, special_reason=SPECIAL)
    assert page(reasoned, town.ana).findings == ()
    with pytest.raises(Refused, match="senior"):
        actions.preview(reasoned, by=town.avery, now=at("15:00"))
    town.grant(reasoned, town.sable)
    beyond = town.ask(window=window("-20 11:00", "12:15"), special_reason=SPECIAL)
    with pytest.raises(Refused, match="wider than any reason allows"):
        actions.pass_on(beyond, "Please.", by=town.ana, now=at("14:20"))


def test_what_is_granted_is_what_was_previewed_or_it_is_not(town):
    number = town.checked()
    with pytest.raises(Refused, match="Preview what would be released"):
        actions.grant(number, REASON, "", by=town.avery, now=at("15:00"))
    _, answer = actions.preview(number, by=town.avery, now=at("15:00"))
    with pytest.raises(Refused, match="in a sentence"):
        actions.grant(number, "yes", answer.digest, by=town.avery, now=at("15:00"))
    town.now = at("15:01")
    town.send(("12:05", "park"), person=2)
    with pytest.raises(Conflict, match="not what you saw"):
        actions.grant(number, REASON, answer.digest, by=town.avery, now=at("15:02"))
    assert stored(number).status == Status.CHECKED
    town.grant(number, when="15:03")


def test_an_answer_is_fetched_by_whoever_asked_until_its_date_and_each_time_is_a_line(town):
    number = town.granted()
    for other in (town.esme, town.ana, town.avery):
        with pytest.raises((NoSuchThing, Refused)):
            actions.download(number, by=other, now=at("16:00"))
    until = stored(number).download_until
    assert until == at("15:00") + days(14)
    for _ in range(2):
        actions.download(number, by=town.reed, now=until - days(1))
    with pytest.raises(Refused, match="is over"):
        actions.download(number, by=town.reed, now=until)
    assert AuditLine.objects.filter(kind="disclosure:downloaded").count() == 2
    assert stored(number).downloads == 2


def test_what_was_released_is_opened_by_no_other_door(town):
    from waypost.documents.queries import document

    number = town.granted()
    for who in (town.reed, town.mona, town.avery, town.dora):
        with pytest.raises(NoSuchThing):
            document(stored(number).document_id, by=who, now=at("16:00"))


def test_a_requester_sees_what_they_asked_and_nobody_else_s(town):
    from waypost.disclosure.queries import requests

    number = town.ask()
    assert page(number, town.reed).requester
    with pytest.raises(NoSuchThing, match="no such request"):
        page(number, town.esme)
    listed = requests(town.esme, now=at("15:00"))
    assert listed.mine + listed.open + listed.over == ()
    with pytest.raises(Refused):
        page(number, town.ada)


def test_receipts_and_refusals_read_alike_for_a_wearer_for_nobody_and_for_somebody_hidden(town):
    town.limit("P1")
    numbers = {
        name: town.ask(person_name=name, person_reference=reference)
        for name, reference in (("Wearer", "P2"), ("Hidden", "P1"), ("Nobody", "P99"))
    }
    actions.link(numbers["Wearer"], "P2", by=town.ana, now=at("14:10"))
    for reference in ("P1", "P99"):
        with pytest.raises(NoSuchThing, match="There is no such person"):
            actions.link(numbers["Hidden"], reference, by=town.ana, now=at("14:10"))
    said = set()
    for name, number in numbers.items():
        receipt = page(number, town.reed)
        town.refused(number, Ground.TENUOUS)
        after = page(number, town.reed)
        seen = repr((receipt.row.status, receipt.person, receipt.acts, after.told, after.moves,
                     after.said, after.person, after.findings))  # fmt: skip
        said.add(seen.replace(name, "X"))
        assert after.person is None
        assert "For the record alone" not in seen
    assert len(said) == 1
    assert {tuple(told(one)[-1]) for one in numbers.values()} == {("answered", "reed")}


def test_a_granted_answer_about_nobody_says_the_same_as_about_somebody_hidden(town):
    town.limit("P1")
    answers = []
    for reference in ("P1", "P99"):
        number = town.ask(person_reference=reference)
        actions.pass_on(number, "", by=town.ana, now=at("14:20"))
        town.grant(number)
        answers.append((page(number, town.reed).said, stored(number).answer))
    assert answers[0] == answers[1]
    assert "Nothing is held that can be released" in answers[0][0][0]


def test_of_somebody_under_limited_access_named_staff_alone_check_and_decide(town):
    town.limit("P1", town.mona, town.sable)
    number = town.ask(person_reference="P1")
    actions.link(number, "P1", by=town.mona, now=at("14:10"))
    assert page(number, town.mona).person[0] == "P1"
    assert page(number, town.ana).person is None
    with pytest.raises(Refused, match="named staff"):
        actions.pass_on(number, "", by=town.mona, now=at("14:20"))
    with pytest.raises(Refused, match="named staff"):
        actions.pass_on(number, "", by=town.mona, now=at("14:20"), decider_id=town.avery.officer_id)
    actions.pass_on(number, "", by=town.mona, now=at("14:20"), decider_id=town.sable.officer_id)
    with pytest.raises(Refused, match="waits for another authorising officer"):
        actions.preview(number, by=town.avery, now=at("15:00"))
    town.grant(number, town.sable)
    assert "fixes" in page(number, town.reed).said[0]
    seen = page(number, town.dora)
    assert seen.person is None
    assert seen.said == page(nobody_s(town), town.dora).said


def nobody_s(town) -> int:
    """A request that nobody linked, granted."""
    number = town.ask(person_reference="P98")
    actions.pass_on(number, "", by=town.ana, now=at("14:20"))
    town.grant(number)
    return number


def test_a_decision_that_waits_for_one_officer_reads_alike_whoever_it_is_about(town):
    town.limit("P1", town.mona, town.sable)
    reads = []
    for reference, checker in (("P1", town.mona), ("P2", town.mona)):
        number = town.ask(person_reference=reference)
        actions.link(number, reference, by=checker, now=at("14:10"))
        actions.pass_on(number, "", by=checker, now=at("14:20"), decider_id=town.sable.officer_id)
        with pytest.raises(Refused) as refusal:
            actions.preview(number, by=town.avery, now=at("15:00"))
        reads.append(str(refusal.value))
    assert len(set(reads)) == 1


def test_a_try_to_link_somebody_hidden_is_not_told_to_them(town):
    from waypost.access.values import Purpose

    town.limit("P1")
    number = town.ask()
    with pytest.raises(NoSuchThing) as refusal:
        actions.link(number, "P1", by=town.mona, now=at("14:10"))
    assert refusal.value.purpose == Purpose.DISCLOSURE


def test_a_protected_person_is_nobody_to_a_request(town):
    from waypost.orders.models import Person

    Person.objects.filter(reference="P1").update(protected=True)
    number = town.ask(person_reference="P1")
    with pytest.raises(NoSuchThing):
        actions.link(number, "P1", by=town.mona, now=at("14:10"))


def test_an_order_that_does_not_list_the_use_gives_the_police_nothing_and_the_court_all(town):
    from waypost.orders.models import Order

    Order.objects.update(kind="court_bail")
    town.now = at("13:30")
    number = town.checked()
    _, answer = actions.preview(number, by=town.avery, now=at("15:00"))
    assert answer.rows == []
    assert not AuditLine.objects.filter(kind="track:viewed").exists()
    court = actions.submit(
        wanted(kind=Kind.COURT),
        Requester("The clerk", "Crown Court at Snaresbrook", "Sealed order, seen."),
        by=town.cora, now=at("14:00"),
    )  # fmt: skip
    actions.link(court, "P2", by=town.ana, now=at("14:10"))
    actions.pass_on(court, "", by=town.ana, now=at("14:20"))
    _, answer = actions.preview(court, by=town.avery, now=at("15:00"))
    assert len(answer.rows) == 4


def test_what_is_still_wanted_stands_the_clock_and_comes_back(town):
    number = town.ask(why="Needed.")
    due = stored(number).answer_by
    actions.give_back(
        number, [Ground.UNCLEAR], "What links this person with it?", by=town.ana, now=at("15:00")
    )
    seen = page(number, town.reed)
    assert (seen.row.status, seen.question) == (Status.RETURNED, "What links this person with it?")
    assert seen.row.mine
    assert Act.RESUBMIT in seen.acts
    assert (stored(number).answer_by, stored(number).left) == (None, due - at("15:00"))
    with pytest.raises(Refused, match="cannot be"):
        actions.pass_on(number, "x", by=town.ana, now=at("15:10"))
    actions.resubmit(number, wanted(), by=town.reed, now=at("+2 15:00"))
    again = stored(number)
    assert (again.status, again.why) == (Status.SUBMITTED, WHY)
    assert again.answer_by == at("+2 15:00") + (due - at("15:00"))


def test_other_words_about_whom_undo_the_link(town):
    number = town.ask()
    actions.link(number, "P2", by=town.ana, now=at("14:10"))
    actions.give_back(number, [Ground.UNCLEAR], "Who?", by=town.ana, now=at("14:20"))
    actions.resubmit(number, wanted(why=WHY + " More."), by=town.reed, now=at("14:30"))
    assert stored(number).person_id == town.person("P2")
    actions.give_back(number, [Ground.UNCLEAR], "Who?", by=town.ana, now=at("14:40"))
    actions.resubmit(number, wanted(person_name="Somebody Else"), by=town.reed, now=at("14:50"))
    assert stored(number).person_id is None


def test_a_request_sent_back_is_checked_again_by_anybody(town):
    number = town.checked()
    with pytest.raises(Refused, match="Say what is to be checked"):
        actions.send_back(number, " ", by=town.avery, now=at("15:00"))
    actions.send_back(number, "Is it the same person?", by=town.avery, now=at("15:00"))
    with pytest.raises(Refused, match="Another checker has said"):
        actions.pass_on(number, "", by=town.mona, now=at("15:10"))
    actions.link(number, "P2", by=town.mona, now=at("15:10"))
    actions.pass_on(number, "", by=town.mona, now=at("15:11"))
    town.grant(number, when="15:20")


def test_whoever_may_not_know_whom_another_linked_reads_what_they_would_of_anybody(town):
    town.limit("P1", town.mona, town.sable)
    reads = []
    for reference in ("P1", "P2"):
        number = town.ask(person_reference="X")
        actions.link(number, reference, by=town.mona, now=at("14:10"))
        with pytest.raises(Refused) as refusal:
            actions.pass_on(number, "", by=town.ana, now=at("14:20"))
        reads.append(str(refusal.value))
    assert len(set(reads)) == 1


def test_what_somebody_hidden_asks_of_themself_is_there_for_named_staff_alone(town):
    from waypost.disclosure.queries import requests

    town.limit("P2", town.mona, town.sable)
    number = actions.submit(
        wanted(kind=Kind.OWN, why="", helps=""), Requester(), by=town.wes, now=at("14:00")
    )
    assert told(number) == [("submitted", "mona")]
    for who in (town.ana, town.nora, town.avery, town.dora):
        with pytest.raises(NoSuchThing, match="no such request"):
            page(number, who)
        with pytest.raises(NoSuchThing, match="no such request"):
            actions.pass_on(number, "", by=who, now=at("14:10"))
        listed = requests(who, now=at("14:10"))
        assert listed.mine + listed.open + listed.over == ()
    actions.pass_on(number, "", by=town.mona, now=at("14:20"), decider_id=town.sable.officer_id)
    town.grant(number, town.sable)
    actions.download(number, by=town.wes, now=at("16:00"))


def test_a_request_that_was_withdrawn_is_over(town):
    number = town.checked()
    actions.withdraw(number, by=town.reed, now=at("14:30"))
    with pytest.raises(Refused, match="withdrawn"):
        actions.grant(number, REASON, "x", by=town.avery, now=at("15:00"))


def test_whoever_acts_on_an_old_page_is_told(town):
    number = town.ask()
    version = stored(number).version
    actions.link(number, "P2", by=town.ana, now=at("14:10"), expected_version=version)
    with pytest.raises(Conflict):
        actions.pass_on(number, "", by=town.mona, now=at("14:20"), expected_version=version)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"window": None}, "from when to when"),
        ({"window": window("12:00", "12:00")}, "end must come after"),
        ({"window": window("16:00", "17:00")}, "has not begun"),
        ({"what": What.PRESENCE, "place": None}, "Enter the place"),
        ({"what": What.PRESENCE, "place": replace(PLACE, radius_m=1.0)}, "radius in metres"),
        ({"what": What.PRESENCE, "place": replace(PLACE, lat=-0.06, lon=51.5)}, "outside Great"),
        ({"what": What.NAMES}, "Choose what is asked"),
        ({"why": "x" * 5000}, "at most 4000"),
        ({"person_name": "a\x00b"}, "no text has"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(town, change, said):
    with pytest.raises(Refused, match=said):
        actions.submit(replace(wanted(), **change), Requester(), by=town.reed, now=at("14:00"))


def test_each_role_files_its_own_kinds(town):
    for by, kind in ((town.reed, Kind.COURT), (town.wes, Kind.POLICE), (town.mona, Kind.COURT)):
        with pytest.raises(Refused, match="your role can file"):
            actions.submit(wanted(kind=kind), Requester(), by=by, now=at("14:00"))
    with pytest.raises(Refused, match="by telephone"):
        actions.submit(wanted(kind=Kind.LIFE), Requester(), by=town.mona, now=at("14:00"))
    for by in (town.ana, town.avery, town.dora, town.ada):
        with pytest.raises(Refused, match="role does not carry"):
            actions.submit(wanted(), Requester(), by=by, now=at("14:00"))
    for said, more in (("name of who asks", {"name": ""}), ("identity", {"identity": "yes"}),
                       ("SHA-256", {"authority": "abc"})):  # fmt: skip
        who = Requester("Sol", "Citor & Co", "Met in person, with a card.", "b" * 64)
        with pytest.raises(Refused, match=said):
            actions.submit(wanted(kind=Kind.SOLICITOR), replace(who, **more), by=town.cora,
                           now=at("14:00"))  # fmt: skip


def test_a_wearer_asks_for_their_own_and_reads_it(town):
    number = actions.submit(
        wanted(kind=Kind.OWN, why="", helps="", offence="", reference=""), Requester(),
        by=town.wes, now=at("14:00"),
    )  # fmt: skip
    assert stored(number).person_id == town.person("P2")
    assert page(number, town.ana).findings == ()
    with pytest.raises(Refused, match="no one person"):
        actions.link(number, "P1", by=town.ana, now=at("14:10"))
    actions.pass_on(number, "", by=town.ana, now=at("14:20"))
    town.grant(number)
    actions.download(number, by=town.wes, now=at("16:00"))
    assert stored(number).outcome_by is None
    with pytest.raises(NoSuchThing):
        page(town.ask(), town.wes)


def test_an_urgent_request_waits_for_two_days_and_not_ten(town):
    assert stored(town.ask(urgency=Urgency.URGENT)).answer_by == at("+2 14:00")
    assert stored(town.ask()).answer_by == at("+11 00:00")


def test_helps_is_not_why_and_a_search_for_something_is_tenuous(town):
    number = town.ask(helps=WHY)
    assert [one.field for one in page(number, town.ana).findings] == ["helps"]
    number = town.ask(
        helps="It tells us in general what this person does of an evening, and where."
    )
    assert [one.ground for one in page(number, town.ana).findings] == [Ground.TENUOUS]
