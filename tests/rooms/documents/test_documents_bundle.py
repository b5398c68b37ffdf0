"""Signed bundles: the same bytes everywhere, and any change named."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from waypost.cli.main import main
from waypost.documents.bundle import make_bundle, pem_of, verify_bundle

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
FILES = {"matches.csv": b"a,b\n1,2\n", "fixes/one.csv": b"t\n" * 20, "read me.txt": b""}
BUNDLE = make_bundle(FILES, {"run": 7}, KEY)


def with_entries(change) -> bytes:
    with zipfile.ZipFile(io.BytesIO(BUNDLE)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_the_same_files_give_the_same_bytes_and_are_sound():
    again = make_bundle(dict(reversed(FILES.items())), {"run": 7}, KEY)
    assert again == BUNDLE
    verdict = verify_bundle(BUNDLE, pem_of(KEY.public_key()))
    assert (verdict.trouble, verdict.files, verdict.about) == ("", 3, {"run": 7})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda e: e.update({"matches.csv": b"a,b\n1,3\n"}), "matches.csv differs"),
        (lambda e: e.pop("fixes/one.csv"), "fixes/one.csv is missing"),
        (lambda e: e.update({"more.txt": b"x"}), "more.txt is extra"),
        (lambda e: e.pop("manifest.sig"), "manifest.sig is missing"),
        (lambda e: e.update({"manifest.json": e["manifest.json"] + b" "}), "manifest.json differs"),
    ],
)
def test_the_first_thing_that_differs_is_named(change, says):
    assert says in verify_bundle(with_entries(change)).trouble


@given(st.integers(0, len(BUNDLE) - 1), st.integers(0, 255))
def test_any_single_byte_changed_is_found(at, value):
    assume(BUNDLE[at] != value)
    assert verify_bundle(BUNDLE[:at] + bytes([value]) + BUNDLE[at + 1 :]).trouble


@given(st.integers(0, len(BUNDLE) - 1))
def test_any_cut_is_found(at):
    assert verify_bundle(BUNDLE[:at]).trouble


def test_somebody_elses_signature_is_found_when_the_key_is_known():
    forged = make_bundle(FILES, {"run": 7}, Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    assert verify_bundle(forged).trouble == ""
    assert "not the key" in verify_bundle(forged, pem_of(KEY.public_key())).trouble


@pytest.mark.parametrize("name", ["manifest.json", "/etc/x", "a/../b", "a\\b"])
def test_a_name_that_is_ours_or_leaves_the_folder_is_refused(name):
    with pytest.raises(ValueError, match="cannot hold"):
        make_bundle({name: b""}, {}, KEY)


def test_the_command_says_which_file_differs(tmp_path, capsys):
    whole, broken = tmp_path / "whole.zip", tmp_path / "broken.zip"
    whole.write_bytes(BUNDLE)
    broken.write_bytes(with_entries(lambda e: e.update({"matches.csv": b"x"})))
    assert main(["evidence", "verify", str(whole)]) == 0
    assert main(["evidence", "verify", str(broken)]) == 1
    assert main(["evidence", "verify", str(tmp_path / "none.zip")]) == 1
    said = capsys.readouterr()
    assert "3 files are as signed" in said.out
    assert "matches.csv differs from what was signed" in said.err


@pytest.mark.parametrize(
    "manifest",
    [b"[]", b"{}", b"7", b'{"files": {}}', b'{"files": {"a": 7}, "about": {}}', b"\xff",
     b'{"files": {"a": {}}, "about": {}}', b"[" * 100_000],
)  # fmt: skip
def test_a_bundle_whose_maker_signed_nonsense_is_named_and_breaks_nothing(manifest):
    from waypost.documents import bundle

    signed = {
        bundle.MANIFEST: manifest,
        bundle.SIGNATURE: KEY.sign(manifest).hex().encode(),
        bundle.PUBLIC_KEY: pem_of(KEY.public_key()),
    }
    assert "no manifest" in verify_bundle(bundle._zip(signed)).trouble


def test_entries_that_overlap_are_refused_before_they_are_read():
    """The one way in which a zip without compression unpacks to more than it is."""
    start, end = BUNDLE.index(b"PK\1\2"), BUNDLE.rindex(b"PK\5\6")
    listed = BUNDLE[start:end]
    first = listed[: listed.index(b"PK\1\2", 4)]
    name = b"fixes/one.csv"
    assert name in first
    many = [first.replace(name, b"fixes/%03d.csv" % n) for n in range(200)]
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 200, 200, sum(map(len, many)), start, 0)
    assert "not a bundle" in verify_bundle(BUNDLE[:start] + b"".join(many) + tail).trouble
