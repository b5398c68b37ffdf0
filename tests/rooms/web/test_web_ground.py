"""The operator's map file: read from us in ranges, by those signed in, and nobody else asked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import Officer
from waypost.access.values import Role
from waypost.web.middleware import policy
from waypost.web.pages import ground

sys.path.insert(0, str(Path(__file__).parents[2]))  # the words of `pmtiles_words.py`

from pmtiles_words import pmtiles

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def client():
    make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, now=clock.now())
    client = Client()
    client.force_login(Officer.objects.get(username="mona"))
    return client


@pytest.fixture
def file(tmp_path, settings):
    path = tmp_path / "ground.pmtiles"
    path.write_bytes(pmtiles())
    settings.MAP_TILES = str(path)
    return path


def ask(client: Client, text: str):
    return client.get(reverse("map-tiles"), headers={"Range": text} if text else {})


def test_a_range_of_the_file_is_given_as_it_is(client, file):
    content = file.read_bytes()
    answer = ask(client, "bytes=0-6")
    assert (answer.status_code, answer.content) == (206, b"PMTiles")
    assert answer["Content-Range"] == f"bytes 0-6/{len(content)}"
    assert ask(client, "bytes=5-20").content == content[5:21]
    assert ask(client, "bytes=100-").content == content[100:]
    assert ask(client, "bytes=0-16383").content == content, "a small file ends before the range"


@pytest.mark.parametrize(
    "text",
    ["", "bytes=9-5", "bytes=-5", "bytes=99999999-", "bytes=0-5,7-9", "items=0-5", "bytes=a-b",
     f"bytes=0-{10**20}"],
)  # fmt: skip
def test_anything_else_is_no_range_of_it(client, file, text):
    answer = ask(client, text)
    assert answer.status_code == 416
    assert answer.content == b""
    assert answer["Content-Range"] == f"bytes */{file.stat().st_size}"


def test_one_answer_is_never_a_whole_country(client, file, monkeypatch):
    monkeypatch.setattr(ground, "LENGTH_MAX", 10)
    assert ask(client, "bytes=0-9").status_code == 206
    assert ask(client, "bytes=0-10").status_code == 416


def test_a_file_put_in_its_place_has_another_tag(client, file):
    before = ask(client, "bytes=0-6")["ETag"]
    assert ask(client, "bytes=0-6")["ETag"] == before
    file.write_bytes(pmtiles(place="Elsewhere"))
    assert ask(client, "bytes=0-6")["ETag"] != before


def test_nobody_reads_it_without_signing_in(file):
    assert ask(Client(), "bytes=0-6").status_code == 302


def test_without_a_file_there_is_none_and_pages_draw_our_own_ground(client):
    assert ask(client, "bytes=0-6").status_code == 404
    assert 'data-style=""' in client.get(reverse("gallery")).content.decode()


@pytest.mark.parametrize("content", [None, b"", b"not a map", b"PMTiles\x02"])
def test_what_is_no_such_file_counts_as_none(client, tmp_path, settings, content):
    path = tmp_path / "ground.pmtiles"
    if content is not None:
        path.write_bytes(content)
    settings.MAP_TILES = str(path)
    assert ground.map_file() == ""
    assert ask(client, "bytes=0-6").status_code == 404
    assert 'data-style=""' in client.get(reverse("gallery")).content.decode()


def test_pages_name_the_file_s_address_and_open_no_other_host(client, file, settings):
    """The file goes before a style's URL, whose host then is not asked either."""
    settings.MAP_STYLE = "https://maps.example/style.json"
    page = client.get(reverse("gallery"))
    assert f'data-style="pmtiles:{reverse("map-tiles")}"' in page.content.decode()
    assert "maps.example" not in page["Content-Security-Policy"]
    settings.MAP_TILES = ""
    assert "https://maps.example" in policy()
