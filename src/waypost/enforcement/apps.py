from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.enforcement"
    label = "enforcement"

    def ready(self) -> None:
        from waypost.documents.needs import OPENERS
        from waypost.enforcement.drawing import ABOUT
        from waypost.enforcement.queries import check_may_open

        OPENERS[ABOUT] = check_may_open
