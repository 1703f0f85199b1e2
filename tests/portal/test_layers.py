"""Rows know only rows below them: foreign keys point downwards or stay inside their app."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

LAYERS = ("common", "programs", "partners", "trainings", "sales", "rebates", "invoices", "deals", "tiers", "portal")
"""From the bottom to the top."""


def relations() -> list[Any]:
    """Every foreign key and many-to-many field that our own models declare."""
    return [
        field
        for model in apps.get_models()
        if model._meta.app_label in LAYERS
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if field.remote_field is not None
    ]


def height(app: str) -> int:
    """Libraries lie below everything of ours."""
    return LAYERS.index(app) if app in LAYERS else -1


def test_every_app_of_ours_has_its_layer() -> None:
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}
    assert ours == set(LAYERS)


@pytest.mark.parametrize("field", relations(), ids=str)
def test_a_relation_points_downwards_or_stays_inside(field: Any) -> None:
    own, other = field.model._meta.app_label, field.related_model._meta.app_label
    assert height(other) <= height(own)


ACROSS = [
    field for field in relations() if field.related_model._meta.app_label in set(LAYERS) - {field.model._meta.app_label}
]


@pytest.mark.parametrize("field", ACROSS, ids=str)
def test_a_relation_across_apps_adds_nothing_to_the_row_below(field: Any) -> None:
    assert field.remote_field.hidden, 'give it related_name="+"'
