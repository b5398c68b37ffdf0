from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.suitability"
    label = "suitability"

    def ready(self) -> None:
        from waypost.documents.needs import OPENERS
        from waypost.life.needs import ADDRESS_GATES
        from waypost.necessity import needs
        from waypost.suitability.owed import checked, owed
        from waypost.suitability.queries import why_not_this_home
        from waypost.suitability.scope import check_may_open
        from waypost.suitability.values import ABOUT

        OPENERS[ABOUT] = check_may_open
        needs.CHECKED.append(checked)
        needs.OWED.append(owed)
        ADDRESS_GATES.append(why_not_this_home)
