from __future__ import annotations

from django.apps import AppConfig


class RebatesConfig(AppConfig):
    name = "rebates"
