from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.corrections"
    label = "corrections"
