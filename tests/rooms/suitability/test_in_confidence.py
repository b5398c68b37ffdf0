"""What those who live at an address say, and what the police answer, reaches no wearer: no page,
notice, paper, answer of the API or copy of their data shows that somebody withdrew, or who."""

from __future__ import annotations

import io
import json
import re

import pypdf
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from suitability_words import ADDRESS, MOTHER, NOW, Court
from waypost import clock
from waypost.access.actions import make_officer, make_token
from waypost.access.models import AuditLine, Officer
from waypost.access.queries import looks_to_tell
from waypost.access.values import MACHINE, Permission, Role
from waypost.documents.models import Document
from waypost.errors import Refused
from waypost.keeping.gathering import gather, texts_of
from waypost.keeping.restricting import POLICY, Given
from waypost.necessity.values import CheckKind
from waypost.notices.models import Notice
from waypost.suitability import actions
from waypost.suitability.models import Householder, Proposal
from waypost.suitability.values import Answer, Consent
from waypost.web.routes import ROUTES

pytestmark = [pytest.mark.database, pytest.mark.django_db]
RANDOM = re.compile(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]+"')
# A stream that does not end, and secrets drawn anew each time; pages for anybody know nobody.
NOT_LOOKED_AT = {"inbox-events", "own-passkey", "own-app", "own-sign-in"}
TELLING = ("householder", "Perpetua", "Dunsmore", "Invented Walk", "police answered",
           "safeguarding", "Domestic abuse", "leave to")  # fmt: skip


@pytest.fixture
def court() -> Court:
    cache.clear()
    return Court()


def assessed(court: Court) -> tuple[int, int]:
    """P1, a wearer with an order, is assessed again; a proposal went out. Numbers of the assessment
    and of their mother, who lives there."""
    number = court.refer(court.pia, reference="P1")
    court.cora = court.pia  # whose case it is
    living = court.house(number)
    court.check(number, CheckKind.CHILD_SAFEGUARDING)
    court.check(number, CheckKind.DOMESTIC_ABUSE)
    court.propose(number)
    make_officer("alex", "Alex Okafor", None, Role.WEARER, person_id=court.people["P1"], now=NOW)
    return number, living


def pages(court: Court) -> dict[str, set[str]]:
    """The words of every page and every answer that the wearer's own sign-in and token open."""
    client = Client()
    client.force_login(get("alex"))
    found = {}
    for route in ROUTES:
        if route.permission is Permission.ANYBODY or route.name in NOT_LOOKED_AT:
            continue
        names = re.findall(r"<\w+:(\w+)>", route.path)
        words = {"name": "alert_raised", "table": "orders", "person_id": court.people["P1"]}
        kwargs = {one: words.get(one, 1) for one in names}
        answer = client.get(reverse(route.name, kwargs=kwargs))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[route.name] = words_of(body.decode("utf-8", "replace"))
    token = make_token(Role.WEARER, by=MACHINE, now=clock.now(), officer=get("alex"))
    machine = Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)
    for address in ("/api/alerts", "/api/fixes?person_id=P1&purpose=subject_access"):
        found[address] = words_of(machine.get(address).content.decode())
    return found


def get(name: str) -> Officer:
    return Officer.objects.get(username=name)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{3,}", RANDOM.sub("", text)))


def own_data(person: int) -> str:
    """Every table of the copy of their own data, with every text let out."""
    read = {one.key for one in texts_of(person, read=(), now=NOW)}
    found = gather(person, read=read, left_records=(), now=NOW)
    return json.dumps([[one.label, one.rows] for one in found.tables], default=str, sort_keys=True)


def papers(person: int) -> str:
    """Every paper about them that was kept, read."""
    rows = Document.objects.filter(person_id=person, media_type="application/pdf").order_by("pk")
    return "\n".join(
        page.extract_text()
        for one in rows
        for page in pypdf.PdfReader(io.BytesIO(bytes(one.content))).pages
    )


def told(person: int) -> list[str]:
    return [one.kind for one in looks_to_tell(person)]


def test_nothing_of_the_wearers_shows_that_somebody_withdrew(court):
    """Before and after, word for word."""
    number, living = assessed(court)
    person = court.people["P1"]
    pages(court)  # a first visit leaves its own lines
    before = pages(court), own_data(person), papers(person), told(person)
    notices = set(Notice.objects.filter(person_id=person).values_list("pk", flat=True))
    court.says(number, living, Consent.WITHDRAWN)
    assert set(Notice.objects.filter(person_id=person).values_list("pk", flat=True)) == notices
    assert (own_data(person), papers(person), told(person)) == before[1:]
    after = pages(court)
    for name, words in before[0].items():
        assert after[name] == words, name


def test_nothing_of_theirs_names_who_lives_there_or_that_the_police_were_asked(court):
    number, living = assessed(court)
    court.says(number, living, Consent.WITHDRAWN)
    person = court.people["P1"]
    seen = " ".join(word for words in pages(court).values() for word in words)
    everything = f"{seen} {own_data(person)} {' '.join(told(person))}"
    for kept in TELLING:
        assert kept.casefold() not in everything.casefold(), kept
    paper = papers(person)
    assert "held apart" in " ".join(paper.split())
    for kept in (MOTHER, "Dunsmore", ADDRESS, "withdr", "Nothing recorded at the address"):
        assert kept not in paper, kept


def test_the_papers_read_the_same_whatever_was_answered(court):
    """A concern and nothing known, who agrees and who withdrew: the same words."""
    texts = []
    for answer, consent in ((Answer.NOTHING_KNOWN, Consent.YES), (Answer.CONCERN, Consent.NO)):
        number = court.refer(reference=f"N-{answer}")
        living = court.house(number)
        court.says(number, living, consent)
        court.check(number, CheckKind.CHILD_SAFEGUARDING)
        court.check(number, CheckKind.DOMESTIC_ABUSE, answer)
        if consent is Consent.NO:
            court.let_go(number)
        court.propose(number)
        person = Proposal.objects.get(assessment_id=number, version=2).assessment.person_id
        text = papers(person)
        texts.append(text.replace(f"N-{answer}", "N").replace(f"S-{number}/", "S-/"))
    assert texts[0] == texts[1]


def test_staff_find_the_line_and_the_wearer_does_not(court):
    number, living = assessed(court)
    court.says(number, living, Consent.WITHDRAWN)
    line = AuditLine.objects.latest("number")
    assert (line.kind, line.person_id) == ("householder:written", court.people["P1"])
    assert not {one for one in told(court.people["P1"])
                if one.split(":")[0] in {"householder", "check", "gate"}}  # fmt: skip
    # Not even for staff does the line say what was written.
    assert "withdraw" not in bytes(line.body).decode()


def test_no_table_of_theirs_is_given():
    for name in ("Home", "HomeFinding", "Householder", "HouseholderAnswer", "Check", "CheckMove",
                 "Leave", "AssessmentMove"):  # fmt: skip
        assert not isinstance(POLICY[f"suitability.{name}"], Given), name


def test_an_answer_heard_by_somebody_else_is_not_taken_and_one_withdraws_what_was_given(court):
    number = court.refer()
    living = court.house(number)
    with pytest.raises(Refused, match="asked alone"):
        court.says(number, living, Consent.YES, alone=False)
    court.says(number, living, Consent.NO)
    court.says(number, living, Consent.WITHDRAWN)  # agreed once, before
    actions.add_householder(number, "Somebody Else", "", by=court.cora, now=NOW)
    other = Householder.objects.latest("pk").pk
    with pytest.raises(Refused, match="had not agreed"):
        court.says(number, other, Consent.WITHDRAWN)
