"""Forms of what belongs to a person, whatever their role."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from common.fields import LineField
from common.models import User
from common.tokens import Scope

LIFETIMES = [(30, _("30 days")), (90, _("90 days")), (365, _("one year"))]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What uses it, so that you recognise it later: “ERP”, “reporting”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may do yourself."),
    )  # fmt: skip
    days = forms.TypedChoiceField(label=_("Ends after"), choices=LIFETIMES, coerce=int, initial=90)

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name is optional: whoever has none is named by the address."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "language")
        field_classes = {"first_name": LineField, "last_name": LineField}
        labels = {"first_name": _("First name"), "last_name": _("Last name"), "language": _("Language")}
        help_texts = {"language": _("Of the pages here and of the mails you get.")}
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }


class EmailChangeForm(forms.Form):
    new_address = forms.EmailField(
        label=_("New e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class RemovalForm(forms.Form):
    understood = forms.BooleanField(label=_("I have read what is deleted and what stays. My account is to be closed."))


class ReleaseForm(forms.Form):
    """What a platform admin has looked at before a restored system goes on."""

    comment = forms.CharField(
        label=_("What you have looked at"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), strip=True,
        help_text=_("It is kept with your name."),
    )  # fmt: skip
