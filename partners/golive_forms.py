"""The forms of inviting contacts by wave, and of confirming a company's data."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from partners.registration_forms import AUTOCOMPLETE
from partners.waves import EXPIRED, STANDINGS, WAITING

MOST = 20_000


class WaveForm(forms.Form):
    """How many of those listed are invited now."""

    standing = forms.ChoiceField(
        label=gettext_lazy("Whom"),
        choices=[(WAITING, STANDINGS[WAITING]), (EXPIRED, STANDINGS[EXPIRED])],
    )
    number = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MOST, initial=50)


class DataCheckForm(forms.Form):
    """What a company's owner changes at once."""

    street = forms.CharField(label=gettext_lazy("Street and number"), max_length=200, required=False)
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=12, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=120, required=False)
    website = forms.URLField(label=gettext_lazy("Website"), max_length=200, required=False, assume_scheme="https")
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name, field in self.fields.items():
            field.widget.attrs["autocomplete"] = AUTOCOMPLETE[name]
