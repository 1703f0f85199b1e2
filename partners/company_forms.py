"""Forms of a company's own page, and of the vendor that decides a change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import DayInput, LineField
from common.zones import zones_by_country
from partners.bookkeeping import Bookkeeping
from partners.company import Contact, Registered, Wanted
from partners.models import Partner, TaxStatus
from partners.registration_forms import AUTOCOMPLETE, country_choices

LONGEST = 5000
CONTACT = ("street", "postcode", "city", "website", "phone", "language", "time_zone")


def zone_choices() -> list[tuple[str, str]]:
    """Every time zone that a country has, by name: Africa/Abidjan to Pacific/Wallis."""
    zones = sorted(zone for found in zones_by_country().values() for zone in found)
    return [("", _("That of the country")), *((zone, zone.replace("_", " ")) for zone in zones)]


class ContactForm(forms.Form):
    """What an owner changes at once."""

    street = LineField(label=gettext_lazy("Street and number"), max_length=200, required=False)
    postcode = LineField(label=gettext_lazy("Postcode"), max_length=12, required=False)
    city = LineField(label=gettext_lazy("City"), max_length=120, required=False)
    website = forms.URLField(label=gettext_lazy("Website"), max_length=200, required=False, assume_scheme="https")
    phone = LineField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[("de", "Deutsch"), ("en", "English")])
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), required=False, choices=zone_choices,
        help_text=gettext_lazy("Matters for mails that come at a certain hour."),
    )  # fmt: skip

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {name: getattr(partner, name) for name in CONTACT}
        for name, field in self.fields.items():
            if name in AUTOCOMPLETE:
                field.widget.attrs["autocomplete"] = AUTOCOMPLETE[name]

    @property
    def contact(self) -> Contact:
        return Contact(**{name: self.cleaned_data[name] for name in CONTACT})


class BookkeepingForm(forms.Form):
    """Documents go to the address without anybody looking: it is typed twice."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the bookkeeping"), max_length=254, required=False,
        help_text=gettext_lazy("Each new statement is sent there as PDF. Empty: you get a mail with a link."),
    )  # fmt: skip
    email_again = forms.EmailField(
        label=gettext_lazy("The address once more"), max_length=254, required=False,
        help_text=gettext_lazy("Whoever reads it there sees your figures: a slip would send them to a stranger."),
    )  # fmt: skip
    status = forms.ChoiceField(
        label=gettext_lazy("Taxation"), choices=TaxStatus.Status.choices, widget=forms.RadioSelect,
        help_text=gettext_lazy("Decides whether statements show the VAT that a bonus contains."),
    )  # fmt: skip
    since = forms.DateField(
        label=gettext_lazy("Taxed like this since"), widget=DayInput(),
        help_text=gettext_lazy("Matters only if the taxation changes."),
    )  # fmt: skip

    def __init__(self, *args: Any, known: Bookkeeping, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.initial = {**vars(known), "email_again": known.email}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        email, again = (str(given.get(name) or "").lower() for name in ("email", "email_again"))
        if email != again and not self.errors:
            self.add_error("email_again", _("The two addresses are not the same."))
        return given

    @property
    def wanted(self) -> Bookkeeping:
        given = self.cleaned_data
        return Bookkeeping(given["email"].lower(), given["status"], given["since"])


class RegisteredForm(forms.Form):
    """What money depends on. While vendors are asked, a reason is needed."""

    name = LineField(
        label=gettext_lazy("Company"), max_length=200,
        help_text=gettext_lazy("As in the register, with its legal form."),
    )  # fmt: skip
    vat_id = LineField(label=gettext_lazy("VAT id"), max_length=20, required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    valid_from = forms.DateField(
        label=gettext_lazy("In this country since"), widget=DayInput(),
        help_text=gettext_lazy("Matters only if the country changes."),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    proof = forms.CharField(
        label=gettext_lazy("Proof"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For example where it stands in the company register."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, known: Registered, countries: Iterable[str], today: date, asks: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = country_choices(countries)
        self.initial = {**vars(known), "valid_from": today}
        if not asks:
            del self.fields["reason"], self.fields["proof"]

    @property
    def wanted(self) -> Wanted:
        given = self.cleaned_data
        registered = Registered(given["name"], given["vat_id"], given["country"])
        return Wanted(registered, given["valid_from"], given.get("reason", ""), given.get("proof", ""))


class DecisionForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("Message to the company"), max_length=LONGEST, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
