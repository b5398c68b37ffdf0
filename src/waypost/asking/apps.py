from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.asking"
    label = "asking"
