"""Form fields for what people type: days from-until and persons in the administration, names everywhere."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.contrib.postgres.forms import DateRangeField, RangeWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.dated import since
from common.models import User

# Marks that turn the direction of what stands behind them, and controls. Zero-width joiners stay: scripts need them.
# So does the zero byte, which the field's own validator refuses.
UNSEEN = re.compile(r"[\x01-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
# Letters and signs by their categories that show nothing.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def says_something(text: str) -> bool:
    """Whether anything of it can be seen: not only spaces, signs of no width, and marks without a letter."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in _BLANKS for sign in text)


def one_line(text: str) -> str:
    """A name, a street: one line, as it reads. In a mail a break in a stranger's name would begin another sentence."""
    shown = " ".join(UNSEEN.sub("", " ".join(text.split())).split())
    return shown if says_something(shown) else ""


class LineField(forms.CharField):
    """Text of `one_line`; the zero byte is refused."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text or "\0" in text:
            return text
        return one_line(text) or self.empty_value


class ProseField(forms.CharField):
    """Text of several lines; what shows nothing is nothing, so that nobody gets a reason that cannot be read."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text if not text or "\0" in text or says_something(text) else self.empty_value


class DayInput(forms.DateInput):
    """The browser's own calendar. `label`: where no label of the page is the field's."""

    input_type = "date"

    def __init__(self, label: Any = "") -> None:
        super().__init__(attrs={"aria-label": label} if label else None, format="%Y-%m-%d")


class DayRangeWidget(RangeWidget):
    """First day and end, side by side."""

    def __init__(self) -> None:
        super().__init__(DayInput(""))
        self.widgets = [DayInput(_("first day")), DayInput(_("first day after"))]


class DayRangeField(DateRangeField):
    """The half-open range [first day, first day after); the end may stay empty, the start may not."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", DayRangeWidget())
        kwargs.setdefault("help_text", _("First day and first day after; without an end it stays as it is."))
        super().__init__(**kwargs)

    def compress(self, values: Any) -> Any:
        start, end = values or (None, None)  # nothing given at all comes as an empty list
        if start is None:
            if end is not None or self.required:
                raise ValidationError(_("Please give the first day."), code="required")
            return None
        if end is not None and end <= start:
            raise ValidationError(_("The end must be after the first day."), code="order")
        return since(start, end)


class PersonField(forms.EmailField):
    """A person by e-mail address: lists of all accounts are nobody's business."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return User.objects.filter(pk=value).values_list("email", flat=True).first() or ""
        return value.email if isinstance(value, User) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, User):
            return value
        address = super().to_python(value)
        if not address:
            return None
        found = User.objects.filter(email__iexact=address, is_active=True).first()
        if found is None:
            raise ValidationError(_("There is no account with this address."), code="unknown")
        return found

    def run_validators(self, value: Any) -> None:
        """The address was looked up; there is nothing more to check."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)
