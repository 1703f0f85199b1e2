"""The form for a vendor's own words in a mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common import mail_words
from common.fields import UNSEEN, LineField
from common.registry import Blocks, MailKind

LABELS = {
    "subject": _("Subject line"),
    "opening": _("After the greeting"),
    "closing": _("After what the portal says"),
    "signature": _("Signature"),
}
HELP = {
    "subject": _("In place of the portal’s. Empty: the portal’s."),
    "opening": _("Plain text; an empty line begins a new paragraph."),
    "closing": _("Plain text; an empty line begins a new paragraph."),
    "signature": _("Who writes, and how to reach them."),
}
ROWS = {"opening": 4, "closing": 4, "signature": 3}


class ParagraphsField(forms.CharField):
    """Text with line breaks, as it reads: without marks that nobody sees."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return mail_words.tidy("\n".join(UNSEEN.sub("", line.replace("\t", " ")) for line in text.splitlines()))


class WordingForm(forms.Form):
    """A field for each block. `seen`: the version in front of which it is filled in, 0: there is none."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: MailKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name, longest in mail_words.BLOCKS.items():
            around: dict[str, Any] = {
                "label": LABELS[name], "help_text": HELP[name], "max_length": longest, "required": False
            }  # fmt: skip
            if name in ROWS:
                widget = forms.Textarea(attrs={"rows": ROWS[name]})
                self.fields[name] = ParagraphsField(widget=widget, **around)
            else:
                self.fields[name] = LineField(**around)

    def clean(self) -> dict[str, Any]:
        """Refuses, at its field, whatever stands in curly brackets and means nothing."""
        cleaned = super().clean() or {}
        for name in mail_words.BLOCKS:
            if wrong := mail_words.unknown(self.kind, cleaned.get(name, "")):
                self.add_error(name, ValidationError(mail_words.unknown_in_words(self.kind, wrong)))
        return cleaned

    @property
    def blocks(self) -> Blocks:
        """What was written and is right, without the blocks that stay the portal's."""
        return {name: text for name in mail_words.BLOCKS if (text := self.cleaned_data.get(name))}

    def see(self, version: int) -> None:
        """Sent once more, it decides in front of this version."""
        self.data = {**self.data.dict(), "seen": str(version)}  # type: ignore[attr-defined]


class RestoreForm(forms.Form):
    """`version` is to be in force again, 0: the portal's own words; `seen` is in force on the page."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
