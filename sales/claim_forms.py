"""Forms of questions and answers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import DayInput
from common.proof_forms import ProofField, ProofForm
from common.seen_forms import ActForm
from programs.models import Authorisation, Distributor, Vendor
from sales.claim_wording import line_in_words
from sales.claims import ClaimedSale
from sales.models import SaleLine
from sales.selectors import distributors_of

LONGEST = 5000
ACCEPT, DECLINE = "accept", "decline"


class TextForm(ActForm):
    """What somebody writes."""

    text = forms.CharField(
        label=gettext_lazy("Your message"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


class ProvenForm(ProofForm, TextForm):
    """With a file that proves it."""

    proof = ProofField(
        label=gettext_lazy("Proof"),
        required=False,
        help_text=gettext_lazy(
            "An invoice, an order confirmation, a delivery note: PDF, PNG, JPEG, XML or CSV, up to 10 MB."
        ),
    )
    field_order = ["text", "proof"]


class ReplyForm(ProvenForm):
    """The partner writes about its question."""


class DoubtForm(ProvenForm):
    """What is wrong with a settled amount."""

    text = forms.CharField(
        label=gettext_lazy("What do you doubt, and why?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class SaleForm(ProvenForm):
    """How a sale should have been booked, as far as the partner knows."""

    document_number = forms.CharField(
        label=gettext_lazy("Document number"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("The number of the distributor's invoice or delivery note."),
    )
    document_date = forms.DateField(label=gettext_lazy("Document date"), required=False, widget=DayInput())
    article = forms.CharField(label=gettext_lazy("Article number"), max_length=60, required=False)
    quantity = forms.DecimalField(label=gettext_lazy("Quantity"), required=False, max_digits=14, decimal_places=3)
    net = forms.DecimalField(
        label=gettext_lazy("Net amount"),
        required=False,
        max_digits=14,
        decimal_places=2,
        help_text=gettext_lazy("Of the whole line, without VAT."),
    )
    field_order = ["document_number", "document_date", "article", "quantity", "net", "text", "proof"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_document_date(self) -> date | None:
        day: date | None = self.cleaned_data["document_date"]
        if day is not None and day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day

    @property
    def sale(self) -> ClaimedSale:
        given = self.cleaned_data
        return ClaimedSale(
            distributor=given.get("distributor"),
            document_number=given["document_number"],
            document_date=given["document_date"],
            article=given["article"],
            quantity=given["quantity"],
            net=given["net"],
        )


class WrongSaleForm(SaleForm):
    """The facts of the booked sale are filled in; the partner changes what is wrong."""

    text = forms.CharField(
        label=gettext_lazy("What is wrong?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )

    @staticmethod
    def facts_of(line: SaleLine) -> dict[str, Any]:
        return {
            "document_number": line.document_number,
            "document_date": line.document_date,
            "article": line.article or line.product.article,
            "quantity": line.quantity.normalize(),
            "net": line.net,
        }


class MissingSaleForm(SaleForm):
    """A sale that is in no report. Text is required, and so much that the vendor knows where to look."""

    vendor = forms.ModelChoiceField(
        Vendor.objects.none(), label=gettext_lazy("Vendor"), empty_label=gettext_lazy("Please choose")
    )
    distributor = forms.ModelChoiceField(
        Distributor.objects.none(),
        label=gettext_lazy("Distributor"),
        empty_label=gettext_lazy("not known"),
        required=False,
        help_text=gettext_lazy("From whom you bought."),
    )
    text = forms.CharField(
        label=gettext_lazy("What is missing?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )
    field_order = ["vendor", "distributor", *SaleForm.field_order]

    def __init__(self, *args: Any, vendors: QuerySet[Vendor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        authorised = Authorisation.objects.filter(distributor=OuterRef("pk"), program__vendor__in=vendors)
        self.fields["vendor"].queryset = vendors  # type: ignore[attr-defined]
        self.fields["distributor"].queryset = Distributor.objects.filter(Exists(authorised))  # type: ignore[attr-defined]
        if len(found := list(vendors[:2])) == 1:
            self.fields["vendor"].initial = found[0]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        vendor, distributor = given.get("vendor"), given.get("distributor")
        if vendor and distributor and not distributors_of(vendor).filter(pk=distributor.pk).exists():
            names = {"distributor": distributor.name, "vendor": vendor.name}
            self.add_error("distributor", _("%(distributor)s does not sell products of %(vendor)s.") % names)
        unknown = {"distributor", "document_number"}.isdisjoint(self.errors)
        if unknown and not distributor and not given.get("document_number"):
            self.add_error(
                "document_number", _("Please name the document or the distributor, so that the sale can be looked for.")
            )
        return given


class AskBackForm(TextForm):
    """The vendor needs to know more."""

    text = forms.CharField(
        label=gettext_lazy("What do you need to know?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(TextForm):
    """The vendor's answer. `corrections`: lines that may be the correction, those that fit best first."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Is the partner right?"),
        choices=[(ACCEPT, gettext_lazy("Yes, accept")), (DECLINE, gettext_lazy("No, decline"))],
        widget=forms.RadioSelect,
    )
    correcting_line = forms.ChoiceField(
        label=gettext_lazy("Corrected by"),
        required=False,
        help_text=gettext_lazy(
            "Sales booked for the partner since it asked. It sees a link to the one you choose. Choose none where the"
            " correction follows with a later report."
        ),
    )
    text = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )
    field_order = ["outcome", "correcting_line", "text"]

    def __init__(self, *args: Any, corrections: list[SaleLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.corrections = {str(line.pk): line for line in corrections}
        if corrections:
            lines = [(pk, line_in_words(line)) for pk, line in self.corrections.items()]
            self.fields["correcting_line"].choices = [("", _("no line")), *lines]  # type: ignore[attr-defined]
        else:
            del self.fields["correcting_line"]
            self.fields["outcome"].help_text = _(
                "Nothing was booked for the partner since it asked. You may accept all the same: the correction can"
                " follow with a later report. Say so in your answer."
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("correcting_line") and given.get("outcome") == DECLINE:
            self.add_error("correcting_line", _("Only an accepted question is corrected by a sale."))
        return given

    @property
    def line(self) -> SaleLine | None:
        return self.corrections.get(self.cleaned_data.get("correcting_line", ""))
