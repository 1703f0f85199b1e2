"""The trainings of a preset."""

from __future__ import annotations

from programs.models import Program
from programs.preset_files import Preset
from programs.preset_loading import FurtherPart, Loaded, bring_row, further
from trainings.models import Training


def bring(done: Loaded, program: Program, preset: Preset) -> None:
    """Trainings that the preset does not name stay as they are."""
    for part in preset.trainings:
        values = part.model_dump(exclude={"code"}) | {"audience": list(part.audience)}
        bring_row(done, Training, {"program": program, "code": part.code}, values)


def register() -> None:
    further.register(FurtherPart("trainings", bring))
