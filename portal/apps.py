from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig

# Loaded with Django, so that a task enqueued anywhere finds the broker of the settings.
from portal.celery import app as celery_app

__all__ = ["PortalConfig", "celery_app"]


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        # By name: the module needs the other apps, which are loaded only now.
        import_module("portal.pages").register()
