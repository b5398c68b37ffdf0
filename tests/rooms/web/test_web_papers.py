"""Pages of papers: an agency's own templates, and a letter as it was kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.documents import papers
from waypost.documents.models import PaperVersion
from waypost.documents.paper_kinds import KINDS, SAMPLE, own_text
from waypost.documents.paper_texts import in_force
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.values import PersonOrders
from waypost.units import PersonRef

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LETTER = own_text("warning_letter")
PAGE = "/system/papers/warning_letter"


@pytest.fixture(autouse=True)
def officers():
    now = clock.now() - timedelta(hours=1)
    make_officer("ada", "Ada", None, Role.ADMINISTRATOR, now=now)
    make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, now=now)


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def test_a_template_is_previewed_as_pdf_put_in_force_and_given_back():
    client = signed_in("ada")
    assert "[[right_to_contest]]" in client.get(PAGE).content.decode()
    own = {"text": LETTER.replace("# Warning", "# Our warning"), "language": "en"}
    shown = client.post(PAGE, own | {"do": "preview"})
    assert shown["Content-Type"] == "application/pdf"
    assert shown.content.startswith(b"%PDF")
    assert not PaperVersion.objects.exists()
    assert client.post(PAGE, own | {"do": "save"}).status_code == 302
    assert in_force("warning_letter").version == 1
    assert "ours, version 1, by Ada" in client.get(reverse("papers")).content.decode()
    client.post(PAGE, {"do": "default", "language": "en"})
    assert in_force("warning_letter").version == 0


def test_a_template_without_what_must_stand_is_shown_again_with_what_is_wrong():
    text = LETTER.replace("[[right_to_contest]]", "")
    for wish in ("preview", "save"):
        answer = signed_in("ada").post(PAGE, {"text": text, "do": wish})
        assert answer.status_code == 400
        assert "[[right_to_contest]] is missing" in answer.content.decode()
    for language in ("english", "../x", "<b>"):
        sent = {"text": LETTER, "do": "preview", "language": language}
        answer = signed_in("ada").post(PAGE, sent)
        assert answer.status_code == 400
        assert "A language is written like en or cy." in answer.content.decode()
    assert not PaperVersion.objects.exists()


def test_templates_are_written_by_administrators_alone():
    assert signed_in("mona").get(PAGE).status_code == 403
    assert signed_in("ada").get("/system/papers/none_such").status_code == 404


def test_a_letter_is_saved_as_a_file_and_leaves_a_line():
    now = clock.now()
    import_orders([PersonOrders(PersonRef("P1"))], by=MACHINE, now=now)
    slots = {name: SAMPLE[name] for name in KINDS["warning_letter"].slots}
    with transaction.atomic():
        drawn = papers.draw_up(
            "warning_letter", about="warning:3", person_id=Person.objects.get().pk, by=MACHINE,
            now=now, words=KINDS["warning_letter"].words, slots=slots,
        )  # fmt: skip
    answer = signed_in("mona").get(reverse("document", args=[drawn.pdf_id]))
    assert answer["Content-Disposition"] == 'attachment; filename="warning-letter-warning-3.pdf"'
    assert answer.content.startswith(b"%PDF")
    assert AuditLine.objects.filter(kind="document:opened").count() == 1
    assert signed_in("ada").get(reverse("document", args=[drawn.pdf_id])).status_code == 403
    assert signed_in("mona").get(reverse("document", args=[10**20])).status_code == 404
