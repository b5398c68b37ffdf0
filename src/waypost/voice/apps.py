from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.voice"
    label = "voice"
