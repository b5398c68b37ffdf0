"""Words of the tests of keeping: a town of which one person is to be forgotten, and all of it.

Z wears a tag for days, breaches, is alerted on, told to the police, written to; X is kept safe from
them and nobody is to learn it from Z's data; the others' rows must stay as they are.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction

from policing_words import Precinct
from waypost.access.values import MACHINE, Posted, Role
from worked_town import PLACES, at

NAME, REFERENCE = "Zebedee Quillfeather", "PRN-77Q1"
WORN, TAG, ORDER = "ACT-77Q1", "TAG-77Q1", "ORD-77Q1"
OTHER_NAME, OTHER = "Wilhelmina Ostrander", "PRN-88W2"
SAFE_NAME, SAFE = "Ottoline Farquhar", "SAFE-99X3"
SAFE_AT = (51.481216, -0.133742)
HOUSEHOLDER = "Mrs Perpetua Dunsmore"
LATER = datetime(2032, 6, 1, 12, tzinfo=UTC)  # more than six years after the order ended
AT_ONCE = timedelta(0)


def person_of(reference: str, name: str, worn: str, tag: str, order: str) -> dict[str, Any]:
    lat, lon = PLACES["park"]
    home = {"type": "Point", "coordinates": [PLACES["home"][1], PLACES["home"][0]], "radius_m": 60}
    return {
        "person_id": reference, "name": name, "area": "Hackney", "born": "1990-06-14",
        "activations": [{"activation_id": worn, "device_id": tag, "from": "2026-03-01T00:00:00Z",
                         "to": "2026-03-20T00:00:00Z"}],
        "orders": [{
            "order_id": order, "kind": "community_order", "from": "2026-03-01T08:00:00Z",
            "to": "2026-03-20T00:00:00Z", "requirements": [
                {"requirement_id": "R1", "kind": "exclusion", "timetable": None,
                 "zone": {"type": "Point", "coordinates": [lon, lat], "radius_m": 200}},
                {"requirement_id": "R2", "kind": "curfew", "zone": home,
                 "timetable": [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"],
                                "start": "19:00", "end": "07:00"}]},
            ],
        }],
    }  # fmt: skip


class Archive(Precinct):
    """The town with Z and W in it, days of fixes of both in lake, log, raw and sealed."""

    def __init__(self) -> None:
        super().__init__()
        mine = person_of(REFERENCE, NAME, WORN, TAG, ORDER)
        other = person_of(OTHER, OTHER_NAME, "ACT-88W2", "TAG-88W2", "ORD-88W2")
        self.give_orders(json.dumps({"persons": [mine, other]}).encode())
        self.dora = self.officer("dora", Role.DATA_PROTECTION_OFFICER)
        self.enid = self.officer("enid", Role.DATA_PROTECTION_OFFICER)

    @property
    def z(self) -> int:
        return person(REFERENCE)

    @property
    def w(self) -> int:
        return person(OTHER)

    def wearer(self) -> Posted:
        """Z's own sign-in."""
        from waypost.access.actions import make_officer
        from waypost.access.queries import posted

        made = make_officer("zeb", NAME, None, Role.WEARER, person_id=self.z, now=at("06:00"))
        return posted(made, now=at("08:00"))

    def say(self, worn: str, when: datetime, place: str = "street") -> None:
        """One message of a tag: a fix and what came over the wire."""
        from waypost.orders.models import Activation
        from waypost.positions import batch, log
        from waypost.positions.batch import IntakeRow
        from waypost.positions.log import RawRow
        from waypost.positions.values import DecodedFix
        from waypost.units import Mechanism

        span = Activation.objects.get(reference=worn)
        fix = DecodedFix(when, *PLACES[place], accuracy_m=8.0, mechanism=Mechanism.GNSS)
        row = IntakeRow(span.pk, span.from_at, span.to_at, when, [fix], [], 0)
        fixes, events = batch.build([row])
        with transaction.atomic():
            log.append(fixes, events, [RawRow(span.pk, "osmand", b"lat=51.55")], source="test",
                       now=when)  # fmt: skip

    def days(self, count: int = 4, *, start: int = 2) -> None:
        """Both wear their tags and speak thrice a day; then all is in the lake and out of the
        log. What is said the next moment is in the log alone."""
        from waypost import clock
        from waypost.positions.archive import archive_once

        for day in range(count):
            for hour in (9, 12, 15):
                when = datetime(2026, 3, start + day, hour, tzinfo=UTC)
                self.say(WORN, when)
                self.say("ACT-88W2", when + timedelta(minutes=1))
        archive_once(kept_for=AT_ONCE, now=clock.now() + timedelta(seconds=5))
        self.say(WORN, datetime(2026, 3, 10, 12, tzinfo=UTC))
        self.say("ACT-88W2", datetime(2026, 3, 10, 12, tzinfo=UTC))

    def sealed(self) -> None:
        from waypost.orders.models import Activation
        from waypost.positions import batch, seal
        from waypost.positions.batch import IntakeRow
        from waypost.positions.values import DecodedFix
        from waypost.units import Mechanism

        for worn in (WORN, "ACT-88W2"):
            span = Activation.objects.get(reference=worn)
            when = datetime(2026, 3, 1, 2, tzinfo=UTC)
            fix = DecodedFix(when, *PLACES["home"], accuracy_m=8.0, mechanism=Mechanism.GNSS)
            with transaction.atomic():
                seal.seal(
                    *batch.build([IntakeRow(span.pk, span.from_at, span.to_at, when, [fix])]),
                    now=when,
                )

    def breach_of_z(self) -> int:
        """Z in the park, upheld and told to the police; the number of the alert."""
        from waypost.alerts import actions
        from waypost.alerts.models import Alert
        from waypost.policing import actions as policing

        self.now = at("12:00")
        for minute in (50, 55, 59):
            self.say(WORN, at(f"11:{minute}"), "park")
        self.run()
        alert = Alert.objects.get(person_id=self.z, kind="exclusion")
        actions.acknowledge(alert.pk, by=self.mona, now=at("12:01"))
        actions.take_in_hand(alert.pk, by=self.mona, now=at("12:01"))
        actions.note(
            alert.pk, note=f"{HOUSEHOLDER} says that he left at six.", by=self.mona,
            now=at("12:02"),
        )  # fmt: skip
        policing.draft(alert.pk, self.force.pk, by=self.mona, now=at("12:05"))
        return int(alert.pk)

    def matched(self) -> None:
        """Z and W are matched with an offence, in one run, of which a bundle was handed out."""
        from waypost.documents.actions import keep_document
        from waypost.matching.models import Match, MatchingRun
        from waypost.orders.models import Activation

        run = MatchingRun.objects.create(
            method="evidence", code_version="1", status="done", made_at=at("13:00"),
            population=[one.pk for one in Activation.objects.all()],
        )  # fmt: skip
        for one in (self.z, self.w):
            worn = Activation.objects.get(person_id=one)
            Match.objects.create(
                run=run, offence_id=1, person_id=one, activation_id=worn.pk, score=0.9,
                verdict="observed", sequences="1", nearest_m=12.0, seconds_inside=60.0,
                coverage=0.9, fixes=[],
            )  # fmt: skip
        with transaction.atomic():
            keep_document(
                "match_bundle", f"run:{run.pk}", "run.zip", "application/zip",
                f"{REFERENCE},{OTHER}".encode(), by=MACHINE, now=at("13:00"),
            )  # fmt: skip

    def kept_safe(self) -> int:
        """Someone whom Z must keep away from, at an address that Z must not learn."""
        from waypost.devices.models import Protection
        from waypost.orders.models import Person, WithheldAddress

        safe = Person.objects.create(
            reference=SAFE, full_name=SAFE_NAME, protected=True, known_at=at("06:00")
        )
        WithheldAddress.objects.create(
            person=safe, kept_from_id=self.z, lat=SAFE_AT[0], lon=SAFE_AT[1], from_at=at("06:00"),
            known_at=at("06:00"),
        )  # fmt: skip
        Protection.objects.create(
            protected=safe, wearer_id=self.z, order_reference=ORDER, from_at=at("06:00"),
            to_at=datetime(2026, 3, 20, tzinfo=UTC), known_at=at("06:00"), consent_at=at("06:00"),
            consent_how="signed form",
        )  # fmt: skip
        return int(safe.pk)


def person(reference: str) -> int:
    return int(apps.get_model("orders.Person").objects.get(reference=reference).pk)


def worn_number(reference: str) -> int:
    return int(apps.get_model("orders.Activation").objects.get(reference=reference).pk)


def rows_of_others(*without: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but those named, as the database holds them."""
    from waypost.columns import Retention
    from waypost.keeping.belonging import declared

    return {
        model._meta.label: sorted(
            map(tuple, ([str(cell) for cell in row] for row in model._base_manager.values_list()))
        )
        for model in apps.get_models()
        if model._meta.label not in without and declared(model).retention is not Retention.AUDIT
    }


def bytes_of_store(lake: str) -> dict[str, bytes]:
    """Every file of the database and of the lake."""
    from django.conf import settings

    database = Path(str(settings.DATABASES["default"]["NAME"]))
    files = [*database.parent.glob(f"{database.name}*"), *Path(lake).rglob("*")]
    return {str(one): one.read_bytes() for one in files if one.is_file()}
