from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.offences"
    label = "offences"
