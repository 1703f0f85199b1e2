from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        # By name: the module needs the models, which are loaded only now.
        import_module("sales.pages").register()
