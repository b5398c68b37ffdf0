from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.alerts"
    label = "alerts"
