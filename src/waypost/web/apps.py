from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.web"
    label = "web"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from waypost.web.sessions import begin

        user_logged_in.connect(begin)
