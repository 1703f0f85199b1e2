"""Forms of the sales pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import Distributor, Vendor
from sales.readers.notations import Dates, Numbers
from sales.selectors import distributors_of, vendors_of

FIND_OUT = ("", gettext_lazy("find out from the file"))


class UploadForm(forms.Form):
    """A report and how it is written. Subclasses add who sent it, or to whom."""

    file = forms.FileField(
        label=gettext_lazy("Report"),
        help_text=gettext_lazy("A CSV file whose first row names the columns. You can drop it on the field."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv", "class": "drop-zone"}),
    )
    numbers = forms.ChoiceField(
        label=gettext_lazy("Numbers"),
        required=False,
        choices=[FIND_OUT, *[(one.value, one.example) for one in Numbers]],
    )
    dates = forms.ChoiceField(
        label=gettext_lazy("Dates"),
        required=False,
        choices=[FIND_OUT, *[(one.value, one.example) for one in Dates]],
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > settings.SELLOUT_MAX_BYTES:
            size = settings.SELLOUT_MAX_BYTES // 1_000_000
            raise forms.ValidationError(_("The file is larger than %(size)s MB.") % {"size": size})
        return file

    def clean_numbers(self) -> Numbers | None:
        return Numbers(self.cleaned_data["numbers"]) if self.cleaned_data["numbers"] else None

    def clean_dates(self) -> Dates | None:
        return Dates(self.cleaned_data["dates"]) if self.cleaned_data["dates"] else None


class VendorUploadForm(UploadForm):
    """A vendor's staff take in what a distributor sent them."""

    distributor = forms.ModelChoiceField(
        Distributor.objects.none(), label=gettext_lazy("Distributor"), empty_label=gettext_lazy("Please choose")
    )
    field_order = ["distributor"]

    def __init__(self, vendor: Vendor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["distributor"], distributors_of(vendor))


class DistributorUploadForm(UploadForm):
    """A distributor's own people hand in a report to one of the vendors they sell for."""

    vendor = forms.ModelChoiceField(
        Vendor.objects.none(), label=gettext_lazy("Vendor"), empty_label=gettext_lazy("Please choose")
    )
    field_order = ["vendor"]

    def __init__(self, distributor: Distributor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["vendor"], vendors_of(distributor))


class InviteForm(forms.Form):
    """Whom to write to at a company that is no partner yet."""

    address = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"), choices=settings.LANGUAGES)


def _offer(field: forms.Field, rows: Any) -> None:
    """Offer these rows; where there is only one, it is chosen."""
    field.queryset = rows  # type: ignore[attr-defined]
    found = list(rows[:2])
    if len(found) == 1:
        field.initial = found[0]
