"""The form of inviting contacts by wave."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from partners.waves import EXPIRED, STANDINGS, WAITING

MOST = 20_000


class WaveForm(forms.Form):
    """How many of those listed are invited now."""

    standing = forms.ChoiceField(
        label=gettext_lazy("Whom"),
        choices=[(WAITING, STANDINGS[WAITING]), (EXPIRED, STANDINGS[EXPIRED])],
    )
    number = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MOST, initial=50)
