"""Forms of manual adjustments: proposing one, and refusing it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from common.proof_forms import ProofField, ProofForm
from common.seen_forms import RefusableForm
from partners.models import Partner
from programs.models import Program
from rebates.adjusting import MOST, Proposal
from rebates.partner_field import PartnerInWordsField

MORE, LESS = "more", "less"


class AdjustmentForm(ProofForm):
    """What is asked for: for whom, how much, why, and what proves it."""

    program = forms.ModelChoiceField(
        Program.objects.none(), label=gettext_lazy("Program"), empty_label=gettext_lazy("Please choose")
    )
    partner = PartnerInWordsField()
    direction = forms.ChoiceField(
        label=gettext_lazy("What changes"),
        choices=[
            (MORE, gettext_lazy("The partner gets more (+)")),
            (LESS, gettext_lazy("The partner gets less (−)")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "What the partner gets less is taken off what it is owed. It never has to pay back: what is left is set off"
            " against the rebates it earns next."
        ),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        min_value=Decimal("0.01"),
        max_value=MOST,
        max_digits=14,
        decimal_places=2,
        help_text=gettext_lazy("Without a sign, in the currency of the program."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The partner reads it on its account and in a mail."),
    )
    proof = ProofField(
        label=gettext_lazy("Proof"),
        help_text=gettext_lazy(
            "What the second person decides by: PDF, PNG, JPEG, XML or CSV, up to 10 MB. The partner does not see it."
        ),
    )

    def __init__(self, *args: Any, programs: QuerySet[Program], partners: QuerySet[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].partners = partners  # type: ignore[attr-defined]
        self.fields["program"].queryset = programs  # type: ignore[attr-defined]
        if len(found := list(programs[:2])) == 1:
            self.fields["program"].initial = found[0]

    @property
    def proposal(self) -> Proposal:
        given = self.cleaned_data
        amount = given["amount"] if given["direction"] == MORE else -given["amount"]
        return Proposal(given["program"], given["partner"], amount, given["reason"], given["proof"])


class RefusalForm(RefusableForm):
    """Why an adjustment is not booked."""

    comment = forms.CharField(
        label=gettext_lazy("Why not?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Who proposed it reads this; the partner does not."),
    )
