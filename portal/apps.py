from __future__ import annotations

import gc
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
        # This app is the last one: what is there by now stays. Python would look through all of it for garbage again
        # and again, which took a third of a closing's time.
        gc.collect()
        gc.freeze()
