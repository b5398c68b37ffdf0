"""A person's own data: what is in it, what is not, who says so, and by when."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
from django.apps import apps

from keeping_words import (
    HOUSEHOLDER,
    NAME,
    OTHER,
    OTHER_NAME,
    REFERENCE,
    SAFE,
    SAFE_AT,
    SAFE_NAME,
    Archive,
    worn_number,
)
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Role
from waypost.cli.main import main
from waypost.documents.bundle import verify_bundle
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs import due
from waypost.keeping import actions, clocks, queries
from waypost.keeping.belonging import loose, owned
from waypost.keeping.clock_lane import fire_requests
from waypost.keeping.models import Restriction, SubjectRequest
from waypost.keeping.restricting import POLICY, UNREAD, Given
from waypost.keeping.values import Status, Withheld
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


@pytest.fixture
def town() -> Archive:
    made = Archive()
    made.days()
    made.sealed()
    made.kept_safe()
    made.breach_of_z()
    made.matched()
    return made


def prepared(town: Archive, **more):
    """Z asked on their own page and Dora prepared it: the number and the files."""
    wearer = town.wearer()
    number = actions.ask(by=wearer, now=NOW)
    made = actions.prepare(number, expected_version=1, by=town.dora, now=NOW)
    return number, made, files_of(made.content), wearer


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def words_of(files: dict[str, bytes]) -> str:
    """Every byte of every file as text, and the words of the PDF."""
    pdf = pypdf.PdfReader(io.BytesIO(files["about-you.pdf"]))
    read = " ".join(page.extract_text() for page in pdf.pages)
    return read + "".join(content.decode("utf-8", "replace") for content in files.values())


def version(number: int) -> int:
    return SubjectRequest.objects.get(pk=number).version


def test_the_bundle_holds_what_is_held_and_is_signed(town):
    _, made, files, _ = prepared(town)
    assert verify_bundle(made.content).trouble == ""
    records = json.loads(files["records.json"])
    assert records["orders.Person"][0]["full_name"] == NAME
    assert {"orders.Order", "orders.ZoneVersion", "alerts.Alert", "alerts.AlertMove",
            "orders.Activation", "positions.SealedRows"} <= set(records)  # fmt: skip
    track = list(csv.DictReader(io.StringIO(files["track.csv"].decode())))
    assert len(track) >= 13
    assert {row["mechanism"] for row in track} == {"gnss"}
    assert len(json.loads(files["track.geojson"])["features"]) == len(track)
    assert b"2026-03-01T02:00:00Z" in files["not-monitored.csv"]
    looks = list(csv.DictReader(io.StringIO(files["who-looked.csv"].decode())))
    assert any(row["what"] == "alert:acknowledged" for row in looks)
    assert all("monitoring officer" in row["who"] or "Waypost" in row["who"]
               or "wearer" in row["who"] or "protection" in row["who"]
               for row in looks)  # fmt: skip
    assert "14 June" in words_of(files) or "1990-06-14" in words_of(files)


def test_red_team_the_bundles_bytes_name_nobody_else(town):
    """Officers, other wearers, who is kept safe and where, householders, the police's interest."""
    _, _, files, _ = prepared(town)
    said = words_of(files)
    for name in ("Mona", "Dora", "Pia", "Reed", "Esme", OTHER_NAME, "Ostrander", OTHER, SAFE_NAME,
                 "Farquhar", SAFE, HOUSEHOLDER, "Dunsmore", "mona@example.test"):  # fmt: skip
        assert name not in said, name
    for number in SAFE_AT:
        assert f"{number:.3f}" not in said
    records = json.loads(files["records.json"])
    for label in ("matching.Match", "policing.Notification", "devices.Protection",
                  "orders.WithheldAddress", "keeping.Restriction"):  # fmt: skip
        assert label not in records
    assert "match:" not in files["who-looked.csv"].decode()
    assert "crime_mapping" not in said


def test_neither_confirm_nor_deny_reads_the_same_with_and_without_matches(town):
    """W has no breach and Z has: what their bundles say is left out is word for word the same."""
    _, _, files, _ = prepared(town)
    number = actions.enter(town.w, NOW, by=town.dora, now=NOW)
    actions.identify(number, "Passport seen at the desk.", expected_version=1, by=town.dora,
                     now=NOW)  # fmt: skip
    apps.get_model("matching.Match").objects.filter(person_id=town.w).delete()
    other = files_of(actions.prepare(number, expected_version=2, by=town.dora, now=NOW).content)
    assert files["left-out.txt"] == other["left-out.txt"]
    assert "neither confirm nor deny" in files["left-out.txt"].decode()
    grounds = set(Restriction.objects.filter(person_id=town.z).values_list("ground", flat=True))
    assert Withheld.POLICE in grounds
    mine = Restriction.objects.filter(person_id=town.z, ground="police").get()
    assert "s.45(4)" in mine.source
    assert mine.review_on == (NOW + timedelta(days=90)).date()


