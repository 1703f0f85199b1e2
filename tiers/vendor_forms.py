"""Forms with which a vendor's people decide about one partner's tier."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import DayInput
from common.formats import date_short
from programs.models import Program, Tier

LONGEST = 500
REASON = gettext_lazy("Reason")


class LastDayField(forms.DateField):
    """The last day on which something holds; gives the day after it, as everything that ends is kept."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Last day"))
        super().__init__(widget=DayInput(), **kwargs)
        self.today: date | None = None

    def on(self, today: date) -> None:
        self.today = today
        self.widget.attrs["min"] = today.isoformat()

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day is None:
            return None
        if self.today is not None and day < self.today:
            raise forms.ValidationError(_("Please choose %(day)s or later.") % {"day": date_short(self.today)})
        if day == date.max:
            raise forms.ValidationError(self.error_messages["invalid"])
        return day + timedelta(days=1)


def reason_field(help_text: Any = "", label: Any = REASON) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )  # fmt: skip


class DeclineForm(forms.Form):
    """`tier`: the tier that the page proposed."""

    tier = forms.IntegerField(widget=forms.HiddenInput)
    reason = reason_field(
        gettext_lazy("For you and your colleagues; the partner is not told."), gettext_lazy("Reason to decline it")
    )


class DecideForm(forms.Form):
    """A tier until a last day; `confirmed` is what was shown before the button that does it."""

    tier = forms.ModelChoiceField(label=gettext_lazy("Tier"), queryset=Tier.objects.none())
    until = LastDayField(help_text=gettext_lazy("From the day after, the tier follows the requirements again."))
    reason = reason_field(gettext_lazy("The partner reads it."))
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, program: Program, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tiers = self.fields["tier"]
        assert isinstance(tiers, forms.ModelChoiceField)
        tiers.queryset = program.tiers.order_by("rank")
        until = self.fields["until"]
        assert isinstance(until, LastDayField)
        until.on(today)

    def shows(self, preview: str) -> bool:
        """Whether the person has seen this preview; if not, the form carries it to be confirmed."""
        if self.cleaned_data["confirmed"] == preview:
            return True
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("confirmed")] = preview
        self.data = data
        return False


class CheckForm(forms.Form):
    evidence = forms.CharField(
        label=gettext_lazy("What did you see?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The partner reads it as evidence."),
    )  # fmt: skip
    until = LastDayField(required=False, help_text=gettext_lazy("Empty: until somebody takes it back."))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        until = self.fields["until"]
        assert isinstance(until, LastDayField)
        until.on(today)
