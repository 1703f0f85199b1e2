"""Tables: the base class, columns for money, numbers, dates and row links, and their export.

A cell on the page is written for people, in an export for machines: numbers stay numbers, days are ISO 8601.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import django_tables2 as tables
from babel.numbers import get_currency_precision
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django_tables2.data import TableQuerysetData
from django_tables2.utils import Accessor
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from common import formats
from common.cells import harmless
from common.templatetags.ui import badge_html
from common.templatetags.ui_filters import relative_time
from common.ui import Tone

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Complete = Callable[[Sequence[Any]], Iterable[Any]]
_NUMERIC = {"cell": {"class": "num"}}
_LEAD = {"class": "cell-lead"}


class Table(tables.Table):
    """Base of every table. `currency` (ISO) is that of money columns without one of their own, named in their heads."""

    def __init__(self, *args: Any, currency: str = "", **kwargs: Any) -> None:
        self.currency = currency
        kwargs.setdefault("template_name", "components/table.html")
        kwargs.setdefault("default", formats.NOTHING)
        super().__init__(*args, **kwargs)

    def configure(self, request: HttpRequest, per_page: int = 25) -> None:
        """Order and page from the address; nonsense in it is ignored, a page too far is the last one."""
        self.request = request
        order = request.GET.getlist(self.prefixed_order_by_field)
        if order:
            self.order_by = order
        try:
            self.paginate(per_page=per_page, page=request.GET.get(self.prefixed_page_field, 1))
        except PageNotAnInteger:
            self.page = self.paginator.page(1)
        except EmptyPage:
            self.page = self.paginator.page(self.paginator.num_pages)


class CountedRows(TableQuerysetData):
    """Rows of a queryset of which is known how many there are; None: the database counts them.

    An export reads all of them, `AT_ONCE` at a time.
    """

    AT_ONCE = 500
    data: QuerySet[Any]

    def __init__(self, data: QuerySet[Any], count: int | None = None) -> None:
        super().__init__(data)
        self.count = count

    def __iter__(self) -> Iterator[Any]:
        return self.data.iterator(chunk_size=self.AT_ONCE)

    def __len__(self) -> int:
        return super().__len__() if self.count is None else self.count


class CompletedRows(CountedRows):
    """Rows of a queryset that `complete` turns into records of the table, a page or a part of an export at a time.

    For lists that the database filters, sorts and pages, with figures it does not know: these are found for the rows
    that are shown. `tie_break` is the order of rows that are otherwise equal, so that pages do not overlap.
    """

    def __init__(
        self, data: QuerySet[Any], complete: Complete, tie_break: Sequence[str] = ("pk",), count: int | None = None
    ) -> None:
        super().__init__(data, count)
        self.complete = complete
        self.tie_break = tie_break

    def order_by(self, aliases: Any) -> None:
        super().order_by(aliases)
        self.data = self.data.order_by(*self.data.query.order_by, *self.tie_break)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            # Not before it is looked at: an export asks for the first page only to turn it away.
            return SimpleLazyObject(lambda: list(self.complete(list(self.data[key]))))
        return next(iter(self.complete([self.data[key]])))

    def __iter__(self) -> Iterator[Any]:
        rows = super().__iter__()
        while part := list(islice(rows, self.AT_ONCE)):
            yield from self.complete(part)


class NumberColumn(tables.Column):
    """A count or measure, right aligned. `decimals` fixes the places. A footer may return a number."""

    def __init__(self, *args: Any, decimals: int | None = None, signed: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", _NUMERIC)
        kwargs.setdefault("initial_sort_descending", True)
        super().__init__(*args, **kwargs)
        self.decimals = decimals
        self.signed = signed

    def render(self, value: Decimal | int) -> str:
        return formats.number(value, self.decimals, signed=self.signed)

    def value(self, value: Decimal | int) -> Decimal | int:
        return value

    def export_unit(self, table: Table) -> str:
        """What the bare numbers of an export are in, for their head."""
        return ""

    def footer(self, bound_column: Any, table: Table) -> str:
        total = super().footer(bound_column, table)
        return formats.number(total, self.decimals) if isinstance(total, Decimal | int) else total


class MoneyColumn(NumberColumn):
    """An amount. With one currency for all rows (`currency` here or on the table) the head names it and cells are
    numbers; with `currency_from` (an accessor) each cell has its own."""

    def __init__(self, *args: Any, currency: str = "", currency_from: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.currency_from = currency_from

    def unit(self, table: Table) -> str:
        return "" if self.currency_from else self.currency or table.currency

    def export_unit(self, table: Table) -> str:
        return self.unit(table)

    def render(self, value: Decimal | int, table: Table, record: Any = None) -> str:  # type: ignore[override]
        if self.currency_from:
            return formats.money(value, Accessor(self.currency_from).resolve(record), signed=self.signed)
        return self._amount(value, self.unit(table), signed=self.signed)

    def footer(self, bound_column: Any, table: Table) -> str:
        total = tables.Column.footer(self, bound_column, table)
        return self._amount(total, self.unit(table)) if isinstance(total, Decimal | int) else total

    @staticmethod
    def _amount(value: Decimal | int, currency: str, *, signed: bool = False) -> str:
        return formats.number(value, get_currency_precision(currency) if currency else 2, signed=signed)


class DateColumn(tables.Column):
    """A day: 31.12.2026 in German."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"cell": {"class": "text-nowrap"}})
        kwargs.setdefault("initial_sort_descending", True)
        super().__init__(*args, **kwargs)

    def render(self, value: date) -> str:
        return formats.date_short(value)

    def value(self, value: date) -> date:
        return value


