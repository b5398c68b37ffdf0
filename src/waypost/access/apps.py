from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.access"
    label = "access"
