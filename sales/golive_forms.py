"""The form that takes a file with partners in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from programs.models import Program, Vendor
from sales.forms import UploadForm, offer


class PartnersForm(UploadForm):
    """The partners, and the program they take part in."""

    program = forms.ModelChoiceField(
        Program.objects.none(), label=gettext_lazy("Program"), empty_label=gettext_lazy("Please choose")
    )
    field_order = ["file", "program"]

    def __init__(self, vendor: Vendor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = gettext_lazy("Partners")
        offer(self.fields["program"], Program.objects.filter(vendor=vendor).order_by("name"))
