from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.review"
    label = "review"

    def ready(self) -> None:
        from waypost.documents.needs import OPENERS
        from waypost.review.scope import check_may_open
        from waypost.review.values import ABOUT

        OPENERS[ABOUT] = check_may_open
