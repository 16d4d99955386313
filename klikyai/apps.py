from django.apps import AppConfig


class KlikyAI(AppConfig):
    name = "klikyai"
    verbose_name = "KlikyAI"
