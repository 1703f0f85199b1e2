from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvoicesConfig(AppConfig):
    name = "invoices"
    verbose_name = _("Invoices")

    def ready(self) -> None:
        # By name: the modules need the models, which are loaded only now.
        for module in ("mails", "pages", "personal", "retention_rules"):
            import_module(f"invoices.{module}").register()
