"""An alert as it was known at an earlier instant: the same then as when it was looked at then."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta

import pytest
from test_accounts import absent, acknowledge, contest, curfew, decide, officer, review, taken
from test_accumulated_time import Curfew, out

from waypost.access.values import MACHINE, Purpose, Role
from waypost.errors import BadUse, Refused
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Curfew:
    """P1 was out from 20:00 to 21:50; a fix of 20:30 that shows them at home comes a day late."""
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Curfew()
    town.run()
    out(town, "20:00", 110)
    return town


def known(town, when, *, now=None):
    from waypost.alerts.known import alert_known

    return alert_known(curfew().pk, when, by=MACHINE, now=now or town.now)


def wait(town, minutes: int) -> None:
    town.now += timedelta(minutes=minutes)
    town.run()


def test_what_is_known_of_an_instant_is_what_was_known_at_it(town):
    """Looked at then and looked at afterwards: account, contest, absence and judging included."""
    mona, nora = officer("mona"), officer("nora")
    seen = []

    def look() -> None:
        seen.append(known(town, town.now))
        wait(town, 3)

    look()
    account = taken(town, mona)
    look()
    acknowledge(town, mona)
    decide(town, account, mona, reasonable=False)
    look()
    row = contest(town, mona, risk_why="Seen near her school.")
    look()
    review(town, row, nora, stands=False)
    look()
    from waypost.alerts import accounts, actions

    actions.take_in_hand(curfew().pk, by=nora, now=town.now)
    second = accounts.take_account(curfew().pk, given_by="the ward", words="He was with us.",
                                   by=nora, now=town.now)  # fmt: skip
    decide(town, second, nora, reasonable=True)
    absent(town, second, "19:55", "22:00", nora)
    look()
    look()
    afterwards = [known(town, one.at) for one in seen]
    assert afterwards == seen
    assert [one.status.value for one in seen] == [
        "raised", "raised", "upheld", "upheld", "explained", "explained", "withdrawn",
    ]  # fmt: skip
    assert [len(one.person.orders[0].requirements[0].exceptions) for one in seen][-3:] == [0, 1, 1]
    assert seen[3].contests[0].counts_meanwhile
    assert seen[-1].violations[0].stood.change == "withdrawn"
    assert seen[-2].violations[0].stood.change != "withdrawn"


def test_who_had_been_told_and_whether_it_had_been_sent(town):
    from waypost.notices.models import Notice

    by = officer()
    Notice.objects.create(
        about=f"alert:{curfew().pk}", step="raised", channel="mail", officer_id=by.officer_id,
        template="alert_raised", status="sent", try_after=town.now, made_at=town.now,
        sent_at=town.now + timedelta(minutes=2),
    )  # fmt: skip
    wait(town, 5)
    [waits] = known(town, town.now - timedelta(minutes=4)).notices
    assert waits.sent_at is None
    [sent] = known(town, town.now).notices
    assert (sent.officer_name, sent.sent_at) == ("Centre", town.now - timedelta(minutes=3))
    assert known(town, town.now - timedelta(minutes=6)).notices == ()


def fixes(one, town, by):
    from waypost.alerts.known import fixes_known

    purpose = Purpose.ALERT_RESPONSE
    return fixes_known(one, by=by, purpose=purpose, now=town.now, speeds=[(0, 80.0)])


def test_fixes_that_came_later_are_left_out_and_the_look_leaves_its_line(town):
    from waypost.access.models import AuditLine

    by, then = officer(), town.now
    wait(town, 60)
    town.send(("20:33", "home"), person=1)
    wait(town, 5)
    before, since = fixes(known(town, then), town, by), fixes(known(town, town.now), town, by)
    assert at("20:33") not in {row.measured_at for row in before}
    assert at("20:33") in {row.measured_at for row in since}
    assert all(row.received_at <= then for row in before)
    lines = AuditLine.objects.filter(kind="track:viewed", purpose="alert_response")
    assert lines.count() == 2


def test_the_numbers_are_those_published_by_then(town):
    assert known(town, town.now).numbers.effective_from is None


def test_an_instant_before_it_was_raised_and_one_to_come_are_refused(town):
    with pytest.raises(Refused, match="raised later"):
        known(town, at("19:59"))
    with pytest.raises(Refused, match="not come yet"):
        known(town, town.now + timedelta(minutes=1))


def test_whose_case_it_is_not_sees_nothing_of_then_either(town):
    from waypost.alerts.known import alert_known

    petra = officer("petra", Role.PROBATION_PRACTITIONER)
    with pytest.raises(Refused):
        alert_known(curfew().pk, town.now, by=petra, now=town.now)


def export(town, folder, *more: str) -> int:
    from waypost.cli.main import main

    words = ["alert", "account", str(curfew().pk), "--as-known-at", town.now.isoformat(),
             "-o", str(folder), *more]  # fmt: skip
    return main(words)


def test_the_command_exports_an_account_that_verifies_and_has_fixes_only_for_a_purpose(
    town, tmp_path, capsys
):
    from waypost.access.models import AuditLine
    from waypost.cli.main import main

    officer("mona")
    assert export(town, tmp_path / "out") == 0
    [bundle] = (tmp_path / "out").iterdir()
    assert main(["evidence", "verify", str(bundle)]) == 0
    with zipfile.ZipFile(bundle) as archive:
        names = set(archive.namelist())
        account = json.loads(archive.read("account.json"))
        html = archive.read("account.html").decode()
    assert "fixes.csv" not in names
    assert account["status"] == "raised"
    assert account["violations"][0]["versions"]
    assert account["orders"][0]["requirements"]
    assert "No fixes were asked for." in html
    assert "51.55" not in html
    assert AuditLine.objects.filter(kind="alert:exported").count() == 1
    assert not AuditLine.objects.filter(kind="track:viewed").exists()
    assert export(town, tmp_path / "out", "--purpose", "alert_response") == 2
    more = ("--purpose", "alert_response", "--officer", "mona")
    assert export(town, tmp_path / "with", *more) == 0
    [bundle] = (tmp_path / "with").iterdir()
    assert main(["evidence", "verify", str(bundle)]) == 0
    with zipfile.ZipFile(bundle) as archive:
        rows = archive.read("fixes.csv").decode().splitlines()
    assert rows[0].startswith("measured_at,received_at,lat,lon")
    assert len(rows) > 10
    line = AuditLine.objects.get(kind="track:viewed")
    assert line.purpose == "alert_response"


def test_a_bundle_that_was_altered_does_not_verify(town, tmp_path):
    from waypost.cli.main import main

    assert export(town, tmp_path / "out") == 0
    [bundle] = (tmp_path / "out").iterdir()
    bundle.write_bytes(bundle.read_bytes().replace(b'"raised"', b'"closed"', 1))
    assert main(["evidence", "verify", str(bundle)]) == 1


def test_the_account_does_not_say_who_a_zone_moves_with(town):
    from dataclasses import replace

    from waypost.web.presenters.known import data_of

    found = known(town, town.now)
    order = found.person.orders[0]
    moving = replace(order.requirements[0], around="PR-secret")
    person = replace(found.person, orders=(replace(order, requirements=(moving,)),))
    text = json.dumps(data_of(replace(found, person=person)))
    assert "PR-secret" not in text
    assert "a protected person" in text


def test_an_officer_of_no_name_is_bad_use(town, tmp_path, capsys):
    from waypost.cli import alert_account

    with pytest.raises(BadUse):
        alert_account._officer("nobody", town.now)
