"""Filters of lists: the base of every FilterSet with its search field and chips, and a filter for days from–to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, F, Model, Q, QuerySet
from django.forms.models import ModelChoiceField, ModelChoiceIterator
from django.forms.utils import flatatt
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.widgets import SuffixedMultiWidget

from common import formats
from common.fields import DayInput


@dataclass(frozen=True)
class Chip:
    """An active filter in words, and the query string of the list without it."""

    label: str
    value: str
    query: str


@dataclass(frozen=True)
class Facet:
    """A group that the list can be narrowed to: how many it has under the other filters, and the address for it.

    Of the one that is chosen `query` leads out of it again.
    """

    label: str
    count: int
    query: str
    chosen: bool


def with_words(text: str, fields: Iterable[str]) -> Q:
    """Each word of the text in any of the fields."""
    found = Q()
    for word in text.split():
        either = Q()
        for field in fields:
            either |= Q(**{f"{field}__icontains": word})
        found &= either
    return found


SELECTED = mark_safe(" selected")


class AllAtOnce(ModelChoiceIterator):  # type: ignore[type-arg]
    """Choices are few: Django's cursor on the server takes three journeys for them."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from map(self.choice, self.queryset)


class ChoiceWidget(forms.Select):
    """A choice written in one go: Django renders a template for each option. Without groups."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = str(value or "")
        options = ((key, SELECTED if str(key) == chosen else "", text) for key, text in self.choices)
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(self.build_attrs(self.attrs, attrs)),
            format_html_join("", '<option value="{}"{}>{}</option>', options),
        )


class FilterSet(django_filters.FilterSet):
    """Base of every filter. `search_fields` are looked up by the words of `q`: each word in any of them."""

    search_fields: tuple[str, ...] = ()
    q = django_filters.CharFilter(method="search", label=gettext_lazy("Search"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.search_fields:
            del self.filters["q"]

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(with_words(value, self.search_fields))

    @cached_property
    def form(self) -> forms.Form:
        """The form with the looks of the portal's fields."""
        form: forms.Form = super().form
        for field in form.fields.values():
            if isinstance(field, ModelChoiceField):
                field.iterator = AllAtOnce
            if isinstance(field, forms.ChoiceField) and type(field.widget) is forms.Select:
                field.widget = ChoiceWidget(field.widget.attrs, field.choices)  # type: ignore[arg-type]
            widgets = field.widget.widgets if isinstance(field.widget, forms.MultiWidget) else [field.widget]
            for widget in widgets:
                css = "form-select" if isinstance(widget, forms.Select) else "form-control"
                widget.attrs.setdefault("class", css)
        return form

    def fields(self) -> list[forms.BoundField]:
        """All fields that are shown, but the search."""
        return [field for field in self.form.visible_fields() if field.name != "q"]

    def facets(self) -> list[Facet]:
        """Groups offered above the list with their counts; none unless a subclass has some."""
        return []

    def counts_of(self, name: str) -> Mapping[Any, int]:
        """How many rows each value of the field `name` has, under the filters but that by `name`."""
        rows = self.queryset
        for other, value in self.form.cleaned_data.items() if self.is_valid() else ():
            if other != name:
                rows = self.filters[other].filter(rows, value)
        return dict(rows.order_by().annotate(facet=F(name)).values_list("facet").annotate(rows=Count("pk")))

    def facets_of(self, name: str) -> list[Facet]:
        """Those of the choice `name`, a field of the rows, in the order of its choices."""
        counts = self.counts_of(name)
        chosen = self.form.cleaned_data.get(name) if self.is_valid() else None
        return [
            Facet(str(label), counts.get(key, 0), self._with(name, "" if key == chosen else key), key == chosen)
            for key, label in self.filters[name].extra["choices"]
        ]

    def chips(self) -> list[Chip]:
        """What is filtered by, in the order of the filters."""
        if not self.is_valid():
            return []
        chips = []
        for name, filter_ in self.filters.items():
            value = self.form.cleaned_data.get(name)
            if value not in (None, "", [], ()) and not (isinstance(value, QuerySet) and not value.exists()):
                chips.append(Chip(str(filter_.label), self._words(name, value), self._without(name)))
        return chips

    def query(self) -> str:
        """The query string without any filter: what "reset" leads to."""
        data: Any = self.data.copy()
        for name in self.filters:
            self._drop(data, name)
        return str(data.urlencode())

    def _words(self, name: str, value: Any) -> str:
        if isinstance(value, slice):
            return self._range(value.start, value.stop)
        if isinstance(value, Iterable) and not isinstance(value, str | Model):
            return ", ".join(self._words(name, one) for one in value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        choices = getattr(self.form.fields[name], "choices", None)
        if choices is not None and not isinstance(value, Model):
            return str(dict(self._flat(choices)).get(str(value), value))
        return self._one(value)

    def _range(self, start: Any, stop: Any) -> str:
        if start is not None and stop is not None:
            return f"{self._one(start)} – {self._one(stop)}"
        if start is not None:
            return _("from %(bound)s") % {"bound": self._one(start)}
        return _("up to %(bound)s") % {"bound": self._one(stop)}

    @staticmethod
    def _one(value: Any) -> str:
        if isinstance(value, date):
            return formats.date_short(value)
        return formats.number(value) if isinstance(value, Decimal | int) else str(value)

    @staticmethod
    def _flat(choices: Iterable[Any]) -> Iterable[tuple[str, Any]]:
        for value, label in choices:
            if isinstance(label, list | tuple):
                yield from ((str(one), text) for one, text in label)
            else:
                yield str(value), label

    def _drop(self, data: Any, name: str) -> None:
        widget = self.form.fields[name].widget
        keys = [name]
        if isinstance(widget, SuffixedMultiWidget):
            keys += [widget.suffixed(name, suffix) for suffix in widget.suffixes]
        for key in [*keys, "page"]:
            data.pop(key, None)

    def _with(self, name: str, value: str) -> str:
        data: Any = self.data.copy()
        self._drop(data, name)
        if value:
            data[name] = value
        return str(data.urlencode())

    def _without(self, name: str) -> str:
        return self._with(name, "")


class DayRangeWidget(SuffixedMultiWidget):
    """Two date fields, each with a name of its own for screen readers."""

    suffixes = ["from", "to"]
    template_name = "components/day_range.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([DayInput(gettext_lazy("from day")), DayInput(gettext_lazy("to day"))], attrs)

    def decompress(self, value: slice | None) -> list[Any]:
        return [value.start, value.stop] if value else [None, None]


class DayRangeFilter(django_filters.DateFromToRangeFilter):
    """Days from–to, both included, as a person means them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=DayRangeWidget, **kwargs)
