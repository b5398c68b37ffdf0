"""An assessment from referral to the decision recorded against it: acts, scope, clocks, papers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from necessity_words import keep_from
from suitability_words import CURFEW, DAY, MOTHER, NOW, WORDS, Court
from waypost.access.models import AuditLine
from waypost.access.values import Role
from waypost.documents.queries import document
from waypost.documents.values import DOCX, PDF
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs.models import Due
from waypost.necessity import tasks
from waypost.necessity.values import CheckKind, TaskKind
from waypost.notices.models import Notice
from waypost.orders.models import Caseload, Person, WithheldAddress
from waypost.orders.queries import person_by_reference
from waypost.orders.values import OrderKind
from waypost.suitability import actions, queries
from waypost.suitability.clock_lane import fire_checks
from waypost.suitability.models import Assessment, Check, Leave, Proposal, TriedBeside
from waypost.suitability.proposing import Decided
from waypost.suitability.recording import Found
from waypost.suitability.referring import Referred
from waypost.suitability.seen import Show
from waypost.suitability.values import (
    Act,
    Answer,
    AssessmentKind,
    CommitmentKind,
    Consent,
    GateAct,
    InPlace,
    LeaveAct,
    Met,
    Missing,
    Outcome,
    Signal,
    Status,
    Suitable,
)
from waypost.whatif.models import WhatIf

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def court() -> Court:
    made = Court()
    keep_from(NOW - 100 * DAY)
    return made


def page(court: Court, number: int, by=None, now=NOW):
    return queries.assessment_page(number, by or court.cora, now=now)


def decided(**more) -> Decided:
    given = {"outcome": Outcome.AS_PROPOSED, "order_reference": "O-N1", "decided_on": NOW.date(),
             "court": "Highbury Magistrates", "in_place": InPlace.YES, "said_by": "the judge",
             "words": ""}  # fmt: skip
    return Decided(**given | more)


def test_a_new_person_is_referred_once_and_is_the_teams_case(court):
    number = court.refer()
    person = Person.objects.get(reference="N-1")
    assert (person.full_name, person.area) == ("Robin Vale", "Hackney")
    held = Caseload.objects.get(person=person)
    assert held.team_id in court.cora.team_ids
    assert held.officer_id is None
    assert court_again(court) == number
    found = page(court, number)
    assert found.status is Status.ASSESSING
    assert found.eligible_sum is Met.MET


def court_again(court: Court) -> int:
    """The same referral, sent a second time."""
    one = Assessment.objects.get()
    given = Referred("N-1", AssessmentKind.PRE_SENTENCE, OrderKind.COMMUNITY_ORDER, "national",
                     one.court, one.court_area, one.decision_on, one.why, "Robin Vale")  # fmt: skip
    return actions.refer(given, by=court.cora, now=NOW)


def test_a_practitioner_refers_somebody_of_their_own_and_a_new_one_becomes_theirs(court):
    number = court.refer(court.pia, reference="P1")
    assert page(court, number, court.pia).person_id == court.people["P1"]
    court.refer(court.pia, reference="N-2")
    assert Caseload.objects.get(person__reference="N-2").officer_id == court.pia.officer_id


@pytest.mark.parametrize("reference", ["P2", "P3"])
def test_somebody_out_of_reach_or_limited_is_refused_in_the_same_words(court, reference):
    with pytest.raises(Refused, match="cannot be used") as refusal:
        court.refer(reference=reference)
    assert "limited" not in str(refusal.value)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"order_kind": OrderKind.HDC}, "this kind of assessment"),
        ({"decision_on": date(2026, 3, 9)}, "gone by"),
        ({"programme": "?"}, "Choose a programme"),
        ({"name": ""}, "give the person’s name"),
        ({"born_on": date(2025, 1, 1)}, "date of birth"),
        ({"why": "x"}, "Say why"),
    ],
)
def test_a_referral_that_cannot_be_is_refused_and_leaves_nobody(court, more, words):
    with pytest.raises(Refused, match=words):
        court.refer(**more)
    assert not Person.objects.filter(reference="N-1").exists()


def test_who_may_not_know_of_the_person_is_told_there_is_no_assessment(court):
    number = court.refer()
    other = court.officer("cole", Role.COURT_REPORT_OFFICER, court.teams["Camden"])
    with pytest.raises(Refused):
        page(court, number, other)
    with pytest.raises(NoSuchThing, match="no such assessment"):
        page(court, 9999)
    Person.objects.filter(reference="N-1").update(limited=True)
    with pytest.raises(NoSuchThing, match="no such assessment"):
        page(court, number)
    with pytest.raises(NoSuchThing, match="no such assessment"):
        actions.record_home(number, "4 Invented Walk, E8", by=court.cora, now=NOW)
    assert queries.work_list(court.cora, now=NOW, show=Show.ALL).rows == ()


@pytest.mark.parametrize("name", ["mona", "dora", "adam", "otto"])
def test_others_have_no_part_in_it(court, name):
    number = court.refer()
    with pytest.raises(Refused):
        page(court, number, getattr(court, name))


def test_facts_are_added_and_the_newest_counts(court):
    number = court.refer()
    actions.record_score(number, "OGRS", "62 %", date(2026, 3, 1), "", by=court.cora, now=NOW)
    actions.record_score(number, "OGRS", "58 %", date(2026, 3, 9), "", by=court.cora, now=NOW)
    actions.record_note(number, "health", "Asthma; an inhaler at night.", by=court.cora, now=NOW)
    actions.add_commitment(number, CommitmentKind.WORK, "shift at a bakery", ["TU"], "13:00",
                           "21:00", by=court.cora, now=NOW)  # fmt: skip
    actions.ask_for(number, CURFEW, by=court.cora, now=NOW)
    found = page(court, number)
    assert found.score.score == "58 %"
    assert {part: words for part, _, words in found.notes}["health"].startswith("Asthma")
    assert any("collides with work" in line for line in found.clashes)
    actions.end_commitment(number, found.commitments[0][0], by=court.cora, now=NOW)
    assert page(court, number).clashes == ()
    with pytest.raises(Refused, match="not come yet"):
        actions.record_score(number, "OGRS", "1", date(2026, 3, 11), "", by=court.cora, now=NOW)


def test_a_check_is_asked_chased_and_answered_and_its_clock_says_when_it_is_late(court):
    number = court.refer()
    with pytest.raises(Refused, match="address first"):
        court.check(number, CheckKind.DOMESTIC_ABUSE)
    court.house(number)
    asked = court.check(number, CheckKind.DOMESTIC_ABUSE, None)
    with pytest.raises(Refused, match="chase it"):
        court.check(number, CheckKind.DOMESTIC_ABUSE, None)
    assert Due.objects.get(kind="suitability_check").due_at == NOW + 3 * DAY
    assert fire_checks(NOW + 2 * DAY) == 0
    late = NOW + 3 * DAY
    assert fire_checks(late) == 1
    told = Notice.objects.filter(template="check_late")
    assert [one.officer_id for one in told] == [court.cora.officer_id]
    assert fire_checks(late) == 0
    assert Due.objects.get(kind="suitability_check").due_at == late + 2 * DAY
    found = queries.work_list(court.cora, now=late + DAY, show=Show.OVERDUE)
    assert [row.late for row in found.rows] == [1]
    assert queries.waiting_count(court.cora, now=late + DAY) == 1
    actions.chase(asked, "Rang the desk; they look into it.", by=court.cora, now=late)
    court.answer(asked, at=late)
    assert not Due.objects.filter(kind="suitability_check").exists()
    one = page(court, number, now=late).checks[0]
    assert (one.chased, one.answer) == (1, Answer.NOTHING_KNOWN)
    assert one.valid_until == late + 90 * DAY
    assert [act for _, act, _, _ in one.story] == ["ask", "chase", "answer"]
    with pytest.raises(Refused, match="cannot be chased"):
        actions.chase(asked, "Rang the desk again.", by=court.cora, now=late)
    court.answer(asked, Answer.CONCERN, at=late + DAY)  # they write again: the newest counts
    assert page(court, number, now=late + DAY).gate.missing[0] is Missing.ABUSE_CONCERN
    assert fire_checks(late + 30 * DAY) == 0


def test_a_check_of_another_address_does_not_count_for_this_one(court):
    number = court.refer()
    court.house(number)
    court.both(number)
    assert page(court, number).gate.missing == ()
    actions.record_home(number, "9 Other Road, London E8 3QW", by=court.cora, now=NOW)
    assert page(court, number).gate.missing == (
        Missing.ABUSE_CHECK, Missing.CHILD_CHECK, Missing.ADDRESS
    )  # fmt: skip


def test_the_gate_is_asked_by_person_and_act(court):
    number = court.hdc()
    person = person_by_reference("N-1").pk
    asked = [queries.gate_for(person, act, now=NOW) for act in GateAct]
    assert not any(one.open for one in asked)
    court.house(number)
    court.both(number)
    assert all(queries.gate_for(person, act, now=NOW).open for act in GateAct)
    # An address that was decided about is the old one: a change is about another.
    court.propose(number)
    actions.record_sentence(number, decided(), by=court.cora, now=NOW)
    assert queries.gate_for(person, GateAct.RELEASE_HDC, now=NOW).open
    assert not queries.gate_for(person, GateAct.CHANGE_ADDRESS, now=NOW).open
    nobody = court.people["P1"]
    assert queries.gate_for(nobody, GateAct.CHANGE_ADDRESS, now=NOW).missing == (
        Missing.ABUSE_CHECK, Missing.CHILD_CHECK, Missing.ADDRESS
    )  # fmt: skip


def test_a_proposal_is_refused_with_what_is_missing_and_a_named_reason_opens_it(court):
    """The check stays owed: a reason answers nothing."""
    number = court.hdc()
    court.house(number)
    court.check(number, CheckKind.CHILD_SAFEGUARDING)
    asked = court.check(number, CheckKind.DOMESTIC_ABUSE, None)
    court.ready(number)
    with pytest.raises(Refused, match="The police have not answered the domestic-abuse check"):
        actions.send(number, expected_version=2, by=court.cora, now=NOW)
    leave = actions.ask_leave(number, "The release is tomorrow.", by=court.cora, now=NOW)
    with pytest.raises(Refused, match="waits for a decision"):
        actions.ask_leave(number, "The release is tomorrow.", by=court.cora, now=NOW)
    with pytest.raises(Refused):
        actions.decide_leave(leave, LeaveAct.GRANT, "I think it is right.", by=court.cora, now=NOW)
    assert queries.waiting_count(court.otto, now=NOW) == 1
    actions.decide_leave(leave, LeaveAct.GRANT, "A visit is planned.", by=court.otto, now=NOW)
    with pytest.raises(Refused, match="cannot be refused"):
        actions.decide_leave(leave, LeaveAct.REFUSE, "Another thought.", by=court.olga, now=NOW)
    sent = actions.send(number, expected_version=2, by=court.cora, now=NOW)
    assert Proposal.objects.get(pk=sent).sent_at == NOW
    line = AuditLine.objects.filter(kind="assessment:proposed").get()
    assert str(leave) in bytes(line.body).decode()
    assert Check.objects.get(pk=asked).status == "requested"
    owed = tasks.tasks_of_person(person_by_reference("N-1").pk, again(court), now=NOW)
    assert [one.task.kind for one in owed] == [TaskKind.CHECK_ANSWER]


def again(court: Court):
    """A practitioner of the team, to whom the new person belongs as well."""
    Caseload.objects.create(person=person_by_reference("N-1"), officer_id=court.pia.officer_id,
                            from_at=NOW - DAY)  # fmt: skip
    return court.pia


def test_who_asked_does_not_decide_even_with_the_role(court):
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    number = court.hdc()
    both = make_officer("cora", "Cora", None, Role.AUTHORISING_OFFICER, now=NOW - 60 * DAY)
    cora = posted(both, now=NOW)
    leave = actions.ask_leave(number, "The release is tomorrow.", by=cora, now=NOW)
    with pytest.raises(Refused, match="Somebody else decides"):
        actions.decide_leave(leave, LeaveAct.GRANT, "I think it is right.", by=cora, now=NOW)
    with pytest.raises(Refused, match="Say why"):
        actions.decide_leave(leave, LeaveAct.GRANT, "ok", by=court.otto, now=NOW)
    Person.objects.filter(reference="N-1").update(limited=True)
    with pytest.raises(NoSuchThing):
        actions.decide_leave(leave, LeaveAct.GRANT, "I think it is right.", by=court.otto, now=NOW)
    assert queries.leaves(court.otto, now=NOW) == []


def test_a_reason_ends_after_a_fortnight_or_when_somebody_ends_it(court):
    number = court.hdc()
    court.let_go(number)
    assert page(court, number).gate.open
    assert not page(court, number, now=NOW + 15 * DAY).gate.open
    leave = Leave.objects.get()
    actions.end_leave(leave.pk, "It is not needed any more.", by=court.cora, now=NOW)
    assert not page(court, number).gate.open
    with pytest.raises(Refused, match="cannot be ended"):
        actions.end_leave(leave.pk, "It is not needed any more.", by=court.otto, now=NOW)


def test_a_new_address_is_assessed_before_an_officer_changes_the_curfew_to_it(court):
    number = court.refer(court.pia, reference="P1", kind=AssessmentKind.NEW_ADDRESS)
    court.cora = court.pia
    person = court.people["P1"]
    assert page(court, number).gate.act is GateAct.CHANGE_ADDRESS
    court.house(number)
    court.both(number)
    assert queries.gate_for(person, GateAct.CHANGE_ADDRESS, now=NOW).open
    court.says(number, page(court, number).home.householders[0].number, Consent.NO)
    assert queries.gate_for(person, GateAct.CHANGE_ADDRESS, now=NOW).missing == (Missing.CONSENT,)


def test_a_change_of_address_without_an_assessment_can_be_let_go_too(court):
    person = court.people["P1"]
    leave = actions.ask_leave_for(person, GateAct.CHANGE_ADDRESS, "A fire; he must move today.",
                                  by=court.pia, now=NOW)  # fmt: skip
    actions.decide_leave(leave, LeaveAct.GRANT, "Checks follow tomorrow.", by=court.otto, now=NOW)
    found = queries.gate_for(person, GateAct.CHANGE_ADDRESS, now=NOW)
    assert found.open
    assert found.leave.words == "Checks follow tomorrow."


def test_the_words_are_drafted_edited_and_sent_as_two_papers(court):
    number = court.refer()
    court.house(number)
    court.both(number)
    actions.record_note(number, "work", "Bakes bread in the mornings.", by=court.cora, now=NOW)
    with pytest.raises(Refused, match="Write the words"):
        actions.send(number, expected_version=0, by=court.cora, now=NOW)
    actions.draft(number, by=court.cora, now=NOW)
    first = page(court, number).proposal
    assert "Bakes bread" in dict(first.sections)["The person’s circumstances"]
    with pytest.raises(Refused, match="written still under: What less was considered"):
        actions.send(number, expected_version=1, by=court.cora, now=NOW)
    with pytest.raises(Refused, match="must not name anybody"):
        actions.edit(number, [[title, f"{text} Mrs Dunsmore agrees."] for title, text in WORDS],
                     expected_version=1, by=court.cora, now=NOW)  # fmt: skip
    actions.edit(number, WORDS, expected_version=1, by=court.cora, now=NOW)
    with pytest.raises(Conflict):
        actions.edit(number, WORDS, expected_version=1, by=court.cora, now=NOW)
    with pytest.raises(Refused, match="at least one requirement"):
        actions.send(number, expected_version=2, by=court.cora, now=NOW)
    actions.ask_for(number, CURFEW, by=court.cora, now=NOW)
    actions.send(number, expected_version=2, by=court.cora, now=NOW)
    found = page(court, number)
    assert found.status is Status.PROPOSED
    assert [one.media_type for one in found.proposal.papers] == [PDF, DOCX]
    with pytest.raises(Refused, match="nothing is added"):
        actions.ask_for(number, CURFEW, by=court.cora, now=NOW)
    actions.recall(number, "The court asks for fewer hours.", by=court.cora, now=NOW)
    found = page(court, number)
    assert (found.proposal.version, found.proposal.sent_at) == (3, None)
    assert found.earlier[0].sent_at == NOW


def text_of(court: Court, number: int) -> str:
    """The proposal's paper, as the words in it."""
    import io

    from pypdf import PdfReader

    paper = page(court, number).proposal.papers[0]
    held = document(paper.document_id, by=court.cora, now=NOW)
    return "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(held.content)).pages)


