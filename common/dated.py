"""Facts with a period of validity, half-open, never overlapping: tier, status, country, group membership.

PostgreSQL compares ranges in a GiST index without an extension, so the row's owner takes part in the exclusion
constraint as the one-point range `int8range(id, id, '[]')`: no btree_gist is needed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _


def as_point(owner: str) -> Func:
    # By the field's name, not its column: validation replaces only names by the row's values.
    return Func(F(owner), F(owner), Value("[]"), function="int8range")


def no_overlap(name: str, *owners: str, column: str = "valid") -> ExclusionConstraint:
    """Per combination of `owners` (foreign keys) no two rows are valid on the same day."""
    expressions: list[tuple[Any, str]] = [(as_point(owner), RangeOperators.OVERLAPS) for owner in owners]
    return ExclusionConstraint(name=name, expressions=[*expressions, (column, RangeOperators.OVERLAPS)])


class Dated(models.Model):
    """`valid`: first day inclusive, last day exclusive; an empty end is open."""

    valid = DateRangeField(_("valid"))

    class Meta:
        abstract = True

    @property
    def valid_from(self) -> date | None:
        return self.valid.lower

    @property
    def valid_until(self) -> date | None:
        return self.valid.upper


def since(start: date, end: date | None = None) -> DateRange:
    """The half-open range [start, end)."""
    return DateRange(start, end, "[)")


def overlap(one: DateRange, other: DateRange) -> bool:
    """Whether the two ranges, each with a first day, have a day in common."""
    return (other.upper is None or one.lower < other.upper) and (one.upper is None or other.lower < one.upper)
