from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.life"
    label = "life"
