from django.apps import AppConfig


class WhatifConfig(AppConfig):
    name = "waypost.whatif"
    label = "whatif"
