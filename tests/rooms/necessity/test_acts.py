"""Why, notice, induction and checks are written down by who may, proved, and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from necessity_words import keep_from, told, written
from oversight_words import NOW, Estate
from waypost.access.models import AuditLine
from waypost.access.values import Posted, Role
from waypost.documents.queries import content_of, document
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.fitting.induction import LANGUAGES
from waypost.necessity import giving, queries, recording, tasks
from waypost.necessity.giving import Explained, Proved
from waypost.necessity.marking import told_of
from waypost.necessity.models import InductionProof, NecessityRecord, NoticeProof, PlainNotice
from waypost.necessity.values import CheckFound, CheckKind, Given, Held, ReviewFound
from waypost.orders.queries import person_by_reference

pytestmark = [pytest.mark.database, pytest.mark.django_db]
DAY = timedelta(days=1)
NEXT = NOW + 90 * DAY


@pytest.fixture
def estate() -> Estate:
    made = Estate()
    keep_from(NOW - 100 * DAY)
    return made


def number(reference: str = "P1") -> int:
    return person_by_reference(reference).pk


def audit_kinds() -> list[str]:
    return list(AuditLine.objects.order_by("pk").values_list("kind", flat=True))


def owed(who: Posted, now=NOW, reference: str = "P1") -> list[str]:
    return [one.task.kind.value for one in tasks.tasks_of_person(number(reference), who, now=now)]


def wearer_of(reference: str) -> Posted:
    return Posted(99, "Alex", frozenset({Role.WEARER}), own_person_id=number(reference))


def test_the_responsible_officer_writes_the_record_in_versions_and_reviews_it(estate):
    written_at = written(NOW + 30 * DAY)
    assert recording.write_record(
        number(), "O-P1", written_at, expected_version=0, by=estate.pia, now=NOW
    ) == 1  # fmt: skip
    with pytest.raises(Conflict, match="meanwhile"):
        recording.write_record(
            number(), "O-P1", written_at, expected_version=0, by=estate.pia, now=NOW
        )
    recording.write_record(number(), "O-P1", written_at, expected_version=1, by=estate.pia, now=NOW)
    assert "record" not in owed(estate.pia)
    assert "review" in owed(estate.pia, NOW + 30 * DAY)
    later = NOW + 31 * DAY
    with pytest.raises(Conflict, match="newer"):
        recording.review_record(
            number(), "O-P1", ReviewFound.STILL_NEEDED, "Looked at two months of it.", NEXT,
            version=1, by=estate.pia, now=later,
        )  # fmt: skip
    recording.review_record(
        number(), "O-P1", ReviewFound.STILL_NEEDED, "Looked at two months of it.", NEXT,
        version=2, by=estate.pia, now=later,
    )  # fmt: skip
    assert "review" not in owed(estate.pia, later)
    page = queries.person_page(number(), estate.pia, now=later)
    assert page.orders[0].record.version == 2
    assert [one.version for one in page.orders[0].older] == [1]
    assert page.orders[0].record.alternatives[0] == (
        "Phone calls at night", "were missed twice"
    )  # fmt: skip
    assert NecessityRecord.objects.count() == 2
    assert audit_kinds()[-4:] == [
        "necessity:written", "necessity:written", "necessity:reviewed", "necessity:viewed"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"monitoring": "so"}, "necessary and in proportion"),
        ({"access": ""}, "looking at what it records"),
        ({"alternatives": ""}, "at least one less intrusive"),
        ({"alternatives": "Phone calls"}, "no reason"),
        ({"vulnerability": "He cannot read."}, "what is done about"),
    ],
)
def test_a_record_that_leaves_something_out_is_refused_in_a_sentence(estate, more, why):
    with pytest.raises(Refused, match=why):
        recording.write_record(
            number(), "O-P1", written(NEXT, **more), expected_version=0, by=estate.pia, now=NOW
        )
    assert not NecessityRecord.objects.exists()


@pytest.mark.parametrize("at", [NOW, NOW - DAY, NOW + 400 * DAY])
def test_the_next_review_lies_within_the_coming_year(estate, at):
    with pytest.raises(Refused, match="next review"):
        recording.write_record(
            number(), "O-P1", written(at), expected_version=0, by=estate.pia, now=NOW
        )


def test_others_officers_the_limited_and_the_conflicted_are_kept_out(estate):
    def write(reference: str, by: Posted) -> None:
        recording.write_record(
            number(reference), f"O-{reference}", written(NEXT), expected_version=0, by=by, now=NOW
        )

    with pytest.raises(Refused):
        write("P2", estate.pia)  # paul's
    with pytest.raises(NoSuchThing):
        write("P3", estate.pia)  # limited: for her it is as if there were no such person
    with pytest.raises(NoSuchThing):
        queries.person_page(number("P3"), estate.mona, now=NOW)
    with pytest.raises(Refused):
        write("P1", estate.dora)  # she reads how lawful it is and writes none of it
    write("P3", estate.nia)
    from waypost.orders.interests import declare_interest

    declare_interest(number(), "We were neighbours.", by=estate.pia, now=NOW)
    with pytest.raises(Refused, match="conflict of interest"):
        write("P1", estate.pia)
    assert queries.person_page(number(), estate.dora, now=NOW).may_write is False


def test_an_order_that_is_not_there_is_not_found(estate):
    with pytest.raises(NoSuchThing, match="no such order"):
        giving.draw_notice(number(), "O-P2", "English", by=estate.pia, now=NOW)


def test_the_notice_says_what_why_how_long_with_whom_and_is_kept_with_its_digest(estate):
    made = giving.draw_notice(number(), "O-P1", "English", by=estate.pia, now=NOW)
    row = PlainNotice.objects.get(pk=made)
    text = "\n".join(line for _, lines in row.sections for line in lines)
    for said in ("day and night", "Offender Management Act 2007", "from the end of your last order",
                 "Your probation officer", "copy of all that is held", "Pia Okafor",
                 "Information Commissioner", "O-P1"):  # fmt: skip
        assert said in text, said
    from waypost.necessity.wording import digest

    assert row.sha256 == digest(row.sections)
    assert content_of(row.document_ids[0]).startswith(b"%PDF")
    assert audit_kinds()[-2:] == ["document:drawn", "plain_notice:drawn"]
    assert document(row.document_ids[0], by=estate.pia, now=NOW).content.startswith(b"%PDF")
    with pytest.raises(Refused):
        document(row.document_ids[0], by=estate.paul, now=NOW)


def test_an_agency_that_has_set_other_periods_has_them_in_the_notice(estate):
    from waypost.necessity import needs

    lines = needs.kept("community_order", NOW)
    assert lines[0] == "Where the tag was: 2 years from the end of your last order."
    assert needs.kept("court_bail", NOW)[0].startswith("Where the tag was: 6 months")


def test_a_delivery_names_the_notice_how_when_and_by_whom_once(estate):
    made = giving.draw_notice(number(), "O-P1", "English", by=estate.pia, now=NOW)
    proved = Proved(Given.SIGNED, NOW, "Sam Ahmed")
    for _ in range(2):
        giving.prove_notice(made, proved, by=estate.pia, now=NOW)
    assert NoticeProof.objects.count() == 1
    assert "notice" not in owed(estate.pia)
    assert audit_kinds().count("plain_notice:proved") == 1
    line = AuditLine.objects.filter(kind="plain_notice:proved").get()
    assert line.purpose == "supervision"


@pytest.mark.parametrize(
    ("proved", "why"),
    [
        (Proved(Given.HANDED, NOW + DAY, "Sam Ahmed"), "not come yet"),
        (Proved(Given.HANDED, NOW - 100 * DAY, "Sam Ahmed"), "before the order begins"),
        (Proved(Given.HANDED, NOW - 2 * DAY, "Sam Ahmed"), "only now"),
        (Proved(Given.POST, NOW, "Sam Ahmed"), "number of the delivery"),
        (Proved(Given.INTERPRETER, NOW, "Sam Ahmed"), "who interpreted"),
        (Proved(Given.HANDED, NOW, ""), "who gave"),
    ],
)
def test_a_delivery_that_cannot_be_or_leaves_something_out_is_refused(estate, proved, why):
    made = giving.draw_notice(number(), "O-P1", "English", by=estate.pia, now=NOW)
    with pytest.raises(Refused, match=why):
        giving.prove_notice(made, proved, by=estate.pia, now=NOW)
    assert not NoticeProof.objects.exists()


def test_a_notice_that_was_not_taken_is_written_down_and_proves_nothing(estate):
    made = giving.draw_notice(number(), "O-P1", "English", by=estate.pia, now=NOW)
    giving.prove_notice(made, Proved(Given.REFUSED, NOW, "Sam Ahmed"), by=estate.pia, now=NOW)
    assert NoticeProof.objects.exists()
    assert "notice" in owed(estate.pia)


def test_an_induction_says_how_it_was_seen_to_be_understood(estate):
    with pytest.raises(Refused, match="understood"):
        giving.prove_induction(
            number(), "O-P1", Explained(NOW, "Sam Ahmed", "English", "yes"), by=estate.pia, now=NOW
        )
    said = Explained(NOW, "Sam Ahmed", "English", "Said back when to be at home.")
    for _ in range(2):
        giving.prove_induction(number(), "O-P1", said, by=estate.mona, now=NOW)
    assert InductionProof.objects.count() == 1
    assert "induction" not in owed(estate.pia)


def test_what_was_explained_when_the_tag_was_put_on_proves_the_induction_but_not_the_notice(estate):
    from waypost.devices.models import Device, Fitting
    from waypost.orders.models import Activation

    worn = Activation.objects.get(person__reference="P1")
    device = Device.objects.get_or_create(
        reference=worn.device_reference, defaults={"known_at": NOW, "status": "fitted"}
    )[0]
    row = Fitting.objects.create(
        activation=worn, device=device, induction_at=NOW, induction_how="declined",
        induction_language="English",
    )  # fmt: skip
    assert "induction" in owed(estate.pia)
    Fitting.objects.filter(pk=row.pk).update(induction_how="read_out")
    assert "induction" not in owed(estate.pia)
    assert "notice" in owed(estate.pia)
    page = queries.person_page(number(), estate.pia, now=NOW)
    assert [one.what for one in page.orders[0].inductions] == ["fitting"]


def test_a_notice_in_a_language_without_a_template_is_english_and_owes_an_interpreter(estate):
    made = giving.draw_notice(number(), "O-P1", "Polish", by=estate.pia, now=NOW)
    assert PlainNotice.objects.get(pk=made).written_in == "en"
    giving.prove_notice(made, Proved(Given.HANDED, NOW, "Sam Ahmed"), by=estate.pia, now=NOW)
    assert "interpreter" in owed(estate.pia)
    said = Explained(NOW, "Sam Ahmed", "Polish", "Said back when to be at home.", "Ewa Nowak")
    giving.prove_induction(number(), "O-P1", said, by=estate.pia, now=NOW)
    assert "interpreter" not in owed(estate.pia)
    with pytest.raises(Refused, match="language"):
        giving.draw_notice(number(), "O-P1", "Klingon", by=estate.pia, now=NOW)
    assert "Polish" in LANGUAGES


def test_an_agencys_own_template_in_the_language_is_used(estate):
    from waypost.documents.actions import write_paper
    from waypost.documents.paper_kinds import own_text

    text = own_text("plain_notice").replace("Dear {person_name}", "Drogi {person_name}")
    write_paper("plain_notice", text, language="pl", by=estate.adam, now=NOW)
    made = giving.draw_notice(number(), "O-P1", "Polish", by=estate.pia, now=NOW)
    row = PlainNotice.objects.get(pk=made)
    assert row.written_in == "pl"
    assert "Drogi Alex Okafor" in str(row.sections)


def test_a_proof_taken_back_stays_to_be_seen_and_is_owed_again(estate):
    told("P1", at=NOW, by=estate.pia)
    proof = NoticeProof.objects.get()
    with pytest.raises(Refused, match="Say why"):
        giving.take_back("notice", proof.pk, number(), "", by=estate.pia, now=NOW)
    with pytest.raises(NoSuchThing):
        giving.take_back("notice", proof.pk, number("P2"), "Not hers at all.", by=estate.paul,
                         now=NOW)  # fmt: skip
    giving.take_back("notice", proof.pk, number(), "It was another person.", by=estate.pia, now=NOW)
    with pytest.raises(Conflict):
        giving.take_back("notice", proof.pk, number(), "Once more of it.", by=estate.pia, now=NOW)
    assert "notice" in owed(estate.pia)
    assert told_of([number()])[number(), "O-P1"].notice_at is None
    page = queries.person_page(number(), estate.pia, now=NOW)
    assert page.orders[0].notices[0].proofs[0].taken_back_why == "It was another person."
    assert audit_kinds()[-2] == "proof:taken_back"


def test_a_check_that_was_not_answered_is_still_owed(estate):
    def check(found: CheckFound) -> None:
        recording.check_address(
            number(), "O-P1", CheckKind.DOMESTIC_ABUSE, found, "Asked the police by phone.", NOW,
            by=estate.pia, now=NOW,
        )  # fmt: skip

    check(CheckFound.NO_ANSWER)
    assert "abuse_check" in owed(estate.pia)
    check(CheckFound.CONCERN)  # known now; the order stands until the court varies it
    assert "abuse_check" not in owed(estate.pia)


def test_the_wearer_reads_their_own_notice_and_nobody_elses(estate):
    told("P1", at=NOW, by=estate.pia)
    found = queries.own_notices(wearer_of("P1"), now=NOW)
    assert [order for order, _ in found] == ["O-P1"]
    assert audit_kinds()[-1] == "plain_notice:read_own"
    assert queries.own_notices(wearer_of("P2"), now=NOW) == []
    paper = PlainNotice.objects.get().document_ids[0]
    assert document(paper, by=wearer_of("P1"), now=NOW).content
    with pytest.raises((Refused, NoSuchThing)):
        document(paper, by=wearer_of("P2"), now=NOW)
    with pytest.raises(Refused):
        queries.person_page(number(), wearer_of("P1"), now=NOW)


def test_the_list_shows_ones_own_first_and_hides_the_limited(estate):
    found = tasks.task_list(estate.mona, now=NOW)
    assert {one.person for one in found.rows} == {"Alex Okafor", "Bo Lind"}
    assert found.mine == 0
    assert (found.count, found.overdue) == (10, 10)
    own = tasks.task_list(estate.pia, now=NOW, only_mine=True)
    assert own.count == own.mine == 5 == tasks.own_task_count(estate.pia, now=NOW)
    assert own.rows[0].officers == ("Pia Okafor",)


def test_with_nobody_responsible_the_task_is_the_rotas_and_else_said_aloud(estate):
    from waypost.alerts.duty import enter_duty
    from waypost.alerts.values import DutyRole
    from waypost.orders.models import Caseload

    Caseload.objects.filter(person__reference="P1").update(to_at=NOW - DAY)
    found = tasks.tasks_of_person(number(), estate.mona, now=NOW)
    assert {one.task.held for one in found} == {Held.NOBODY}
    enter_duty(
        estate.mona.officer_id, DutyRole.FIRST, NOW, NOW + timedelta(hours=8), by=estate.adam,
        now=NOW,
    )  # fmt: skip
    found = tasks.tasks_of_person(number(), estate.mona, now=NOW)
    assert {(one.task.held, one.mine) for one in found} == {(Held.ON_DUTY, True)}


def test_the_list_asks_the_store_no_more_often_for_many_than_for_few(
    estate, django_assert_max_num_queries
):
    # Of these, four are of what is owed before an order, however many orders there are.
    with django_assert_max_num_queries(31):
        tasks.task_list(estate.mona, now=NOW)
