"""Trainings in presets: Snom's as published, brought by the same file as the rest of the program."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from programs import preset_files
from programs.models import Program
from programs.preset_files import PresetError
from tests.programs.test_presets import edited, load
from trainings.models import Training


def test_snoms_training_takes_two_days_holds_two_years_and_is_for_technicians(db: None) -> None:
    load("snom")
    technical = Training.objects.get(program__slug="snom-partner")
    assert (technical.code, technical.name) == ("technical", "Technische Schulung")
    assert (technical.days, technical.validity_months, technical.audience) == (Decimal(2), 24, ["technician"])
    assert technical.external


def test_loading_again_changes_what_differs_and_removes_nothing(db: None, tmp_path: Path) -> None:
    load("snom")
    other = Training.objects.create(program=Program.objects.get(), code="own", name="Our own")
    again = load(edited(tmp_path, "snom", ("validity_months: 24", "validity_months: 12")))
    assert (again.created, again.changed) == (0, 1)
    assert Training.objects.get(code="technical").validity_months == 12
    assert Training.objects.filter(pk=other.pk).exists()


def test_a_training_without_validity_and_audience_never_expires_and_is_for_everybody(db: None, tmp_path: Path) -> None:
    load(edited(tmp_path, "snom", ("    validity_months: 24\n", ""), ("    audience: [technician]\n", "")))
    technical = Training.objects.get()
    assert (technical.validity_months, technical.audience) == (None, [])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("audience: [technician]", "audience: [king]"), "“king” is no role; roles: owner, finance, sales, technician"),
        (("validity_months: 24", "validity_months: 0"), "validity_months"),
        (("    days: 2\n    validity", "    validity"), "days"),
        (("  - code: technical\n    name: Tech", "  - code: UPPER\n    name: Tech"), "code"),
    ],
)
def test_what_is_wrong_with_a_training_is_said(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(PresetError, match=sentence):
        preset_files.read(edited(tmp_path, "snom", change))
