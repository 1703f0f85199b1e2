"""Forms with which a partner is merged into another one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from common.fields import DayInput
from common.models import User


class ChooseForm(forms.Form):
    """Into which partner, and from which day."""

    into = forms.CharField(
        label=gettext_lazy("Partner number"), max_length=12,
        help_text=gettext_lazy("Of the partner that goes on. It stands on its page."),
    )  # fmt: skip
    on = forms.DateField(
        label=gettext_lazy("From"), widget=DayInput(),
        help_text=gettext_lazy("Sales from this day on count for the partner that goes on."),
    )  # fmt: skip

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"on": on}


class MergeForm(forms.Form):
    """Why, who gets the same roles there, and how many lines were shown."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Owners of both companies read it."),
    )  # fmt: skip
    people = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who gets the same roles in the other company"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Sequence[User], seen: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"seen": seen}
        field = self.fields["people"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(each.pk, f"{each.name} ({each.email})") for each in people]
        if not people:
            del self.fields["people"]
