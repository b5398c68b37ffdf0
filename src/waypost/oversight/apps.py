from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.oversight"
    label = "oversight"
