"""Partners in the administration. Companies are kept by platform admins; vendor admins enrol and grade them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from common import teams
from common.admin import ADD, CHANGE, DELETE, EVERYTHING, VIEW, DatedInline, Rules, ScopedAdmin, TabularInline
from common.adminsite import administering
from partners.forms import AgreementForm, EnrolForm, StatusChangeForm, TierChangeForm
from partners.models import (
    Enrolment,
    EnrolmentStatus,
    EnrolmentTier,
    IndividualAgreement,
    Member,
    Partner,
    Seat,
    TaxStatus,
)
from partners.team import TEAM

RECORDED = frozenset({VIEW, ADD})


class SeatInline(DatedInline):
    model = Seat
    vendor_admins_may = frozenset({VIEW})


class TaxStatusInline(DatedInline):
    model = TaxStatus
    vendor_admins_may = frozenset({VIEW})


class MemberInline(Rules, TabularInline):
    model = Member
    extra = 0
    platform_admins_may = EVERYTHING | {DELETE}
    vendor_admins_may = frozenset()


@admin.register(Partner)
class PartnerAdmin(ScopedAdmin):
    """The company's own data; what a vendor decides about it stands at its enrolment."""

    vendor_admins_may = frozenset({VIEW})
    inlines = (SeatInline, TaxStatusInline, MemberInline)
    list_display = ("name", "number", "city", "vat_id")
    search_fields = ("name", "number", "city", "vat_id")
    readonly_fields = ("number",)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is not Member:
            return
        touched = [*formset.deleted_objects, *(member for member, _fields in formset.changed_objects)]
        for user in {member.user for member in touched}:
            teams.ended_elsewhere(TEAM, organisation=form.instance, user=user, now=timezone.now())


class HistoryInline(Rules, TabularInline):
    """A history beside its enrolment: shown here, entered on pages of its own."""

    extra = 0
    can_delete = False
    readonly_fields = ("days",)
    platform_admins_may = vendor_admins_may = frozenset({VIEW})


class StatusInline(HistoryInline):
    model = EnrolmentStatus
    fields = ("status", "days")


class TierInline(HistoryInline):
    model = EnrolmentTier
    fields = ("tier", "days", "reason")


class AgreementInline(HistoryInline):
    model = IndividualAgreement
    fields = ("note", "days")


class ServiceAdmin(ScopedAdmin):
    """Rows are written by services only: the form calls one, saving it again would be once too often."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"actor": administering(request)})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved by the service."""


@admin.register(Enrolment)
class EnrolmentAdmin(ServiceAdmin):
    platform_admins_may = vendor_admins_may = RECORDED
    form = EnrolForm
    fields = ("partner", "program", "enrolled_on", "status", "tier")
    list_display = ("partner", "program", "enrolled_on")
    list_filter = (("program", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("partner", "program")
    search_fields = ("partner__name", "partner__number")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is None else ("partner", "program", "enrolled_on")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is None else (StatusInline, TierInline, AgreementInline)


class EntryAdmin(ServiceAdmin):
    """Entries of a history: one adds the next, and never rewrites what was."""

    platform_admins_may = vendor_admins_may = RECORDED
    autocomplete_fields = ("enrolment",)
    readonly_fields = ("days",)
    list_filter = (("enrolment__program", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("enrolment__partner__name", "enrolment__partner__number")
    add_fields: tuple[str, ...]
    shown_fields: tuple[str, ...]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fields if obj is None else self.shown_fields


@admin.register(EnrolmentTier)
class EnrolmentTierAdmin(EntryAdmin):
    form = TierChangeForm
    add_fields = ("enrolment", "tier", "on", "reason")
    shown_fields = ("enrolment", "tier", "days", "reason")
    list_display = ("enrolment", "tier", "days")
    list_select_related = ("enrolment__partner", "enrolment__program", "tier")


@admin.register(EnrolmentStatus)
class EnrolmentStatusAdmin(EntryAdmin):
    form = StatusChangeForm
    add_fields = ("enrolment", "status", "on")
    shown_fields = ("enrolment", "status", "days")
    list_display = ("enrolment", "status", "days")
    list_select_related = ("enrolment__partner", "enrolment__program")


@admin.register(IndividualAgreement)
class IndividualAgreementAdmin(EntryAdmin):
    """The end of an agreement may change; that it was there stays."""

    platform_admins_may = vendor_admins_may = RECORDED | {CHANGE}
    form = AgreementForm
    add_fields = ("enrolment", "start", "end", "note")
    shown_fields = ("enrolment", "days", "note", "end")
    list_display = ("enrolment", "note", "days")
    list_select_related = ("enrolment__partner", "enrolment__program")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj is None else ("enrolment", "days", "note")
