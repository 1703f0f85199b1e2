"""Forms of the rebate pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.terms import Counts, Measure, Terms
from rebates.models import ClosingBounds


@dataclass(frozen=True)
class More:
    """What somebody asks to have sold on top."""

    units: Decimal
    revenue: Decimal
    article: str


class WhatIfForm(forms.Form):
    """Units or revenue on top of what is sold: only the fields that change what the terms pay."""

    more_units = forms.IntegerField(label=_("More units"), required=False, min_value=0, max_value=10_000_000)
    more_revenue = forms.DecimalField(
        label=_("More revenue"), required=False, min_value=0, max_value=10_000_000_000, decimal_places=2
    )
    article = forms.ChoiceField(label=_("Article"), required=False)

    def __init__(self, *args: Any, terms: Terms, articles: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if terms.rates is not None:
            self.fields["article"].choices = list(articles)  # type: ignore[attr-defined]
        else:
            del self.fields["article"]
        if terms.counts is Counts.UNITS and terms.measure is not Measure.PERCENT:
            del self.fields["more_revenue"]
        if terms.counts is Counts.REVENUE and terms.measure is not Measure.PER_UNIT:
            del self.fields["more_units"]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"

    @property
    def more(self) -> More | None:
        """What is asked, None while nothing is."""
        if not self.is_bound or not self.is_valid():
            return None
        units = self.cleaned_data.get("more_units") or 0
        revenue = self.cleaned_data.get("more_revenue") or Decimal(0)
        if not units and not revenue:
            return None
        return More(Decimal(units), revenue, self.cleaned_data.get("article", ""))


class CommentForm(forms.Form):
    """Why something is right, for whoever looks at it later."""

    comment = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), strip=True)


class AcceptForm(CommentForm):
    """`amount`: what the person has seen while deciding."""

    amount = forms.DecimalField(widget=forms.HiddenInput, max_digits=14, decimal_places=2)


class BoundsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ClosingBounds
        fields = ["total", "total_times", "total_from", "partner", "partner_times", "partner_from"]
