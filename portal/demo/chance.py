"""Chance that is the same every time: what it is asked about decides, not when or how often."""

from __future__ import annotations

import random


def chance(*about: object) -> random.Random:
    """Dice of their own for each subject, so that a change in one place leaves the others as they were."""
    return random.Random(" / ".join(map(str, about)))  # noqa: S311 - invented data, nothing secret
