from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.pathways"
    label = "pathways"
