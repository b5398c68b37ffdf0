from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class Room(AppConfig):
    name = "waypost.matching"
    label = "matching"

    def ready(self) -> None:
        from pathlib import Path

        from django.conf import settings

        from waypost.matching.scope import read_uses, set_uses

        if not settings.LAWFUL_USES:
            return
        try:
            set_uses(read_uses(Path(settings.LAWFUL_USES).read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(f"WAYPOST_LAWFUL_USES: {error}") from None
