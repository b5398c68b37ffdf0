from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.web"
    label = "web"
