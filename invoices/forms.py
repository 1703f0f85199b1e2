"""Forms of the invoice pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.seen_forms import SeenForm
from invoices.models import Invoice, InvoiceRules
from invoices.receiving import LARGEST
from programs.models import Vendor

AT_ONCE = 100
"""Files sent with one request."""
LONGEST = 5000
ACCEPTED = ".pdf,.xml,.png,.jpg,.jpeg,application/pdf,application/xml,text/xml,image/png,image/jpeg"
WRITTEN_REASONS = (
    Invoice.Reason.NOT_AN_INVOICE,
    Invoice.Reason.NOT_THEIRS,
    Invoice.Reason.NOT_AUTHORISED,
    Invoice.Reason.NO_PRODUCTS,
    Invoice.Reason.DUPLICATE,
    Invoice.Reason.SERIALS,
    Invoice.Reason.TOO_LATE,
    Invoice.Reason.NOT_READABLE,
    Invoice.Reason.NOTHING_CLAIMED,
    Invoice.Reason.OTHER,
)
"""Reasons a person may give."""


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; each is tried on its own later."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        if not data:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(data) > AT_ONCE:
            raise forms.ValidationError(_("Please send at most %(count)s files at once.") % {"count": AT_ONCE})
        return list(data)


class UploadForm(forms.Form):
    """Invoices to one vendor."""

    vendor = forms.ModelChoiceField(
        Vendor.objects.none(),
        label=gettext_lazy("For"),
        empty_label=gettext_lazy("Please choose"),
        to_field_name="slug",
    )
    file = FilesField(
        label=gettext_lazy("Invoices"),
        widget=FilesInput(attrs={"accept": ACCEPTED, "class": "drop-zone", "multiple": True, "data-one-by-one": True}),
    )

    def __init__(self, *args: Any, vendors: Sequence[Vendor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The filter of the list below it has a vendor, too.
        self.auto_id = "upload_%s"
        self.fields["vendor"].queryset = Vendor.objects.filter(pk__in=[each.pk for each in vendors]).order_by("name")  # type: ignore[attr-defined]
        size = {"size": LARGEST // 1_000_000}
        self.fields["file"].help_text = (
            _("PDF, XML or a photo (PNG, JPEG), up to %(size)s MB each. Drop them here, choose them or take a photo.")
            % size
        )
        whole = _("%(vendor)s sees the whole document, also what it lists of other vendors.")
        if len(vendors) == 1:
            self.fields["vendor"].initial = vendors[0].slug
            self.fields["vendor"].help_text = whole % {"vendor": vendors[0].name}
        else:
            self.fields["vendor"].help_text = whole % {"vendor": _("This vendor")}


class TextForm(SeenForm):
    text = forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label


class RefuseForm(SeenForm):
    """Why an invoice is refused; the partner reads both."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", gettext_lazy("Please choose")), *((each.value, each.label) for each in WRITTEN_REASONS)],
    )
    text = forms.CharField(
        label=gettext_lazy("What the partner should know"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("reason") == Invoice.Reason.OTHER and not given.get("text", "").strip():
            self.add_error("text", _("Please say why: “another reason” alone does not help the partner."))
        return given


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = InvoiceRules
        fields = ["window_days", "automatic", "per_invoice", "per_period", "accepted_before", "sample", "per_day"]