def test_a_moving_exclusion_is_told_by_the_day_alone(town):
    from waypost.alerts.models import Alert
    from waypost.monitoring.models import Violation
    from waypost.orders.models import RequirementVersion

    z = town.z
    RequirementVersion.objects.create(
        reference="R9", person_id=z, order_reference="ORD-77Q1", kind="exclusion",
        valid_from=at("06:00"), known_at=at("06:00"), digest="x", around=SAFE, around_radius_m=500,
    )  # fmt: skip
    near = Violation.objects.create(
        person_id=z, requirement_reference="R9", kind="moving_exclusion", from_at=at("10:17"),
        to_at=at("10:29"), certainty="certain", minutes=12.0, raised_at=at("10:19"),
        known_at=at("10:19"), reasons=[],
    )  # fmt: skip
    alert = Alert.objects.create(
        person_id=z, subject="x:1", requirement_reference="R9", kind="moving_exclusion",
        status="closed", certainty="certain", urgency=90, from_at=at("10:17"),
        raised_at=at("10:19"), touched_at=at("10:33"), violation_id=near.pk,
    )  # fmt: skip
    alert.moves.create(at=at("10:33"), what="closed", from_status="raised", to_status="closed")
    Officer.objects.update(date_joined=NOW)  # the one column filled by the real clock
    _, _, files, _ = prepared(town)
    said = "".join(
        content.decode("utf-8", "replace") for name, content in files.items()
        if not name.startswith("track")
    )  # fmt: skip
    for clock in ("10:17", "10:29", "10:19", "10:33"):
        assert clock not in said, clock
    assert "500" not in json.dumps(json.loads(files["records.json"])["orders.RequirementVersion"])
    assert b"2026-03-02,Zone A" in files["days-too-near.csv"]


def test_a_free_text_goes_out_once_an_officer_has_read_it(town):
    number, _, files, _ = prepared(town)
    moves = json.loads(files["records.json"])["alerts.AlertMove"]
    assert UNREAD in {one["note"] for one in moves}
    page = queries.request_page(number, by=town.dora, now=NOW)
    [text] = [one for one in page.texts if "left at six" in one.said]
    actions.let_out(number, [text.key], expected_version=2, by=town.dora, now=NOW)
    made = actions.prepare(number, expected_version=3, by=town.dora, now=NOW)
    said = files_of(made.content)["records.json"].decode()
    assert "left at six" in said


def test_a_record_that_a_restriction_names_is_left_out(town):
    alert = apps.get_model("alerts.Alert").objects.get(person_id=town.z, kind="exclusion").pk
    review = (NOW + timedelta(days=60)).date()
    with pytest.raises(Refused, match="no such record"):
        actions.restrict(town.w, Withheld.THIRD, f"alerts.Alert:{alert}", "It names a neighbour.",
                         review, by=town.dora, now=NOW)  # fmt: skip
    made = actions.restrict(
        town.z, Withheld.THIRD, f"alerts.Alert:{alert}", "It names a neighbour.", review,
        by=town.dora, now=NOW,
    )  # fmt: skip
    from waypost.keeping.holds import place_hold

    place_hold(town.z, "A trial is open.", "Court 3", review, by=town.dora, now=NOW)
    _, _, files, _ = prepared(town)
    looks = files["who-looked.csv"].decode()
    assert "restriction" not in looks
    assert "hold" not in looks
    records = json.loads(files["records.json"])
    assert alert not in {one["number"] for one in records.get("alerts.Alert", [])}
    actions.review_restriction(made, None, by=town.enid, now=NOW)
    with pytest.raises(Conflict):
        actions.review_restriction(made, review, by=town.enid, now=NOW)


def test_from_asking_to_fetching(town):
    number, made, _, wearer = prepared(town)
    with pytest.raises(Refused, match="not ready"):
        actions.fetch(number, by=wearer, now=NOW)
    with pytest.raises(Refused, match="open already"):
        actions.ask(by=wearer, now=NOW)
    with pytest.raises(Conflict):
        actions.release(number, expected_version=1, by=town.dora, now=NOW)
    actions.release(number, expected_version=2, by=town.dora, now=NOW)
    opened = actions.fetch(number, by=wearer, now=NOW)
    assert opened.content == made.content
    assert NAME.split()[0].lower() not in opened.file_name
    assert actions.fetch(number, by=wearer, now=NOW).content == made.content
    [seen] = queries.own_requests(wearer, now=NOW)
    assert seen.status is Status.FETCHED
    kinds = set(AuditLine.objects.filter(person_id=town.z).values_list("kind", flat=True))
    assert {"subject_access:asked", "subject_access:prepared", "subject_access:released",
            "subject_access:fetched", "track:viewed"} <= kinds  # fmt: skip
    assert not due.past("subject_access", now=NOW + timedelta(days=400))


def test_nobody_elses_request_is_seen_or_fetched(town):
    number, _, _, _ = prepared(town)
    other = town.officer("wil", Role.WEARER)
    for by in (other, town.mona, town.reed):
        with pytest.raises(Refused):
            actions.fetch(number, by=by, now=NOW)
        with pytest.raises(Refused):
            queries.request_page(number, by=by, now=NOW)


