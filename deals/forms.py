"""Forms in which the partner writes a deal: three short ones for a draft, and one with all of it once it was sent.

What is saved as one types may be incomplete, and what cannot be read yet stays in the browser: `saved()` takes what is
there. Whoever goes on, or changes what was sent, is told about everything that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import DayInput, LineField, ProseField
from common.proof_forms import ProofField
from common.proofs import Proof
from common.seen_forms import SeenForm
from deals.customers import NAMED
from deals.models import Deal
from deals.writing import MOST_FILES, MOST_PRODUCTS, Written
from partners.registration import EU_COUNTRIES
from partners.registration_forms import country_choices
from programs.models import Product

COUNTRIES = (*EU_COUNTRIES, "CH", "GB", "LI", "NO")
LATEST = timedelta(days=365)
"""An order that is awaited for longer was given up, or its year is mistyped."""
_ROW = re.compile(r"products-(\d{1,3})-product")


class WrittenForm(SeenForm):
    """A part of what a deal says."""

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": deal.version, **self.initial_of(deal), **kwargs.pop("initial", {})}
        super().__init__(*args, **kwargs)
        self.deal = deal
        if "customer_country" in self.fields:
            country: Any = self.fields["customer_country"]
            country.choices = country_choices({*COUNTRIES, deal.customer_country})
        if "expected_value" in self.fields:
            self.fields["expected_value"].label = _("Expected value in %(currency)s") % {"currency": deal.currency}

    @classmethod
    def initial_of(cls, deal: Deal) -> dict[str, Any]:
        return {name: getattr(deal, name) for name in cls.base_fields if name != "seen"}

    def saved(self, before: Written) -> Written:
        """What was typed: what is missing is empty, and what cannot be read stays as it was."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        empty = Written().fields()
        for name, errors in self.errors.as_data().items():
            if name in empty and all(error.code == "required" for error in errors):
                values[name] = empty[name]
        return replace(before, **values)

    def unreadable(self) -> list[str]:
        """The labels of what cannot be saved as it stands."""
        found = self.errors.as_data().items()
        wrong = [name for name, errors in found if any(error.code != "required" for error in errors)]
        return [str(self.fields[name].label) for name in wrong if name in self.fields and name != "seen"]

    def miss(self, names: Sequence[str]) -> None:
        """Mark what the service misses."""
        for name in names:
            if name in self.fields and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])


class CustomerForm(WrittenForm):
    """Who the customer is."""

    customer_name = LineField(
        label=gettext_lazy("End customer"), max_length=200,
        help_text=gettext_lazy("The company or authority that will use the products, with its legal form."),
    )  # fmt: skip
    customer_street = LineField(label=gettext_lazy("Street and number"), max_length=200, required=False)
    customer_postcode = LineField(label=gettext_lazy("Postcode"), max_length=12)
    customer_city = LineField(label=gettext_lazy("City"), max_length=120)
    customer_country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    customer_domain = LineField(
        label=gettext_lazy("Website"), max_length=200, required=False,
        help_text=gettext_lazy("Such as klinikum-pirna.de. It helps to tell the customer from others."),
    )  # fmt: skip
    customer_vat_id = LineField(label=gettext_lazy("VAT id"), max_length=20, required=False)
    contact_name = LineField(
        label=gettext_lazy("Contact at the customer"), max_length=120,
        help_text=gettext_lazy("With whom you speak about the project."),
    )  # fmt: skip
    contact_email = forms.EmailField(label=gettext_lazy("Contact’s e-mail address"), max_length=254, required=False)
    contact_phone = LineField(label=gettext_lazy("Contact’s telephone"), max_length=40, required=False)

    def clean_customer_country(self) -> str:
        return self.cleaned_data["customer_country"] or "DE"