def test_the_paper_says_what_was_checked_and_what_not_and_never_what_was_answered(court):
    number = court.refer()
    living = court.house(number)
    court.check(number, CheckKind.CHILD_SAFEGUARDING)
    court.check(number, CheckKind.DOMESTIC_ABUSE, Answer.CONCERN)
    court.says(number, living, Consent.WITHDRAWN)
    court.let_go(number)
    court.propose(number)
    text = " ".join(text_of(court, number).split())
    assert "Safety of children" in text
    assert "answered 10 March 2026" in text
    assert "No score of a risk instrument is recorded." in text
    for kept in ("concern", "withdr", "Nothing recorded at the address", MOTHER, "Dunsmore"):
        assert kept not in text, kept


def test_what_was_decided_is_recorded_and_corrected_and_says_who_says_so(court):
    number = court.refer()
    court.house(number)
    court.both(number)
    court.propose(number)
    for more, words in (
        ({"order_reference": " "}, "reference of the order"),
        ({"said_by": ""}, "in place of custody"),
        ({"decided_on": date(2026, 3, 11)}, "not come yet"),
    ):
        with pytest.raises(Refused, match=words):
            actions.record_sentence(number, decided(**more), by=court.cora, now=NOW)
    actions.record_sentence(number, decided(), by=court.cora, now=NOW)
    actions.record_sentence(
        number, decided(outcome=Outcome.WITH_CHANGES, in_place=InPlace.NOT_KNOWN), by=court.cora,
        now=NOW + timedelta(hours=1),
    )  # fmt: skip
    found = page(court, number)
    assert found.status is Status.DECIDED
    assert [one.outcome for one in found.sentences] == [Outcome.WITH_CHANGES, Outcome.AS_PROPOSED]
    assert [one.said_by for one in found.sentences] == ["", "the judge"]
    assert not found.sentences[0].order_known


