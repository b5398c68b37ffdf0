from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.monitoring"
    label = "monitoring"

    def ready(self) -> None:
        from waypost.monitoring.bearing_queries import bearing_on
        from waypost.positions.showing import DECIDES

        DECIDES["bearing"] = bearing_on
