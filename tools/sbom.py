"""What Waypost is made of, as a CycloneDX bill of materials: docs/reference/sbom.cdx.json.

From the locks alone: what the installed service imports (pyproject.toml's dependencies, and theirs)
with the hashes of requirements/all.txt, and what its pages load (package-lock.json). With --check
nothing is written; a bill that is out of date, a lock line without a hash, or a licence that nobody
has allowed fails. No request leaves the machine: whether something is known to be vulnerable is
asked with the bill, by whoever runs a service that knows.
"""

from __future__ import annotations

import argparse
import base64
import importlib.metadata
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from license_expression import AND, OR, get_spdx_licensing
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
BILL = ROOT / "docs" / "reference" / "sbom.cdx.json"
LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+) ?\\?$")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause",
    "BlueOak-1.0.0", "CC0-1.0", "ISC", "LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0", "OGL-UK-3.0",
    "PSF-2.0", "Zlib",
})  # fmt: skip
# Whose metadata says it in words of their own: read in the licence file that they carry.
READ = {
    "django-ninja": "MIT",
    "duckdb": "MIT",
    "fido2": "BSD-2-Clause AND MPL-2.0",
    "htmx.org": "0BSD",
    "numba": "BSD-2-Clause",
    "rfc3161-client": "Apache-2.0",
    "segno": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
    "uvloop": "MIT OR Apache-2.0",
}
SPDX = get_spdx_licensing()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail on a difference")
    args = parser.parse_args()
    found = list(components())
    troubles = [*unhashed(), *not_allowed(found)]
    text = bill(found)
    if args.check and (not BILL.exists() or BILL.read_text() != text):
        troubles.append("docs/reference/sbom.cdx.json is out of date: run `make docs`")
    if not args.check:
        BILL.write_text(text)
    print("\n".join(troubles), end="\n" if troubles else "")
    return 1 if troubles else 0


def components() -> Iterator[Component]:
    yield from of_python()
    yield from of_pages()


def of_python() -> Iterator[Component]:
    """What the service imports, and what that needs, as locked."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    hashes = locked((ROOT / "requirements" / "all.txt").read_text())
    for name, version in sorted(closure(map(Requirement, project["dependencies"])).items()):
        yield Component(
            name=name, version=version, type=ComponentType.LIBRARY, bom_ref=f"pypi:{name}",
            purl=PackageURL("pypi", None, name, version),
            licenses=[LicenseExpression(licence(name))],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in hashes[name]],
        )  # fmt: skip


def closure(roots: Iterable[Requirement]) -> dict[str, str]:
    """Name -> version of all that is installed for these."""
    found: dict[str, str] = {}
    waiting = list(roots)
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one = waiting.pop()
        name, extras = canonicalize_name(one.name), frozenset(one.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        distribution = importlib.metadata.distribution(name)
        found[name] = distribution.version
        for text in distribution.requires or []:
            needed = Requirement(text)
            asked = [{"extra": extra} for extra in ("", *extras)]
            if needed.marker is None or any(needed.marker.evaluate(each) for each in asked):
                waiting.append(needed)
    return found


def of_pages() -> Iterator[Component]:
    """What the pages load; what only builds or checks them is left out."""
    lock = json.loads((ROOT / "package-lock.json").read_text())
    for path, one in sorted(lock["packages"].items()):
        name = path.removeprefix("node_modules/")
        if not name or one.get("dev"):
            continue
        digest = base64.b64decode(one["integrity"].removeprefix("sha512-")).hex()
        group, _, bare = name.rpartition("/")
        yield Component(
            name=bare, group=group or None, version=one["version"], type=ComponentType.LIBRARY,
            bom_ref=f"npm:{name}", purl=PackageURL("npm", group or None, bare, one["version"]),
            licenses=[LicenseExpression(READ.get(name, one["license"]))],
            hashes=[HashType(alg=HashAlgorithm.SHA_512, content=digest)],
        )  # fmt: skip


def licence(name: str) -> str:
    """As an SPDX expression: what we read, else what the metadata states."""
    stated = importlib.metadata.metadata(name)
    return READ.get(name) or stated["License-Expression"] or stated["License"] or "NOASSERTION"


def not_allowed(found: Iterable[Component]) -> Iterator[str]:
    for one in found:
        for stated in one.licenses:
            if not is_allowed(stated.value):
                yield (
                    f"{one.bom_ref}: {stated.value[:60]!r} is no allowed licence; read it, then "
                    "say so in tools/sbom.py, or do without the library"
                )


def is_allowed(expression: str) -> bool:
    try:
        return _allowed(SPDX.parse(expression))
    except Exception:  # whatever it is, nobody has read it
        return False


def _allowed(parsed: Any) -> bool:
    if isinstance(parsed, OR):
        return any(_allowed(one) for one in parsed.args)
    if isinstance(parsed, AND):
        return all(_allowed(one) for one in parsed.args)
    return str(parsed) in ALLOWED


def locked(text: str) -> dict[str, list[str]]:
    """Name -> the sha256 of each file that may be installed for it."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if match := LOCKED.match(line):
            name = canonicalize_name(match["name"])
            found[name] = []
        elif match := HASH.search(line):
            found[name].append(match[1])
    return {one: sorted(hashes) for one, hashes in found.items()}


def unhashed() -> Iterator[str]:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        for name, hashes in locked(path.read_text()).items():
            if not hashes:
                yield f"requirements/{path.name}: {name} has no hash; see requirements/README.md"
    lock = json.loads((ROOT / "package-lock.json").read_text())
    for path, one in lock["packages"].items():
        if path and not str(one.get("integrity", "")).startswith("sha512-"):
            yield f"package-lock.json: {path} has no sha512"


def bill(found: Iterable[Component]) -> str:
    """The bill as text: the same of the same, so without a time and with a number of its own."""
    made = Bom(components=sorted(found, key=lambda one: str(one.bom_ref)))
    made.serial_number = uuid.UUID(int=0)
    said = json.loads(JsonV1Dot6(made).output_as_string())
    said.get("metadata", {}).pop("timestamp", None)
    said.pop("serialNumber", None)
    parts = said.pop("components")
    lines = ",\n".join(json.dumps(one, sort_keys=True, separators=(",", ":")) for one in parts)
    head = json.dumps(said, sort_keys=True)[:-1]
    return f'{head}, "components": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    sys.exit(main())
