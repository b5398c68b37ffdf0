from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.matching"
    label = "matching"
