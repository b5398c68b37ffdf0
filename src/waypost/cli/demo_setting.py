"""The demo's scene: people who can sign in, a month of history, and what officers did about it.

    set_scene(home, seed, wearers, days, say) -> Scene

Done once for a home; an attempt that was cut short begins again where it can, since every step is
idempotent for the same end instant, and that is written down first.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from waypost import clock
from waypost.access.values import Posted, Role
from waypost.errors import Unavailable

if TYPE_CHECKING:
    from waypost.alerts.models import Alert
    from waypost.worlds.world import World

PASS_PHRASE = "demo pass phrase, not for real people"  # noqa: S105
SETTLED_AFTER = timedelta(hours=24)
SCENE_FILE = "demo.json"
EVENTS_FILE = "events.ndjson"
Say = Callable[[str], None]

# Sign-in name, role and name shown: one officer per role, all invented.
OFFICERS: tuple[tuple[str, Role, str], ...] = (
    ("monitoring", Role.MONITORING_OFFICER, "Marlow Controlroom"),
    ("practitioner", Role.PROBATION_PRACTITIONER, "Perrin Caseworthy"),
    ("analyst", Role.POLICE_ANALYST, "Ansel Mappington"),
    ("requester", Role.POLICE_REQUESTER, "Reed Askwell"),
    ("authorising", Role.AUTHORISING_OFFICER, "Avery Signwell"),
    ("court", Role.COURT_REPORT_OFFICER, "Corin Reportson"),
    ("iom", Role.IOM_COORDINATOR, "Iona Togetherly"),
    ("evaluator", Role.PROGRAMME_EVALUATOR, "Evan Countwright"),
    ("dataprotection", Role.DATA_PROTECTION_OFFICER, "Dara Keepsafe"),
    ("administrator", Role.ADMINISTRATOR, "Adrian Switchley"),
)
TEAM_ROLES = {Role.PROBATION_PRACTITIONER, Role.COURT_REPORT_OFFICER, Role.IOM_COORDINATOR}
WEARER_USERNAME = "wearer"
REMINDED, REMINDED_FOR = 8, timedelta(days=2)
PRACTICE = "Probation Service, demo region"
IOM = "London IOM unit"
UPHELD_ONE_IN = 4
UPHELD = "No reasonable excuse was given."
EXPLANATIONS = (
    "Spoke to the wearer by telephone; the explanation was checked and accepted.",
    "Tag signal was poor at the address; position confirmed by home visit.",
    "Wearer was on the way to a hospital appointment; letter seen.",
)


@dataclass
class Scene:
    """What made the demo's world; `ready` once all of it stands."""

    seed: int
    wearers: int
    days: float
    until: str
    ready: bool = False

    @classmethod
    def find(cls, home: Path) -> Scene | None:
        file = home / SCENE_FILE
        return cls(**json.loads(file.read_text())) if file.exists() else None

    def save(self, home: Path) -> None:
        draft = home / f".{SCENE_FILE}"
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(home / SCENE_FILE)


def set_scene(home: Path, *, seed: int, wearers: int, days: float, say: Say) -> Scene:
    """Fill the home, or find that it is filled."""
    scene = Scene.find(home)
    if scene is None:
        now = clock.now().replace(microsecond=0)
        scene = Scene(seed, wearers, days, clock.write_instant(now))
        scene.save(home)
    if scene.ready:
        return scene
    say(f"writing {scene.days:g} days of {scene.wearers} wearers")
    world = _write_world(scene, home / "world")
    say("making officers and bringing in orders")
    _people(world)
    _devices(scene)
    _rota()
    say("telling wearers what is recorded, and writing down why")
    _tell_wearers()
    _who_is_who()
    say(f"bringing in {world.fixes.num_rows:,} fixes")
    _history(home / "world" / "fixes.parquet")
    _sober_history(clock.read_instant(scene.until))
    say("judging the month")
    judge_all(home)
    say("reminding some of the wearers")
    remind(clock.read_instant(scene.until))
    say("bringing in the police file and matching it")
    _match(world)
    say("closing what officers have dealt with")
    settle_old_alerts()
    say("deciding what follows from what was upheld")
    _follow_up()
    _tell_police()
    say("asking for location data")
    _ask_for_data(clock.now())
    say("assessing some before a sentence")
    _assess(clock.now())
    say("writing plans")
    _write_plans()
    say("meeting about a cohort")
    _meet(clock.now())
    scene.ready = True
    scene.save(home)
    return scene


def _write_world(scene: Scene, folder: Path) -> World:
    from waypost.worlds.files import write_world
    from waypost.worlds.world import make_world

    until = clock.read_instant(scene.until)
    world = make_world(scene.seed, wearers=scene.wearers, days=scene.days, until=until)
    write_world(world, folder, made_with=asdict(scene))
    return world