class ProjectForm(WrittenForm):
    """What it is about; the products stand in rows of their own."""

    title = LineField(
        label=gettext_lazy("Project"), max_length=120, required=False,
        help_text=gettext_lazy("In a few words; without them it is called after the customer."),
    )  # fmt: skip
    expected_value = forms.DecimalField(
        max_digits=14, decimal_places=2, min_value=1, help_text=gettext_lazy("Of the whole order, without VAT.")
    )
    expected_on = forms.DateField(
        label=gettext_lazy("Order expected"), widget=DayInput(), help_text=gettext_lazy("About when; a day is enough.")
    )
    need = ProseField(
        label=gettext_lazy("What the customer needs"), max_length=5_000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def clean_expected_on(self) -> date:
        """An order that is late is still a project; one of years ago is a slip, unless it was said when it was near."""
        day: date = self.cleaned_data["expected_on"]
        if day != self.deal.expected_on and day < timezone.localdate(self.deal.since) - LATEST:
            raise forms.ValidationError(_("This day is long past."))
        return day


class DoneForm(WrittenForm):
    """What the partner has done for it."""

    done = ProseField(
        label=gettext_lazy("What you have done so far"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("With whom you spoke and when, what you found out, what you have shown or offered."),
    )  # fmt: skip


PARTS: Mapping[str, type[WrittenForm]] = {"customer": CustomerForm, "project": ProjectForm, "done": DoneForm}
"""The three short steps in which a draft is written."""
PRODUCTS = "products"
NO_PRODUCT: Any = gettext_lazy("Please choose at least one product.")


def part_of(name: str) -> str:
    """Which part asks for something."""
    if name == PRODUCTS:
        return "project"
    return next(part for part, form in PARTS.items() if name in form.base_fields)


class ChangeForm(CustomerForm, ProjectForm, DoneForm):
    """All of it, once it was sent. The customer of a protected deal stays."""

    field_order = [*CustomerForm.base_fields, *ProjectForm.base_fields, *DoneForm.base_fields]

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, deal=deal, **kwargs)
        if deal.state == Deal.State.PROTECTED:
            for name in NAMED:
                del self.fields[name]


# --- products --------------------------------------------------------------------------------------------------------


class ProductForm(forms.Form):
    """A row: so many of a product. As long as nothing is typed into it, it is nothing."""

    product = forms.TypedChoiceField(label=gettext_lazy("Product"), coerce=int)
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, max_value=1_000_000, initial=1)

    def __init__(self, data: Any = None, *, offered: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(data, empty_permitted=True, use_required_attribute=False, **kwargs)
        product: Any = self.fields["product"]
        product.choices = [("", _("Please choose")), *offered]


class ProductRows:
    """The products of a deal with their quantities, a form for each. Rows are added and removed on the page."""

    def __init__(self, data: QueryDict | None, *, deal: Deal, products: Mapping[int, int]) -> None:
        own = Product.objects.filter(vendor=deal.vendor_id)
        self.offered = [(each.pk, str(each)) for each in own]
        self.missing = False
        if data is None:
            rows = [{"product": pk, "quantity": quantity} for pk, quantity in products.items()] or [{}]
            self.forms = [self._row(index, initial=row) for index, row in enumerate(rows)]
        else:
            sent = sorted(int(found[1]) for name in data if (found := _ROW.fullmatch(name)))[:MOST_PRODUCTS]
            self.forms = [self._row(index, data=data) for index in sent] or [self._row(0)]

    def _row(self, index: int | str, **given: Any) -> ProductForm:
        return ProductForm(prefix=f"products-{index}", offered=self.offered, **given)

    @property
    def spare(self) -> ProductForm:
        """What a further row looks like; the page puts its number in."""
        return self._row("__row__")

    @property
    def next(self) -> int:
        """The number of a further row."""
        return max(int(str(form.prefix).split("-")[1]) for form in self.forms) + 1

    def add_row(self) -> None:
        self.forms.append(self._row(self.next))

    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self.forms if form.is_bound)

    @property
    def chosen(self) -> dict[int, int]:
        """Quantities by id of the product, of rows that can be read; what stands in two rows is added up."""
        found: dict[int, int] = {}
        for form in self.forms:
            given = form.cleaned_data if form.is_bound and form.is_valid() else {}
            if given.get("product") and given.get("quantity"):
                found[given["product"]] = found.get(given["product"], 0) + given["quantity"]
        return found


@dataclass(frozen=True)
class Problem:
    """Something that is wrong on the page: what it concerns, why, and the id of its field."""

    label: str
    text: str
    place: str


def problems_in(form: WrittenForm, rows: ProductRows | None) -> list[Problem]:
    """All that is wrong with a part and its rows of products, to be summed up above them."""
    forms_shown = [form, *(rows.forms if rows is not None else ())]
    found = [
        Problem(str(field.label), str(error), field.id_for_label)
        for each in forms_shown
        if each.is_bound
        for field in each
        for error in field.errors
    ]
    general = [Problem("", str(error), "") for error in form.non_field_errors()] if form.is_bound else []
    missing = rows is not None and rows.missing
    return [*general, *found, *([Problem(_("Products"), NO_PRODUCT, "id_products-0-product")] if missing else [])]


# --- files -----------------------------------------------------------------------------------------------------------


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesForm(forms.Form):
    """Attachments, each tried on its own; sent one by one where the page can."""

    proof = ProofField(label=gettext_lazy("Files"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["proof"]
        accept = field.widget.attrs["accept"]
        field.widget = FilesInput(
            attrs={"accept": accept, "class": "drop-zone", "multiple": True, "data-one-by-one": True}
        )
        field.help_text = _(
            "PDF, PNG, JPEG, XML or CSV, up to 10 MB each, %(count)s files at most. Drop them here or choose them."
        ) % {"count": MOST_FILES}

    def each(self) -> Iterator[tuple[str, Proof | None, str]]:
        """Every file by its name, as it can be kept or why it cannot; read one after the other, for many are large."""
        field: Any = self.fields["proof"]
        files: Any = self.files
        for file in files.getlist("proof"):
            try:
                yield str(file.name), field.clean(file), ""
            except forms.ValidationError as error:
                yield str(file.name), None, " ".join(error.messages)
