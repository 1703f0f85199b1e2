"""Forms of the accounting pages: which part of the journal is taken, and under which numbers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from partners.forms import Day
from rebates.journal.reading import Days, NotDays
from rebates.models import AccountingSettings, JournalExport


class JournalForm(forms.Form):
    """Days of booking, the last one included, and a format. `days`: what was asked for, of a valid form."""

    days: Days

    first = Day(label=gettext_lazy("Booked from"))
    last = Day(label=gettext_lazy("Booked until"), help_text=gettext_lazy("This day included."))
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=JournalExport.Format)

    def __init__(self, *args: Any, unseen: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if unseen:
            for field in self.fields.values():
                field.widget = field.hidden_widget()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("first"), given.get("last")
        if first is not None and last is not None:
            try:
                self.days = Days.through(first, last)
            except NotDays as error:
                self.add_error("last", str(error))
        return given


class AccountingForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = AccountingSettings
        fields = (
            "chart", "account_length", "expense", "owed", "carried", "in_payment", "paid", "returned",
            "fiscal_year_begins", "consultant_number", "client_number",
        )  # fmt: skip
