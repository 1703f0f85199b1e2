"""Configuration of vendors' programs, for platform admins and for admins of the vendor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common import teams
from common.admin import (
    ADD,
    CHANGE,
    DELETE,
    EVERYTHING,
    VIEW,
    DatedFormSet,
    DatedInline,
    Rules,
    ScopedAdmin,
    TabularInline,
)
from common.adminsite import administering
from common.errors import DomainError
from programs import services
from programs.forms import ProgramForm, TermsField, TermsForm, TierForm
from programs.models import (
    Authorisation,
    Distributor,
    DistributorStaff,
    GroupMembership,
    ParticipationTerms,
    Product,
    ProductGroup,
    Program,
    RebateTerms,
    Tier,
    Vendor,
    VendorStaff,
)
from programs.team import TEAM

OWN_VENDOR = ("vendor", admin.RelatedOnlyFieldListFilter)
OWN_PROGRAM = ("program", admin.RelatedOnlyFieldListFilter)


@admin.register(Vendor)
class VendorAdmin(ScopedAdmin):
    vendor_admins_may = frozenset({VIEW, CHANGE})
    fixed = ("slug",)
    list_display = ("name", "legal_name", "country")
    search_fields = ("name", "legal_name")


@admin.register(VendorStaff)
class VendorStaffAdmin(ScopedAdmin):
    """Roles at a vendor. Admins are let into the administration, and out of it when they lose the role.

    A vendor's admins run their team on its own page, where people are invited and the last admin stays.
    """

    platform_admins_may = EVERYTHING | {DELETE}
    vendor_admins_may = frozenset({VIEW})
    actions = None
    list_display = ("user", "vendor", "role")
    list_filter = (OWN_VENDOR, "role")
    list_select_related = ("user", "vendor")
    search_fields = ("user__email", "user__last_name")

    def save_model(self, request: HttpRequest, obj: VendorStaff, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        services.open_administration(user=obj.user)
        teams.ended_elsewhere(TEAM, organisation=obj.vendor, user=obj.user, now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: VendorStaff) -> None:
        super().delete_model(request, obj)
        services.open_administration(user=obj.user)
        teams.ended_elsewhere(TEAM, organisation=obj.vendor, user=obj.user, now=timezone.now())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("vendor", "user")


class AuthorisationFormSet(DatedFormSet):
    owners = ("distributor",)


class AuthorisationInline(DatedInline):
    model = Authorisation
    formset = AuthorisationFormSet


@admin.register(Program)
class ProgramAdmin(ScopedAdmin):
    form = ProgramForm
    fixed = ("vendor", "slug")
    inlines = (AuthorisationInline,)
    list_display = ("name", "vendor", "starts_on", "ends_on")
    list_filter = (OWN_VENDOR,)
    search_fields = ("name", "slug")


@admin.register(ParticipationTerms)
class ParticipationTermsAdmin(ScopedAdmin):
    """A text is never changed: another one is added and is what applicants agree to from then on."""

    platform_admins_may = vendor_admins_may = frozenset({VIEW, ADD})
    fields = ("program", "version", "text_de", "text_en", "published_at")
    readonly_fields = ("version", "published_at")
    list_display = ("program", "version", "published_at")
    list_filter = (OWN_PROGRAM,)
    list_select_related = ("program",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else ("program", "text_de", "text_en")

    def save_model(self, request: HttpRequest, obj: ParticipationTerms, form: Any, change: bool) -> None:
        made = services.publish_participation_terms(
            program=obj.program, text_de=obj.text_de, text_en=obj.text_en, now=timezone.now()
        )
        obj.pk, obj.version, obj.published_at = made.pk, made.version, made.published_at


@admin.register(Tier)
class TierAdmin(ScopedAdmin):
    form = TierForm
    fixed = ("program", "code")
    list_display = ("name", "program", "rank")
    list_filter = (OWN_PROGRAM,)
    list_select_related = ("program",)


@admin.register(Product)
class ProductAdmin(ScopedAdmin):
    fixed = ("vendor", "article")
    list_display = ("article", "name", "vendor", "list_price")
    list_filter = (OWN_VENDOR,)
    list_select_related = ("vendor",)
    search_fields = ("article", "name", "gtin")


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_product(self) -> Product:
        product: Product = self.cleaned_data["product"]
        if product.vendor_id != self.instance.group.vendor_id:
            raise forms.ValidationError(_("This is another vendor's product."))
        return product


class MembershipFormSet(DatedFormSet):
    owners = ("product",)


class MembershipInline(DatedInline):
    model = GroupMembership
    formset = MembershipFormSet
    form = MembershipForm
    autocomplete_fields = ("product",)


@admin.register(ProductGroup)
class ProductGroupAdmin(ScopedAdmin):
    fixed = ("vendor", "code")
    inlines = (MembershipInline,)
    list_display = ("name", "code", "vendor")
    list_filter = (OWN_VENDOR,)
    list_select_related = ("vendor",)
    search_fields = ("name", "code")


class DistributorStaffInline(Rules, TabularInline):
    model = DistributorStaff
    extra = 0
    platform_admins_may = EVERYTHING | {DELETE}
    vendor_admins_may = frozenset()


@admin.register(Distributor)
class DistributorAdmin(ScopedAdmin):
    """Distributors belong to no vendor, so their admins may only look."""

    vendor_admins_may = frozenset({VIEW})
    fixed = ("slug",)
    inlines = (DistributorStaffInline,)
    list_display = ("name", "vat_id", "gln", "country")
    search_fields = ("name", "vat_id", "gln")


@admin.register(RebateTerms)
class RebateTermsAdmin(ScopedAdmin):
    """Drafts are edited as YAML and published on a page of its own; published versions are shown and followed up."""

    form = TermsForm
    fixed = ("program",)
    actions = None
    list_display = ("name", "program", "code", "version", "starts_on", "state")
    list_filter = ("state", OWN_PROGRAM)
    list_select_related = ("program",)
    search_fields = ("name", "code")
    change_form_template = "admin/terms_change_form.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and obj.state == RebateTerms.State.PUBLISHED:
            return ("program", "name", "version", "starts_on", "state", "published_at", "published_by", "as_yaml")
        return ("program", "name", "starts_on", "document")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("version", "state", "published_at", "published_by", "as_yaml")
        return (*super().get_readonly_fields(request, obj), *shown)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        draft = obj is None or obj.state == RebateTerms.State.DRAFT
        return draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and obj.state == RebateTerms.State.DRAFT

    @admin.display(description=_("Terms"))
    def as_yaml(self, obj: RebateTerms) -> SafeString:
        return format_html('<pre class="document">{}</pre>', TermsField().prepare_value(obj.document))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", wrap(self.publish), name="programs_rebateterms_publish"),
            path("<int:pk>/new-version/", wrap(self.new_version), name="programs_rebateterms_new_version"),
            *super().get_urls(),
        ]

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Says what will happen; done by the button."""
        terms = self._found(request, pk)
        if request.method == "POST":
            try:
                done = services.publish_terms(terms_id=pk, actor=administering(request), now=timezone.now())
            except DomainError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("%(terms)s is published.") % {"terms": done})
            return HttpResponseRedirect(reverse("admin:programs_rebateterms_change", args=[pk]))
        if terms.state != RebateTerms.State.DRAFT:
            return HttpResponseRedirect(reverse("admin:programs_rebateterms_change", args=[pk]))
        before = RebateTerms.objects.filter(program=terms.program, code=terms.code, state=RebateTerms.State.PUBLISHED)
        return self._ask(request, terms, "admin/terms_publish.html", last=before.order_by("starts_on").last())

    def new_version(self, request: HttpRequest, pk: int) -> HttpResponse:
        terms = self._found(request, pk)
        if request.method != "POST":
            return self._ask(request, terms, "admin/terms_new_version.html")
        try:
            draft = services.new_version(terms_id=pk, actor=administering(request), today=timezone.localdate())
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse("admin:programs_rebateterms_change", args=[pk]))
        return HttpResponseRedirect(reverse("admin:programs_rebateterms_change", args=[draft.pk]))

    def _found(self, request: HttpRequest, pk: int) -> RebateTerms:
        terms = self.get_object(request, str(pk))
        if terms is None:
            raise Http404
        return terms

    def _ask(self, request: HttpRequest, terms: RebateTerms, template: str, **more: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": terms,
            "terms": terms,
            "opts": self.opts,
            "document": TermsField().prepare_value(terms.document),
            **more,
        }
        return TemplateResponse(request, template, context)
