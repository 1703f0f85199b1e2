"""Further blocks of a program's public page, which apps above register in their `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from common.registry import Registry
from programs.models import Program


@dataclass(frozen=True)
class PublicBlock:
    """`context(program, day)` feeds `template` as `block`; None leaves it out. Everybody reads what it says."""

    key: str
    template: str
    context: Callable[[Program, date], Mapping[str, Any] | None]
    order: int = 100


blocks: Registry[PublicBlock] = Registry()


def blocks_of(program: Program, day: date) -> list[tuple[str, Mapping[str, Any]]]:
    """Templates and their contexts."""
    found = ((each.template, each.context(program, day)) for each in blocks)
    return [(template, context) for template, context in found if context is not None]
