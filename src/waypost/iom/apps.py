from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.iom"
    label = "iom"

    def ready(self) -> None:
        from waypost.documents.needs import OPENERS
        from waypost.iom.scope import check_may_open
        from waypost.iom.values import ABOUT_CONFERENCE

        OPENERS[ABOUT_CONFERENCE] = check_may_open
