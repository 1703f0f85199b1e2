"""Forms with which a vendor decides applications, and an applicant answers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import DayInput
from common.models import User
from common.seen_forms import ActForm
from partners.applications import Admission
from partners.models import Application, Care, Member
from programs.models import Authorisation, Distributor, Tier, Vendor, VendorStaff

LONGEST = 5000


class TextForm(ActForm):
    text = forms.CharField(
        label=gettext_lazy("Your message"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


class ReplyForm(TextForm):
    """The applicant answers."""


class AskBackForm(TextForm):
    text = forms.CharField(
        label=gettext_lazy("What do you need to know?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class RefuseForm(TextForm):
    text = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The applicant reads it."),
    )  # fmt: skip


def _name_of(obj: Any) -> str:
    return str(obj.name)


class CareForm(forms.Form):
    """Who looks after a partner."""

    manager = forms.ModelChoiceField(
        label=gettext_lazy("Channel manager"), queryset=User.objects.none(), required=False,
        empty_label=gettext_lazy("nobody in particular"),
    )  # fmt: skip
    distributor = forms.ModelChoiceField(
        label=gettext_lazy("Distributor as caretaker"), queryset=Distributor.objects.none(), required=False,
        empty_label=gettext_lazy("no distributor"), help_text=gettext_lazy("For small partners."),
    )  # fmt: skip

    def __init__(self, *args: Any, vendor: Vendor, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = VendorStaff.objects.filter(
            vendor=vendor, role__in=[VendorStaff.Role.CHANNEL_MANAGER, VendorStaff.Role.ADMIN], user__is_active=True
        )
        manager, distributor = self.fields["manager"], self.fields["distributor"]
        assert isinstance(manager, forms.ModelChoiceField)
        assert isinstance(distributor, forms.ModelChoiceField)
        manager.queryset = User.objects.filter(pk__in=staff.values("user_id")).order_by("last_name", "email")
        manager.label_from_instance = _name_of  # type: ignore[method-assign]
        authorised = Authorisation.objects.filter(program__vendor=vendor, valid__contains=today)
        distributor.queryset = Distributor.objects.filter(pk__in=authorised.values("distributor_id")).order_by("name")

    @staticmethod
    def known(care: Care | None) -> dict[str, Any]:
        return {"manager": care.manager_id, "distributor": care.distributor_id} if care is not None else {}


class ApproveForm(CareForm, ActForm):
    """As what the company is taken in."""

    tier = forms.ModelChoiceField(label=gettext_lazy("Tier"), queryset=Tier.objects.none(), empty_label=None)
    on = forms.DateField(
        label=gettext_lazy("Takes part from"), widget=DayInput(),
        help_text=gettext_lazy("Sales from this day on count for rebates."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Message to the applicant"), max_length=LONGEST, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    field_order = ["tier", "on", "manager", "distributor", "text"]

    def __init__(self, *args: Any, application: Application, today: date, **kwargs: Any) -> None:
        super().__init__(*args, vendor=application.program.vendor, today=today, **kwargs)
        tier = self.fields["tier"]
        assert isinstance(tier, forms.ModelChoiceField)
        tier.queryset = Tier.objects.filter(program=application.program).order_by("rank")
        self.initial.setdefault("tier", tier.queryset.first())
        self.initial.setdefault("on", today)
        self.today = today
        if not tier.queryset.exists():
            del self.fields["tier"]

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return on

    @property
    def admission(self) -> Admission:
        given = self.cleaned_data
        return Admission(given["on"], given.get("tier"), given["manager"], given["distributor"])


class AccessForm(forms.Form):
    """With which role somebody is let in."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Member.Role.choices, initial=Member.Role.SALES)
