"""Forms of what a tier asks for: one per kind of criterion, made of the kind's own fields, and one for groups."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs import criteria
from programs.criteria import Kind
from programs.models import Program
from tiers.criteria_document import Entry, inside

WORDS = ("de", "en")
GROUPS: Mapping[str, Any] = {"any_of": gettext_lazy("one of several"), "n_of": gettext_lazy("some of several")}


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Program
        fields = ("tier_rises", "tier_grace_days")
        labels = {"tier_rises": gettext_lazy("Rises"), "tier_grace_days": gettext_lazy("Days until a fall")}


class EntryForm(forms.Form):
    """A form that writes an entry of a requirement document."""

    def entry(self) -> Entry:
        raise NotImplementedError


class CriterionForm(EntryForm):
    """The parameters of one kind, and the vendor's own words."""

    def __init__(self, *args: Any, kind: Kind[Any], program: Program, known: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = dict(known)
        self.kind = kind
        self.fields.update(kind.fields(program))
        for name, field in self.fields.items():
            if isinstance(field, forms.DecimalField) and name in known:
                # A document keeps it as text; it is shown as the reader writes numbers.
                self.initial[name] = Decimal(known[name])
        for name, label in (("de", _("In your words, German")), ("en", _("In your words, English"))):
            needed = kind.params.model_fields[name].is_required()
            help_text = "" if needed else _("Empty: the portal's own words.")
            self.fields[name] = forms.CharField(label=label, required=needed, max_length=500, help_text=help_text)
        self.own_words = {name: known[name] for name in WORDS if name in known and not self.fields[name].required}
        if self.own_words:
            self.fields["words_fit"] = forms.BooleanField(
                label=_("My words still say what is asked for"), required=False,
                help_text=_("They are shown as they are, whatever the figures above say."),
            )  # fmt: skip

    def entry(self) -> Entry:
        known = {name: value for name, value in self.cleaned_data.items() if name != "words_fit"}
        given = {name: value for name, value in known.items() if value not in (None, "", [])}
        return {"kind": self.kind.key} | {
            name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in given.items()
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            try:
                criteria.parse([self.entry()])
            except criteria.CriteriaError as error:
                for problem in error.problems:
                    self.add_error(None, str(problem))
            else:
                self._check_words(given)
        return given

    def _check_words(self, given: dict[str, Any]) -> None:
        """Own words do not follow the figures: whoever changes these alone says that the words still fit."""
        kept = [name for name, text in self.own_words.items() if given.get(name) == text]
        if not kept or given.get("words_fit"):
            return
        if _figures(self.initial) != _figures(self.entry()):
            self.add_error(
                "words_fit",
                _("You have changed what is asked for, and your own words are the same. Please change or empty them, "
                  "or confirm that they still fit."),
            )  # fmt: skip


def _figures(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for, without the words, as a document keeps it once it is read."""
    (criterion,) = criteria.parse([entry]).criteria()
    return criterion.params.model_dump(exclude=set(WORDS))


class GroupForm(EntryForm):
    """How many of a group's entries must be met; with `any_of` it is one."""

    need = forms.IntegerField(label=gettext_lazy("How many must be met"), min_value=1, max_value=99, initial=1)

    def __init__(self, *args: Any, known: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"need": known.get("n_of", 1)}
        self.within = list(known[key]) if (key := inside(known)) is not None else []

    def entry(self) -> Entry:
        need = self.cleaned_data["need"]
        return {"any_of": self.within} if need == 1 else {"n_of": need, "of": self.within}
