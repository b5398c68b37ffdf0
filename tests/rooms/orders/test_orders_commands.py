"""The commands about orders: what they print, and how they exit."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from waypost.access.models import AuditLine, Officer
from waypost.access.values import Role
from waypost.cli.main import main
from waypost.orders.models import Person

PLAIN = {
    "persons": [
        {
            "person_id": "P1",
            "orders": [
                {
                    "order_id": "O1",
                    "kind": "licence",
                    "from": "2026-03-01T00:00:00Z",
                    "requirements": [
                        {"requirement_id": "R1", "kind": "trail"},
                        {"requirement_id": "R2", "kind": "picnic"},
                    ],
                }
            ],
        }
    ]
}


@pytest.fixture
def orders_file(tmp_path):
    path = tmp_path / "orders.json"
    path.write_text(json.dumps(PLAIN))
    return str(path)


def test_check_prints_a_json_list_and_exits_0(orders_file, capsys):
    assert main(["orders", "check", orders_file]) == 0
    [finding] = json.loads(capsys.readouterr().out)
    assert finding["person_id"] == "P1"
    assert finding["requirement_id"] == "R2"
    assert finding["kind"] == "invalid_requirement_kind"
    assert "send one of" in finding["message"]


def test_check_takes_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"persons": []}')))
    assert main(["orders", "check", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize("content", [None, b"{", b"[]"])
def test_a_file_that_cannot_be_read_exits_1_with_one_sentence(tmp_path, capsys, content):
    path = tmp_path / "orders.json"
    if content is not None:
        path.write_bytes(content)
    assert main(["orders", "check", str(path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("waypost: ")
    assert said.err.count("\n") == 1


def test_check_needs_no_records(orders_file):
    """A clerk checks a file on a machine that has no store: Django is not even loaded."""
    code = (
        "import sys; from waypost.cli.main import main; "
        f"code = main(['orders', 'check', {orders_file!r}]); "
        "assert not [name for name in sys.modules if name.split('.')[0] == 'django']; "
        "sys.exit(code)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def keys_of(schema, found=None):
    found = set() if found is None else found
    if isinstance(schema, dict):
        found |= set(schema.get("properties", {}))
        for value in schema.values():
            keys_of(value, found)
    elif isinstance(schema, list):
        for value in schema:
            keys_of(value, found)
    return found


def test_the_schema_names_every_key_that_is_read(capsys):
    assert main(["schema", "orders"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert keys_of(schema) >= {
        "persons", "person_id", "activations", "activation_id", "device_id", "from", "to",
        "orders", "order_id", "kind", "requirements", "requirement_id", "zone", "addresses",
        "radius_m", "width_m", "coordinates", "timetable", "days", "start", "end", "timezone",
        "exceptions", "reason", "appointments", "rrule", "duration", "grace", "officers", "team",
        "limited", "name", "born", "area",
    }  # fmt: skip


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_import_says_what_went_in_and_names_the_problems(orders_file, capsys):
    assert main(["import", "orders", orders_file]) == 0
    said = capsys.readouterr()
    assert "1 persons: 1 new" in said.out
    assert "persons[0].orders[0].requirements[1].kind" in said.err
    assert main(["import", "orders", orders_file]) == 0
    assert "0 new, 0 changed, 1 as before" in capsys.readouterr().out
    assert Person.objects.count() == 1
    assert AuditLine.objects.filter(kind="orders:imported").count() == 2


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_officers_and_tokens_are_made_from_the_command_line(orders_file, capsys, monkeypatch):
    def typed(text):
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    typed("a long pass phrase\n")
    words = ["officer", "ann", "--role", "probation_practitioner", "--name", "Ann",
             "--team", "IOM", "--organisation", "London"]  # fmt: skip
    assert main(words) == 0
    assert Officer.objects.get().check_password("a long pass phrase")
    assert "pass phrase" not in capsys.readouterr().out
    assert main(words) == 2  # taken
    typed("")
    assert main(["officer", "bob", "--role", "administrator"]) == 0
    printed = capsys.readouterr().out.strip().rsplit(" ", 1)[-1]
    assert Officer.objects.get(username="bob").check_password(printed)
    typed("short\n")
    assert main(["officer", "cat", "--role", "administrator"]) == 2
    assert main(["token", Role.PROBATION_PRACTITIONER, "--officer", "ann"]) == 0
    assert capsys.readouterr().out.startswith("waypost_")
    assert main(["token", Role.MONITORING_OFFICER, "--team", "nobody knows"]) == 2
    assert main(["token", Role.MONITORING_OFFICER, "--days", "0"]) == 2
    main(["import", "orders", orders_file])
    assert main(["officer", "wes", "--role", "wearer"]) == 2
    typed("another pass phrase\n")
    assert main(["officer", "wes", "--role", "wearer", "--person", "P1"]) == 0
    assert Officer.objects.get(username="wes").person_id == Person.objects.get().pk


def test_what_is_no_character_is_printed_as_json_can_say_it(tmp_path):
    path = tmp_path / "orders.json"
    path.write_text('{"persons": [{"person_id": "\\ud800", "orders": [{"order_id": "Zoë"}]}]}')
    ran = subprocess.run(
        [sys.executable, "-m", "waypost.cli.main", "orders", "check", str(path)],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii"},
        check=True,
    )
    assert json.loads(ran.stdout.decode())[0]["kind"] == "invalid_id"
    assert ran.stderr == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full disk to be had here")
def test_a_full_disk_is_one_plain_sentence(orders_file):
    for words in (["schema", "orders"], ["orders", "check", str(orders_file)]):
        with open("/dev/full", "w") as full:
            ran = subprocess.run(
                [sys.executable, "-m", "waypost.cli.main", *words],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert (ran.returncode, ran.stderr) == (1, b"waypost: No space left on device\n")
