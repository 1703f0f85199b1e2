"""The form with which many partners are moved to another tier."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import Program, Tier
from tiers.vendor_forms import LastDayField, reason_field


class BulkForm(forms.Form):
    """Who holds which tiers gets which one, until a last day; `seen`: whom the preview named."""

    tiers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Partners that hold"), queryset=Tier.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    to_tier = forms.ModelChoiceField(label=gettext_lazy("get the tier"), queryset=Tier.objects.none())
    until = LastDayField(help_text=gettext_lazy("From the day after, their tiers follow the requirements again."))
    reason = reason_field(gettext_lazy("The partners read it."))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, program: Program, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("tiers", "to_tier"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = program.tiers.order_by("rank")
        until = self.fields["until"]
        assert isinstance(until, LastDayField)
        until.on(today)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("to_tier") in (given.get("tiers") or ()):
            self.add_error(
                "to_tier", _("Whoever holds this tier already would not be moved. Please choose another one.")
            )
        return given

    def shows(self, preview: str) -> bool:
        """Whether the person has seen this preview; if not, the form carries it to be confirmed."""
        if self.cleaned_data["seen"] == preview:
            return True
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("seen")] = preview
        self.data = data
        return False
