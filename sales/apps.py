from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    name = "sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        # By name: the modules need the models, which are loaded only now.
        for module in (
            "pages", "mails", "claim_pages", "claim_mails", "own_numbers", "personal", "personal_ties",
            "retention_rules",
        ):  # fmt: skip
            import_module(f"sales.{module}").register()
