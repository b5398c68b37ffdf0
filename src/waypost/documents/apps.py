from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.documents"
    label = "documents"
