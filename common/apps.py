from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


def leave_out_no_trigger(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Say that no trigger is to be left out, before every trigger asks.

    Where nothing is said, pgtrigger's function fails for each row and catches it. What is rolled back with that looks
    through all the checks that wait for the commit, so that the time for an entry grew with those written beside it.
    """
    connection.connection.execute("SET pgtrigger.ignore = '{}'")


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = _("People")

    def ready(self) -> None:
        connection_created.connect(leave_out_no_trigger)
        # By name: the module needs the models, which are loaded only now.
        import_module("common.team_mails").register()
        import_module("common.account_mails").register()
        import_module("common.summaries").register()
        import_module("common.personal_data").register()
        import_module("common.retention_rules").register()
        import_module("common.digests").register()
        import_module("common.releasing").register()


class AdministrationConfig(admin_apps.AdminConfig):
    """Django's admin with our own site: who may enter and where one signs in."""

    default = False  # not what "common" in INSTALLED_APPS means
    default_site = "common.adminsite.Administration"
