from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.telling"
    label = "telling"
