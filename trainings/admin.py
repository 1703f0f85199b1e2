"""Trainings in the administration, to look at; vendors change them on pages of their own."""

from __future__ import annotations

from django.contrib import admin

from common.admin import VIEW, ScopedAdmin
from trainings.models import Training


@admin.register(Training)
class TrainingAdmin(ScopedAdmin):
    platform_admins_may = vendor_admins_may = frozenset({VIEW})
    list_display = ("name", "code", "program", "archived_on")
    list_filter = (("program", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("program",)
    search_fields = ("name", "name_en", "code")
