from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.contracts"
    label = "contracts"
