"""Marker strings in everything the portal keeps of a company and its people, found by walking the models.

A row belongs to the company if a foreign key leads from it to the company, to one of its people, or to a row that does.
A new model is found by itself, and a new text of it is marked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pgtrigger
from django.apps import apps
from django.db.models import CharField, EmailField, Field, ForeignKey, JSONField, Model, SlugField, TextField, URLField

MARKER = re.compile(r"zq(\d+)qz", re.IGNORECASE)
SHORTEST = 10
"""Shorter texts are codes of a country, a currency or a language."""

NOT_MARKED = {
    "common.User.password": "nobody could sign in, and it is a hash",
    "partners.BankAccount.iban": "the database refuses what is none; tests/partners/test_bank_pages.py looks for it",
    "partners.BankAccount.bic": "the database refuses what is none",
    "partners.Partner.number": "it stands in the addresses that are asked for, and in nothing else we look for",
    "rebates.Settlement.explanation": "sentences of the engine by their codes; what varies in them is numbers",
    "rebates.Settlement.period": "a code that pages calculate with",
    "sales.Upload.layout": "how a file is read, which pages need",
    "sales.SellOutReport.layout": "how a file is read, which pages need",
    "sales.ReportMapping.layout": "how a file is read, which pages need",
    "usersessions.UserSession.session_key": "who is signed in is found by it",
    "sales.WaitingRow.article": "the vendor's own number of a product",
    "sales.SaleLine.article": "the vendor's own number of a product",
}
CODES = ("digest", "sha256", "key", "kind", "role", "period", "language")
"""Fields that say which one, to programs."""

Rows = Mapping[type[Model], set[Any]]


def rows_of(*seeds: Model) -> Rows:
    """Everything that refers to the seeds, directly or over other rows."""
    found: dict[type[Model], set[Any]] = defaultdict(set)
    for seed in seeds:
        found[type(seed)].add(seed.pk)
    grown = True
    while grown:
        grown = False
        for model in _tables():
            for field in model._meta.concrete_fields:
                if isinstance(field, ForeignKey) and (ids := found.get(field.related_model)):
                    rows = model._base_manager.filter(**{f"{field.name}__in": ids})
                    more = set(rows.values_list("pk", flat=True)) - found[model]
                    found[model] |= more
                    grown = grown or bool(more)
    return found


def _tables() -> list[type[Model]]:
    """The history's library has models of its own that are a view of all events; these have tables, and come too."""
    return [model for model in apps.get_models() if model._meta.app_label != "pghistory"]


def models_with_texts_of(seed: type[Model]) -> set[type[Model]]:
    """Models that lead to `seed` and have something to mark."""
    leading = {seed}
    while more := {each for each in _tables() if each not in leading and _leads_to(each, leading)}:
        leading |= more
    return {model for model in leading if any(_is_text(model, field) for field in model._meta.concrete_fields)}


def _leads_to(model: type[Model], wanted: set[type[Model]]) -> bool:
    return any(isinstance(field, ForeignKey) and field.related_model in wanted for field in model._meta.concrete_fields)


def mark(rows: Rows, *, leave: Iterable[type[Model]] = ()) -> dict[str, str]:
    """Write a marker into every text of these rows. Returns the names of the fields by the number of their marker."""
    names: dict[str, str] = {}
    # What protects facts would refuse it; nothing that follows from a change is wanted here.
    with pgtrigger.ignore():
        for model in sorted(rows.keys() - set(leave), key=lambda model: model._meta.label):
            for field in model._meta.concrete_fields:
                if rows[model] and _is_text(model, field):
                    names[str(len(names))] = f"{model._meta.label}.{field.name}"
                    for pk in rows[model]:
                        value = _value(field, f"zq{len(names) - 1}qz", pk)
                        model._base_manager.filter(pk=pk).update(**{field.name: value})
    return names


def _is_text(model: type[Model], field: Field[Any, Any]) -> bool:
    if f"{model._meta.label}.{field.name}" in NOT_MARKED or field.choices or field.primary_key:
        return False
    if field.name in CODES or field.name.endswith("_digest") or isinstance(field, SlugField):
        return False
    # Copies of the library's tables in its history have the same texts under the same names.
    if isinstance(field, JSONField):
        return field.default is dict
    return isinstance(field, CharField | TextField) and (field.max_length or 999) >= SHORTEST


def _value(field: Field[Any, Any], marker: str, pk: Any) -> Any:
    if isinstance(field, JSONField):
        return {marker: marker}
    if isinstance(field, EmailField):
        return f"{marker}{pk}@example.com"
    if isinstance(field, URLField) or field.name == "website":
        return f"https://{marker}.example"
    # With the number of the row where there is room: some texts are unique.
    return f"{marker}{pk}"[: field.max_length] if field.unique or _in_constraint(field) else marker


def _in_constraint(field: Field[Any, Any]) -> bool:
    constraints = field.model._meta.constraints
    return any(field.name in getattr(constraint, "fields", ()) for constraint in constraints)


def found_in(text: str, names: Mapping[str, str]) -> set[str]:
    """Whose markers stand in a text, as names of fields."""
    return {names[number] for number in MARKER.findall(text)}
