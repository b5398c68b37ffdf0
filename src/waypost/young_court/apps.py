from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.young_court"
    label = "young_court"

    def ready(self) -> None:
        from waypost.documents.needs import OPENERS
        from waypost.young_court.scope import check_may_open
        from waypost.young_court.values import ABOUT

        OPENERS[ABOUT] = check_may_open