class DueColumn(DateColumn):
    """Until when somebody should act on a row that is "open"; nothing while it is not their turn."""

    OPEN = "open"

    def render(self, value: date, record: Any, table: Any) -> str:  # type: ignore[override]
        if record.state != self.OPEN:
            return formats.NOTHING
        if value < table.request.today:
            return badge_html(_("overdue since %(day)s") % {"day": formats.date_short(value)}, "danger")
        return formats.date_short(value)

    def value(self, value: date, record: Any) -> date | None:  # type: ignore[override]
        return value if record.state == self.OPEN else None


class StateColumn(tables.Column):
    """A state as a badge: `words` and `tone` say it of a record."""

    def __init__(self, *args: Any, words: Callable[[Any], str], tone: Callable[[Any], Tone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words, self.tone = words, tone

    def render(self, record: Any) -> str:
        return badge_html(self.words(record), self.tone(record))

    def value(self, record: Any) -> str:
        return str(self.words(record))


class MomentColumn(DateColumn):
    """A moment, relative on the page ("2 hours ago", the exact one on hover), exact in exports."""

    def render(self, value: datetime) -> str:  # type: ignore[override]
        return relative_time(value)


class LinkColumn(tables.Column):
    """The column that names the row, which opens `url(record)`. `sub` is an accessor for a second, quieter line."""

    def __init__(self, *args: Any, url: Callable[[Any], str | None], sub: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": _LEAD, "tf": _LEAD, "a": {"class": "row-link"}})

        def link(record: Any) -> str | None:
            # The table passes arguments by name; the caller's function may call its own as it likes.
            return url(record)

        super().__init__(*args, linkify=link, **kwargs)
        self.sub = sub

    def render(self, value: Any, record: Any) -> str:
        below = Accessor(self.sub).resolve(record) if self.sub else ""
        return format_html('{}<span class="cell-sub">{}</span>', value, below) if below else force_str(value)

    def value(self, value: Any) -> Any:
        return value


# --- export -------------------------------------------------------------------------------------------------


def safe_cell(value: Any) -> Any:
    """The value for a spreadsheet: numbers, days and moments as they are, text never as a formula."""
    if value is None or isinstance(value, bool | int | Decimal | date):
        return value
    return harmless(force_str(value))


def _rows(table: Table) -> Iterator[list[Any]]:
    columns = [column for column in table.columns.iterall() if not column.column.exclude_from_export]
    heads = []
    for column in columns:
        unit = column.column.export_unit(table) if isinstance(column.column, NumberColumn) else ""
        heads.append(safe_cell(f"{column.header} ({unit})" if unit else column.header))
    yield heads
    for row in table.rows:
        yield [safe_cell(row.get_cell_value(column.name)) for column in columns]


def _iso(value: Any) -> Any:
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A CSV file of these rows, heads included, line by line; texts must be `safe_cell`s already."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    yield BOM_UTF8  # the mark that makes Excel read UTF-8
    for row in rows:
        writer.writerow([_iso(value) for value in row])
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _xlsx(table: Table, title: str) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "Export")
    sheet.freeze_panes = "A2"
    for index, row in enumerate(_rows(table)):
        cells = []
        for value in row:
            moment = isinstance(value, datetime)
            aware = moment and timezone.is_aware(value)
            cell = WriteOnlyCell(sheet, value=timezone.make_naive(value) if aware else value)
            if index == 0:
                cell.font = Font(bold=True)
            elif isinstance(value, date):
                cell.number_format = "yyyy-mm-dd hh:mm:ss" if moment else "yyyy-mm-dd"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def export_response(table: Table, fmt: str, filename: str | Promise) -> HttpResponse | StreamingHttpResponse:
    """All rows of the table, not only the page, as a download. `fmt` is a key of FORMATS, else ValueError.

    Rows whose figures are found part by part are sent part by part, where the format lets us.
    """
    if fmt not in FORMATS:
        raise ValueError(f"No export format {fmt!r}; known: {', '.join(FORMATS)}")
    response: HttpResponse | StreamingHttpResponse
    if fmt == "csv" and isinstance(table.data, CompletedRows):
        response = StreamingHttpResponse(csv_lines(_rows(table)), content_type=FORMATS[fmt])
    else:
        content = b"".join(csv_lines(_rows(table))) if fmt == "csv" else _xlsx(table, str(filename))
        response = HttpResponse(content, content_type=FORMATS[fmt])
    response["Content-Disposition"] = content_disposition_header(True, f"{filename}.{fmt}") or "attachment"
    return response
