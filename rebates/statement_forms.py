"""Forms about statements: a vendor's letterhead, and correcting a document."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from common.fields import LineField
from common.proof_forms import ProofField
from common.proofs import ProofKind
from common.seen_forms import RefusableForm
from rebates.models import Letterhead
from rebates.statements.letterheads import LEAST_CONTRAST, contrast_to_white

_COLOUR = re.compile(r"#?([0-9A-Fa-f]{6})")
FIELDS = ("street", "postcode", "city", "vat_id", "register", "email", "phone", "colour")


class LetterheadForm(forms.ModelForm):  # type: ignore[type-arg]
    logo_file = ProofField(
        label=gettext_lazy("Logo"), kinds=(ProofKind.PNG, ProofKind.JPEG), required=False,
        help_text=gettext_lazy("PNG or JPEG up to 1 MB. Empty: it stays. Without a logo your name is written."),
    )  # fmt: skip
    without_logo = forms.BooleanField(label=gettext_lazy("No logo"), required=False)

    class Meta:
        model = Letterhead
        fields = FIELDS
        field_classes = dict.fromkeys(("street", "postcode", "city", "vat_id", "register", "phone"), LineField)

    def clean_colour(self) -> str:
        found = _COLOUR.fullmatch(self.cleaned_data["colour"].strip())
        if found is None:
            raise forms.ValidationError(_("Please write the colour as # and six digits, such as #1F3A5F."))
        colour = f"#{found[1].upper()}"
        if contrast_to_white(colour) < LEAST_CONTRAST:
            raise forms.ValidationError(_("White text cannot be read well on this colour. Please take a darker one."))
        return colour

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}

    @property
    def logo(self) -> bytes | None:
        proof = self.cleaned_data["logo_file"]
        return None if proof is None else proof.content

    def refuse(self, error: DomainError) -> None:
        """What is refused after the form was read is the logo."""
        self.add_error("logo_file", str(error))


class CorrectionForm(RefusableForm):
    reason = LineField(
        label=gettext_lazy("Reason"), max_length=500,
        help_text=gettext_lazy("It stands in the new document, and in the mail to the partner."),
    )  # fmt: skip
