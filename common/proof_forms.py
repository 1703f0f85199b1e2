"""Forms with a file that proves what somebody says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.proofs import ENDINGS, NotAProof, Proof, ProofKind, check_size, proof_of
from common.seen_forms import RefusableForm


class ProofField(forms.FileField):
    """A file of one of these kinds, as a `Proof`; None where none was chosen."""

    def __init__(self, *, kinds: Collection[ProofKind] = tuple(ProofKind), **kwargs: Any) -> None:
        self.kinds = kinds
        endings = ",".join(ending for kind in kinds for ending in ENDINGS[kind])
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": endings}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Proof | None:
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            check_size(file.size)  # before all of it is in memory
            return proof_of(file_name=file.name or "", content=file.read(), kinds=self.kinds)
        except NotAProof as error:
            raise forms.ValidationError(str(error)) from error


class ProofForm(RefusableForm):
    """With a field `proof`. Where the form is shown again, the file has to be chosen again, and it says so."""

    def full_clean(self) -> None:
        super().full_clean()
        self._ask_for_the_file_again()

    def refuse(self, error: DomainError) -> None:
        super().refuse(error)
        self._ask_for_the_file_again()

    def _ask_for_the_file_again(self) -> None:
        if self.errors and self.cleaned_data.get("proof"):
            self.add_error("proof", _("Please choose the file again: the browser does not keep it."))
