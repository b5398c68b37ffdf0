from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.plans"
    label = "plans"
