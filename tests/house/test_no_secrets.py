"""No key, token or password of anybody stands in what is committed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}",
    "a cloud's access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of a code host": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20})\b",
    "a package registry's token": r"\bpypi-AgEI[\w-]{50,}",
    "a chat's token": r"\bxox[abprs]-[\w-]{10,}",
    "a signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}",
    "an address with a password": r"\b\w+://[^/\s:@<>{}\[\]'\"`]+:(?!password@|secret@|\.\.\.@)"
    r"[^/\s:@<>{}\[\]'\"`]{6,}@[\w.-]+",
}  # fmt: skip
EXAMPLES = ("localhost", "127.0.0.1", "example", "database.internal")


def committed() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def secrets_in(text: str) -> list[str]:
    return [
        f"{what}: line {text.count(chr(10), 0, found.start()) + 1}"
        for what, pattern in SECRETS.items()
        for found in re.finditer(pattern, text)
        if not any(one in found[0] for one in EXAMPLES)
    ]


def test_nothing_committed_holds_a_secret():
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout: what is committed cannot be told")
    troubles = {
        str(path.relative_to(ROOT)): found
        for path in committed()
        if path.suffix not in {".png", ".zip", ".gz"} and path.is_file()
        if (found := secrets_in(path.read_text(errors="replace")))
    }
    assert not troubles


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN EC " + "PRIVATE KEY-----\n" + "A" * 60,
        "key = AKIA" + "ABCDEFGHIJKLMNOP",
        "ghp" + "_" + "a1" * 18,
        "postgresql://waypost:correct" + "horse@db.agency.gov.uk/waypost",
        "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "c2lnbmF0dXJlc2lnbmF0dXJl",
    ],
)
def test_each_kind_would_be_found(text):
    assert secrets_in(f"one\n{text}\n")[0].endswith(": line 2")
