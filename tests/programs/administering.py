"""What tests of the administration share."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from programs.models import Program

SignedIn = Callable[..., Client]


def page(row: object, what: str = "change") -> str:
    meta = row._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{what}", args=[row.pk])  # type: ignore[attr-defined]


def listing(model: type, what: str = "changelist") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}")  # type: ignore[attr-defined]


def program_form(program: Program, **changes: object) -> dict[str, object]:
    return {
        "vendor": program.vendor_id,
        "slug": program.slug,
        "name": program.name,
        "description": "",
        "minutes": 10,
        "currency": "EUR",
        "countries": ",".join(program.countries),
        "starts_on": program.starts_on.isoformat(),
        "ends_on": program.ends_on or "",
        "grace_days": 10,
        "recomputed_periods": 4,
        "authorisations-TOTAL_FORMS": 0,
        "authorisations-INITIAL_FORMS": 0,
        **changes,
    }
