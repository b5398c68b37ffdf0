from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.policing"
    label = "policing"

    def ready(self) -> None:
        from waypost.documents.needs import OPENERS
        from waypost.policing.scope import check_may_open

        OPENERS["notification"] = check_may_open
