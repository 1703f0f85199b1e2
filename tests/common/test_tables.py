"""Lists: how a table reads, what an export gives away, what filters and their chips do."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import django_filters
import django_tables2 as tables
import pytest
from django.http import Http404, HttpResponse, QueryDict
from django.test import RequestFactory
from django.utils.html import conditional_escape
from django.utils.translation import override
from django_tables2.columns import BoundColumn
from openpyxl import load_workbook

from common.filters import DayRangeFilter, FilterSet
from common.listviews import ListPage
from common.tables import (
    CompletedRows,
    CountedRows,
    DateColumn,
    LinkColumn,
    MomentColumn,
    MoneyColumn,
    NumberColumn,
    Table,
    export_response,
    safe_cell,
)
from partners.models import EnrolmentStatus
from programs.models import Product, Vendor
from tests.rendering import render, words
from tests.world import World

NOW = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)


class SaleTable(Table):
    customer = LinkColumn(url=lambda row: f"/sale/{row['number']}/", sub="number", verbose_name="Customer")
    quantity = NumberColumn(footer=lambda table: sum(row["quantity"] for row in table.data))
    net = MoneyColumn(footer=lambda table: Decimal("1234.5"))
    day = DateColumn()
    at = MomentColumn()


NAMES = ("customer", "number", "quantity", "net", "day", "at")
ROWS = [
    dict(zip(NAMES, ("=HYPERLINK(1)", "R-1", -2, Decimal("1234.50"), date(2026, 12, 31), NOW), strict=True)),
    dict(zip(NAMES, ("Müller & Söhne", "R-2", 7, None, None, None), strict=True)),
]


def shown(table: Table, query: str = "") -> str:
    request = RequestFactory().get(f"/list/?{query}")
    table.configure(request)
    return render('{% data_table table label="Sales" %}', table=table, request=request)


def test_a_table_names_the_currency_once_and_aligns_figures() -> None:
    with override("de"):
        html = shown(SaleTable(ROWS, currency="EUR"))
    assert "Net (€)" in html
    assert "1.234,50" in html
    assert "1.234,50 €" not in words(html)
    assert re.search(r'<td class="num"\s+data-label="Net \(€\)">1\.234,50</td>', html)
    assert '<a class="row-link" href="/sale/R-1/">' in html
    assert "31.12.2026" in html
    assert "2 Einträge" in html


def test_a_cell_with_nothing_in_it_is_marked_so_that_cards_leave_it_out() -> None:
    html = shown(SaleTable(ROWS))
    cells = re.findall(r'<td class="([^"]*)" data-label="([^"]*)">([^<]*)', html[html.index("<tbody") :])
    assert ("num cell-empty", "Net", "–") in cells
    assert {text for css, _label, text in cells if "cell-empty" in css and text} == {"–"}
    assert "–" not in {text for css, _label, text in cells if "cell-empty" not in css}


def test_a_row_may_have_a_currency_of_its_own() -> None:
    class Mixed(Table):
        net = MoneyColumn(currency_from="currency")

    html = shown(Mixed([{"net": Decimal(5), "currency": "CHF"}], currency="EUR"))
    assert words(html).endswith("CHF 5.00")
    assert "€" not in html


def test_footers_add_up_in_the_format_of_their_column() -> None:
    with override("de"):
        html = shown(SaleTable(ROWS, currency="EUR"))
    foot = words(html[html.index("<tfoot") :])
    assert foot.startswith("5 1.234,50")


def test_the_order_in_the_address_is_kept_and_nonsense_ignored() -> None:
    html = shown(SaleTable(ROWS, currency="EUR"), "sort=-quantity&q=x&page=17&per_page=100000")
    assert html.index("Müller") < html.index("HYPERLINK")
    assert 'aria-sort="descending"' in html
    assert "sort=quantity" in html
    assert "q=x" in html
    assert "HYPERLINK" in shown(SaleTable(ROWS), "sort=nonsense&page=abc")


def test_a_csv_is_for_machines_and_opens_in_excel() -> None:
    with override("de"):
        response = export_response(SaleTable(ROWS, currency="EUR"), "csv", "verkäufe")
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''verk%C3%A4ufe.csv"
    assert response.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows == [
        ["Customer", "Quantity", "Net (EUR)", "Day", "At"],
        ["'=HYPERLINK(1)", "-2", "1234.50", "2026-12-31", "2026-11-16T12:00:00+01:00"],
        ["Müller & Söhne", "7", "", "", ""],
    ]


def test_numbers_and_days_stay_such_in_a_workbook() -> None:
    response = export_response(SaleTable(ROWS, currency="EUR"), "xlsx", "Sales: all")
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == ["Customer", "Quantity", "Net (EUR)", "Day", "At"]
    assert [cell.value for cell in sheet[2]] == [
        "'=HYPERLINK(1)",
        -2,
        1234.5,
        datetime.fromisoformat("2026-12-31"),
        datetime.fromisoformat("2026-11-16T12:00"),
    ]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "d", "d"]
    assert sheet["D2"].number_format == "yyyy-mm-dd"


@pytest.mark.parametrize("text", ["=1+1", "+49 40", "-cmd", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_never_becomes_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_harmless_values_are_exported_as_they_are() -> None:
    for value in ("Müller - Söhne", "a=b", Decimal("-1.5"), -3, None, date(2026, 1, 1)):
        assert safe_cell(value) == value
    assert safe_cell("a\x00\x0bb") == "ab"


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="pdf"):
        export_response(SaleTable(ROWS), "pdf", "x")


# --- list pages -----------------------------------------------------------------------------------------------


class ProductFilter(FilterSet):
    search_fields = ("article", "name")
    vendor = django_filters.ModelChoiceFilter(queryset=Vendor.objects.all(), label="Vendor")
    priced = django_filters.BooleanFilter(field_name="list_price", lookup_expr="isnull", exclude=True, label="Priced")
    listed = DayRangeFilter(method="in_range", label="Listed")

    class Meta:
        model = Product
        fields: list[str] = []

    def in_range(self, queryset: Any, name: str, value: slice) -> Any:
        return queryset


class ProductTable(Table):
    name = LinkColumn(url=lambda product: f"/product/{product.pk}/")
    article = NumberColumn(orderable=False)

    def render_article(self, value: str) -> str:
        return value


class ProductPage(ListPage):
    table_class = ProductTable
    filterset_class = ProductFilter
    template_name = "components/table.html"
    export_name = "products"
    per_page = 2

    def rows(self) -> Any:
        return Product.objects.order_by("article")


def filtered(query: str) -> ProductFilter:
    return ProductFilter(QueryDict(query), queryset=Product.objects.order_by("article"))


@pytest.fixture
def products(world: World) -> list[Product]:
    Product.objects.create(vendor=world.vendor, article="X-1", name="Thin Client grey")
    return list(Product.objects.all())


def test_each_word_is_searched_in_every_search_field(products: list[Product]) -> None:
    assert [product.article for product in filtered("q=client x-1").qs] == ["X-1"]
    assert not filtered("q=client nonsense").qs.exists()


def test_active_filters_are_chips_that_lead_to_the_list_without_them(products: list[Product], world: World) -> None:
    query = (
        f"q=client&vendor={world.vendor.pk}&priced=true&listed_from=2026-01-01&listed_to=2026-03-31&sort=name&page=2"
    )
    with override("de"):
        chips = filtered(query).chips()
    assert [(chip.label, chip.value) for chip in chips] == [
        ("Suche", "client"),
        ("Vendor", str(world.vendor)),
        ("Priced", "ja"),
        ("Listed", "01.01.2026 – 31.03.2026"),
    ]
    assert chips[0].query == query.removeprefix("q=client&").removesuffix("&page=2")
    assert "listed" not in chips[3].query
    assert filtered(query).query() == "sort=name"


def test_a_range_open_at_one_side_says_so(products: list[Product]) -> None:
    assert [chip.value for chip in filtered("listed_from=2026-01-01").chips()] == ["from 1 Jan 2026"]
    assert [chip.value for chip in filtered("listed_to=2026-03-31").chips()] == ["up to 31 Mar 2026"]


def test_nonsense_in_a_filter_is_an_error_beside_it_and_not_a_broken_page(products: list[Product]) -> None:
    nonsense = filtered("vendor=abc&listed_from=yesterday")
    assert nonsense.chips() == []
    assert list(nonsense.qs) == sorted(products, key=lambda product: product.article)
    assert set(nonsense.errors) == {"vendor", "listed"}


# --- rows that are completed when they are shown ---------------------------------------------------------------


class FewAtOnce(CompletedRows):
    AT_ONCE = 2


def completed(asked: list[list[str]]) -> ProductTable:
    """Products with a figure that SQL does not know; `asked` gets those it was found for, part by part."""

    def complete(products: Sequence[Product]) -> Iterator[dict[str, Any]]:
        asked.append([product.article for product in products])
        for product in products:
            yield {"name": product.name, "article": f"No. {product.article}", "pk": product.pk}

    class CompletedTable(ProductTable):
        name = LinkColumn(url=lambda product: f"/product/{product['pk']}/")

    return CompletedTable(FewAtOnce(Product.objects.all(), complete, tie_break=("article",)), order_by="name")


def test_only_the_rows_of_the_page_are_completed(products: list[Product]) -> None:
    Product.objects.update(name="Same")
    asked: list[list[str]] = []
    table = completed(asked)
    table.configure(RequestFactory().get("/?page=2"), per_page=3)
    assert [row.record["article"] for row in table.page.object_list] == ["No. X-1"]
    assert asked == [["X-1"]]
    assert table.paginator.count == 4
    assert table.rows[0].record["article"] == "No. 21HM"


def test_an_export_completes_all_rows_part_by_part(products: list[Product]) -> None:
    Product.objects.update(name="Same")
    asked: list[list[str]] = []
    table = completed(asked)
    table.configure(RequestFactory().get("/"), per_page=3)
    response: Any = export_response(table, "csv", "products")
    assert asked == []
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert len(text.splitlines()) == 5
    assert asked == [["21HM", "4X40"], ["9105", "X-1"]]
    workbook: Any = export_response(table, "xlsx", "products")
    assert len(list(load_workbook(io.BytesIO(workbook.content)).active.values)) == 5


def test_an_export_of_a_lists_own_rows_keeps_none_of_them(products: list[Product]) -> None:
    table = ProductTable(CountedRows(Product.objects.all()))
    content = export_response(table, "csv", "products").content
    assert len(content.splitlines()) == 5
    assert table.data.data._result_cache is None


def test_equal_rows_keep_one_order_so_that_pages_do_not_overlap(products: list[Product]) -> None:
    Product.objects.update(name="Same")
    pages = []
    for number in (1, 2):
        table = completed([])
        table.configure(RequestFactory().get(f"/?page={number}&sort=-name"), per_page=2)
        pages += [row.record["article"] for row in table.page.object_list]
    assert pages == ["No. 21HM", "No. 4X40", "No. 9105", "No. X-1"]


@pytest.fixture
def page() -> Callable[[str], HttpResponse]:
    def answered(query: str) -> HttpResponse:
        response = ProductPage.as_view()(RequestFactory().get(f"/?{query}"))
        assert isinstance(response, HttpResponse)
        return response

    return answered


def test_an_export_has_all_rows_of_the_filter_and_not_only_the_page(
    products: list[Product], page: Callable[[str], HttpResponse]
) -> None:
    text = page("export=csv&page=1").content.decode("utf-8-sig")
    assert len(text.splitlines()) == len(products) + 1
    text = page("export=csv&q=x-1").content.decode("utf-8-sig")
    assert text.splitlines() == ["Name,Article number", "Thin Client grey,X-1"]


def test_an_unknown_export_is_not_found(products: list[Product], page: Callable[[str], HttpResponse]) -> None:
    with pytest.raises(Http404):
        page("export=pdf")


# --- how cells are written ----------------------------------------------------------------------------------------


class StatusTable(Table):
    status = tables.Column()
    enrolment = tables.Column(accessor="enrolment__partner__name", linkify=lambda record: f"/{record.pk}/?a=1&b=2")
    none = LinkColumn(accessor="status", url=lambda record: None)
    lost = tables.Column(accessor="enrolment__nothing")
    valid = tables.Column(empty_values=())

    def render_valid(self, value: object, record: EnrolmentStatus, bound_column: BoundColumn) -> str:
        return f"{bound_column.name}<{record.status}>"


def test_the_portal_writes_cells_as_the_library_would(world: World) -> None:
    table = StatusTable(EnrolmentStatus.objects.all())
    html = shown(table)
    written = re.findall(r"<td [^>]*>(.*?)</td>", html, re.DOTALL)
    expected = [str(conditional_escape(cell)) for row in table.paginated_rows for _column, cell in row.items()]
    assert written == expected
    assert {"active", "valid&lt;active&gt;", "–"} <= set(written)
    assert any('?a=1&amp;b=2">' in cell for cell in written)
