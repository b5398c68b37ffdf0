from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.keeping"
    label = "keeping"

    def ready(self) -> None:
        from waypost.documents.needs import OPENERS
        from waypost.keeping.periods import told_periods
        from waypost.keeping.scope import check_may_open
        from waypost.necessity import needs

        OPENERS["subject_access"] = check_may_open
        needs.KEPT.append(told_periods)
