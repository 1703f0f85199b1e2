from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        # By name: the modules need the models, which are loaded only now.
        import_module("partners.areas").register()
        import_module("partners.pages").register()
