from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.necessity"
    label = "necessity"

    def ready(self) -> None:
        from waypost.documents.needs import OPENERS
        from waypost.necessity.queries import check_may_open
        from waypost.necessity.values import ABOUT

        OPENERS[ABOUT] = check_may_open
