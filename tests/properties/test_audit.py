"""Whatever is done to the audit lines, the chain finds it and names the first line touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from waypost.access.chain import (
    CUT,
    FIRST_HASH,
    Keys,
    Line,
    Seal,
    canonical,
    chain_hash,
    mark_line,
    seal_digest,
    sign_head,
    sign_seal,
    verify_lines,
)
from waypost.clock import write_instant

KEY = Ed25519PrivateKey.from_private_bytes(b"a" * 32)
MARK = b"m" * 32
KEYS = Keys(KEY.public_key(), MARK)
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def make_chain(size: int) -> list[Line]:
    lines, previous = [], FIRST_HASH
    for number in range(1, size + 1):
        said = {
            "at": write_instant(START + timedelta(seconds=number)),
            "kind": "track:viewed",
            "officer_id": number % 3 or None,
            "role": "monitoring_officer",
            "purpose": "alert_response",
            "person_id": number,
            "outcome": "done",
            "origin": "page 192.0.2.7",
        }
        body = canonical(said | {"number": number, "detail": {}})
        line_hash = chain_hash(previous, body)
        signature = mark_line(MARK, line_hash)
        lines.append(Line(number, **said, body=body, previous_hash=previous, hash=line_hash,
                          signature=signature))  # fmt: skip
        previous = line_hash
    return lines


CHAIN = make_chain(9)
HEAD = sign_head(KEY, 9, CHAIN[-1].hash)


def verdict(lines, head=HEAD, seals=(), copies=()):
    return verify_lines(lines, KEYS, head, seals, copies)


def test_an_untouched_chain_is_sound():
    assert verdict(CHAIN).broken is None
    assert verdict(CHAIN).lines == 9


def test_a_head_that_a_crash_left_behind_is_no_breach():
    assert verdict(CHAIN, sign_head(KEY, 5, CHAIN[4].hash)).broken is None


def test_lines_without_a_head_are_not_trusted_and_no_lines_need_none():
    assert verdict(CHAIN, None).broken == 0
    assert verdict([], None).broken is None


@given(st.integers(0, 8), st.sampled_from(Line._fields), st.data())
def test_any_change_of_any_column_is_found_at_its_line(index, name, data):
    line = CHAIN[index]
    value = getattr(line, name)
    if isinstance(value, bytes | str):
        at = data.draw(st.integers(0, len(value) - 1))
        letters = st.integers(0, 255) if isinstance(value, bytes) else st.characters(codec="ascii")
        letter = data.draw(letters)
        other = bytes([letter]) if isinstance(value, bytes) else letter
        changed = value[:at] + other + value[at + 1 :]
    else:
        changed = data.draw(st.none() | st.integers(1, 99))
    assume(changed != value)
    lines = [*CHAIN[:index], line._replace(**{name: changed}), *CHAIN[index + 1 :]]
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
def test_a_line_written_anew_with_sound_hashes_is_found_by_its_mark(index):
    """Somebody who can write the database but has no key re-makes the rest of the chain."""
    thief = b"b" * 32
    lines, previous = list(CHAIN[:index]), CHAIN[index].previous_hash
    for line in CHAIN[index:]:
        body = line.body.replace(b"alert_response", b"supervision")
        line_hash = chain_hash(previous, body)
        lines.append(line._replace(body=body, purpose="supervision", previous_hash=previous,
                             hash=line_hash, signature=mark_line(thief, line_hash)))  # fmt: skip
        previous = line_hash
    assert verdict(lines).broken == index + 1


@given(st.integers(1, 8), st.integers(0, 127), st.integers(0, 15))
def test_a_head_that_was_touched_is_found(count, at, digit):
    true = sign_head(KEY, count, CHAIN[count - 1].hash)
    forged = true.signature[:at] + f"{digit:x}" + true.signature[at + 1 :]
    assume(forged != true.signature)
    assert verdict(CHAIN, replace(true, signature=forged)).broken == 0
    assert verdict(CHAIN, replace(true, count=count + 1)).broken is not None


def make_seals(*lines: int) -> list[Seal]:
    made, previous = [], FIRST_HASH
    for number, line in enumerate(lines, 1):
        at = START + timedelta(minutes=number)
        seal = sign_seal(KEY, number, line, CHAIN[line - 1].hash, at, previous)
        previous = seal_digest(seal)
        made.append(seal)
    return made


SEALS = make_seals(3, 6, 9)


def test_a_sealed_chain_is_sound_with_its_copies_and_without():
    assert verdict(CHAIN, seals=SEALS).broken is None
    assert verdict(CHAIN, seals=SEALS, copies=SEALS).broken is None
    assert verdict(CHAIN, seals=SEALS, copies=SEALS[1:2]).broken is None


def test_who_has_no_key_of_marks_can_still_check_chain_head_and_seals():
    outside = Keys(KEY.public_key(), None)
    assert verify_lines(CHAIN, outside, HEAD, SEALS).broken is None
    lines = [CHAIN[0]._replace(body=CHAIN[0].body + b" "), *CHAIN[1:]]
    assert verify_lines(lines, outside, HEAD, SEALS).broken == 1


@given(st.integers(1, 8))
def test_an_end_cut_with_its_head_and_seals_put_back_is_shown_by_the_copies(kept):
    """What nothing on the machine itself can show."""
    old_head = sign_head(KEY, kept, CHAIN[kept - 1].hash)
    old_seals = [seal for seal in SEALS if seal.line <= kept]
    assert verdict(CHAIN[:kept], old_head, old_seals).broken is None
    assert verdict(CHAIN[:kept], old_head, old_seals, SEALS).broken == kept + 1


@given(
    st.integers(0, 2), st.sampled_from(["number", "line", "hash", "at", "previous", "signature"])
)
def test_a_changed_seal_is_found(index, name):
    others = {"number": 7, "line": 2, "hash": "a" * 64, "at": START, "previous": "b" * 64,
              "signature": "c" * 128}  # fmt: skip
    seals = [*SEALS[:index], replace(SEALS[index], **{name: others[name]}), *SEALS[index + 1 :]]
    assert verdict(CHAIN, seals=seals).broken is not None


@given(st.sets(st.integers(0, 2), min_size=1))
def test_seals_taken_away_are_missed_by_those_after_or_by_the_copies(gone):
    seals = [seal for n, seal in enumerate(SEALS) if n not in gone]
    assert verdict(CHAIN, seals=seals, copies=SEALS).broken is not None


def cut_line(seal: Seal) -> Line:
    at = write_instant(START + timedelta(hours=1))
    said = {"at": at, "kind": CUT, "officer_id": 2, "role": "",
            "purpose": "", "person_id": None, "outcome": "done", "origin": ""}  # fmt: skip
    detail = {"line": seal.line, "hash": seal.hash}
    body = canonical(said | {"number": 10, "detail": detail})
    line_hash = chain_hash(CHAIN[-1].hash, body)
    return Line(10, **said, body=body, previous_hash=CHAIN[-1].hash, hash=line_hash,
                signature=mark_line(MARK, line_hash))  # fmt: skip


def test_lines_that_went_when_due_are_no_breach_and_others_are():
    said = cut_line(SEALS[0])
    head = sign_head(KEY, 10, said.hash)
    after = verdict([*CHAIN[3:], said], head, SEALS)
    assert (after.broken, after.first, after.lines) == (None, 4, 7)
    assert verdict([*CHAIN[4:], said], head, SEALS).broken == 1  # not at a seal
    assert verdict([*CHAIN[6:], said], head, SEALS).broken == 1  # at a seal that no line names
    assert verdict(CHAIN[3:], HEAD, SEALS).broken == 1  # no line says so
    assert verdict([*CHAIN[3:], said], head).broken == 1  # no seal


def test_a_line_of_an_earlier_version_is_sound_without_an_origin():
    said = {"at": write_instant(START), "kind": "a:b", "officer_id": 1, "role": "", "purpose": "",
            "person_id": None, "outcome": "done"}  # fmt: skip
    body = canonical(said | {"number": 1, "detail": {}})
    line_hash = chain_hash(FIRST_HASH, body)
    signature = KEY.sign(b"waypost audit line\n" + line_hash.encode()).hex()
    line = Line(1, **said, origin="", body=body, previous_hash=FIRST_HASH, hash=line_hash,
                signature=signature)  # fmt: skip
    head = sign_head(KEY, 1, line_hash)
    assert verdict([line], head).broken is None
    assert verdict([line._replace(origin="page 192.0.2.9")], head).broken == 1
    assert verdict([line._replace(signature="0" * 128)], head).broken == 1
