"""Closings in a person's words: where they are, who is held back, what is out of bounds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.ui import Stage, Tone
from rebates.bounds import TooMuch
from rebates.closing import needs_comment
from rebates.closings import ClosingRow, Items
from rebates.ledger import is_halted
from rebates.models import Closing, ClosingItem


def state_of(row: ClosingRow) -> tuple[str, Tone]:
    """The state of a closing in words, and how it looks."""
    closing = row.closing
    if closing is None:
        return _("closes on %(day)s") % {"day": formats.date_long(row.closes_on)}, "neutral"
    if row.parked:
        text = ngettext("%(count)s partner held back", "%(count)s partners held back", row.parked)
        return text % {"count": formats.number(row.parked)}, "danger"
    if needs_comment(closing):
        return _("total is out of bounds"), "danger"
    words: dict[str, tuple[str, Tone]] = {
        Closing.State.OPEN: (_("due, starts shortly"), "info"),
        Closing.State.FROZEN: (_("being calculated"), "info"),
        Closing.State.CALCULATED: (_("calculated, sums are compared"), "info"),
        Closing.State.SEALED: (_("closed"), "success"),
    }
    return words[closing.state]


def held_in_words(item: ClosingItem) -> str:
    """Why a partner is held back, for the people who decide."""
    currency = item.closing.program.currency
    if item.found is None or item.bound is None:
        return _("The amount cannot be calculated: %(reason)s") % {"reason": item.reason}
    values = {"found": formats.money(item.found, currency), "bound": formats.money(item.bound, currency)}
    if item.cause == ClosingItem.Cause.BOUND:
        return _("Would get %(found)s; the bound for one partner is %(bound)s.") % values
    return _("Would get %(found)s; against its last closings at most %(bound)s is usual.") % values


def too_much_in_words(found: TooMuch, currency: str) -> str:
    """What about a total is out of bounds."""
    values = {"total": formats.money(found.total, currency), "bound": formats.money(found.bound, currency)}
    if found.before is None:
        return _("The total of %(total)s is above the bound of %(bound)s.") % values
    values["before"] = formats.money(found.before, currency)
    text = _("The total of %(total)s is far above the %(before)s of the last closing; up to %(bound)s is usual.")
    return text % values


def stages_of(row: ClosingRow, items: Items, today: date) -> list[Stage]:
    """The line of states: what is done, where the closing is, what comes."""
    closing = row.closing
    over = today >= row.period.end
    last_day, due = formats.date_long(row.period.last_day), formats.date_long(row.closes_on)
    stages: list[Stage] = []

    def add(label: str, at: datetime | None, done: bool, hint: str = "", *, failed: bool = False) -> None:
        reached = all(stage.state == "done" for stage in stages)
        state: Any = "done" if done else "failed" if failed else "current" if reached else "ahead"
        stages.append(Stage(label, state, at, hint))

    add(_("Period over"), None, over, last_day)
    add(_("Late reports in"), closing.opened_at if closing else None, closing is not None, "" if closing else due)
    add(_("Sales fixed"), closing.frozen_at if closing else None, closing is not None and closing.frozen_at is not None)
    calculated = closing is not None and closing.calculated_at is not None
    hint = ""
    if closing is not None and closing.frozen_at is not None and not calculated:
        hint = _("%(done)s of %(all)s partners") % {"done": items.done, "all": items.all}
    add(_("Calculated"), closing.calculated_at if closing else None, calculated, hint, failed=bool(items.parked))
    waits = closing is not None and bool(needs_comment(closing))
    sealed = closing is not None and closing.sealed_at is not None
    hint = _("waits for a reason") if waits else ""
    add(_("Closed"), closing.sealed_at if closing else None, sealed, hint, failed=waits)
    return stages


def is_moving(closing: Closing, items: Items) -> bool:
    """Whether workers carry the closing on without anybody's help."""
    if (
        closing.state == Closing.State.SEALED
        or needs_comment(closing)
        or is_halted(vendor_id=closing.program.vendor_id)
    ):
        return False
    return not items.parked or items.done + len(items.parked) < items.all
