"""A signed bundle: files in a zip with a manifest of their hashes, verifiable by anybody offline.

    manifest.json   what the bundle is about, and each file's SHA-256 and size
    manifest.sig    Ed25519 over the manifest's bytes, hex
    public-key.pem  the key of the installation that signed

The same files give the same bytes everywhere: entries are sorted, dated 1980 and stored without
compression (zlib versions differ), so that a bundle is also known by its own hash.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "public-key.pem"
OURS = {MANIFEST, SIGNATURE, PUBLIC_KEY}
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class BundleVerdict:
    """What verifying found: `trouble` names the first thing that is wrong, or is empty.

    key_sha256   fingerprint of the key inside: compare it with the one the issuer publishes
    """

    trouble: str
    files: int = 0
    key_sha256: str = ""
    about: Mapping[str, Any] | None = None


def make_bundle(
    files: Mapping[str, bytes], about: Mapping[str, Any], key: Ed25519PrivateKey
) -> bytes:
    """The zip, deterministic. ValueError on a name that is ours or leaves the folder."""
    for name in files:
        if name in OURS or name.startswith("/") or "\\" in name or ".." in name.split("/"):
            raise ValueError(f"a bundle cannot hold a file named {name!r}")
    manifest = json.dumps(
        {"format": "waypost-bundle-1", "about": dict(about), "files": _listed(files)},
        sort_keys=True,
        indent=1,
        ensure_ascii=False,
    ).encode()
    return _zip(
        {
            **files,
            MANIFEST: manifest,
            SIGNATURE: key.sign(manifest).hex().encode(),
            PUBLIC_KEY: pem_of(key.public_key()),
        }
    )


def verify_bundle(data: bytes, trusted_pem: bytes | None = None) -> BundleVerdict:
    """Check signature, manifest and every file; names the first that differs, is missing or extra.

    trusted_pem   the issuer's key known from elsewhere; without it the bundle only proves that it
                  is whole since whoever made it signed it
    """
    try:
        entries = _unzip(data)
    except (zipfile.BadZipFile, ValueError, RuntimeError, EOFError, OSError, struct.error) as error:
        return BundleVerdict(f"this is not a bundle: {error}")
    for name in (MANIFEST, SIGNATURE, PUBLIC_KEY):
        if name not in entries:
            return BundleVerdict(f"{name} is missing")
    if trusted_pem is not None and entries[PUBLIC_KEY].strip() != trusted_pem.strip():
        return BundleVerdict(f"{PUBLIC_KEY} is not the key that was expected")
    if not _signed(entries):
        return BundleVerdict(f"{MANIFEST} differs: the signature does not fit it")
    manifest = _read_manifest(entries[MANIFEST])
    if manifest is None:
        return BundleVerdict(f"{MANIFEST} is signed and is no manifest of a bundle")
    trouble = _files_trouble(manifest["files"], entries)
    if not trouble and _zip(entries) != data:
        trouble = "the archive was altered outside its files"
    fingerprint = hashlib.sha256(entries[PUBLIC_KEY]).hexdigest()
    return BundleVerdict(trouble, len(manifest["files"]), fingerprint, manifest["about"])


def pem_of(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _listed(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    return {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in sorted(files.items())
    }


def _read_manifest(content: bytes) -> dict[str, Any] | None:
    """The manifest, or None where whoever signed it signed something else."""
    try:
        found = json.loads(content)
        listed = found["files"].values()
        sound = isinstance(found["about"], dict) and all(
            isinstance(each["sha256"], str) for each in listed
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return found if sound else None


def _files_trouble(listed: Mapping[str, Mapping[str, Any]], entries: Mapping[str, bytes]) -> str:
    for name in sorted(set(listed) | (set(entries) - OURS)):
        if name not in entries:
            return f"{name} is missing"
        if name not in listed:
            return f"{name} is extra: the manifest does not name it"
        if hashlib.sha256(entries[name]).hexdigest() != listed[name]["sha256"]:
            return f"{name} differs from what was signed"
    return ""


def _signed(entries: Mapping[str, bytes]) -> bool:
    try:
        key = load_pem_public_key(entries[PUBLIC_KEY])
        if not isinstance(key, Ed25519PublicKey):
            return False
        key.verify(bytes.fromhex(entries[SIGNATURE].decode()), entries[MANIFEST])
    except (ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _zip(entries: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, ZIP_EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, entries[name])
    return buffer.getvalue()


def _unzip(data: bytes) -> dict[str, bytes]:
    entries: dict[str, bytes] = {}
    size = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.filename in entries:
                raise ValueError(f"{info.filename} stands in it twice")
            if info.compress_type != zipfile.ZIP_STORED:  # ours never are; a bomb would be
                raise ValueError(f"{info.filename} is compressed")
            size += info.file_size
            if size > len(data):  # entries that overlap: small files that unpack to large ones
                raise ValueError("its files are larger together than it is")
            entries[info.filename] = _content(archive, info)
    return entries


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The bytes as they stand; a wrong checksum is left to the manifest, which names the file."""
    with archive.open(info) as entry:
        entry._expected_crc = None  # type: ignore[attr-defined]
        return entry.read()
