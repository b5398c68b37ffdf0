from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.training"
    label = "training"
