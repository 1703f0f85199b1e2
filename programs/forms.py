"""Configuration typed as text: rebate terms and lists of requirements as YAML, country codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import yaml
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.sentences import fill
from programs import criteria, plain_yaml, services
from programs.models import Program, RebateTerms, Tier
from programs.preset_files import TAKEN_CODES
from programs.terms import Terms, TermsError

NEW_TERMS = """\
code: topseller-bonus
period: quarter # month | quarter | half-year | year
evidence: sell_out # sell_out | invoice
counts: units # units | revenue
products: all # a product group, or all
mode: whole_volume # whole_volume | graduated
steps:
  - {from: 10, per_unit: 5.00} # per_unit | percent | lump_sum
"""


class YamlField(forms.Field):
    """A list or mapping of plain values, typed as YAML. What was typed stays as it is while it is wrong."""

    widget = forms.Textarea(attrs={"rows": 16, "cols": 100, "class": "vLargeTextField", "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or not value else plain_yaml.dump(value)

    def to_python(self, value: Any) -> Any:
        try:
            return plain_yaml.load(value or "")
        except plain_yaml.NotPlainYaml as error:
            raise ValidationError(capital(fill(_(error.text), error.values))) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)


class StatementsField(YamlField):
    """A list of entries with named texts: a tier's requirements or benefits with a kind and a sentence per language.

    `names`: what every entry must have.
    """

    def __init__(self, *args: Any, names: Sequence[str] = ("kind", "de", "en"), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or not value:
            return value or ""
        entries = [{**{name: one[name] for name in self.names if name in one}, **one} for one in value]
        return yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, default_flow_style=False, width=96)

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        entries = super().to_python(value) or []
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise ValidationError(_("Please write a list: each entry begins with a dash and has named values."))
        for number, entry in enumerate(entries, start=1):
            for name in self.names:
                if not isinstance(entry.get(name), str):
                    raise ValidationError(
                        _("Entry %(number)s: “%(name)s” is missing."), params={"number": number, "name": name}
                    )
        return entries


class RequirementsField(StatementsField):
    """What a tier asks for (`programs.criteria`), checked as a whole; each problem is told with its place."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, names=(), **kwargs)

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        entries = super().to_python(value)
        try:
            criteria.parse(entries)
        except criteria.CriteriaError as error:
            raise ValidationError([capital(services.sentence(problem)) for problem in error.problems]) from error
        return entries


class TermsField(YamlField):
    """A rebate terms document: typed and shown as YAML, checked as a whole, kept as the document."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        try:
            return Terms.from_document(value).to_yaml()
        except TermsError:
            return plain_yaml.dump(value)

    def to_python(self, value: Any) -> dict[str, Any] | None:
        if not (value or "").strip():
            return None
        try:
            return Terms.from_yaml(value).to_document()
        except TermsError as error:
            raise ValidationError([capital(services.sentence(problem)) for problem in error.problems]) from error


def capital(text: str) -> str:
    """A sentence that stands alone begins with a capital letter, unless it begins with the name of a field."""
    return text if re.match(r"[\w.\[\]]+:", text) else text[:1].upper() + text[1:]


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    """A draft of rebate terms. The code stands in the document, so it is not asked for twice."""

    document = TermsField(label=gettext_lazy("Terms"), initial=NEW_TERMS)

    class Meta:
        model = RebateTerms
        fields = ("program", "name", "starts_on", "document")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        document = cleaned.get("document")
        if document:
            if self.instance.pk is not None and document["code"] != self.instance.code:
                self.add_error("document", _("The code of a version stays “%(code)s”.") % {"code": self.instance.code})
            else:
                self.instance.code = document["code"]
        return cleaned

    def _post_clean(self) -> None:
        if "document" in self.errors:
            # The model would say once more, and less exactly, what the field said.
            return
        super()._post_clean()  # type: ignore[misc]
        if self.instance.pk is None and not self.errors:
            self.instance.version = services.next_version(program_id=self.instance.program_id, code=self.instance.code)


class TierForm(forms.ModelForm):  # type: ignore[type-arg]
    requirements = RequirementsField(label=gettext_lazy("Requirements"), required=False)
    benefits = StatementsField(label=gettext_lazy("Benefits"), required=False)

    class Meta:
        model = Tier
        fields = ("program", "code", "name", "rank", "requirements", "benefits")


class CountriesField(forms.Field):
    """Country codes in one line."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> list[str]:
        countries = re.findall(r"[^\s,;]+", (value or "").upper())
        for position, code in enumerate(countries):
            if not re.fullmatch("[A-Z]{2}", code):
                raise ValidationError(_("“%(code)s” is not a country code of two letters."), params={"code": code})
            if code in countries[:position]:
                raise ValidationError(_("“%(code)s” is given twice."), params={"code": code})
        return countries

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)


