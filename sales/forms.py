"""Forms of the sales pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import Distributor, Vendor
from sales.selectors import distributors_of, vendors_of

ACCEPTED = ".csv,.txt,.tsv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    """A report. Subclasses add who sent it, or to whom."""

    file = forms.FileField(
        label=gettext_lazy("Report"),
        help_text=gettext_lazy("A CSV file or an Excel workbook (.xlsx). Drop it here, or choose it."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "class": "drop-zone"}),
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > settings.SELLOUT_MAX_BYTES:
            size = settings.SELLOUT_MAX_BYTES // 1_000_000
            raise forms.ValidationError(_("The file is larger than %(size)s MB.") % {"size": size})
        return file


class VendorUploadForm(UploadForm):
    """A vendor's staff take in what a distributor sent them."""

    distributor = forms.ModelChoiceField(
        Distributor.objects.none(), label=gettext_lazy("Distributor"), empty_label=gettext_lazy("Please choose")
    )
    field_order = ["file", "distributor"]

    def __init__(self, vendor: Vendor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["distributor"], distributors_of(vendor))


class DistributorUploadForm(UploadForm):
    """A distributor's own people hand in a report to one of the vendors they sell for."""

    vendor = forms.ModelChoiceField(
        Vendor.objects.none(), label=gettext_lazy("Vendor"), empty_label=gettext_lazy("Please choose")
    )
    field_order = ["file", "vendor"]

    def __init__(self, distributor: Distributor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["vendor"], vendors_of(distributor))


class InviteForm(forms.Form):
    """Whom to write to at a company that is no partner yet."""

    address = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"), choices=settings.LANGUAGES)


def offer(field: forms.Field, rows: Any) -> None:
    """Offer these rows; where there is only one, it is chosen."""
    field.queryset = rows  # type: ignore[attr-defined]
    found = list(rows[:2])
    if len(found) == 1:
        field.initial = found[0]
