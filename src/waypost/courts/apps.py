from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.courts"
    label = "courts"
