"""Forms of what the partner does with a deal that was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats
from common.fields import DayInput, ProseField
from common.seen_forms import SeenForm
from deals import ending
from deals.models import Deal
from invoices.models import Invoice
from invoices.wording import title_of as invoice_title
from sales.claim_wording import line_in_words

LONGEST = 5_000


def _text(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return ProseField(
        label=label, max_length=LONGEST, required=required, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=help_text,
    )  # fmt: skip


class StepForm(SeenForm):
    """A step with a deal."""

    def __init__(self, data: Any = None, *, deal: Deal, today: date) -> None:
        super().__init__(data, initial={"seen": deal.version})
        self.deal, self.today = deal, today


class ReplyForm(StepForm):
    text = _text(gettext_lazy("Your answer"))


class UpdateForm(StepForm):
    text = _text(
        gettext_lazy("How it stands"),
        help_text=gettext_lazy("Two sentences are enough: what has happened, and what comes next."),
    )


class ExtensionForm(StepForm):
    text = _text(
        gettext_lazy("Why does it take longer?"),
        help_text=gettext_lazy("It counts as an update, too."),
    )


class WithdrawForm(StepForm):
    text = _text(gettext_lazy("Why?"), required=False, help_text=gettext_lazy("You need not say it."))


class LostForm(StepForm):
    lost_to = forms.ChoiceField(
        label=gettext_lazy("Lost because of"), choices=Deal.LostTo.choices, widget=forms.RadioSelect
    )
    text = _text(gettext_lazy("What happened"), required=False)


class ProofForm(StepForm):
    """Sales and invoices that show the order: suggested, the likeliest first."""

    lines = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Sales that show the order"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    invoices = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Invoices that show the order"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For your tier an invoice counts as soon as it is accepted."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, deal: Deal, today: date) -> None:
        super().__init__(data, deal=deal, today=today)
        lines = ending.lines_for(deal).select_related("product", "distributor")[: ending.SUGGESTED]
        self._offer("lines", [(line.pk, line_in_words(line)) for line in lines])
        own = ending.invoices_for(deal).select_related("distributor")[: ending.SUGGESTED]
        self._offer("invoices", [(each.pk, _invoice_in_words(each)) for each in own])
        offered = [self.fields[name] for name in ("lines", "invoices") if name in self.fields]
        for field in offered:
            field.required = len(offered) == 1
            if not field.required:
                field.help_text = " ".join(filter(None, [_("At least one sale or invoice."), str(field.help_text)]))

    def _offer(self, name: str, choices: Sequence[tuple[int, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices
        if not choices:
            del self.fields[name]

    @property
    def nothing_to_choose(self) -> bool:
        return not {"lines", "invoices"} & self.fields.keys()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors.keys() & {"lines", "invoices"} and not given.get("lines") and not given.get("invoices"):
            self.add_error(None, _("Please choose at least one sale or invoice that shows the order."))
        return given


def _invoice_in_words(invoice: Invoice) -> str:
    said = [invoice_title(invoice), invoice.seller_name]
    if invoice.issue_date is not None:
        said.append(formats.date_short(invoice.issue_date))
    return " · ".join(filter(None, said))


class WonForm(ProofForm):
    on = forms.DateField(label=gettext_lazy("Day of the order"), widget=DayInput())
    value = forms.DecimalField(
        max_digits=14, decimal_places=2, min_value=1, help_text=gettext_lazy("Of the whole order, without VAT.")
    )
    text = _text(gettext_lazy("Anything to add?"), required=False)
    field_order = ["seen", "on", "value", "lines", "invoices", "text"]

    def __init__(self, data: Any = None, *, deal: Deal, today: date) -> None:
        super().__init__(data, deal=deal, today=today)
        self.fields["value"].label = _("Value of the order in %(currency)s") % {"currency": deal.currency}
        self.initial = {**self.initial, "on": today, "value": deal.expected_value}

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day
