from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CommonConfig(AppConfig):
    name = "common"


class AdministrationConfig(admin_apps.AdminConfig):
    """Django's admin with our own site: who may enter and where one signs in."""

    default = False  # not what "common" in INSTALLED_APPS means
    default_site = "common.adminsite.Administration"
