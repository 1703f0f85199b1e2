"""Forms about bank accounts: naming one, and refusing one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import LineField
from common.proof_forms import ProofField, ProofForm
from common.seen_forms import RefusableForm
from partners import ibans
from partners.bank_accounts import PROOF_KINDS, Named
from partners.models import LONGEST_HOLDER


class IbanField(LineField):
    """An IBAN as people type it, with or without blanks. What is wrong with it is said without repeating it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        try:
            return ibans.read(typed)
        except ibans.NotAnIban as error:
            raise forms.ValidationError(_(str(error))) from None


class BankAccountForm(ProofForm):
    """`replaces`: the account that was there when the form was opened."""

    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)
    iban = IbanField(label=gettext_lazy("IBAN"))
    holder = LineField(
        label=gettext_lazy("Account holder"),
        max_length=LONGEST_HOLDER,
        help_text=gettext_lazy("Exactly as your bank has it: banks compare the name before they pay."),
    )
    proof = ProofField(
        label=gettext_lazy("Proof"),
        kinds=PROOF_KINDS,
        help_text=gettext_lazy(
            "A letter of your bank or the head of a statement, with the whole IBAN and the account holder: PDF, PNG or"
            " JPEG, up to 10 MB. Your vendors’ finance sees it."
        ),
        error_messages={
            "required": gettext_lazy("Please choose the file. When the page comes again it has to be chosen again.")
        },
    )

    @property
    def named(self) -> Named:
        given = self.cleaned_data
        return Named(given["iban"], given["holder"], given["proof"])


class RefusalForm(RefusableForm):
    """Why a vendor does not pay to an account."""

    comment = forms.CharField(
        label=gettext_lazy("Why not?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The company reads it, on its page and in a mail."),
    )
