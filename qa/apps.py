from django.apps import AppConfig


class QaConfig(AppConfig):
    name = "qa"
    label = "qa"
    verbose_name = "Checks"