def _people(world: World) -> None:
    """Officers first: the orders file names who is responsible for whom."""
    from waypost.access.actions import make_officer, make_team
    from waypost.access.values import MACHINE
    from waypost.cli.demo_breaches import make_practitioners
    from waypost.cli.demo_devices import orders_more
    from waypost.cli.demo_police import make_desk
    from waypost.orders.actions import import_orders
    from waypost.orders.models import Person
    from waypost.orders.read import read_orders
    from waypost.review.values import IOM_UNIT
    from waypost.worlds.places import BOROUGHS
    from waypost.worlds.world import world_json

    now = clock.now()
    teams = {
        name: make_team(PRACTICE, "probation_region", name, area=name, now=now) for name in BOROUGHS
    }
    for username, role, name in OFFICERS:
        team = teams["Islington"] if role in TEAM_ROLES else None
        team = make_desk(now) if role is Role.POLICE_REQUESTER else team
        make_officer(username, name, PASS_PHRASE, role, team=team, now=now)
        if role is Role.IOM_COORDINATOR:  # in a team of probation, and in a unit of their own
            unit = make_team(IOM, IOM_UNIT, "Desk", now=now)
            make_officer(username, name, None, role, team=unit, now=now)
    make_practitioners(now)
    for orders in (world_json(world), orders_more(world.until)):
        import_orders(read_orders(orders).rows, by=MACHINE, now=now)
    person = Person.objects.filter(limited=False).order_by("reference").first()
    if person is not None:
        make_officer(
            WEARER_USERNAME,
            person.full_name,
            PASS_PHRASE,
            Role.WEARER,
            person_id=person.pk,
            now=now,
        )


def _devices(scene: Scene) -> None:
    from waypost.cli.demo_devices import set_devices
    from waypost.worlds.world import people_of

    until = clock.read_instant(scene.until)
    from_s, until_s = (until - timedelta(days=scene.days)).timestamp(), until.timestamp()
    people = people_of(scene.seed, scene.wearers, from_s=from_s, until_s=until_s)
    set_devices(people, until=until, now=clock.now())


def _rota() -> None:
    """A week in which the demo's one monitoring officer is on every rung; after it, gaps."""
    from waypost.access.queries import find_officer
    from waypost.access.values import MACHINE
    from waypost.alerts.duty import enter_duty
    from waypost.alerts.shifts import SHIFT_MAX
    from waypost.alerts.values import DutyRole

    now, officer = clock.now(), find_officer(OFFICERS[0][0])
    assert officer is not None, "made by _people"
    for role in DutyRole:
        enter_duty(officer.pk, role, now, now + SHIFT_MAX, by=MACHINE, now=now)


def _tell_wearers() -> None:
    from waypost.cli.demo_told import tell_everybody
    from waypost.cli.demo_voice import speak

    tell_everybody(clock.now())
    speak(WEARER_USERNAME, "practitioner", clock.now())


def _who_is_who() -> None:
    from waypost.cli.demo_identity import know_everybody

    know_everybody(clock.now())


def _history(file: Path) -> None:
    from functools import partial

    from waypost.access.values import MACHINE
    from waypost.monitoring.actions import mark_dirty
    from waypost.positions.actions import import_fixes

    now = clock.now()
    mark = partial(mark_dirty, reason="import", now=now)
    import_fixes(str(file), renames={}, by=MACHINE, now=now, mark=mark)


def _sober_history(until: datetime) -> None:
    """The alcohol tag's ten days, received as it uploaded them: once a day, and just now. Once: a
    start that was cut short left none, or all."""
    from django.db import transaction

    from waypost.cli.demo_alcohol import ALCOHOL_TAG, told_sober, uploaded_at
    from waypost.orders.models import Activation
    from waypost.positions import batch, log
    from waypost.positions.queries import events_between
    from waypost.positions.values import DecodedEvent, EventKind
    from waypost.units import ActivationNumber

    worn = Activation.objects.get(device_reference=ALCOHOL_TAG)
    if events_between([worn.pk], worn.from_at, until).num_rows:
        return
    rows = [
        batch.IntakeRow(
            ActivationNumber(worn.pk), worn.from_at, worn.to_at, uploaded_at(at, until),
            events=[DecodedEvent(at, EventKind(row["kind"]), row["attributes"])],
        )
        for row in told_sober(until)
        if (at := clock.read_instant(row["time"]))
    ]  # fmt: skip
    fixes, events = batch.build(rows)
    with transaction.atomic():
        log.append(fixes, events, [], source="demo", now=clock.now())


def judge_all(home: Path) -> None:
    """Run a worker until nothing waits: in a process of its own, as everywhere else."""
    words = [sys.executable, "-m", "waypost.cli.main", "worker", "--once"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"the worker could not judge the history: {done.stderr.strip()[-400:]}")


