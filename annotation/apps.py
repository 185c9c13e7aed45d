from django.apps import AppConfig

from annotation.reasons import Reason
from experts.reason_names import name_reasons


class AnnotationConfig(AppConfig):
    name = "annotation"

    def ready(self) -> None:
        name_reasons(dict(Reason.choices))
