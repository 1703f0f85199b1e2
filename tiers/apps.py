from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TiersConfig(AppConfig):
    name = "tiers"
    verbose_name = _("Tiers")

    def ready(self) -> None:
        # By name: the modules need the models, which are loaded only now.
        for module in ("registered", "mails", "case_mails", "pages", "case_pages", "personal"):
            import_module(f"tiers.{module}").register()
