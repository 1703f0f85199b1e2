from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    name = "sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        # By name: the modules need the models, which are loaded only now.
        import_module("sales.mails").register()
        import_module("sales.pages").register()
