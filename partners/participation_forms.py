"""The form with which a participation is suspended, resumed or ended."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from common.fields import DayInput
from partners.participation import Change, Step

LONGEST = 2000


class ParticipationForm(forms.Form):
    """From which day, and why; `seen`: the last step that the page showed."""

    on = forms.DateField(
        label=gettext_lazy("From"), widget=DayInput(),
        help_text=gettext_lazy("The first day on which it holds."),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The other side reads it."),
    )  # fmt: skip
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, step: Step, today: date, seen: int | None, by_partner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"on": today, "seen": seen}
        self.step = step
        if by_partner:
            self.fields["on"].widget.attrs["min"] = today.isoformat()
            self.fields["reason"].required = False

    @property
    def wanted(self) -> Change:
        """Of a valid form."""
        given = self.cleaned_data
        return Change(self.step, given["on"], given["reason"], given["seen"])
