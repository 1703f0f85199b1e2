from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = _("Trainings")

    def ready(self) -> None:
        # By name: the modules need the models, which are loaded only now.
        for module in ("pages", "mails", "presets", "personal", "personal_ties", "retention_rules"):
            import_module(f"trainings.{module}").register()
