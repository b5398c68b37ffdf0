from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.equality"
    label = "equality"
