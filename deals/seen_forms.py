"""What every form about a deal has: the version that was read by whoever acts."""

from __future__ import annotations

from typing import Any

from django import forms

from common.errors import DomainError


class SeenForm(forms.Form):
    """`seen`: the version of the deal on the page on which somebody acts."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def read(self, version: int | str) -> None:
        """The page that shows this form shows this version: who goes on from it has read what was in the way."""
        self.initial["seen"] = version
        if self.is_bound:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("seen")] = version
            self.data = data

    def refuse(self, error: DomainError) -> None:
        """Show why the service did not take it."""
        self.add_error(None, str(error))
