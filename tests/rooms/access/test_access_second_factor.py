"""Second factors as values: codes of RFC 6238, codes for paper, what the policy asks."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from waypost.access import second_factor as factor
from waypost.access.session_limits import Limits, is_fresh, is_over, read_limits
from waypost.access.values import Role

SECRET = base64.b32encode(b"12345678901234567890").decode()  # of RFC 6238, appendix B
NOW = datetime(2026, 3, 1, 12, 0, 15, tzinfo=UTC)
STEP = timedelta(seconds=factor.STEP_S)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds, code):
    """The last six digits of RFC 6238's own table for SHA-1."""
    when = datetime.fromtimestamp(seconds, UTC)
    assert factor.code_step(SECRET, code, when, used_step=None) == seconds // 30


def test_a_code_of_a_clock_half_a_minute_wrong_is_taken_and_one_further_is_not():
    code, when = "005924", datetime.fromtimestamp(1234567890, UTC)
    taken = [factor.code_step(SECRET, code, when + n * STEP, used_step=None) for n in range(-2, 3)]
    assert [one is not None for one in taken] == [False, True, True, True, False]


def test_a_code_is_good_once_and_none_from_before_it():
    when = datetime.fromtimestamp(1234567890, UTC)
    step = 1234567890 // 30
    assert factor.code_step(SECRET, "005924", when, used_step=step) is None
    assert factor.code_step(SECRET, "005924", when, used_step=step + 1) is None
    assert factor.code_step(SECRET, "005924", when, used_step=step - 1) == step


@pytest.mark.parametrize("code", ["", "00592", "0059240", "abcdef", "００５９２４"])
def test_what_is_no_code_proves_nothing(code):
    when = datetime.fromtimestamp(1234567890, UTC)
    assert factor.code_step(SECRET, code, when, used_step=None) is None


def test_a_code_for_paper_is_known_however_it_is_typed():
    code = factor.recovery_code(bytes(range(10)))
    assert len(code) == 19
    digest = factor.recovery_digest(code)
    assert digest == factor.recovery_digest(f" {code.upper().replace('-', ' ')} ")
    assert digest != factor.recovery_digest(factor.recovery_code(bytes(range(1, 11))))


def test_the_picture_names_whose_secret_it_is_and_nothing_breaks_out_of_it():
    said = factor.app_address(SECRET, "ann&secret=AAAA/é")
    assert said.startswith("otpauth://totp/Waypost:ann%26secret%3DAAAA%2F%C3%A9?secret=" + SECRET)


@pytest.mark.parametrize(
    ("text", "offered", "required"),
    [
        ("", True, set()),
        ("asked", True, set()),
        ("off", False, set()),
        ("required", True, set(Role)),
        ("required: administrator , wearer", True, {Role.ADMINISTRATOR, Role.WEARER}),
    ],
)
def test_the_policy_says_of_whom_a_factor_is_required(text, offered, required):
    policy = factor.read_policy(text)
    assert (policy.offered, set(policy.required)) == (offered, required)
    assert policy.requires({Role.ADMINISTRATOR}) == (Role.ADMINISTRATOR in required)
    assert not policy.requires(set())


@pytest.mark.parametrize("text", ["on", "required:", "required:boss", "asked:wearer", "off,asked"])
def test_a_policy_that_is_none_is_refused_at_the_start(text):
    with pytest.raises(ValueError, match=r"role|give off"):
        factor.read_policy(text)


def over(limits: Limits, roles, *, signed_in: str, seen: str) -> bool:
    at = {name: datetime.fromisoformat(f"2026-03-01T{said}+00:00")
          for name, said in (("signed_in_at", signed_in), ("seen_at", seen))}  # fmt: skip
    return is_over(limits, roles, now=datetime(2026, 3, 1, 20, 0, tzinfo=UTC), **at)


def test_a_sign_in_ends_after_half_an_hour_without_its_officer_and_after_twelve_hours():
    officer = {Role.PROBATION_PRACTITIONER}
    assert not over(Limits(), officer, signed_in="08:00:01", seen="19:30:01")
    assert over(Limits(), officer, signed_in="08:00:01", seen="19:30:00")
    assert over(Limits(), officer, signed_in="08:00:00", seen="19:59:59")


def test_a_wall_may_stand_longer_and_who_holds_two_roles_has_the_shorter_time():
    limits = read_limits("20m, monitoring_officer=8h", "")
    wall = {Role.MONITORING_OFFICER}
    assert not over(limits, wall, signed_in="12:00:00", seen="12:00:01")
    both = wall | {Role.ADMINISTRATOR}
    assert over(limits, both, signed_in="12:00:00", seen="19:40:00")
    assert not over(limits, both, signed_in="12:00:00", seen="19:40:01")


def test_a_control_room_s_wall_stands_all_shift_unless_the_operator_says_otherwise():
    wall = {Role.MONITORING_OFFICER}
    for limits in (Limits(), read_limits("", ""), read_limits("15m", "")):
        assert not over(limits, wall, signed_in="08:00:01", seen="08:00:02")
        assert over(limits, wall | {Role.ADMINISTRATOR}, signed_in="08:00:01", seen="08:00:02")
    assert over(read_limits("monitoring_officer=1h", ""), wall, signed_in="18:00:00",
                seen="19:00:00")  # fmt: skip


@pytest.mark.parametrize("idle", ["30", "30s", "0m", "25h", "boss=8h", "administrator=8"])
def test_a_limit_that_is_none_is_refused_at_the_start(idle):
    with pytest.raises(ValueError, match=r"is not like|no role|too long"):
        read_limits(idle, "12h")


def test_a_proof_is_fresh_for_ten_minutes():
    assert is_fresh(NOW - timedelta(seconds=599), now=NOW)
    assert not is_fresh(NOW - timedelta(minutes=10), now=NOW)
