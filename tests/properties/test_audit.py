"""Whatever is done to the audit lines, the chain finds it and names the first line touched."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from waypost.access.chain import (
    FIRST_HASH,
    Line,
    canonical,
    chain_hash,
    sign_hash,
    sign_head,
    verify_lines,
)
from waypost.clock import write_instant

KEY = Ed25519PrivateKey.from_private_bytes(b"a" * 32)
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def make_chain(size: int) -> list[Line]:
    lines, previous = [], FIRST_HASH
    for number in range(1, size + 1):
        said = {
            "at": START + timedelta(seconds=number),
            "kind": "track:viewed",
            "officer_id": number % 3 or None,
            "role": "monitoring_officer",
            "purpose": "alert_response",
            "person_id": number,
            "outcome": "done",
        }
        body = canonical(said | {"at": write_instant(said["at"]), "number": number, "detail": {}})
        line_hash = chain_hash(previous, body)
        signature = sign_hash(KEY, line_hash)
        lines.append(Line(number, **said, body=body, previous_hash=previous, hash=line_hash,
                          signature=signature))  # fmt: skip
        previous = line_hash
    return lines


CHAIN = make_chain(9)
HEAD = sign_head(KEY, 9, CHAIN[-1].hash)


def verdict(lines, head=HEAD):
    return verify_lines(lines, KEY.public_key(), head)


def test_an_untouched_chain_is_sound():
    assert verdict(CHAIN).broken is None
    assert verdict(CHAIN).lines == 9


def test_a_head_that_a_crash_left_behind_is_no_breach():
    assert verdict(CHAIN, sign_head(KEY, 5, CHAIN[4].hash)).broken is None


def test_lines_without_a_head_are_not_trusted_and_no_lines_need_none():
    assert verdict(CHAIN, None).broken == 0
    assert verdict([], None).broken is None


@given(st.integers(0, 8), st.sampled_from([f.name for f in fields(Line)]), st.data())
def test_any_change_of_any_column_is_found_at_its_line(index, name, data):
    line = CHAIN[index]
    value = getattr(line, name)
    if isinstance(value, bytes | str):
        at = data.draw(st.integers(0, len(value) - 1))
        letters = st.integers(0, 255) if isinstance(value, bytes) else st.characters(codec="ascii")
        letter = data.draw(letters)
        other = bytes([letter]) if isinstance(value, bytes) else letter
        changed = value[:at] + other + value[at + 1 :]
    elif isinstance(value, datetime):
        changed = value + timedelta(microseconds=data.draw(st.integers(1, 10**9)))
    else:
        changed = data.draw(st.none() | st.integers(1, 99))
    assume(changed != value)
    lines = [*CHAIN[:index], replace(line, **{name: changed}), *CHAIN[index + 1 :]]
    assert verdict(lines).broken == index + 1


@given(st.integers(0, 8), st.integers(1, 9))
def test_any_deletion_or_cut_is_found_at_the_first_missing_line(start, count):
    assert verdict([*CHAIN[:start], *CHAIN[start + count :]]).broken == start + 1


@given(st.integers(0, 8), st.integers(0, 8))
def test_any_swap_is_found(one, other):
    assume(one != other)
    lines = list(CHAIN)
    lines[one], lines[other] = lines[other], lines[one]
    assert verdict(lines).broken == min(one, other) + 1


@given(st.integers(0, 8))
def test_a_line_written_anew_with_sound_hashes_is_found_by_its_signature(index):
    """Somebody who can write the database but has no key re-makes the rest of the chain."""
    thief = Ed25519PrivateKey.from_private_bytes(b"b" * 32)
    lines, previous = list(CHAIN[:index]), CHAIN[index].previous_hash
    for line in CHAIN[index:]:
        body = line.body.replace(b"alert_response", b"supervision")
        line_hash = chain_hash(previous, body)
        lines.append(replace(line, body=body, purpose="supervision", previous_hash=previous,
                             hash=line_hash, signature=sign_hash(thief, line_hash)))  # fmt: skip
        previous = line_hash
    assert verdict(lines).broken == index + 1


@given(st.integers(1, 8), st.integers(0, 127), st.integers(0, 15))
def test_a_head_that_was_touched_is_found(count, at, digit):
    true = sign_head(KEY, count, CHAIN[count - 1].hash)
    forged = true.signature[:at] + f"{digit:x}" + true.signature[at + 1 :]
    assume(forged != true.signature)
    assert verdict(CHAIN, replace(true, signature=forged)).broken == 0
    assert verdict(CHAIN, replace(true, count=count + 1)).broken is not None
