"""Forms of those who look after the sending of mails."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class StopForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=300, strip=True, help_text=_("Other administrators read it, with your name.")
    )


class DecideForm(forms.Form):
    AGAIN, DISMISS = "again", "dismiss"
    decision = forms.ChoiceField(choices=[(AGAIN, AGAIN), (DISMISS, DISMISS)])
