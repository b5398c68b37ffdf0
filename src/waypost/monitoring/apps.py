from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.monitoring"
    label = "monitoring"