def test_a_proposal_past_its_day_is_owed_a_decision(court):
    number = court.refer()
    court.house(number)
    court.both(number)
    court.propose(number)
    later = NOW + 30 * DAY
    pia = again(court)
    owed = tasks.tasks_of_person(person_by_reference("N-1").pk, pia, now=later)
    assert [(one.task.kind, one.task.assessment_id) for one in owed] == [
        (TaskKind.DECISION, number)
    ]
    assert not tasks.tasks_of_person(person_by_reference("N-1").pk, pia, now=NOW)


def kinds_owed(court: Court, now=NOW) -> set[TaskKind]:
    owed = tasks.tasks_of_person(person_by_reference("N-1").pk, court.pia, now=now)
    return {one.task.kind for one in owed}


def test_a_release_without_its_checks_is_monitored_and_the_checks_are_owed_before_it(court):
    """An order of somebody else is brought in whatever is missing here."""
    court.hdc()
    court.bring("hdc", "O-N1", NOW + 5 * DAY)
    owed = tasks.tasks_of_person(person_by_reference("N-1").pk, court.pia, now=NOW)
    assert {one.task.kind for one in owed} == {TaskKind.ABUSE_CHECK, TaskKind.CHILD_CHECK}
    assert {one.task.due_at for one in owed} == {NOW + 5 * DAY}
    assert {TaskKind.ABUSE_CHECK, TaskKind.CHILD_CHECK} <= kinds_owed(court, NOW + 6 * DAY)
    assert not any(one.overdue for one in owed)


