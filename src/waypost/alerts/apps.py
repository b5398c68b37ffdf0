from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.alerts"
    label = "alerts"

    def ready(self) -> None:
        from waypost.alerts.letting_count import on_duty_now, recount_person
        from waypost.necessity import needs

        needs.ON_DUTY.append(on_duty_now)
        needs.RECOUNT.append(recount_person)
