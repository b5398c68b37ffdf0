from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.notices"
    label = "notices"
