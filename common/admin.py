"""The base of every page of the administration, and the accounts themselves.

Platform admins edit everything. Vendor admins see and edit what belongs to their vendors, by the same `visible_to` as
the portal; a foreign row behaves like a missing one, and choices offer their own rows only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from common import erasing, platform_admins
from common.access import ActorQuerySet
from common.adminsite import administering
from common.dated import Dated, overlap
from common.errors import DomainError
from common.fields import DayRangeField, PersonField
from common.formats import date_short, datetime_short
from common.models import User
from common.versions import versions_of

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    BaseInlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    ModelAdmin, TabularInline, BaseInlineFormSet = admin.ModelAdmin, admin.TabularInline, forms.BaseInlineFormSet

VIEW, ADD, CHANGE, DELETE = "view", "add", "change", "delete"
EVERYTHING = frozenset({VIEW, ADD, CHANGE})
LATEST_EVENTS = 200


def written_days(days: DateRange) -> str:
    """A range for people: its first and its last day, or since when."""
    if days.upper is None:
        return _("since %(first)s") % {"first": date_short(days.lower)}
    return _("%(first)s to %(last)s") % {
        "first": date_short(days.lower),
        "last": date_short(days.upper - timedelta(days=1)),
    }


class Rules:
    """Who may do what with rows of a model. Deleting is the exception: most rows explain money that was paid."""

    platform_admins_may: frozenset[str] = EVERYTHING
    vendor_admins_may: frozenset[str] = EVERYTHING

    def _may(self, request: HttpRequest, what: str) -> bool:
        actor = administering(request)
        return what in (self.platform_admins_may if actor.is_platform_admin else self.vendor_admins_may)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, VIEW)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, ADD)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, CHANGE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, DELETE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, VIEW)

    @admin.display(description=_("valid"))
    def days(self, row: Dated) -> str:
        """The days a dated row holds, the last one included."""
        return written_days(row.valid)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are the rows the person administers; persons are named by their address."""
        related = db_field.remote_field.model
        if related is User:
            return PersonField(
                label=capfirst(db_field.verbose_name),
                required=not db_field.blank,
                help_text=_("E-mail address of the account."),
            )
        rows = related._default_manager.all()
        if isinstance(rows, ActorQuerySet):
            kwargs["queryset"] = rows.visible_to(administering(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class DatedFormSet(BaseInlineFormSet):
    """Dated rows edited together: no two of the same kind may hold on the same day."""

    owners: tuple[str, ...] = ()
    """Fields that, beside the row above, make two rows of the same kind."""

    def clean(self) -> None:
        super().clean()
        staying = [form for form in self.forms if form not in self.deleted_forms and form.cleaned_data.get("valid")]
        for position, form in enumerate(staying):
            others = [other for other in staying[:position] if self._kind(other) == self._kind(form)]
            taken = [*(other.cleaned_data["valid"] for other in others), *self._added_meanwhile(form)]
            if any(overlap(days, form.cleaned_data["valid"]) for days in taken):
                form.add_error("valid", _("These days overlap others that are given for the same."))
            elif any(self._in_each_others_way(form, other) for other in others):
                form.add_error("valid", _("Please save the change of the neighbouring days first."))

    def _kind(self, form: Any) -> tuple[Any, ...]:
        return tuple(form.cleaned_data.get(name) for name in self.owners)

    def _added_meanwhile(self, form: Any) -> list[DateRange]:
        """Days of rows that were not there when the page was made."""
        if self.instance.pk is None or self.model is None:
            return []
        shown = [one.instance.pk for one in self.initial_forms]
        same = dict(zip(self.owners, self._kind(form), strict=True))
        rows = self.model._default_manager.filter(**{self.fk.name: self.instance}, **same).exclude(pk__in=shown)
        return list(rows.values_list("valid", flat=True))

    @staticmethod
    def _in_each_others_way(one: Any, other: Any) -> bool:
        """Rows are written one after the other: a day cannot move from one to the next in a single step."""
        if not (one.instance.pk and other.instance.pk):
            return False
        return any(overlap(a.cleaned_data["valid"], b.initial["valid"]) for a, b in ((one, other), (other, one)))


class DatedInline(Rules, TabularInline):
    """Rows with days from and until, edited at the row they belong to."""

    extra = 0
    formset = DatedFormSet
    formfield_overrides = {DateRangeField: {"form_class": DayRangeField}}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return list(
            dict.fromkeys("days" if name == "valid" and self._only_shown(request, obj) else name for name in fields)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(("days",) if self._only_shown(request, obj) else ()))

    def _only_shown(self, request: HttpRequest, obj: Any) -> bool:
        return not (self.has_change_permission(request, obj) or self.has_add_permission(request, obj))


class ScopedAdmin(Rules, ModelAdmin):
    formfield_overrides = {DateRangeField: {"form_class": DayRangeField}}
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False
    object_history_template = "admin/events.html"
    fixed: tuple[str, ...] = ()
    """Fields that never change once the row is there, because other things are known by them."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(self.fixed if obj is not None else ()))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        if isinstance(rows, ActorQuerySet):
            return rows.visible_to(administering(request))
        return rows if administering(request).is_platform_admin else rows.none()

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """A missing row is a page that is not found; Django would lead to the start page."""
        raise Http404

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """What the triggers recorded about the row, whoever changed it and by whatever way."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(name)s") % {"name": row},
            "object": row,
            "opts": self.opts,
            "events": _events_of(row),
        }
        return TemplateResponse(request, self.object_history_template, context)


