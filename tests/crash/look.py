"""Prints what a home holds, as JSON: run as a process of its own, with WAYPOST_HOME set."""

from __future__ import annotations

import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.settings")


def main() -> None:
    import django

    django.setup()
    from waypost.alerts.models import Alert
    from waypost.alerts.values import Status
    from waypost.clock import EPOCH, now, write_instant
    from waypost.devices.models import QuarantinedMessage
    from waypost.monitoring.models import Dirty, Violation
    from waypost.orders.models import Activation
    from waypost.positions.queries import fixes_between

    devices = {one.pk: one.device_reference for one in Activation.objects.all()}
    table = fixes_between(sorted(devices), EPOCH, now()).select(
        ["activation", "measured_at", "lat", "lon"]
    )
    found = {
        "violations": sorted(
            [
                one.person.reference,
                one.requirement_reference,
                write_instant(one.from_at),
                one.to_at and write_instant(one.to_at),
                one.certainty,
            ]
            for one in Violation.objects.filter(withdrawn=False).select_related("person")
        ),
        "alerts": sorted(
            [one.person.reference, one.subject, one.kind]
            for one in Alert.objects.exclude(status=Status.WITHDRAWN).select_related("person")
        ),
        "fixes": sorted(
            [devices[row["activation"]], int(row["measured_at"].timestamp()),
             f"{row['lat']:.6f}", f"{row['lon']:.6f}"]
            for row in table.to_pylist()
        ),
        "quarantined": sorted(
            {one.device_reference for one in QuarantinedMessage.objects.all()}
        ),
        "dirty": Dirty.objects.count(),
    }  # fmt: skip
    print(json.dumps(found))


main()
