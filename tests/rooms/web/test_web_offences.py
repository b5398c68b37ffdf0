"""Offence files by page and by API: sent, answered, compared."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer, make_token
from waypost.access.values import MACHINE, Role
from waypost.offences.actions import take_delivery
from waypost.offences.models import OffenceBatch, OffenceVersion
from waypost.web.limits import FILE_BYTES_MAX, FORM_BYTES_MAX, bytes_max

pytestmark = [pytest.mark.database, pytest.mark.django_db]
ANALYST = Role.POLICE_ANALYST
ROW = (
    "Metropolitan,RB,,{batch},{reference},20260228120000,20260228123000,,,{lat},-0.1,WGS84,{text}\n"
)


def row(reference: str = "A", lat: str = "51.5", text: str = "", batch: str = "MPS20260228") -> str:
    return ROW.format(reference=reference, lat=lat, text=text, batch=batch)


@pytest.fixture
def client() -> Client:
    officer = make_officer("ann", "Ann", None, ANALYST, now=clock.now() - timedelta(hours=1))
    client = Client()
    client.force_login(officer)
    return client


def machine(*scopes: str, role: Role = ANALYST) -> Client:
    token = make_token(role, by=MACHINE, now=clock.now() - timedelta(minutes=1), scopes=scopes)
    return Client(headers={"Authorization": f"Bearer {token}"})


def take(text: str, name: str = "a.csv") -> OffenceBatch:
    return take_delivery(text.encode(), name, by=MACHINE, now=clock.now())


def post(client: Client, data: bytes | str, address: str = "/api/offences"):
    return client.post(address, data, content_type="text/csv")


def mailed(text: str) -> bytes:
    letter = EmailMessage()
    letter["From"] = "Desk <desk@force.example>"
    letter.set_content("Attached.")
    letter.add_attachment(text.encode(), maintype="text", subtype="csv", filename="a.csv")
    return letter.as_bytes()


def test_an_email_sent_by_page_is_read_and_its_answer_goes_to_its_sender(client):
    file = SimpleUploadedFile("in.eml", mailed(row() + row("B", lat="99")))
    page = client.post(reverse("offence-upload"), {"file": file}, follow=True).content.decode()
    assert "desk@force.example" in page
    assert "check that it is the force’s before you send" in page
    number = OffenceBatch.objects.get().pk
    answer = client.get(reverse("offence-reply", args=[number]))
    assert answer["Content-Disposition"] == f'attachment; filename="reply-{number}.eml"'
    assert b"To: desk@force.example" in answer.content
    problems = client.get(reverse("offence-problems", args=[number])).content.decode()
    assert "INVALID_LOCATION_DATA_RANGE,latitude,99" in problems


def test_the_page_of_a_delivery_shows_what_it_changed_and_leads_to_each_version(client):
    take(row())
    batch = take(row(lat="51.51", text="<b>seen</b>"), "again.csv")
    page = client.get(reverse("offence-batch", args=[batch.pk])).content.decode()
    assert "What this file changed" in page
    assert "moved 1,113 m" in page
    number = OffenceVersion.objects.get(version=2).pk
    assert reverse("offence", args=[number]) in page
    history = client.get(reverse("offence", args=[number])).content.decode()
    assert "again.csv" in history
    assert "First sent." in history
    assert "&lt;b&gt;seen" in history
    assert "<b>seen" not in page + history


def test_a_file_that_changes_nothing_says_so(client):
    take(row() + row("B"))
    batch = take(row("B") + row())
    page = client.get(reverse("offence-batch", args=[batch.pk])).content.decode()
    assert "No offence is new" in page
    assert "What this file changed" not in page


def test_a_table_with_header_and_a_window_of_weeks_is_taken_by_page(client):
    text = (
        b"crime_reference,from_time,to_time,lat,lon\nA,2026-01-01T00:00Z,2026-02-01T00:00Z,51,0\n"
    )
    file = SimpleUploadedFile("t.csv", text)
    client.post(reverse("offence-upload"), {"file": file})
    version = OffenceVersion.objects.get()
    assert version.to_at - version.from_at == timedelta(days=31)
    assert client.get(reverse("offence", args=[version.pk])).status_code == 200


def test_an_email_whose_base64_hides_countless_rows_is_refused_before_it_is_read(
    client, monkeypatch
):
    monkeypatch.setattr("waypost.web.pages.offences.ROWS_MAX", 100)
    file = SimpleUploadedFile("in.eml", mailed("x\n" * 300))
    answer = client.post(reverse("offence-upload"), {"file": file})
    assert (answer.status_code, b"send it in parts" in answer.content) == (400, True)
    assert not OffenceBatch.objects.exists()


def test_a_machine_sends_a_file_and_is_told_what_became_of_it():
    answer = post(machine("offence:upload"), row() + row("B", lat="99"), "/api/offences?name=x.csv")
    said = answer.json()
    assert (answer.status_code, said["status"]) == (201, "PARTIAL")
    assert (said["accepted"], said["refused"], said["new"], said["changed"]) == (1, 1, 1, 0)
    (problem,) = said["problems"]
    assert list(problem) == ["line", "type", "field", "value", "message", "action"]
    assert problem["line"] == 2
    assert said["reply"]["subject"] == "PARTIAL: offence file, MPS20260228"
    assert said["error"] is None
    assert said["changes"] is None  # the token may send, not read
    assert OffenceBatch.objects.get().file_name == "x.csv"


def test_a_machine_that_sends_the_same_again_changes_nothing():
    client = machine("offence:upload")
    first = post(client, row())
    again = post(client, mailed(row()))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert OffenceVersion.objects.count() == 1


def test_a_file_of_which_nothing_is_kept_is_a_422_with_the_outcome():
    answer = post(machine("offence:upload"), row() + row("B", batch="MPS20260227"))
    assert (answer.status_code, answer.json()["status"]) == (422, "FAILED")
    assert answer.json()["problems"][0]["type"] == "MULTIPLE_BATCH_IDS"
    assert answer.json()["error"].startswith("Multiple batch ids found in csv file: Send one file")


def test_a_machine_reads_outcomes_problems_and_the_versions_of_an_offence():
    take(row())
    batch = take(row(lat="51.51"))
    client = machine("offence:read")
    said = client.get(f"/api/offences/{batch.pk}").json()
    (changed,) = said["changes"]
    assert (changed["crime_reference"], changed["version"]) == ("A", 2)
    assert changed["fields"][0]["difference"] == "moved 1,113 m"
    table = client.get(f"/api/offences/{batch.pk}/problems.csv")
    assert table.content == b"line,type,field,value,message,action\r\n"
    asked = {"force": "Metropolitan", "reference": "A"}
    items = client.get("/api/offences/history", asked).json()["items"]
    assert [(one["version"], one["current"]) for one in items] == [(2, True), (1, False)]
    assert client.get("/api/offences/history", {"reference": "Z"}).status_code == 404
    assert client.get(f"/api/offences/{batch.pk + 1}").status_code == 404


def test_a_token_does_only_what_its_scope_names():
    batch = take(row())
    assert post(machine("offence:read"), row("B")).status_code == 403
    for address in (str(batch.pk), f"{batch.pk}/problems.csv", "history?reference=A"):
        assert machine("offence:upload").get(f"/api/offences/{address}").status_code == 403
    assert post(Client(), row("B")).status_code == 401
    assert OffenceBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "the file itself"), (b"PK\x03\x04" + b"\x00" * 50, "save the sheet as CSV UTF-8")],
)
def test_what_is_no_file_of_text_is_refused_by_the_api_in_words(data, words):
    answer = post(machine("offence:upload"), data)
    assert (answer.status_code, words in answer.json()["error"]) == (400, True)
    assert not OffenceBatch.objects.exists()


def test_a_large_file_passes_where_files_are_taken_and_no_further():
    """More than Django keeps of a body in memory (10 MiB), in one row that is refused."""
    assert bytes_max("/api/offences") > FILE_BYTES_MAX > bytes_max("/api/alerts") == FORM_BYTES_MAX
    answer = post(machine("offence:upload"), "x" * (11 * 2**20))
    assert (answer.status_code, answer.json()["status"]) == (422, "ERROR")
