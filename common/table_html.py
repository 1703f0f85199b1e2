"""The heads, rows and foot of a table on a page, written in one go.

django-tables2 asks anew for every cell what a column is, how it is named and what its `render` takes; that was most of
the time of a list, and Django's templates much of the rest. Here each column is asked once. Values, empty values,
`render_*`, links and `attrs` of columns mean what they mean there; attributes that depend on the record are not
supported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from html import escape
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.utils.encoding import force_str
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_tables2.columns import BoundColumn
from django_tables2.rows import BoundRow
from django_tables2.utils import AttributeDict, signature

from common import formats
from common.icons import icon_html

Read = Callable[[Any], Any]


def rows_of(table: Any) -> SafeString:
    """The rows of the page as HTML."""
    cells = [_written(table, column) for column in table.columns]
    rows = (f"<tr>{''.join(cell(row) for cell in cells)}</tr>" for row in table.paginated_rows)
    return mark_safe("\n".join(rows))  # noqa: S308 - each part is escaped


def _written(table: Any, column: BoundColumn) -> Callable[[BoundRow], str]:
    """What writes one column's cell of a row. Where there is nothing a card on a phone leaves the line out."""
    read, css, name = _cell(table, column), column.attrs["td"].get("class", ""), _name(table, column)
    full = format_html('<td class="{}" data-label="{}">', css, name)
    empty = format_html('<td class="{} cell-empty" data-label="{}">', css, name)

    def cell(row: BoundRow) -> str:
        content = _escaped(read(row))
        return f"{empty if content == formats.NOTHING else full}{content}</td>"

    return cell


def _escaped(content: Any) -> str:
    """Django's `conditional_escape`, without its question for each cell whether the escaping can wait."""
    return str(content.__html__()) if hasattr(content, "__html__") else escape(str(content))


def head_of(table: Any, list_id: str) -> SafeString:
    """The heads of the columns; links of those that can be sorted by, which keep whatever else the address says."""
    request: HttpRequest | None = getattr(table, "request", None)
    query = request.GET.copy() if request is not None else None
    if query is not None:
        query.pop("export", None)
    return mark_safe("".join(_head(table, column, list_id, query) for column in table.columns))  # noqa: S308


def _head(table: Any, column: BoundColumn, list_id: str, query: QueryDict | None) -> SafeString:
    name, sorting = _name(table, column), ""
    order = column.order_by_alias
    if column.orderable and query is not None:
        arrow = icon_html("arrow-down" if order.is_descending else "arrow-up", size="sm") if column.is_ordered else ""
        href = sorted_query(query, table, order.next)
        name = format_html('<a id="{}-sort-{}" href="{}">{}{}</a>', list_id, column.name, href, name, arrow)
    if column.is_ordered:
        sorting = format_html(' aria-sort="{}"', "descending" if order.is_descending else "ascending")
    return format_html('<th scope="col" class="{}"{}>{}</th>', column.attrs["th"].get("class") or "", sorting, name)


def sorted_query(query: QueryDict, table: Any, order: str) -> str:
    """The address of the list in another order, from its first page on."""
    query[table.prefixed_order_by_field] = order
    query.pop(table.prefixed_page_field, None)
    return f"?{query.urlencode()}"


def foot_of(table: Any) -> SafeString:
    """What stands below the columns."""
    return mark_safe("".join(_foot(table, column) for column in table.columns))  # noqa: S308 - each part is escaped


def _foot(table: Any, column: BoundColumn) -> SafeString:
    footer, css = column.footer, column.attrs["tf"].get("class") or ""
    css = css if footer else f"{css} cell-empty"
    return format_html('<td class="{}" data-label="{}">{}</td>', css, _name(table, column), footer)


def _name(table: Any, column: BoundColumn) -> SafeString:
    """Once for its head, its cells and its foot."""
    names: dict[str, SafeString] = vars(table).setdefault("names_written", {})
    if column.name not in names:
        names[column.name] = format_html("{}{}", column.header, unit_of(table, column))
    return names[column.name]


def unit_of(table: Any, column: BoundColumn) -> str:
    """The currency of a money column, once in its head."""
    unit = getattr(column.column, "unit", None)
    currency = unit(table) if unit else ""
    return format_html(" ({})", formats.currency_symbol(currency)) if currency else ""


def _cell(table: Any, column: BoundColumn) -> Callable[[BoundRow], Any]:
    """What one column shows of a row."""
    read = _reader(column)
    render, link, default, empty = column.render, _link(column), column.default, column.column.empty_values
    wanted = _arguments(getattr(render, "__func__", render))
    plain = link is None and wanted == ("value",)

    def cell(row: BoundRow) -> Any:
        record = row.record
        value = read(record)
        if value in empty:
            return default
        if plain:
            return render(value=value)
        given = {
            "value": value,
            "record": record,
            "column": column.column,
            "bound_column": column,
            "bound_row": row,
            "table": table,
        }
        content = render(**{name: given[name] for name in wanted})
        return content if link is None else link(content, given)

    return cell


def _link(column: BoundColumn) -> Callable[[Any, dict[str, Any]], Any] | None:
    """What puts the content of a cell into a link; None for a column without links."""
    if column.link is None:
        return None
    url, wanted = column.link.url, _arguments(column.link.url)
    attrs = format_html("{} ", AttributeDict(column.link.attrs).as_html()) if column.link.attrs else ""

    def link(content: Any, given: dict[str, Any]) -> Any:
        href = url(**{name: given[name] for name in wanted})
        if href is None:
            return content
        return mark_safe(f'<a {attrs}href="{_escaped(href)}">{_escaped(content)}</a>')  # noqa: S308 - both are escaped

    return link


@lru_cache(maxsize=1000)
def _arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of the arguments that are handed to a function; all of ours take some of those of `cell`."""
    return tuple(name for name in signature(function)[0] if name != "self")


def _reader(column: BoundColumn) -> Read:
    """The value of a record; of a field with choices its word. None where there is none."""
    accessor = column.accessor

    def plain(record: Any) -> Any:
        if type(record) is dict and accessor in record:
            return record[accessor]
        try:
            return accessor.resolve(record)
        except ValueError:
            # What the accessor raises where there is no such thing: a column without a field of its own.
            return None

    words: dict[type, Mapping[Any, Any]] = {}

    def read(record: Any) -> Any:
        kind, value = type(record), plain(record)
        if kind not in words:
            words[kind] = _words(accessor, record)
        return force_str(words[kind].get(value, value), strings_only=True) if words[kind] else value

    return read


def _words(accessor: Any, record: Any) -> Mapping[Any, Any]:
    """The values of a field with choices in words, once for all rows; empty for any other."""
    owner, _name = accessor.penultimate(record)
    if not isinstance(owner, Model):
        return {}
    try:
        field = accessor.get_field(record)
    except FieldDoesNotExist:
        return {}
    return dict(getattr(field, "flatchoices", ()))
