"""Forms of case studies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.proof_forms import ProofField, ProofForm
from common.proofs import ProofKind
from common.seen_forms import SeenForm
from partners.models import Enrolment
from tiers.case_steps import Written

PICTURES = (ProofKind.PDF, ProofKind.PNG, ProofKind.JPEG)
DRAFT = "draft"
"""The name of the button that only saves."""
ACCEPT, SEND_BACK = "accept", "return"


class CaseStudyForm(ProofForm):
    """What the partner writes. It may be saved before it is complete; handing in asks for the text."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    enrolment = forms.ModelChoiceField(Enrolment.objects.none(), label=gettext_lazy("Program"), empty_label=None)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        help_text=gettext_lazy("In one line: what you did for whom."),
    )
    customer = forms.CharField(
        label=gettext_lazy("Customer"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("May stay empty where the customer is not to be named."),
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy("What the customer needed, what you installed, what it brought."),
    )
    proof = ProofField(
        label=gettext_lazy("Picture or document"),
        kinds=PICTURES,
        required=False,
        help_text=gettext_lazy("PDF, PNG or JPEG, up to 10 MB. More files can be added one after the other."),
    )
    consent = forms.BooleanField(
        label=gettext_lazy("May be published on the program's page"),
        required=False,
        help_text=gettext_lazy(
            "Title, customer, text and the name of your company, without the files. The customer has agreed."
            " You can take this back at any time."
        ),
    )
    field_order = ["seen", "enrolment", "title", "customer", "text", "proof", "consent"]

    def __init__(self, *args: Any, enrolments: Sequence[Enrolment] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not enrolments:
            del self.fields["enrolment"]
            return
        field: Any = self.fields["enrolment"]
        field.queryset = Enrolment.objects.filter(pk__in=[each.pk for each in enrolments])
        field.choices = [(each.pk, each.program.name) for each in enrolments]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if DRAFT not in self.data and "text" not in self.errors and not given.get("text"):
            self.add_error("text", _("Please write the text before you hand in the case study."))
        return given

    @property
    def written(self) -> Written:
        given = self.cleaned_data
        return Written(
            given["title"], given["customer"], given["text"], given["consent"], given["proof"], DRAFT not in self.data
        )


class AnswerForm(SeenForm):
    """The vendor's answer."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Does it count?"),
        choices=[
            (ACCEPT, gettext_lazy("Yes, accept")),
            (SEND_BACK, gettext_lazy("Not yet, return it to the partner")),
        ],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The partner reads it. Where you return it: what is missing."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("outcome") == SEND_BACK and "text" not in self.errors and not given.get("text"):
            self.add_error("text", _("Please say what is missing."))
        return given
