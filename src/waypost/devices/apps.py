from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.devices"
    label = "devices"