class QuestionsField(StatementsField):
    """What applicants are asked: a code, the question in both languages, whether an answer is required."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, names=("code", "de", "en"), **kwargs)

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        entries = super().to_python(value)
        codes = [entry["code"] for entry in entries]
        for position, code in enumerate(codes):
            if not re.fullmatch(r"[-a-z0-9_]{1,50}", code) or code in TAKEN_CODES:
                raise ValidationError(_("“%(code)s” cannot be the code of a question."), params={"code": code})
            if code in codes[:position]:
                raise ValidationError(_("“%(code)s” is given twice."), params={"code": code})
        for entry in entries:
            # As text, where YAML was typed with quotes.
            entry["required"] = str(entry.get("required", "")).lower() in ("true", "yes", "1")
        return entries


class ProgramForm(forms.ModelForm):  # type: ignore[type-arg]
    documents = StatementsField(
        label=gettext_lazy("Documents"), names=("de", "en"), required=False,
        help_text=gettext_lazy("What an applicant should have at hand."),
    )  # fmt: skip
    questions = QuestionsField(
        label=gettext_lazy("Questions to applicants"), required=False,
        help_text=gettext_lazy("Each with a code, de and en; required: true where it must be answered."),
    )  # fmt: skip
    faq = StatementsField(
        label=gettext_lazy("Frequent questions"), names=("de", "en", "answer_de", "answer_en"), required=False
    )
    countries = CountriesField(
        label=gettext_lazy("Countries"), help_text=gettext_lazy("Codes of two letters, separated by commas: DE, AT.")
    )

    class Meta:
        model = Program
        fields = (
            "vendor",
            "slug",
            "name",
            "description",
            "description_en",
            "public",
            "contact_name",
            "contact_email",
            "minutes",
            "documents",
            "questions",
            "faq",
            "currency",
            "countries",
            "starts_on",
            "ends_on",
            "grace_days",
            "recomputed_periods",
        )

    def _pays(self) -> bool:
        """Whether settlements may rest on what the program says by now."""
        return self.instance.pk is not None and self.instance.terms.filter(state=RebateTerms.State.PUBLISHED).exists()

    def clean_countries(self) -> list[str]:
        countries: list[str] = self.cleaned_data["countries"]
        removed = [code for code in self.instance.countries or () if code not in countries]
        if removed and self._pays():
            sentence = _(
                "%(countries)s cannot be taken out: what partners there were paid would be taken back. "
                "End their enrolments instead."
            )
            raise ValidationError(sentence % {"countries": ", ".join(removed)})
        return countries

    def clean_starts_on(self) -> date:
        start: date = self.cleaned_data["starts_on"]
        if self._pays() and start > self.instance.starts_on:
            raise ValidationError(_("The program cannot start later: what was paid until then would be taken back."))
        return start

    def clean_ends_on(self) -> date | None:
        start, end = self.cleaned_data.get("starts_on"), self.cleaned_data["ends_on"]
        if start and end and end <= start:
            raise ValidationError(_("The end must be after the first day."))
        return end

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].strip().upper()
        if not re.fullmatch("[A-Z]{3}", currency):
            raise ValidationError(_("“%(code)s” is not a currency code of three letters.") % {"code": currency})
        return currency