@pytest.mark.parametrize("kind", ["hdc", "community_order"])
def test_checks_answered_before_the_order_are_not_owed_again_under_it(court, kind):
    number = court.hdc() if kind == "hdc" else court.refer()
    court.house(number)
    court.both(number)
    court.propose(number)
    actions.record_sentence(number, decided(), by=court.cora, now=NOW)
    court.bring(kind, "O-N1", NOW + 5 * DAY)
    for now in (NOW, NOW + 6 * DAY):
        assert not {TaskKind.ABUSE_CHECK, TaskKind.CHILD_CHECK} & kinds_owed(court, now)
    court.bring(kind, "O-OTHER", NOW + 5 * DAY)  # nobody said that it was this assessment's
    assert {TaskKind.ABUSE_CHECK, TaskKind.CHILD_CHECK} <= kinds_owed(court, NOW + 6 * DAY)


def test_a_check_that_a_reason_passed_over_is_owed_until_it_is_answered(court):
    number = court.hdc()
    court.house(number)
    court.check(number, CheckKind.CHILD_SAFEGUARDING)
    asked = court.check(number, CheckKind.DOMESTIC_ABUSE, None)
    court.let_go(number)
    court.propose(number)
    actions.record_sentence(number, decided(), by=court.cora, now=NOW)
    court.bring("hdc", "O-N1", NOW + 5 * DAY)
    assert {TaskKind.ABUSE_CHECK, TaskKind.CHECK_ANSWER} == kinds_owed(court)
    court.answer(asked, at=NOW + DAY)
    assert kinds_owed(court, NOW + DAY) == set()


