"""Distributors' customer numbers in the administration, for a vendor's admins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from common.admin import ADD, VIEW, ScopedAdmin
from common.adminsite import administering
from sales.matching import match_customer, may_be_customer
from sales.models import CustomerNumber


class CustomerNumberForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CustomerNumber
        fields = ("vendor", "distributor", "number", "partner")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        vendor, partner = self.cleaned_data.get("vendor"), self.cleaned_data.get("partner")
        if vendor and partner and not may_be_customer(vendor=vendor, partner=partner):
            self.add_error("partner", _("This partner takes part in no program of the vendor."))
        return cleaned


@admin.register(CustomerNumber)
class CustomerNumberAdmin(ScopedAdmin):
    """Numbers are added, also before the first report, and never changed: the sales they explain are booked."""

    form = CustomerNumberForm
    platform_admins_may = frozenset({VIEW})
    vendor_admins_may = frozenset({VIEW, ADD})
    list_display = ("number", "partner", "distributor", "vendor")
    list_filter = (("vendor", admin.RelatedOnlyFieldListFilter), ("distributor", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("partner", "distributor", "vendor")
    search_fields = ("number", "partner__name", "partner__number")

    def save_model(self, request: HttpRequest, obj: CustomerNumber, form: Any, change: bool) -> None:
        """By the service, which books what waits for this number."""
        match_customer(
            actor=administering(request),
            vendor=obj.vendor,
            distributor=obj.distributor,
            number=obj.number,
            partner=form.cleaned_data["partner"],
            now=timezone.now(),
        )
        obj.pk = CustomerNumber.objects.get(vendor=obj.vendor, distributor=obj.distributor, number=obj.number).pk
