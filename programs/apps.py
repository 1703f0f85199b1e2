from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Programs")

    def ready(self) -> None:
        # By name: the modules need the models, which are loaded only now.
        import_module("programs.areas").register()
        import_module("programs.mail_wording").register()
        import_module("programs.pages").register()
        import_module("programs.team").register()
        import_module("programs.personal").register()
        import_module("programs.personal_ties").register()
        import_module("programs.retention_rules").register()
