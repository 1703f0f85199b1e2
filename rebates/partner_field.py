"""A form's field for one of a vendor's partners, typed in words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.filters import with_words
from partners.models import Partner

NAMED = 5
"""So many partners are named where what was typed fits several."""


class PartnerInWordsField(forms.CharField):
    """The partner whose number, or words that fit it alone, were typed. `partners`: those that can be meant."""

    partners: QuerySet[Partner] = Partner.objects.none()

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Partner"))
        help_text = gettext_lazy("Partner number, or so much of name and place that only one partner fits.")
        super().__init__(max_length=200, help_text=help_text, **kwargs)

    def clean(self, value: Any) -> Partner:
        text = super().clean(value).strip()
        if (exact := self.partners.filter(number__iexact=text).first()) is not None:
            return exact
        found = list(self.partners.filter(with_words(text, ("name", "number", "city"))).order_by("name")[: NAMED + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("No partner of yours fits this."))
        names = ", ".join(f"{each.name} ({each.number})" for each in found[:NAMED])
        names += ", …" if len(found) > NAMED else ""
        raise forms.ValidationError(
            _("Several partners fit this: %(names)s. Please type the number.") % {"names": names}
        )
