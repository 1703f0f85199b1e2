"""Forms of the payment pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import LineField
from common.seen_forms import RefusableForm
from partners import ibans
from partners.bank_forms import IbanField
from partners.forms import Day
from partners.models import Partner
from rebates.models import AnswerLine, PaymentHold, PaymentSettings
from rebates.partner_field import PartnerInWordsField
from rebates.payment_words import CODES
from rebates.readers.pain002 import LIMITS


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    iban = IbanField(label="IBAN", help_text=gettext_lazy("The account from which rebates are paid."))

    class Meta:
        model = PaymentSettings
        fields = [
            "holder", "iban", "street", "postcode", "city", "minimum", "most", "days_after_closing", "lead_days",
            "scheduled",
        ]  # fmt: skip
        field_classes = {"holder": LineField}

    @property
    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "bic": ibans.bank_of(self.cleaned_data["iban"]).bic}


class ProposeForm(RefusableForm):
    day = Day(label=gettext_lazy("Payment date"), help_text=gettext_lazy("A day on which banks book."))
    last_of_year = forms.BooleanField(
        label=gettext_lazy("The last payment of the year: pay small balances, too"), required=False
    )


class ReasonForm(RefusableForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )


class AnotherFileForm(ReasonForm):
    not_submitted = forms.BooleanField(
        label=gettext_lazy("The file before was not submitted to the bank, and will not be."),
    )


class AnswerFileForm(RefusableForm):
    file = forms.FileField(
        label=gettext_lazy("File of the bank"),
        help_text=gettext_lazy("A payment status report (pain.002) in XML."),
        widget=forms.FileInput(attrs={"accept": ".xml"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LIMITS.size:
            raise forms.ValidationError(_("The file is larger than %(size)s MB.") % {"size": LIMITS.size // 10**6})
        return file


class SayForm(RefusableForm):
    """What the bank's statement says about one payment."""

    said = forms.ChoiceField(
        label=gettext_lazy("What the statement says"),
        choices=[
            (AnswerLine.Said.PAID, gettext_lazy("The money was paid")),
            (AnswerLine.Said.RETURNED, gettext_lazy("The money came back")),
        ],
        widget=forms.RadioSelect,
    )
    value_date = Day(label=gettext_lazy("Value date"))
    code = forms.ChoiceField(
        label=gettext_lazy("Why it came back"),
        choices=[("", gettext_lazy("not said")), *CODES.items()],
        required=False,
        help_text=gettext_lazy("As the bank's statement says it, where it does."),
    )
    account_stays = forms.BooleanField(
        label=gettext_lazy("The account is right: the next run pays to it again"), required=False
    )
    text = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, today: date, others: str = "", **kwargs: Any) -> None:
        """`others`: the run's other open payments in words; empty where there are none."""
        super().__init__(*args, **kwargs)
        self.fields["value_date"].initial = today
        if others:
            label = _("Paid on the same day: %(payments)s of this run as well") % {"payments": others}
            self.fields["others"] = forms.BooleanField(label=label, required=False)
            self.order_fields(["said", "value_date", "others"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("others") and cleaned.get("said") == AnswerLine.Said.RETURNED:
            self.add_error("others", _("Only payments that were paid are entered together."))
        return cleaned


class NoteForm(RefusableForm):
    note = forms.CharField(
        label=gettext_lazy("What it was about"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class HoldForm(RefusableForm):
    partner = PartnerInWordsField()
    why = forms.ChoiceField(label=gettext_lazy("Reason"), choices=PaymentHold.Why.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("What is known"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For your finance only. The partner reads that payments are on hold, and not why."),
    )

    def __init__(self, *args: Any, partners: QuerySet[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].partners = partners  # type: ignore[attr-defined]
