from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class RebatesConfig(AppConfig):
    name = "rebates"

    def ready(self) -> None:
        # By name: the modules need the models, which are loaded only now.
        import_module("rebates.mails").register()
        import_module("rebates.payment_mails").register()
        import_module("rebates.status.mail").register()
        import_module("rebates.statement_mails").register()
        import_module("rebates.pages").register()
        import_module("rebates.personal").register()
        import_module("rebates.digests").register()
