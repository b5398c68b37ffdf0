"""Notifications by signed file: exported whole, answered with their key, by nobody else."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policing_words import Precinct
from waypost.cli.main import main
from waypost.documents.bundle import verify_bundle
from waypost.errors import BadFile, Refused
from waypost.policing.answer_file import FORMAT, form, read_answer
from waypost.policing.keys import answer_key, fits
from waypost.policing.values import Answer, Status
from worked_town import at

SOUND = {"format": FORMAT, "notification": 17, "number": 1, "key": "k", "answer": "arrest",
         "reason": "", "signed_by": "PC 4711"}  # fmt: skip


def test_the_form_that_is_sent_is_an_answer_once_it_is_filled_in():
    said = json.loads(form(17, 2, "abc"))
    with pytest.raises(BadFile, match="answer is one of"):
        read_answer(json.dumps(said).encode())
    said |= {"answer": "no_action", "reason": "In custody.", "signed_by": "PC 4711 Ames"}
    found = read_answer(json.dumps(said).encode())
    assert (found.notification_id, found.number, found.key) == (17, 2, "abc")
    assert (found.answer, found.signed_by) == (Answer.NO_ACTION, "PC 4711 Ames")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "other"}, "not of the format"),
        ({"notification": "17"}, "notification is a number"),
        ({"notification": True}, "notification is a number"),
        ({"number": 0}, "number is a number"),
        ({"number": 2**80}, "number is a number"),
        ({"key": 5}, "key is a text"),
        ({"answer": "shoot"}, "answer is one of: accepted, arrest"),
        ({"reason": "x" * 9000}, "reason is a text"),
        ({"reason": "a\x00b"}, "reason is a text"),
        ({"reason": "\ud800"}, "half a character"),
        ({"signed_by": " "}, "signed_by says who"),
        ({"more": 1}, "nobody knows: more"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_answer_is_said(change, said):
    with pytest.raises(BadFile, match=said):
        read_answer(json.dumps(SOUND | change).encode())


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_are_taken_for_an_answer_or_break_the_reader(data):
    with pytest.raises(BadFile):
        read_answer(data)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20),
                    lambda one: st.lists(one, max_size=3), max_leaves=5),
       st.sampled_from(sorted(SOUND)))  # fmt: skip
def test_whatever_a_field_holds_it_is_an_answer_or_is_refused_in_words(value, name):
    with contextlib.suppress(BadFile):
        found = read_answer(json.dumps(SOUND | {name: value}).encode())
        assert found.notification_id > 0


def test_a_key_is_of_one_notification_and_one_paper():
    assert fits(answer_key(17, 1), 17, 1)
    for wrong in (answer_key(18, 1), answer_key(17, 2), "", "ä", answer_key(17, 1)[:-1]):
        assert not fits(wrong, 17, 1)


@pytest.fixture
def town(db, tmp_path, settings) -> Precinct:
    settings.LAKE_URI = str(tmp_path / "lake")
    return Precinct()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.database
def test_a_force_without_an_account_gets_a_signed_file_and_answers_with_it(town, tmp_path, capsys):
    from waypost.documents.models import Document
    from waypost.policing.models import Notification, NotificationMove

    number = town.sent()
    assert main(["police", "export", str(number), "-o", str(tmp_path)]) == 0
    file = tmp_path / f"notification-{number}-1.zip"
    verdict = verify_bundle(file.read_bytes())
    assert verdict.trouble == ""
    assert verdict.about == {"kind": "breach notification", "notification": number, "number": 1}
    files = unpacked(file.read_bytes())
    assert files["notification.pdf"].startswith(b"%PDF")
    assert json.loads(files["notification.json"])["person"]["reference"] == "P2"
    assert Document.objects.filter(kind="notification_bundle").count() == 1
    answer = json.loads(files["answer.json"])
    answer |= {"answer": "arrest", "reason": "Unit sent.", "signed_by": "PC 4711 Ames"}
    filled = tmp_path / "answer.json"
    filled.write_text(json.dumps(answer))
    capsys.readouterr()
    assert main(["police", "answer", str(filled)]) == 0
    assert capsys.readouterr().out == f"notification {number} is answered: arrest\n"
    found = Notification.objects.get(pk=number)
    assert (found.status, found.answer) == (Status.ANSWERED, "arrest")
    move = NotificationMove.objects.get(act="answer")
    assert (move.signed_by, move.by_file, move.officer_id) == ("PC 4711 Ames", True, None)
    assert main(["police", "answer", str(filled)]) == 1  # the same again is no news
    assert "already" in capsys.readouterr().err


@pytest.mark.database
def test_an_answer_with_another_key_or_to_a_draft_is_refused(town):
    from waypost.access.values import MACHINE
    from waypost.policing.actions import answer_by_file, export

    number = town.drafted()
    with pytest.raises(Refused, match="has not been sent"):
        export(number, by=town.mona, now=at("12:20"))
    for paper, key in ((1, answer_key(number, 1)), (1, "x"), (2, answer_key(number, 2))):
        said = read_answer(
            json.dumps(SOUND | {"notification": number, "number": paper, "key": key}).encode()
        )
        with pytest.raises(Refused, match="key does not fit"):
            answer_by_file(said, by=MACHINE, now=at("12:20"))


@pytest.mark.database
def test_an_answer_to_an_earlier_paper_says_so(town):
    from policing_words import TEXTS
    from waypost.access.values import MACHINE
    from waypost.policing.actions import answer_by_file, correct
    from waypost.policing.models import Notification

    number = town.sent()
    correct(number, "It was the north gate.", TEXTS, by=town.mona, now=at("12:40"))
    said = SOUND | {"notification": number, "key": answer_key(number, 1)}
    answer_by_file(read_answer(json.dumps(said).encode()), by=MACHINE, now=at("12:50"))
    assert "paper 1 of 2" in Notification.objects.get(pk=number).answer_reason
