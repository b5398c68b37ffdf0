from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.disclosure"
    label = "disclosure"

    def ready(self) -> None:
        from waypost.disclosure.scope import check_may_open
        from waypost.documents.needs import OPENERS

        OPENERS["disclosure"] = check_may_open
