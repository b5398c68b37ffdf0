"""A whole house for the journeys: real gateway, worker and web, a small estate, a real browser.

Started once: eight invented people near London Fields, each kept out of the same square, most of
them at home all day and two out walking. Journeys that need a fresh alert have a tag each.
"""

from __future__ import annotations

import csv
import json
import math
import os
import random
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

PASSWORD = "journey through the town"
OFFICERS = {
    "mona": ("monitoring_officer", "Mona Field"),
    "nora": ("monitoring_officer", "Nora Ashe"),
    "petra": ("police_analyst", "Petra Lane"),
    "dora": ("data_protection_officer", "Dora Bell"),
    "reed": ("police_requester", "Reed Askwell"),
}
POSTED = {"reed": ("--organisation", "Metropolitan Police", "--team", "Control room")}
NAMES = ("Alex Okafor", "Bryn Hughes", "Casey Moran", "Dev Patel", "Ellis Ward", "Farah Khan",
         "Gus Lind", "Hana Sato", "Imani Cole", "Jude Park", "Kit Doyle", "Lena Novak")  # fmt: skip
AT_HOME = 8  # so many of them have two days of history
HOMES = ((51.5470, -0.0560), (51.5512, -0.0655), (51.5445, -0.0690), (51.5530, -0.0590))
SQUARE = (51.5405, 51.5440, -0.0630, -0.0560)  # south north west east: nobody may enter
MIDDLE = (51.5422, -0.0595)
WALKER, WALK_BEGAN = "P1", timedelta(hours=5)  # P1 was in the square about five hours ago
SCREENSHOTS = os.environ.get("WAYPOST_SCREENSHOTS") == "1"
IMAGES = Path(__file__).parents[2] / "docs" / "images"
VENDOR = Path(__file__).parents[2] / "src/waypost/web/static/vendor/axe.js"
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-angle=swiftshader",  # maps without a graphics card
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",  # pages are drawn twice as fast; maps keep their WebGL
    "--disable-gpu-rasterization",  # which Debian turns on, and without a card is a detour
]

# What a page is built of, as far as axe can tell: tags, attributes without their numbers, whether
# there are words. Rows that are alike count once.
PARTS = """(() => {
  const attributes = element => [...element.attributes]
    .filter(one => !["value", "style", "d", "points", "nonce", "data-alert"].includes(one.name))
    .map(one => one.name + "=" + (one.name === "href" || one.name === "aria-label"
      ? (one.value ? "x" : "") : one.value.replace(/[0-9]+/g, "0"))).sort().join(" ");
  const parts = element => {
    if (["SCRIPT", "STYLE"].includes(element.tagName)) return "";
    if (element.tagName === "svg") return "<svg " + attributes(element) + ">";
    const inside = [...element.childNodes].map(one => one.nodeType === 1 ? parts(one)
      : one.nodeType === 3 && one.data.trim() ? "x" : "");
    const seen = !element.checkVisibility || element.checkVisibility();
    const shown = seen ? "" : "-";
    return shown + "<" + element.tagName + " " + attributes(element) + ">"
      + inside.filter((one, n) => one !== inside[n - 1]).join("") + "</>";
  };
  return document.documentElement.lang + parts(document.body);
})()"""
# Only what is wrong is wanted: no list of what is right, no selectors, nothing fetched again.
AXE = """tags => axe.run({runOnly: tags, resultTypes: ["violations"], selectors: false,
                          preload: false})"""
LOOKED_AT: set[tuple[int, str]] = set()


@dataclass
class House:
    pages: str  # address of the web
    gateway: str
    home: Path
    now: datetime

    def report(self, device: str, lat: float, lon: float) -> float:
        """A phone's OsmAnd request; gives the clock at which the gateway had answered."""
        return self.say(device, lat=lat, lon=lon, accuracy=4, speed=1.2, batt=81)

    def say(self, device: str, **more: object) -> float:
        """Anything an OsmAnd request may say."""
        words = {"id": device, "timestamp": int(time.time()), **more}
        address = f"{self.gateway}/intake/osmand?{urllib.parse.urlencode(words)}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.status == 200
        return time.monotonic()


def orders(now: datetime) -> dict:
    """All are kept out of the square; the first eight have a curfew too, the others no history."""
    start, end = now - timedelta(hours=46, minutes=30), now + timedelta(days=120)
    south, north, west, east = SQUARE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    every_day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    # Whatever the hour at which the journeys run, the walk falls within the curfew.
    home_from, home_to = (
        (now + timedelta(hours=hours)).astimezone(ZoneInfo("Europe/London")).strftime("%H:%M")
        for hours in (-7, 5)
    )
    persons = []
    for n, name in enumerate(NAMES):
        lat, lon = HOMES[n % 4]
        requirements = [
            {"requirement_id": "R1", "kind": "exclusion", "timetable": None,
             "zone": {"type": "Polygon", "coordinates": [ring]}},
            {"requirement_id": "R2", "kind": "trail"},
        ]  # fmt: skip
        if n < AT_HOME:
            requirements.insert(1, {
                "requirement_id": "R3", "kind": "curfew",
                "zone": {"type": "Point", "coordinates": [lon, lat], "radius_m": 120},
                "timetable": [{"days": every_day, "start": home_from, "end": home_to}],
            })  # fmt: skip
        persons.append({
            "person_id": f"P{n + 1}", "name": name, "area": "Hackney",
            "activations": [{"activation_id": f"A{n + 1}", "device_id": f"tag-{n + 1}",
                             "from": start.isoformat(), "to": None}],
            "orders": [{"order_id": f"O{n + 1}", "kind": "community_order",
                        "from": start.isoformat(), "to": end.isoformat(),
                        "requirements": requirements}],
        })  # fmt: skip
    return {"persons": persons}


