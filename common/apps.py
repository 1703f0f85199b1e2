from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        # By name: the module needs the models, which are loaded only now.
        import_module("common.team_mails").register()
        import_module("common.account_mails").register()
        import_module("common.personal_data").register()
        import_module("common.retention_rules").register()
        import_module("common.digests").register()
        import_module("common.releasing").register()


class AdministrationConfig(admin_apps.AdminConfig):
    """Django's admin with our own site: who may enter and where one signs in."""

    default = False  # not what "common" in INSTALLED_APPS means
    default_site = "common.adminsite.Administration"
