"""Pages of suitability: the work list, the referral, one assessment by its forms, the gate."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from suitability_words import NOW, Court
from waypost.access.models import Officer
from waypost.necessity.values import CheckKind
from waypost.suitability.models import Assessment, Check, Householder, Leave, ProposedRequirement
from waypost.suitability.values import Answer

pytestmark = [pytest.mark.database, pytest.mark.django_db]
REFERRAL = {
    "reference": "N-9", "name": "Robin Vale", "born_on": "2001-02-03", "area": "Hackney",
    "kind": "pre_sentence", "order_kind": "community_order", "programme": "gps_pilot",
    "court": "Highbury Magistrates", "court_area": "Islington", "decision_on": "2026-03-30",
    "why": "Burglaries, each of them at night.",
}  # fmt: skip


@pytest.fixture
def court(monkeypatch) -> Court:
    cache.clear()
    for module in ("suitability", "signing", "showing", "persons", "necessity"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: NOW, raising=False)
    monkeypatch.setattr("waypost.web.waiting.now", lambda: NOW)
    return Court()


def client(name: str = "cora") -> Client:
    found = Client()
    found.force_login(Officer.objects.get(username=name))
    return found


def send(number: int, **form):
    return client().post(reverse("assessment-move", args=[number]), form, follow=True)


def test_the_court_officer_opens_on_their_own_work_and_a_practitioner_on_their_people(court):
    number = court.refer()
    answer = client().get(reverse("home"), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("suitability")
    text = answer.content.decode()
    assert "Robin Vale" in text
    assert f"S-{number}" in text
    assert "Is monitoring suitable here" in text
    other = client("pia").get(reverse("suitability")).content.decode()
    assert "Nothing lies with you" in other
    assert "Robin Vale" not in other
    every = client("cora").get(reverse("suitability") + "?show=nonsense")
    assert every.status_code == 200


def test_a_referral_comes_back_with_what_was_typed_and_the_error_beside_its_field(court):
    page = client()
    bad = REFERRAL | {"born_on": "yesterday", "why": " ", "decision_on": ""}
    refused = page.post(reverse("suitability-refer"), bad)
    text = refused.content.decode()
    assert refused.status_code == 422
    for field in ("born_on", "why", "decision_on"):
        assert f'id="{field}-error"' in text
    assert "Highbury Magistrates" in text
    wrong = page.post(reverse("suitability-refer"), REFERRAL | {"order_kind": "hdc"})
    assert "this kind of assessment" in wrong.content.decode()
    made = page.post(reverse("suitability-refer"), REFERRAL, follow=True)
    assert "The referral is made." in made.content.decode()
    # The programme ended: what is asked of it is answered beside each question.
    assert "The last day on which it could be imposed was 12 March 2019." in made.content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {"act": "nothing"}, {}, {"act": "take"}, {"act": "score", "scored_on": "x"},
        {"act": "note", "part": "?"}, {"act": "commitment", "kind": "?"},
        {"act": "commitment", "kind": "work", "words": "shift", "start": "25:00"},
        {"act": "end_commitment"}, {"act": "end_commitment", "commitment": "9"},
        {"act": "home", "address": ""}, {"act": "finding", "suitable": "?"},
        {"act": "householder", "name": "M"}, {"act": "consent"}, {"act": "ask_check", "kind": "?"},
        {"act": "chase"}, {"act": "answer", "answer": "?"}, {"act": "call_off", "check": "x"},
        {"act": "attach"}, {"act": "ask_for", "kind": "?"},
        {"act": "ask_for", "kind": "curfew", "place": "nowhere at all"},
        {"act": "ask_for", "kind": "trail", "days": "MO"}, {"act": "drop", "asked": "9"},
        {"act": "edit"}, {"act": "send"}, {"act": "recall"}, {"act": "leave", "words": "x"},
        {"act": "decided", "outcome": "?"}, {"act": "withdraw", "version": "2"},
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused_in_a_sentence(court, form):
    number = court.refer()
    answer = send(number, **form)
    assert answer.status_code in {409, 422}
    text = answer.content.decode()
    assert "There is a problem" in text or answer.status_code == 409


def test_the_whole_of_an_assessment_is_done_by_its_forms(court):
    number = court.refer()

    def done(said: str, **form: object) -> str:
        text = send(number, **form).content.decode()
        assert said in text, said
        return text

    done("The cohort is written down", act="cohort", in_cohort="yes", source="the IOM desk")
    done("The score is written down", act="score", instrument="OGRS", score="58 %",
         scored_on="2026-03-01")  # fmt: skip
    done("It is written down", act="note", part="health", words="Asthma, an inhaler at night.")
    done("The commitment is written down", act="commitment", kind="work", words="bakery shift",
         days=["TU"], start="1pm", end="21.00")  # fmt: skip
    done("The address is written down", act="home", address="4 Invented Walk, London E8 3QW")
    done("The address check is written down", act="finding", suitable="suitable", power="yes",
         signal="good", signal_on="2026-03-09", reasons="Visited; a dry room.")  # fmt: skip
    done("They are written down", act="householder", name="Perpetua Dunsmore", relation="mother")
    living = Householder.objects.get().pk
    said = {"act": "consent", "householder": living, "consent": "yes", "how": "visit",
            "asked_at": "2026-03-10T11:00", "asked_by": "Cora", "words": "Glad."}  # fmt: skip
    assert "asked alone" in send(number, **said).content.decode()
    done("in confidence", **said, alone="yes")
    for kind in CheckKind:
        done("its clock runs", act="ask_check", kind=kind.value)
    first, second = Check.objects.order_by("pk")
    done("you chased it", act="chase", check=first.pk, words="Rang the desk; they look.")
    answer = {"act": "answer", "answer": "nothing_known", "words": "Nothing is recorded.",
              "answered_by": "The desk", "answered_at": "2026-03-10T12:00"}  # fmt: skip
    done("The answer is written down", **answer, check=first.pk, valid_until="2026-05-01")
    done("The answer is written down", **answer, check=second.pk)
    text = done("It is part of the proposal", act="ask_for", kind="curfew", place="E8 3QW",
                days=["MO", "TU"], start="19:00", end="07:00")  # fmt: skip
    assert "collides with work from 13:00 to 21:00 on Tuesdays, by 2 h 00 min" in text
    done("drafted from what is known", act="draft")
    sections = {f"section-{n}": f"Enough words for the part {n}." for n in (1, 2, 3)}
    named = send(number, act="edit", words_version="1",
                 **sections | {"section-3": "Mrs Dunsmore will mind him."})  # fmt: skip
    assert "must not name anybody" in named.content.decode()
    assert "Mrs Dunsmore will mind him." in named.content.decode()  # what was typed is kept
    done("The words are kept", act="edit", words_version="1", **sections)
    text = done("The proposal is sent", act="send", words_version="2")
    assert "PDF" in text
    assert "Word (DOCX)" in text
    version = Assessment.objects.get().version
    text = done("What was decided is written down", act="decided", version=version,
                outcome="as_proposed", order_reference="O-9", decided_on="2026-03-10",
                court="Highbury Magistrates", in_place="yes", said_by="the judge")  # fmt: skip
    assert "In place of custody: Yes, says the judge" in text
    assert "not yet brought in" in text


def test_an_authorising_officer_sees_what_is_missing_and_by_no_name_who_it_is(court, settings):
    number = court.hdc()
    court.house(number)
    court.check(number, CheckKind.DOMESTIC_ABUSE, Answer.CONCERN)
    refused = send(number, act="leave", words="no")
    assert "Say why it cannot wait" in refused.content.decode()
    assert "is asked to let it go on" in send(
        number, act="leave", words="The release is tomorrow morning."
    ).content.decode()  # fmt: skip
    page = client("otto")
    text = page.get(reverse("gate-reasons")).content.decode()
    assert "N-1: a release on home detention curfew" in text
    assert "Robin Vale" not in text
    assert "came back with a concern" in text
    leave = Leave.objects.get()
    wrong = page.post(reverse("gate-decide"), {"leave": leave.pk, "act": "refuse", "words": "no"})
    assert wrong.status_code == 422
    assert "Say why, for whoever asks" in wrong.content.decode()
    done = page.post(reverse("gate-decide"), {"leave": leave.pk, "act": "refuse",
                     "words": "The concern is a grave one."}, follow=True)  # fmt: skip
    assert "Refused." in done.content.decode()
    assert client("cora").get(reverse("gate-reasons")).status_code == 403


def test_letting_a_proposal_go_is_grave_and_asks_again_who_it_is():
    from waypost.web.grave import is_grave

    assert is_grave("gate-decide", "grant")
    assert not is_grave("gate-decide", "refuse")


def test_a_requirement_is_taken_out_and_a_commitment_too(court):
    number = court.refer()
    send(number, act="ask_for", kind="trail")
    assert ProposedRequirement.objects.get().data == {"kind": "trail", "timetable": None}
    text = send(number, act="drop", asked=ProposedRequirement.objects.get().pk).content.decode()
    assert "It is taken out." in text
    assert "Nothing is proposed yet." in text


def test_a_release_that_lacks_its_checks_is_flagged_on_the_persons_page(court):
    number = court.hdc()
    court.bring("hdc", "O-N1", NOW)
    address = reverse("person", args=[Assessment.objects.get().person_id])
    text = client("pia").get(address).content.decode()
    assert "The domestic-abuse check has not been asked for." in text
    assert "It is monitored all the same." in text
    court.house(number)
    court.both(number)
    assert "It is monitored all the same." not in client("pia").get(address).content.decode()
    assert "Checks and proposals" not in client("mona").get(address).content.decode()


def test_the_practitioner_sees_what_is_owed_in_one_list_with_its_way_there(court):
    number = court.refer(court.pia, reference="P1")
    court.cora = court.pia
    court.house(number)
    court.check(number, CheckKind.DOMESTIC_ABUSE, None)
    text = client("pia").get(reverse("owed")).content.decode()
    assert "Chase the answer to a check of the address" in text
    assert reverse("assessment", args=[number]) in text
