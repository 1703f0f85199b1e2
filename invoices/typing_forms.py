"""Forms in which people type what an invoice says: its head and its lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.fields import DayInput
from common.seen_forms import SeenForm
from invoices.models import Invoice, InvoiceLine
from invoices.reviewing import HEADER, LINE, Corrections, TypedLine
from programs.models import Distributor, Product
from sales.readers.invoices.values import FIRST_YEAR, LAST_YEAR

INVOICE, CREDIT_NOTE = "380", "381"
EMPTY_LINES = 3
"""Below the lines that are there."""
LINES_A_PAGE = 100
"""Of an invoice, that are corrected at once; longer ones are gone through page by page."""


class HeaderForm(SeenForm):
    """What stands above the lines. Whoever types says so: each changed value is marked."""

    distributor = forms.ModelChoiceField(
        Distributor.objects.none(), label=gettext_lazy("Distributor"), required=False,
        empty_label=gettext_lazy("not known"),
    )  # fmt: skip
    number = forms.CharField(label=gettext_lazy("Number"), max_length=60)
    issue_date = forms.DateField(label=gettext_lazy("Date"), widget=DayInput())
    type_code = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[(INVOICE, gettext_lazy("Invoice")), (CREDIT_NOTE, gettext_lazy("Credit note"))],
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, min_length=3, initial="EUR")
    buyer_name = forms.CharField(label=gettext_lazy("Made out to"), max_length=200, required=False)
    buyer_vat_id = forms.CharField(label=gettext_lazy("Buyer's VAT id"), max_length=40, required=False)
    preceding_number = forms.CharField(
        label=gettext_lazy("Takes back invoice"), max_length=60, required=False,
        help_text=gettext_lazy("Of a credit note: the number of the invoice it takes back from."),
    )  # fmt: skip

    def __init__(self, *args: Any, invoice: Invoice, distributors: Iterable[Distributor], **kwargs: Any) -> None:
        shown = {name: getattr(invoice, name) for name in HEADER}
        shown |= {"distributor": invoice.distributor, "seen": invoice.version}
        shown["currency"] = shown["currency"] or "EUR"
        kwargs["initial"] = {**shown, **kwargs.pop("initial", {})}
        super().__init__(*args, **kwargs)
        self.invoice = invoice
        own = [] if invoice.distributor is None else [invoice.distributor]
        offered = {each.pk for each in (*distributors, *own)}
        self.fields["distributor"].queryset = Distributor.objects.filter(pk__in=offered).order_by("name")  # type: ignore[attr-defined]
        if invoice.type_code and invoice.type_code not in (INVOICE, CREDIT_NOTE):
            kind: Any = self.fields["type_code"]
            kind.choices = [*kind.choices, (invoice.type_code, invoice.type_code)]

    def clean_issue_date(self) -> date:
        day: date = self.cleaned_data["issue_date"]
        if not FIRST_YEAR <= day.year < LAST_YEAR:
            raise forms.ValidationError(_("Please check the year of this date."))
        return day

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    @property
    def header(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in HEADER if name in self.cleaned_data}


class LineForm(forms.Form):
    """One line. `product`: what it means, where its number does not say so; `per_unit`: pieces in one unit."""

    position = forms.IntegerField(required=False, widget=forms.HiddenInput)
    article = forms.CharField(label=gettext_lazy("Article number"), max_length=60, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=250, required=False)
    gtin = forms.CharField(label=gettext_lazy("GTIN"), max_length=40, required=False)
    quantity = forms.DecimalField(label=gettext_lazy("Quantity"), max_digits=14, decimal_places=3, required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=20, required=False)
    net = forms.DecimalField(label=gettext_lazy("Net"), max_digits=14, decimal_places=2, required=False)
    serials = forms.CharField(
        label=gettext_lazy("Serial numbers"), required=False, widget=forms.Textarea(attrs={"rows": 1}),
        help_text=gettext_lazy("One per line."),
    )  # fmt: skip
    product = forms.ModelChoiceField(
        Product.objects.none(), label=gettext_lazy("Means"), required=False,
        empty_label=gettext_lazy("by its number"),
    )  # fmt: skip
    per_unit = forms.IntegerField(label=gettext_lazy("Pieces per unit"), min_value=1, max_value=10_000, required=False)
    left_out = forms.BooleanField(label=gettext_lazy("does not count"), required=False)

    def __init__(self, *args: Any, products: Any = None, offered: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if products is None:
            for name in ("product", "per_unit", "left_out"):
                del self.fields[name]
        else:
            product: Any = self.fields["product"]
            product.queryset = products
            product.choices = [("", product.empty_label), *offered]

    def clean_serials(self) -> list[str]:
        return [serial.strip()[:80] for serial in self.cleaned_data["serials"].splitlines() if serial.strip()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.has_changed() and given.get("quantity") is None and not self.errors:
            self.add_error("quantity", _("Please say how many."))
        return given

    @property
    def typed(self) -> TypedLine | None:
        """The line as it was typed; None for an empty one."""
        given = self.cleaned_data
        if not given or (given.get("position") is None and not self.has_changed()):
            return None
        values = {name: given[name] for name in LINE if name in given}
        return TypedLine(given.get("position"), values, given.get("product"), given.get("per_unit"))


class LineFormSet(BaseFormSet):  # type: ignore[type-arg]
    @property
    def typed(self) -> list[TypedLine]:
        return [line for form in self.forms if (line := form.typed) is not None]


_MOST = LINES_A_PAGE + EMPTY_LINES
_Lines = formset_factory(LineForm, formset=LineFormSet, extra=EMPTY_LINES, max_num=_MOST, absolute_max=_MOST)


def page_of_lines(lines: Sequence[InvoiceLine], asked: str | None) -> Page[InvoiceLine]:
    """The page that is asked for of those lines that sell something; the first one, where it is none."""
    sold = [line for line in lines if line.kind == "DETAIL"]
    return Paginator(sold, LINES_A_PAGE).get_page(asked)


def line_forms(data: Any, lines: Iterable[InvoiceLine], *, products: Any = None) -> LineFormSet:
    """A form for each of these lines, and `EMPTY_LINES` more. `products`: what a reviewer may say that a line means."""
    initial = [
        {
            **{name: getattr(line, name) for name in LINE},
            "quantity": None if line.quantity is None else f"{line.quantity.normalize():f}",
            "serials": "\n".join(line.serials),
            "position": line.position,
            "product": line.product if "product" in line.typed else None,
        }
        for line in lines
    ]
    # Asked for once, and not for each line again.
    offered = [(each.pk, str(each)) for each in products or ()]
    formset: Any = _Lines(data, initial=initial, prefix="lines", form_kwargs={"products": products, "offered": offered})
    return formset


def corrections_of(header: HeaderForm, lines: LineFormSet) -> Corrections:
    """What was typed."""
    return Corrections(header.header, lines.typed, header.cleaned_data["distributor"])
