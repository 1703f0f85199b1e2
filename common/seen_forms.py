"""Forms with which somebody acts: on what they have seen, and told why a service did not take it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from common.errors import DomainError, MarkedError
from common.sentences import fill


class RefusableForm(forms.Form):
    def refuse(self, error: DomainError) -> None:
        """Show why the service did not take it."""
        words = fill(_(error.text), error.values) if isinstance(error, MarkedError) else str(error)
        self.add_error(None, words)


class SeenForm(RefusableForm):
    """`seen`: the version, or the last step or message, on the page on which somebody acts."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def read(self, seen: int | str) -> None:
        """The page that shows this form shows it up to here: who goes on from it has read what was in the way."""
        self.initial["seen"] = seen
        if self.is_bound:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("seen")] = seen
            self.data = data


class ActForm(SeenForm):
    """Without `seen` somebody has read nothing: the service says what it says of every page that is out of date."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
