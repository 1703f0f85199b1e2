from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = _("Partners")

    def ready(self) -> None:
        # By name: the modules need the models, which are loaded only now.
        import_module("partners.areas").register()
        import_module("partners.pages").register()
        import_module("partners.team").register()
        import_module("partners.bank_pages").register()
        import_module("partners.application_mails").register()
        import_module("partners.life_mails").register()
        import_module("partners.bank_mails").register()
        import_module("partners.bookkeeping_mails").register()
        import_module("partners.personal").register()
        import_module("partners.personal_ties").register()
        import_module("partners.retention_rules").register()
