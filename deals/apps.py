from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DealsConfig(AppConfig):
    name = "deals"
    verbose_name = _("Deals")

    def ready(self) -> None:
        # By name: the modules need the models, which are loaded only now.
        for module in (
            "registered", "mails", "pages", "vendor_pages", "personal", "personal_ties", "retention_rules",
        ):  # fmt: skip
            import_module(f"deals.{module}").register()
