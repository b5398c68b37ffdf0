"""Time stamps of an outside authority over audit seals: had, checked, and missed aloud."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from time_authority import TimeAuthority, needs_openssl
from waypost.access import audit, seals, stamping
from waypost.access.models import AuditSeal
from waypost.access.values import MACHINE
from waypost.cli.main import main
from waypost.errors import BadUse, Unavailable

HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True), needs_openssl]


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    with TimeAuthority(tmp_path_factory.mktemp("tsa")) as authority:
        yield authority


@pytest.fixture(autouse=True)
def authority(outside, settings, tmp_path, monkeypatch):
    monkeypatch.setenv("WAYPOST_HOME", str(tmp_path))
    settings.AUDIT_TIME_AUTHORITY, settings.AUDIT_TIME_ROOTS = outside.url, str(outside.roots)
    outside.answer, outside.asked = None, 0
    return outside


def sealed(now: datetime) -> None:
    """One more line, and a seal over it."""
    with transaction.atomic():
        audit.record("track:viewed", by=MACHINE, at=now)
    assert seals.seal(now=now) is not None


def stamped(now: datetime) -> None:
    sealed(now)
    stamping.send_stamp(now=now)


def in_a_minute() -> datetime:
    """Now, as an authority that tells whole seconds would not call it the future."""
    return datetime.now(UTC).replace(microsecond=0)


def test_the_newest_seal_is_stamped_once_an_hour_with_the_authoritys_time(authority):
    now = in_a_minute()
    stamped(now)
    [row] = AuditSeal.objects.all()
    assert abs(row.stamped_at - now) < timedelta(minutes=1)
    stamped(now + timedelta(minutes=10))
    assert authority.asked == 1
    stamped(now + HOUR + timedelta(minutes=1))
    assert authority.asked == 2
    kept = AuditSeal.objects.order_by("number").values_list("stamped_at", flat=True)
    assert [at is not None for at in kept] == [True, False, True]


def test_verifying_checks_the_stamps_and_says_what_the_authority_saw(capsys):
    stamped(in_a_minute())
    sealed(in_a_minute() + timedelta(minutes=1))
    verdict, found = stamping.verify_all()
    assert (verdict.broken, found.count, found.line) == (None, 1, 1)
    assert main(["audit", "verify"]) == 0
    said = capsys.readouterr().out
    assert "1 time stamps hold; the authority saw line 1 and all before it at 20" in said
    assert "between a seal and its stamp was 0 min" in said


def test_a_seal_that_claims_a_time_after_its_stamp_is_named():
    """Somebody set this machine's clock, or wrote the seal's time anew with its key."""
    sealed(in_a_minute() + timedelta(hours=3))
    stamping.send_stamp(now=in_a_minute())
    verdict, _ = stamping.verify_all()
    assert verdict.broken == 1
    assert "was time-stamped at" in verdict.why


def test_a_seal_made_anew_long_after_the_time_it_claims_shows_by_its_wait():
    stamped(in_a_minute() - timedelta(days=2))
    verdict, found = stamping.verify_all()
    assert verdict.broken is None
    assert found.wait > timedelta(days=1, hours=23)


@pytest.mark.parametrize("change", ["another seal's", "a bit", "nothing", "its column"])
def test_a_stamp_that_was_changed_is_found(change):
    now = in_a_minute()
    stamped(now)
    first = AuditSeal.objects.get(number=1)
    if change == "another seal's":
        sealed(now + timedelta(minutes=10))
        AuditSeal.objects.filter(number=2).update(stamp=first.stamp, stamped_at=first.stamped_at)
    elif change == "a bit":
        content = bytearray(first.stamp)
        content[len(content) // 2] ^= 1
        AuditSeal.objects.update(stamp=bytes(content))
    elif change == "nothing":
        AuditSeal.objects.update(stamp=b"")
    else:
        AuditSeal.objects.update(stamped_at=now - HOUR)
    verdict, _ = stamping.verify_all()
    assert verdict.broken == (2 if change == "another seal's" else 1)
    assert "under seal" in verdict.why


def test_a_stamp_of_an_authority_that_is_not_trusted_does_not_hold(tmp_path, settings):
    stamped(in_a_minute())
    other = TimeAuthority(tmp_path / "other", "Somebody else")
    other.server.server_close()
    settings.AUDIT_TIME_ROOTS = str(other.roots)
    assert stamping.verify_all()[0].broken == 1


def test_without_certificates_stamps_are_counted_and_said_to_be_unchecked(settings, capsys):
    stamped(in_a_minute())
    settings.AUDIT_TIME_ROOTS = ""
    assert main(["audit", "verify"]) == 0
    assert "1 time stamps were not checked: set WAYPOST_AUDIT_TIME_ROOTS" in capsys.readouterr().out


@pytest.mark.parametrize(
    "answer",
    [(503, b"busy"), (200, b"no stamp"), (200, b""), (302, b""), (200, b"x" * 70_000)],
    ids=["busy", "nonsense", "nothing", "elsewhere", "endless"],
)
def test_an_authority_that_gives_no_good_stamp_is_asked_again(authority, answer, capsys):
    authority.answer = answer
    with pytest.raises(Unavailable, match="the time authority"):
        stamped(in_a_minute())
    assert AuditSeal.objects.get().stamped_at is None
    assert main(["audit", "seal"]) == 1
    assert "the time authority" in capsys.readouterr().err
    authority.answer = None
    stamping.send_stamp(now=in_a_minute())
    assert AuditSeal.objects.get().stamped_at is not None


def test_a_stamp_for_another_question_is_not_taken(authority):
    """An answer that was caught and sent again carries another question's nonce."""
    stamped(in_a_minute())
    authority.answer = (200, bytes(AuditSeal.objects.get().stamp))
    AuditSeal.objects.update(stamp=None, stamped_at=None)
    with pytest.raises(Unavailable, match="cannot be used"):
        stamping.send_stamp(now=in_a_minute())