def test_a_what_if_of_this_person_stands_beside_it_and_of_another_never(court):
    number = court.refer(court.pia, reference="P1")
    made = {
        one: WhatIf.objects.create(
            person_id=court.people[one], order_kind="community_order", draft=dict(CURFEW),
            digest="x", status="done", asked_at=NOW, officer_id=court.pia.officer_id,
            from_at=NOW - 28 * DAY, to_at=NOW, rules_version="1", code_version="1",
        ).pk
        for one in ("P1", "P2")
    }  # fmt: skip
    with pytest.raises(NoSuchThing):
        actions.attach_try(number, made["P2"], "It shows the nights.", by=court.pia, now=NOW)
    for _ in range(2):
        actions.attach_try(number, made["P1"], "It shows the nights.", by=court.pia, now=NOW)
    assert TriedBeside.objects.count() == 1
    actions.ask_for(number, {}, whatif_id=made["P1"], by=court.pia, now=NOW)
    assert page(court, number, court.pia).asked[0].whatif_id == made["P1"]
    WhatIf.objects.filter(pk=made["P1"]).update(status="running")
    with pytest.raises(Refused, match="not finished"):
        actions.attach_try(number, made["P1"], "It shows the nights.", by=court.pia, now=NOW)


def test_power_signal_and_requirements_that_cannot_be_are_refused(court):
    number = court.refer()
    with pytest.raises(Refused, match="address first"):
        actions.record_finding(number, Found(Suitable.SUITABLE, "Seen.", True, Signal.NOT_TESTED,
                                             None), by=court.cora, now=NOW)  # fmt: skip
    court.house(number)
    for found, words in (
        (Found(Suitable.SUITABLE, "Seen and dry.", False, Signal.NOT_TESTED, None), "power"),
        (Found(Suitable.SUITABLE, "Seen and dry.", True, Signal.GOOD, None), "signal was tested"),
        (
            Found(Suitable.SUITABLE, "Seen and dry.", True, Signal.GOOD, date(2026, 4, 1)),
            "not come",
        ),
    ):
        with pytest.raises(Refused, match=words):
            actions.record_finding(number, found, by=court.cora, now=NOW)
    for data in ({"kind": "curfew"}, {"kind": "?"}, {"kind": "fitting", "zone": CURFEW["zone"]}):
        with pytest.raises(Refused):
            actions.ask_for(number, data, by=court.cora, now=NOW)