def remind(until: datetime) -> None:
    """Some wearers chose to be reminded two days ago, by the test channel: what would have been
    decided and sent since then, at the times at which the worker would have looked. Once."""
    from waypost.access.values import MACHINE
    from waypost.notices.actions import add_contact
    from waypost.notices.channels import TestChannel
    from waypost.notices.outbox import deliver
    from waypost.notices.values import TEST, Contact
    from waypost.orders.models import Person
    from waypost.telling.facts import reachable
    from waypost.telling.firing import fire_reminders, wind

    at = until - REMINDED_FOR
    if reachable(now=until):
        return
    worn = Person.objects.filter(limited=False, protected=False, activations__to_at=None)
    for number, person in enumerate(worn.distinct().order_by("reference")[:REMINDED]):
        contact = Contact(TEST, person.reference, language=("en", "cy")[number % 2])
        add_contact(contact, by=MACHINE, now=at, person_id=person.pk)
    wind(at)
    while at < until:
        while fire_reminders(at):
            pass
        while deliver({TEST: TestChannel()}, now=at):
            pass
        at += timedelta(minutes=10)


def _match(world: World) -> None:
    from waypost.access.models import Officer
    from waypost.access.queries import posted
    from waypost.matching.actions import run_matching
    from waypost.matching.searching import EVIDENCE
    from waypost.offences.actions import take_delivery

    now = clock.now()
    analyst = posted(Officer.objects.get(username="analyst"), now=now)
    batch = take_delivery(world.offences_csv, "offences.csv", by=analyst, now=now)
    run_matching(batch.pk, by=analyst, now=now, method=EVIDENCE)


def settle_old_alerts() -> None:
    """Deal with alerts of what ended over a day ago, as the monitoring officer would have: seen,
    taken in hand, explained and closed, or upheld. Without it the inbox would open on a month."""
    from waypost.access.models import Officer
    from waypost.access.queries import posted
    from waypost.alerts.models import Alert
    from waypost.cli.demo_alcohol import SOBER

    now = clock.now()
    officer = posted(Officer.objects.get(username="monitoring"), now=now)
    old = Alert.objects.filter(closed_at=None, from_at__lt=now - SETTLED_AFTER).order_by("pk")
    old = old.exclude(person__reference=SOBER)  # what is known of drinking is known days later
    for alert in list(old):
        _settle(alert, officer, now)


def _tell_police() -> None:
    from waypost.cli.demo_police import tell_police

    tell_police(clock.now())


def _ask_for_data(now: datetime) -> None:
    from waypost.cli.demo_requests import ask_for_data

    ask_for_data(now)


def _assess(now: datetime) -> None:
    from waypost.cli.demo_suitability import assess

    assess(now)


def _write_plans() -> None:
    from waypost.cli.demo_plans import write_plans

    write_plans(clock.now())


def _meet(now: datetime) -> None:
    from waypost.cli.demo_iom import meet_about_some
    from waypost.cli.demo_services import refer_some

    meet_about_some(now)
    refer_some(now)


def _follow_up() -> None:
    from waypost.cli.demo_breaches import follow_up

    follow_up(clock.now())


def tell_events(home: Path, host: str, port: int) -> int:
    """Send the last day's tag events of the history through the gateway; returns how many.

    They have no file command of their own. The key is always the same: a second start sends the
    same batch, which changes nothing.
    """
    from waypost.cli.demo_devices import told_ahead
    from waypost.worlds.play import Player
    from waypost.worlds.script import HUB, Telegram

    rows = [json.loads(line) for line in (home / "world" / EVENTS_FILE).read_text().splitlines()]
    last = max((row["time"] for row in rows), default="")
    recent = [row for row in rows if last and _hours_between(row["time"], last) < 24]
    telegrams = []
    scene = Scene.find(home)
    ahead = told_ahead(clock.read_instant(scene.until)) if scene else ()
    for row in (*recent, *ahead):
        row.pop("received_at", None)  # now it is received
        telegrams.append(Telegram(0.0, row["device_id"], HUB, row))
    player = Player(host, port, key=f"history-{last}", lines=1)
    return asyncio.run(player.play(telegrams)).acknowledged


def _hours_between(earlier: str, later: str) -> float:
    return (clock.read_instant(later) - clock.read_instant(earlier)).total_seconds() / 3600


def _settle(alert: Alert, officer: Posted, now: datetime) -> None:
    from waypost.alerts import actions
    from waypost.alerts.values import Outcome, Status

    alert_id, failed = alert.pk, alert.certainty == "certain" and alert.kind != "unmonitored"
    if alert.status == Status.WITHDRAWN:
        actions.close(alert_id, by=officer, now=now, outcome=Outcome.LATE_DATA)
        return
    actions.acknowledge(alert_id, by=officer, now=now)
    actions.take_in_hand(alert_id, by=officer, now=now)
    if failed and alert_id % UPHELD_ONE_IN == 0:
        actions.uphold(alert_id, by=officer, now=now, note=UPHELD)
        return  # closed with the decision on its case
    words = EXPLANATIONS[alert_id % len(EXPLANATIONS)]
    actions.explain(alert_id, by=officer, now=now, note=words)
    actions.close(alert_id, by=officer, now=now, outcome=Outcome.REASONABLE_EXCUSE)
