from django.apps import AppConfig


class Room(AppConfig):
    name = "waypost.jobs"
    label = "jobs"
