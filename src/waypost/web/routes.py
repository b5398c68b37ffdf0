"""Every page and answer of the web, once: its path, its name, its permission, what it is for.

`urls.py` is built from this table and puts the guard of the named permission before each view, so
that a page without a permission cannot exist; tests/house/test_routes.py walks the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waypost.access.values import Permission
from waypost.web.pages import (
    alerts,
    audit,
    clocks,
    devices,
    fitting,
    health,
    matches,
    offences,
    persons,
    quarantine,
    showing,
    signing,
    system,
    tag_check,
    tags,
    whereabouts,
)

P = Permission


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    name: str
    view: Callable[..., Any]
    permission: Permission
    summary: str  # one sentence for a person
    title: str = ""  # its word in the menu
    under: str = ""  # the page of the menu that it stands under; "" for one of the menu itself


ROUTES: tuple[Route, ...] = (
    Route("sign-in", "sign-in", signing.sign_in, P.ANYBODY, "Sign in."),
    Route("sign-out", "sign-out", signing.sign_out, P.ANYBODY, "Sign out."),
    Route("", "home", signing.home, P.SIGNED_IN, "The page your role came for."),
    Route(
        "inbox", "inbox", alerts.inbox, P.ALERT_READ,
        "Every alert that is not cleared, most urgent first, live.", "Inbox",
    ),
    Route("inbox/rows", "inbox-rows", alerts.inbox_rows, P.ALERT_READ, "The inbox's rows, anew."),
    Route("inbox/events", "inbox-events", alerts.inbox_events, P.ALERT_READ,
          "A stream of version numbers: when to fetch the rows anew."),
    Route("alerts/<int:alert_id>", "alert", alerts.alert, P.ALERT_READ, "One alert and its story."),
    Route("alerts/<int:alert_id>/move", "alert-move", alerts.move, P.ALERT_HANDLE,
          "Acknowledge, take in hand, note, explain, uphold, close or reopen an alert."),
    Route("people", "people", persons.people, P.PERSON_READ, "The people you may see.", "People"),
    Route("people/<int:person_id>", "person", persons.person, P.PERSON_READ,
          "One person: orders, requirements, alerts, tag, who has looked."),
    Route("people/<int:person_id>/whereabouts", "whereabouts", whereabouts.ask, P.WHEREABOUTS_READ,
          "State a purpose and a window, then see where the person was."),
    Route("people/<int:person_id>/tag", "person-tag", tags.tag, P.DEVICE_READ,
          "How the person's tag is, how it was charged, which they wore."),
    Route("people/<int:person_id>/tag/command", "person-tag-command", tags.command,
          P.DEVICE_COMMAND, "Ask the person's tag to do something at its next contact."),
    Route("people/<int:person_id>/homes", "person-homes", tags.homes, P.DEVICE_FIT,
          "Home units and beacons put up for the person."),
    Route("people/<int:person_id>/protection", "person-protection", tags.protection, P.DEVICE_FIT,
          "Who is protected from this wearer, for named staff."),
    Route("mine", "mine", persons.mine, P.OWN_DATA_READ,
          "What you have to do now and next, and what is known about you.", "My requirements"),
    Route("offences", "offences", offences.deliveries, P.OFFENCE_READ,
          "Offence files sent by the police.", "Offence files"),
    Route("offences/upload", "offence-upload", offences.upload, P.OFFENCE_UPLOAD,
          "Send an offence file."),
    Route("offences/<int:batch_id>", "offence-batch", offences.delivery, P.OFFENCE_READ,
          "What became of an offence file, row by row."),
    Route("offences/<int:batch_id>/problems.csv", "offence-problems", offences.problems_csv,
          P.OFFENCE_READ, "The refused rows as CSV, to mend and send again."),
    Route("matching", "runs", matches.runs, P.MATCH_READ,
          "Matching runs: offences set against tracks.", "Matching"),
    Route("matching/start", "run-start", matches.start, P.MATCH_RUN, "Start a matching run."),
    Route("matching/<int:run_id>", "run", matches.run, P.MATCH_READ,
          "A run's matches, best first."),
    Route("matching/<int:run_id>/<int:match_id>", "match", matches.match, P.MATCH_READ,
          "One match with its fixes on a map."),
    Route("quarantine", "quarantine", quarantine.waiting, P.QUARANTINE_READ,
          "Messages from tags nobody has fitted.", "Unknown tags", under="devices"),
    Route("quarantine/settle", "quarantine-settle", quarantine.settle, P.QUARANTINE_READ,
          "Say what became of an unknown tag."),
    Route("devices", "devices", devices.listed, P.DEVICE_STOCK,
          "The inventory of devices, and what is the matter with those worn.", "Devices"),
    Route("devices/new", "device-add", devices.add, P.DEVICE_STOCK,
          "Enter a device in the inventory."),
    Route("devices/<int:device_id>", "device", devices.one, P.DEVICE_STOCK,
          "One device: its states, who wore it, its tokens."),
    Route("devices/<int:device_id>/change", "device-change", devices.change, P.DEVICE_STOCK,
          "Move a device between states, mend what is said of it, end a token."),
    Route("devices/<int:device_id>/token", "device-token", devices.token, P.DEVICE_STOCK,
          "Make a token, shown once."),
    Route("devices/clocks", "clocks", clocks.doubts, P.CLOCK_CORRECT,
          "Tags whose clocks seem wrong, with the offset that would mend them.", "Clocks",
          under="devices"),
    Route("devices/clocks/settle", "clock-settle", clocks.settle, P.CLOCK_CORRECT,
          "Accept or refuse the offset of a tag's clock, or end one."),
    Route("fitting", "fitting", fitting.lists, P.DEVICE_READ,
          "Ordered and not fitted; tag on and no live order: who, since when, by when.", "Fitting"),
    Route("fitting/<int:person_id>", "fitting-person", fitting.person, P.DEVICE_READ,
          "One person's tag: what is to be done, the court's hours, the visits."),
    Route("fitting/<int:person_id>/fit", "fitting-fit", fitting.fit, P.DEVICE_FIT,
          "Put a tag on a person."),
    Route("fitting/<int:person_id>/visit", "fitting-visit", fitting.visit, P.DEVICE_FIT,
          "Write down a visit that came to nothing."),
    Route("fitting/tags/<int:activation_id>", "fitting-done", tag_check.done, P.DEVICE_FIT,
          "How a fitting stands."),
    Route("fitting/tags/<int:activation_id>/check", "fitting-check", tag_check.check, P.DEVICE_FIT,
          "The first fix of a tag just fitted, as it comes."),
    Route("fitting/tags/<int:activation_id>/fixes", "fitting-fixes", tag_check.fixes, P.DEVICE_FIT,
          "What the tag has said since, for that page."),
    Route("fitting/tags/<int:activation_id>/seen", "fitting-seen", tag_check.seen, P.DEVICE_FIT,
          "Say that the tag's place is right."),
    Route("fitting/tags/<int:activation_id>/notice", "fitting-notice", tag_check.notice,
          P.DEVICE_FIT, "The notice for the person; say that it was given."),
    Route("fitting/tags/<int:activation_id>/remove", "fitting-remove", fitting.remove, P.DEVICE_FIT,
          "Take a tag off, or swap it."),
    Route("audit", "audit", audit.lines, P.AUDIT_READ, "Who looked at what, and why.", "Audit"),
    Route("audit/verify", "audit-verify", audit.verify, P.AUDIT_READ, "Check the audit chain."),
    Route("system", "system", system.state, P.SYSTEM_READ,
          "Whether everything is running and up to date.", "System"),
    Route("gallery", "gallery", showing.gallery, P.SIGNED_IN, "The pages' parts, with samples."),
    Route("attributions", "attributions", showing.attributions, P.ANYBODY,
          "The open data and software used."),
    Route("healthz", "healthz", health.healthz, P.ANYBODY, "The process answers."),
    Route("readyz", "readyz", health.readyz, P.ANYBODY, "The store answers and is up to date."),
    Route("metrics", "metrics", health.metrics, P.ANYBODY, "Counters for monitoring, no persons."),
)  # fmt: skip
MENU: tuple[str, ...] = tuple(route.name for route in ROUTES if route.title and not route.under)
BY_NAME: dict[str, Route] = {route.name: route for route in ROUTES}


def route(name: str) -> Route:
    return BY_NAME[name]
