"""A page with one list: rows the actor may see, filter, table, pages and export, all kept in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.views import View
from django_tables2.data import TableData

from common.filters import FilterSet
from common.requests import PersonRequest
from common.tables import FORMATS, CountedRows, Table, export_response


class ListPage(View):
    """Base of list pages.

    Subclasses name `table_class`, `filterset_class` (or none), `template_name`, `export_name` (the file name without
    ending) and write `rows()`, which starts from `visible_to(self.request.actor)`. The template gets `table`, `filter`
    and what `context()` adds.
    `?export=csv` and `?export=xlsx` give all rows of the filter.
    """

    request: PersonRequest
    table_class: type[Table]
    filterset_class: type[FilterSet] | None = None
    template_name: str
    export_name: str = "list"
    per_page: int = 25
    http_method_names = ["get", "head", "options"]

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError(f"{type(self).__name__} does not say which rows it lists")

    def table_options(self) -> dict[str, Any]:
        """Further arguments of the table (currency, columns to leave out)."""
        return {}

    def filter_options(self) -> dict[str, Any]:
        """Further arguments of the filter (choices that depend on the page)."""
        return {}

    def records(self, rows: QuerySet[Any], filterset: FilterSet | None) -> QuerySet[Any] | Sequence[Any] | TableData:
        """What the table lists, where that is more than the filtered rows (figures that SQL does not know).

        `CompletedRows` finds them for the rows that are shown; a sequence holds all of them. `CountedRows` are a
        queryset's own. Called before `table_options`.
        """
        return CountedRows(rows)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """Further context; `rows` are those of the filter, for totals over it."""
        return {}

    def get(self, request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rows = self.rows()
        filterset = None
        if self.filterset_class is not None:
            filterset = self.filterset_class(request.GET, queryset=rows, request=request, **self.filter_options())
            rows = filterset.qs
        table = self.table_class(self.records(rows, filterset), **self.table_options())
        table.configure(request, self.per_page)
        fmt = request.GET.get("export")
        if fmt is not None:
            if fmt not in FORMATS:
                raise Http404
            return export_response(table, fmt, self.export_name)
        context = {"table": table, "filter": filterset, **self.context(rows)}
        return render(request, self.template_name, context)
