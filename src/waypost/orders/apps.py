from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.orders"
    label = "orders"
