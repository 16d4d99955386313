from django.apps import AppConfig, apps


class Unguarded(AppConfig):
    name = "tests.klikyai"
    label = "unguarded"

    def ready(self) -> None:
        for model in ("sessions.Session", "usersessions.UserSession"):
            del vars(apps.get_model(model)._meta.get_field("session_key"))["get_prep_value"]
