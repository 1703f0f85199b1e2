"""Forms of registering a company and of applying for programs. At most eight answers are required, account included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats
from common.fields import DayInput, LineField
from common.seen_forms import RefusableForm
from partners.applications import Admission, current_terms
from partners.registration import CompanyFacts, Wanted
from programs.models import ParticipationTerms, Program, Tier
from programs.texts import in_language, text_of

LONGEST = 5000
AUTOCOMPLETE = {
    "name": "organization",
    "street": "street-address",
    "postcode": "postal-code",
    "city": "address-level2",
    "country": "country",
    "website": "url",
    "phone": "tel",
    "first_name": "given-name",
    "last_name": "family-name",
}
"""What browsers may fill in by themselves, by the names HTML has for it."""


def country_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Countries by their names in the reader's language."""
    return sorted(((code, formats.country(code)) for code in set(codes)), key=lambda pair: pair[1])


class CompanyForm(forms.Form):
    """The company as its papers say, and whom a vendor calls. Only what a vendor cannot do without is required."""

    name = LineField(
        label=gettext_lazy("Company"),
        max_length=200,
        help_text=gettext_lazy("As in the register, with its legal form."),
    )
    street = LineField(label=gettext_lazy("Street and number"), max_length=200)
    postcode = LineField(label=gettext_lazy("Postcode"), max_length=12)
    city = LineField(label=gettext_lazy("City"), max_length=120)
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    vat_id = LineField(
        label=gettext_lazy("VAT id"), max_length=20, required=False,
        help_text=gettext_lazy("Makes the check faster. You can add it later."),
    )  # fmt: skip
    website = forms.URLField(label=gettext_lazy("Website"), max_length=200, required=False, assume_scheme="https")
    phone = LineField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    first_name = LineField(label=gettext_lazy("Your first name"), max_length=150, required=False)
    last_name = LineField(label=gettext_lazy("Your last name"), max_length=150, required=False)

    def __init__(self, *args: Any, countries: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = country_choices(countries)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if not self.initial.get("country"):
            self.initial["country"] = "DE" if "DE" in dict(choices) else next(iter(dict(choices)), "")
        for name, token in AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = token

    @staticmethod
    def facts(cleaned: Mapping[str, Any], language: str) -> CompanyFacts:
        known = {name: value for name, value in cleaned.items() if name in CompanyFacts.__dataclass_fields__}
        return CompanyFacts(**known, language=language)


class ProgramsForm(forms.Form):
    """Which programs the company wants to take part in."""

    programs = forms.MultipleChoiceField(
        label=gettext_lazy("Programs"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Please choose at least one program.")},
    )  # fmt: skip

    def __init__(self, *args: Any, programs: Sequence[Program], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programs"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(each.slug, f"{each.name} ({each.vendor.name})") for each in programs]


class ApplyForm(RefusableForm):
    """What a program asks its applicants, and their yes to its terms of participation."""

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", program.slug)
        super().__init__(*args, **kwargs)
        self.program = program
        self.terms = current_terms(program)
        for question in program.questions:
            self.fields[question["code"]] = forms.CharField(
                label=in_language(question),
                required=bool(question.get("required")),
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        if self.terms is not None:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=self.terms.version)
            self.fields["accepted"] = forms.BooleanField(
                label=_("I accept the terms of participation of %(program)s, version %(version)s")
                % {"program": program.name, "version": self.terms.version},
                help_text=format_html(
                    '<div class="terms-text" tabindex="0">{}</div>', _paragraphs(text_of(self.terms))
                ),
                error_messages={"required": gettext_lazy("Without your yes to the terms nobody can take part.")},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.terms is not None and cleaned.get("version") != self.terms.version and "accepted" in cleaned:
            # Changed while the page was open: what was accepted is not what holds.
            self.add_error("accepted", _("The terms have changed meanwhile. Please read them as they are now."))
        return cleaned

    @property
    def wanted(self) -> Wanted:
        """Of a valid form."""
        answers = {question["code"]: self.cleaned_data[question["code"]] for question in self.program.questions}
        accepted: ParticipationTerms | None = self.terms if self.cleaned_data.get("accepted") else None
        return Wanted(self.program, answers, accepted)


class EnrolForm(ApplyForm):
    """A vendor answers for a partner it knows, and says as what and from when it takes part."""

    def __init__(self, *args: Any, program: Program, today: date, **kwargs: Any) -> None:
        super().__init__(*args, program=program, **kwargs)
        # The company itself has not said yes to the terms, so nobody says it for it.
        self.terms = None
        for name in ("version", "accepted"):
            self.fields.pop(name, None)
        tiers = Tier.objects.filter(program=program).order_by("rank")
        if tiers:
            self.fields["tier"] = forms.ModelChoiceField(
                label=_("Tier"), queryset=tiers, empty_label=None, initial=tiers[0]
            )
        self.fields["on"] = forms.DateField(
            label=_("Takes part from"), initial=today, help_text=_("Sales from this day on count for rebates."),
            widget=DayInput(),
        )  # fmt: skip
        self.order_fields(["tier", "on"])

    @property
    def admission(self) -> Admission:
        return Admission(self.cleaned_data["on"], self.cleaned_data.get("tier"))


def _paragraphs(text: str) -> SafeString:
    return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 - escaped by `linebreaks`