def test_a_person_under_limited_access_is_asked_for_by_named_staff_alone(town):
    from waypost.access.models import Officer
    from waypost.orders.models import Caseload, Person

    number, _, _, wearer = prepared(town)
    Person.objects.filter(pk=town.z).update(limited=True)
    with pytest.raises(NoSuchThing):
        queries.request_page(number, by=town.dora, now=NOW)
    assert queries.requests(town.dora, now=NOW) == []
    with pytest.raises(NoSuchThing, match="no such person"):
        actions.enter(town.z, NOW, by=town.dora, now=NOW)
    Caseload.objects.create(
        person_id=town.z, officer=Officer.objects.get(username="dora"), named=True,
        from_at=at("06:00"),
    )  # fmt: skip
    assert [one.number for one in queries.requests(town.dora, now=NOW)] == [number]
    assert queries.own_requests(wearer, now=NOW)


def test_the_clock_is_chased_extended_once_and_said_when_it_is_over(town):
    number = actions.enter(town.z, NOW, by=town.dora, now=NOW)
    asked = SubjectRequest.objects.get(pk=number)
    assert clocks.last_day(asked.due_at).isoformat() == "2026-04-13"  # the 12th is a Sunday
    notices = apps.get_model("notices.Notice").objects.filter(about=f"subject_access:{number}")
    assert set(notices.values_list("step", flat=True)) == {"asked"}
    fire_requests(asked.due_at - timedelta(days=7))
    assert notices.filter(step__startswith="near:2026041").exists()
    with pytest.raises(Refused, match="why it takes longer"):
        actions.extend(number, "more", expected_version=1, by=town.dora, now=NOW)
    actions.extend(number, "There are very many records.", expected_version=1, by=town.dora,
                   now=NOW)  # fmt: skip
    with pytest.raises(Refused, match="extended once"):
        actions.extend(number, "There are very many records.", expected_version=2, by=town.dora,
                       now=NOW)  # fmt: skip
    later = SubjectRequest.objects.get(pk=number)
    assert clocks.last_day(later.due_at).isoformat() == "2026-06-12"
    fire_requests(later.due_at - timedelta(days=7))
    fire_requests(later.due_at)
    assert SubjectRequest.objects.get(pk=number).late_told
    assert AuditLine.objects.filter(kind="subject_access:late").count() == 1
    assert fire_requests(later.due_at + timedelta(days=30)) == 0


def test_a_refusal_is_told_with_its_reason(town):
    wearer = town.wearer()
    number = actions.ask(by=wearer, now=NOW)
    with pytest.raises(Refused, match="why it is refused"):
        actions.refuse(number, "no", expected_version=1, by=town.dora, now=NOW)
    actions.refuse(number, "You asked for the same last week.", expected_version=1, by=town.dora,
                   now=NOW)  # fmt: skip
    [seen] = queries.own_requests(wearer, now=NOW)
    assert (seen.status, seen.refused_why) == (Status.REFUSED, "You asked for the same last week.")
    assert actions.ask(by=wearer, now=NOW)


def test_every_table_of_a_persons_is_decided_about():
    """A new table is given to nobody, and this fails, until somebody has decided."""
    labels = {model._meta.label for model in (*owned(), *loose())}
    assert set(POLICY) == labels


def test_what_is_given_names_columns_that_there_are():
    for label, policy in POLICY.items():
        if not isinstance(policy, Given):
            continue
        columns = {field.name for field in apps.get_model(label)._meta.concrete_fields}
        columns |= {field.attname for field in apps.get_model(label)._meta.concrete_fields}
        asked = f"{policy.columns} {policy.officers} {policy.texts}".split()
        assert set(asked) <= columns, label


def test_no_column_of_another_person_goes_out():
    """What points at a person that the row does not belong to is in no list of what is given."""
    from waypost.keeping.belonging import declared

    for label, policy in POLICY.items():
        if not isinstance(policy, Given):
            continue
        model = apps.get_model(label)
        mine = declared(model).belongs.split("__")[0]
        others = {
            field.name for field in model._meta.concrete_fields
            if field.related_model is apps.get_model("orders.Person") and field.name != mine
        }  # fmt: skip
        assert not others & set(f"{policy.columns} {policy.texts}".split()), label
        secret = {"password", "digest", "wrapped", "payload", "content", "around"}
        assert not secret & set(policy.columns.split()), label


def test_the_command_writes_a_bundle_that_verifies(town, tmp_path, capsys):
    out = tmp_path / "z.zip"
    assert main(["subject-access", REFERENCE, "-o", str(out)]) == 1
    assert "checked that it is them" in capsys.readouterr().err
    asked = SubjectRequest.objects.filter(person_id=town.z)
    assert main(
        ["subject-access", REFERENCE, "-o", str(out), "--identity", "Passport seen at the desk."]
    ) == 0  # fmt: skip
    assert main(["evidence", "verify", str(out)]) == 0
    assert asked.get().status == Status.PREPARED
    assert worn_number("ACT-77Q1")
    assert main(["subject-access", "NOBODY", "-o", str(out)]) == 1
    assert MACHINE.is_machine