def write_fixes(path: Path, now: datetime) -> None:
    """Two days at home, noisily; P1 and P6 walk into the square, P4's tag falls silent."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["person_id", "time", "lat", "lon", "accuracy_m", "mechanism", "received_at"])
        for n in range(AT_HOME):
            rows.writerows(day_of(n, now))


def day_of(n: int, now: datetime) -> Iterator[list[str]]:
    chance = random.Random(n)
    at = now - timedelta(hours=47)
    while at < now - timedelta(minutes=2):
        ago = now - at
        out = n in {0, 5} and WALK_BEGAN - timedelta(hours=1.2) < ago < WALK_BEGAN
        place = on_the_way(n, ago) if out else HOMES[n % 4]
        cell = not out and chance.random() < 0.35
        r95_m = chance.uniform(90, 420) if cell else chance.uniform(4, 22)
        spread = r95_m / 2.4477 / 111_000
        lat = place[0] + chance.gauss(0, spread)
        lon = place[1] + chance.gauss(0, spread / math.cos(math.radians(51.5)))
        received = min(at + timedelta(minutes=chance.uniform(1, 9)), now)
        yield [f"P{n + 1}", at.isoformat(), f"{lat:.6f}", f"{lon:.6f}", f"{r95_m:.1f}",
               "LBS" if cell else "GPS", received.isoformat()]  # fmt: skip
        at += timedelta(seconds=60 if out else 300)
        if n == 3 and timedelta(hours=8) < ago < timedelta(hours=10):
            at += timedelta(hours=2)  # a tag without power in the evening
        if not out and chance.random() < 0.01:
            at += timedelta(minutes=chance.choice([12, 25]))


def on_the_way(n: int, ago: timedelta) -> tuple[float, float]:
    """From home to the square's middle, a stay there, and back."""
    done = 1 - (ago - WALK_BEGAN + timedelta(hours=1.2)) / timedelta(hours=1.2)
    share = min(1.0, max(0.0, 3 * min(done, 1 - done)))
    sway = 0.0006 * math.sin(9 * done)
    home = HOMES[n % 4]
    return home[0] + share * (MIDDLE[0] - home[0]) + sway, home[1] + share * (MIDDLE[1] - home[1])


# A command costs over a second before it does anything: those of one journey share a process.
COMMANDS = """
import io, json, sys
from waypost.cli.main import main
for words, say in json.load(sys.stdin):
    sys.stdin = io.StringIO(say)
    if code := main(words):
        sys.exit(f"waypost {' '.join(words)} ended with {code}")
"""


def waypost(environment: dict[str, str], *commands: tuple[tuple[str, ...], str]) -> None:
    """Commands one after another, each with what is said to it."""
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS], env=environment, input=json.dumps(commands),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def import_file(environment: dict[str, str], kind: str, file: Path) -> None:
    waypost(environment, (("import", kind, str(file)), ""))


def officer(username: str, role: str, name: str, *more: str) -> tuple[tuple[str, ...], str]:
    """The command that makes somebody who signs in with the journeys' password."""
    return ("officer", username, "--role", role, "--name", name, *more), PASSWORD


def start(environment: dict[str, str], *words: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "waypost.cli.main", *words], env=environment)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{address} did not answer within 30 s")


def is_trouble(said) -> bool:
    """An error in the console; refusals (401, 409, 422) and a line cut on purpose are none."""
    expected = ("status of 409", "status of 422", "ERR_INTERNET_DISCONNECTED",
                "Failed to fetch", "status of 401")  # fmt: skip
    return said.type == "error" and not any(words in said.text for words in expected)


def is_outside(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1", "data:", "blob:"))


def sign_in(page, house: House, username: str) -> None:
    """As whoever it was before nobody goes on: an answer on its way would bring their cookie, also
    that of what a page says as it is left, which is sent after it is gone."""
    page.goto("about:blank")
    page.wait_for_timeout(150)
    page.context.clear_cookies()
    page.goto(f"{house.pages}/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def press(locator) -> None:
    """A link, button or summary, as somebody without a mouse presses it."""
    _focus(locator)
    locator.page.keyboard.press("Enter")


def tick(locator) -> None:
    """A box or a radio button, likewise."""
    _focus(locator)
    if not locator.is_checked():
        locator.page.keyboard.press("Space")
    assert locator.is_checked()


def _focus(locator) -> None:
    locator.wait_for(state="attached")
    locator.focus()
    assert locator.evaluate("element => element === document.activeElement"), "no key reaches it"


def check_accessible(page, house: House) -> None:
    """axe-core finds nothing against WCAG 2.2 AA, and nothing runs off the page sideways.

    A page built of the same parts as one that was already looked at, at the same width, holds
    nothing new for axe; that it runs off sideways depends on its words and is asked each time.
    """
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert over <= 0, f"the page is {over} px wider than the screen"
    parts = (page.viewport_size["width"], page.evaluate(PARTS))
    if parts in LOOKED_AT:
        return
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(url=f"{house.pages}/static/vendor/axe.js")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate(AXE, tags)
    said = [
        f"{one['id']}: {one['help']} ({node['html'][:160]})"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]
    assert not said, "\n".join(said)
    LOOKED_AT.add(parts)


def picture(page, name: str, first: Callable[[Any], None] | None = None) -> None:
    """The README's picture, when asked for."""
    if SCREENSHOTS and page.viewport_size["width"] == 1920:
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.set_viewport_size({"width": 1280, "height": 860})
        if first:
            first(page)
        page.mouse.move(0, 0)
        page.wait_for_timeout(1500)
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=IMAGES / name)
        page.set_viewport_size({"width": 1920, "height": 1080})
