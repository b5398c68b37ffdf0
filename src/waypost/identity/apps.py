from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.identity"
    label = "identity"

    def ready(self) -> None:
        from waypost.identity.scope import records_of_one_person
        from waypost.orders import needs

        needs.records_of_one_person = records_of_one_person
