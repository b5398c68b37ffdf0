from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.positions"
    label = "positions"