def test_no_zone_is_proposed_around_an_address_that_is_kept_from_the_person(court):
    number = court.refer()
    guarded = Person.objects.create(reference="PR-1", protected=True, known_at=NOW)
    lon, lat = CURFEW["zone"]["coordinates"]
    WithheldAddress.objects.create(
        person=guarded, kept_from=person_by_reference("N-1"), lat=lat, lon=lon, from_at=NOW,
        known_at=NOW,
    )  # fmt: skip
    with pytest.raises(Refused, match="cannot be proposed") as refusal:
        actions.ask_for(number, {**CURFEW, "kind": "exclusion"}, by=court.cora, now=NOW)
    assert "PR-1" not in str(refusal.value)


def test_an_assessment_is_withdrawn_opened_and_found_unsuitable_with_words(court):
    number = court.refer()
    with pytest.raises(Refused, match="Say who asked"):
        actions.do(number, Act.WITHDRAW, " ", by=court.cora, now=NOW)
    actions.do(number, Act.WITHDRAW, "The charge was dropped.", by=court.cora, now=NOW)
    with pytest.raises(Refused, match="withdrawn"):
        actions.do(number, Act.FIND_UNSUITABLE, "No address.", by=court.cora, now=NOW)
    actions.do(number, Act.REOPEN, "Charged again.", by=court.cora, now=NOW)
    version = Assessment.objects.get().version
    actions.do(number, Act.FIND_UNSUITABLE, "No address.", by=court.cora, now=NOW,
               expected_version=version)  # fmt: skip
    with pytest.raises(Conflict):
        actions.do(number, Act.REOPEN, "Once more.", by=court.cora, now=NOW,
                   expected_version=version)  # fmt: skip
    assert queries.work_list(court.cora, now=NOW, show=Show.CLOSED).counts[Show.CLOSED] == 1
