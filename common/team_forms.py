"""Forms about teams: whom to invite, which roles somebody holds, and the account of somebody who is new."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import LineField
from common.invitations import split
from common.models import User
from common.teams import Team


class AddressForm(forms.Form):
    """Whom to write to, and how."""

    address = forms.EmailField(
        label=gettext_lazy("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"), choices=settings.LANGUAGES)


class InviteForm(AddressForm):
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    field_order = ["address", "role", "language"]

    def __init__(self, team: Team, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("Please choose")), *team.roles.choices]  # type: ignore[attr-defined]


class RolesForm(forms.Form):
    """A person's roles. `seen`: those the page showed, so that nobody overwrites what somebody else just changed."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one role, or remove the person from the team.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, team: Team, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = team.roles.choices  # type: ignore[attr-defined]

    def clean_seen(self) -> list[str]:
        given: str = self.cleaned_data["seen"]
        return given.split()


class NewAccountForm(forms.Form):
    """Somebody who is new chooses a password. Its address is the invitation's and cannot be another one."""

    name = LineField(
        label=gettext_lazy("Your name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=200,
        help_text=gettext_lazy("At least ten characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, address: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "password" in cleaned:
            first, last = split(cleaned.get("name", ""))
            try:
                validate_password(cleaned["password"], User(email=self.address, first_name=first, last_name=last))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