def _events_of(row: models.Model) -> list[dict[str, Any]]:
    """The recorded versions of a row, newest first, each with what differs from the one before."""
    return [
        {"at": each.at, "person": each.person, "changes": _changes(row, each.before, each.after)}
        for each in versions_of(row, latest=LATEST_EVENTS)
    ]


def _changes(row: models.Model, before: models.Model | None, after: models.Model) -> list[tuple[Any, str, str]]:
    changes = []
    for field in row._meta.concrete_fields:
        if field.primary_key:
            continue
        try:
            after._meta.get_field(field.name)
        except FieldDoesNotExist:
            continue
        new = getattr(after, field.attname)
        old = getattr(before, field.attname) if before is not None else None
        if new != old:
            changes.append((capfirst(field.verbose_name), _shown(field, old), _shown(field, new)))
    return changes


def _shown(field: models.Field[Any, Any], value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(field, models.ForeignKey):
        found = field.remote_field.model._default_manager.filter(pk=value).first()
        return str(found or value)
    if isinstance(value, DateRange):
        return written_days(value)
    if isinstance(value, date):
        return datetime_short(value) if isinstance(value, datetime) else date_short(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return str(dict(field.flatchoices)[value] if field.choices and value in dict(field.flatchoices) else value)


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = (
            "email", "first_name", "last_name", "language", "is_active", "is_staff", "is_superuser", "second_of",
        )  # fmt: skip
        labels = {"is_superuser": _("platform admin"), "is_staff": _("may open the administration")}
        help_texts = {"is_superuser": "", "is_staff": _("Needed by platform admins and vendor admins, nobody else.")}

    def clean_email(self) -> str:
        """Addresses are kept in small letters, as sign-in looks for them."""
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is an account with this address already."))
        return email

    def clean_second_of(self) -> User | None:
        """The first account of a person is no second one of somebody."""
        first: User | None = self.cleaned_data["second_of"]
        if first is None:
            return None
        others = User.objects.filter(second_of=self.instance.pk) if self.instance.pk else User.objects.none()
        if first.pk == self.instance.pk or first.second_of_id is not None or others.exists():
            raise forms.ValidationError(_("Please name the first account of the person, which is no second one."))
        return first

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        stays = all(cleaned.get(name) for name in ("is_active", "is_staff", "is_superuser"))
        if self.instance.pk is not None and not stays and platform_admins.is_last(self.instance):
            raise forms.ValidationError(erasing.LAST_ADMIN)
        return cleaned

    def save(self, commit: bool = True) -> Any:
        if self.instance.pk is None:
            # The person sets one by "Forgotten password".
            self.instance.set_unusable_password()
        return super().save(commit)


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """Accounts. Roles are given at the vendor, the distributor or the partner."""

    form = UserForm
    autocomplete_fields = ("second_of",)
    fixed = ("email",)  # allauth keeps its own record of verified addresses
    vendor_admins_may = frozenset()
    list_display = ("email", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    actions = ("remove_personal_data",)

    @admin.action(description=_("Remove personal data"), permissions=["change"])
    def remove_personal_data(self, request: HttpRequest, people: models.QuerySet[User]) -> HttpResponse | None:
        """For whoever asks for it and cannot sign in; each one is a commit of its own."""
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Remove personal data"),
                "opts": self.opts,
                "people": people.order_by("email"),
            }
            return TemplateResponse(request, "admin/remove_personal_data.html", context)
        for user in people.order_by("pk"):
            try:
                erasing.anonymise(user=user, actor=administering(request), now=timezone.now())
            except DomainError as error:
                self.message_user(request, f"{user}: {error}", messages.ERROR)
            else:
                self.message_user(request, _("The personal data is removed and the account is closed."))
        return None


# What libraries register by themselves: groups mean nothing here, and sessions show where people were.
for library_model in (Group, UserSession, Authenticator):
    admin.site.unregister(library_model)


@admin.register(Authenticator)
class AuthenticatorAdmin(ScopedAdmin):
    """Second factors, without what makes them: removing one helps a person who lost it, reading one would not."""

    platform_admins_may = frozenset({VIEW, DELETE})
    vendor_admins_may = frozenset()
    fields = readonly_fields = list_display = ("person", "kind", "created", "last_used")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("user__email", "type")

    # The library's fields have English names only.
    @admin.display(description=_("person"), ordering="user__email")
    def person(self, factor: Authenticator) -> str:
        return str(factor.user)

    @admin.display(description=_("kind"), ordering="type")
    def kind(self, factor: Authenticator) -> str:
        return str(factor.get_type_display())

    @admin.display(description=_("created"), ordering="created_at")
    def created(self, factor: Authenticator) -> datetime:
        return factor.created_at

    @admin.display(description=_("last used"), ordering="last_used_at")
    def last_used(self, factor: Authenticator) -> datetime | None:
        return factor.last_used_at