def test_the_lane_goes_on_sealing_and_copying_while_the_authority_is_away(settings, tmp_path):
    settings.AUDIT_TIME_AUTHORITY = "http://127.0.0.1:9/stamp"
    settings.AUDIT_ANCHOR = f"file:{tmp_path / 'seals.ndjson'}"
    with transaction.atomic():
        audit.record("track:viewed", by=MACHINE, at=in_a_minute())
    seals.SealLane(in_a_minute).round()
    row = AuditSeal.objects.get()
    assert (row.kept_outside_at is None, row.stamped_at) == (False, None)


@pytest.mark.parametrize(
    ("url", "roots"), [("ftp://there", None), ("https://tsa.example.test", ""),
                       ("https://tsa.example.test", "nowhere.pem")]
)  # fmt: skip
def test_what_cannot_be_asked_or_checked_is_bad_usage(settings, url, roots):
    settings.AUDIT_TIME_AUTHORITY = url
    settings.AUDIT_TIME_ROOTS = settings.AUDIT_TIME_ROOTS if roots is None else roots
    with pytest.raises(BadUse, match="WAYPOST_AUDIT_TIME"):
        stamping.authority()


def test_whoever_has_the_files_checks_a_stamp_without_this_software(authority, tmp_path, capsys):
    stamped(in_a_minute())
    there = tmp_path / "for the regulator"
    assert main(["audit", "stamps", str(there)]) == 0
    assert "1 seals with their time stamps" in capsys.readouterr().out
    command = ["openssl", "ts", "-verify", "-data", "seal-1.json", "-in", "seal-1.tsr", "-CAfile",
               str(authority.roots)]  # fmt: skip
    assert subprocess.run(command, cwd=there, capture_output=True, check=False).returncode == 0
    (there / "seal-1.json").write_text((there / "seal-1.json").read_text().replace("1", "2"))
    assert subprocess.run(command, cwd=there, capture_output=True, check=False).returncode == 1
