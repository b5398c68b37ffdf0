from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.access"
    label = "access"

    def ready(self) -> None:
        from django.conf import settings

        from waypost.access.purposes import set_windows

        set_windows(settings.WINDOWS)
