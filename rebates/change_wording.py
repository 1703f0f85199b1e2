"""An adjustment in a person's words: before and after, and why, with the sales that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats
from common.period_names import day_of_year, period_name
from common.periods import Period
from rebates import explaining
from rebates.changes import Cause, Change, Moved, Part, spans_in
from rebates.engine import Settlement, Stop
from rebates.explained import Explained
from rebates.history import Span
from sales.models import SaleLine

SHOWN = 10
"""So many sales of each cause are named on the page; the list below has all of them."""


@dataclass(frozen=True)
class Compared:
    """A figure before and after. Empty: there was none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class MovedRow:
    """A sale of which something changed."""

    document: str
    url: str
    text: str
    day: date
    amount: Decimal | None


@dataclass(frozen=True)
class ToldPart:
    """Why, in a sentence or two, what it makes, and the largest of the sales concerned."""

    sentences: Sequence[str]
    amount: Decimal
    rows: Sequence[MovedRow]
    more: str = ""


@dataclass(frozen=True)
class Told:
    """An adjustment as the page shows it. `key` names its sales in the filter of the list."""

    key: str
    title: str
    at: datetime
    amount: Decimal
    compared: Sequence[Compared]
    parts: Sequence[ToldPart]


def key_of(change: Change) -> str:
    """The same for every adjustment by the same closing."""
    return key_of_closing(change.closing.period)


def key_of_closing(period: str) -> str:
    return f"adjusted-{period}"


def part_name(change: Change) -> str:
    """What the filter of the list calls the sales that made the adjustment."""
    values = {"period": _name(change.closing.period), "count": formats.number(len(change.ids()))}
    return _("adjusted with the closing of %(period)s (%(count)s)") % values


def tell(explained: Explained, changes: Sequence[Change], sale_url: Callable[[SaleLine], str]) -> list[Told]:
    """The adjustments in words, the latest first."""
    shown = {pk for change in changes for part in change.parts for moved in part.sales[:SHOWN] for pk in moved.ids}
    lines = SaleLine.objects.filter(pk__in=shown).select_related("product", "distributor").in_bulk()
    return [
        Told(
            key=key_of(change),
            title=_("Adjusted with the closing of %(period)s") % {"period": _name(change.closing.period)},
            at=change.settlement.settled_at,
            amount=change.settlement.amount,
            compared=_compared(explained, change),
            parts=[_part(explained, change, part, lines, sale_url) for part in change.parts],
        )
        for change in reversed(changes)
    ]


def _name(period: str) -> str:
    return period_name(Period.parse(period))


# --- before and after -------------------------------------------------------------------------------------------------


def _compared(explained: Explained, change: Change) -> list[Compared]:
    before, after, currency = change.before, change.after, explained.currency
    document = explained.document

    def both(label: str, value: Callable[[Settlement], str]) -> Compared:
        return Compared(label, value(before) if before is not None else formats.NOTHING, value(after))

    rows = [
        both(_("Sale lines that count"), lambda each: formats.number(each.totals.lines)),
        both(_("Attainment"), lambda each: explaining.measured(each.attainment, document.counts, currency)),
    ]
    if document.steps:
        rows.append(both(_("Step"), lambda each: explaining.step_reached(document, each)))
        rows.append(both(_("Rate"), _rate))
    rows.append(both(_("Result"), lambda each: formats.money(each.amount, currency)))
    return rows


def _rate(settlement: Settlement) -> str:
    if settlement.stop is not None or settlement.rate is None or settlement.measure is None:
        return formats.NOTHING
    return explaining.reward(settlement.rate, settlement.measure, settlement.currency)


# --- why --------------------------------------------------------------------------------------------------------------


def _part(
    explained: Explained,
    change: Change,
    part: Part,
    lines: Mapping[int, SaleLine],
    sale_url: Callable[[SaleLine], str],
) -> ToldPart:
    # Of sales that only bring more or less because of the others none is named.
    shown = [] if part.cause is Cause.REST else part.sales[:SHOWN]
    left = len(part.sales) - len(shown) if shown else 0
    more = (
        ngettext("%(count)s more sale", "%(count)s more sales", left) % {"count": formats.number(left)} if left else ""
    )
    rows = [_row(moved, lines[moved.ids[0]], sale_url) for moved in shown if moved.ids[0] in lines]
    sentences = _sentences(explained, change, part, lines)
    return ToldPart(sentences, part.amount, rows, more)


def _row(moved: Moved, line: SaleLine, sale_url: Callable[[SaleLine], str]) -> MovedRow:
    product = f"{line.product.article} {line.product.name}"
    was, is_ = explaining.units(moved.before or Decimal(0)), explaining.units(moved.after or Decimal(0))
    text = is_
    if moved.before is not None and moved.before != moved.after:
        text = _("%(after)s instead of %(before)s") % {"after": is_, "before": was}
    return MovedRow(line.document_number, sale_url(line), f"{product}: {text}", line.counts_on, moved.amount)


def _sentences(explained: Explained, change: Change, part: Part, lines: Mapping[int, SaleLine]) -> list[str]:
    match part.cause:
        case Cause.STATUS:
            return _status(explained, change)
        case Cause.TIER:
            return _spans(explained, change, "tier", _tier) or [_("The tier was corrected.")]
        case Cause.AGREEMENT:
            return _spans(explained, change, "agreement", _agreement) or [_("The individual agreement was changed.")]
        case Cause.COUNTRY:
            return _spans(explained, change, "country", _country) or [
                _("The countries that take part in the program were changed.")
            ]
        case Cause.NEWCOMER:
            return _newcomer(change)
        case Cause.PRODUCT | Cause.DISTRIBUTOR:
            return [_named(part, lines)]
        case Cause.PROGRAM:
            return [_("The days on which the program runs, or its currency, were changed.")]
        case Cause.REST:
            return [_rest(explained, change, part)]
        case Cause.UNKNOWN:
            return [_("What made the difference in detail can no longer be told.")]
        case _:
            return [_booked(part.cause, len(part.sales))]


def _booked(cause: Cause, count: int) -> str:
    texts = {
        Cause.LATE: ngettext(
            "%(count)s sale was booked after the period was closed:",
            "%(count)s sales were booked after the period was closed:",
            count,
        ),
        Cause.CORRECTED: ngettext("%(count)s sale was corrected:", "%(count)s sales were corrected:", count),
        Cause.TAKEN_BACK: ngettext(
            "%(count)s sale was taken back, because it was reported or matched wrongly:",
            "%(count)s sales were taken back, because they were reported or matched wrongly:",
            count,
        ),
        Cause.RETURNED: ngettext("%(count)s return was booked:", "%(count)s returns were booked:", count),
        Cause.CREDITED: ngettext("%(count)s credit note was booked:", "%(count)s credit notes were booked:", count),
    }
    return texts[cause] % {"count": formats.number(count)}


def _status(explained: Explained, change: Change) -> list[str]:
    def active(spans: Iterable[Span]) -> list[Span]:
        return [(start, end, what) for start, end, what in spans if what == "active"]

    program = explained.terms.program.name
    if not change.facts_before["enrolled"]:
        text = _("The enrolment in %(program)s was entered after the period was closed; it holds since %(day)s.")
        since = explained.enrolment.enrolled_on
        return [text % {"program": program, "day": formats.date_long(since)}]

    def sentence(span: str, was: str, is_: str) -> str:
        text = _("%(span)s the enrolment is active.") if is_ else _("%(span)s the enrolment is no longer active.")
        return text % {"span": span}

    found = _differing(
        active(change.facts_before["status"]), active(change.facts_after["status"]), explained.period, sentence
    )
    return found or [_("The status of the enrolment was changed.")]


def _tier(span: str, was: str, is_: str) -> str:
    if not is_:
        return _("%(span)s no tier counts, instead of %(was)s.") % {"span": span, "was": was}
    if not was:
        return _("%(span)s the tier %(is)s counts.") % {"span": span, "is": is_}
    return _("%(span)s the tier %(is)s counts instead of %(was)s.") % {"span": span, "is": is_, "was": was}


def _agreement(span: str, was: str, is_: str) -> str:
    if is_:
        return _("%(span)s an individual agreement holds.") % {"span": span}
    return _("%(span)s no individual agreement holds any more.") % {"span": span}


def _country(span: str, was: str, is_: str) -> str:
    values = {"span": span, "is": is_ or formats.NOTHING, "was": was or formats.NOTHING}
    return _("%(span)s the company is registered in %(is)s instead of %(was)s.") % values


def _newcomer(change: Change) -> list[str]:
    before, after = (_first(facts["enrolled"]) for facts in (change.facts_before, change.facts_after))
    if before is None or after is None or before == after:
        return [_("Whether the partner is a newcomer was corrected.")]
    text = _("The enrolment began on %(is)s, not on %(was)s; the rebate is for newcomers.")
    return [text % {"is": formats.date_long(after), "was": formats.date_long(before)}]


def _first(spans: Sequence[Span]) -> date | None:
    return spans[0][0] if spans else None


def _named(part: Part, lines: Mapping[int, SaleLine]) -> str:
    """Products that joined or left what counts, distributors that were authorised or not."""
    known = [lines[moved.ids[0]] for moved in part.sales if moved.ids[0] in lines]
    if part.cause is Cause.PRODUCT:
        names = ", ".join(sorted({f"{line.product.article} {line.product.name}" for line in known}))
        return _("Which products count was corrected: %(names)s.") % {"names": names}
    names = ", ".join(sorted({line.distributor.name for line in known}))
    return _("Since when a distributor is authorised was corrected: %(names)s.") % {"names": names}


def _rest(explained: Explained, change: Change, part: Part) -> str:
    """Why the other sales bring something else than before."""
    before, after, document = change.before, change.after, explained.document
    count = len(part.sales)
    sales = ngettext("The other sale brings", "The other %(count)s sales bring", count)
    values = {"sales": sales % {"count": formats.number(count)}}
    if before is None:
        return _("%(sales)s something else than before.") % values
    if after.stop is not None and before.stop is None:
        return _("%(sales)s nothing any more: %(reason)s.") % {**values, "reason": _BELOW[after.stop]}
    if before.stop is not None and after.stop is None:
        return _("%(sales)s something now, too: %(reason)s.") % {**values, "reason": _REACHED[before.stop]}
    if before.step != after.step and document.steps:
        values |= {"is": explaining.step_reached(document, after), "was": explaining.step_reached(document, before)}
        return _("%(sales)s something else, because another step is reached: %(is)s instead of %(was)s.") % values
    return _("%(sales)s another part of the amount than before.") % values


_BELOW: Mapping[Stop, Promise] = {
    Stop.NOTHING_COUNTED: gettext_lazy("nothing above zero counts any more"),
    Stop.BELOW_MINIMUM: gettext_lazy("the minimum is no longer reached"),
    Stop.BELOW_FIRST_STEP: gettext_lazy("the first step is no longer reached"),
}
_REACHED: Mapping[Stop, Promise] = {
    Stop.NOTHING_COUNTED: gettext_lazy("what counts is above zero"),
    Stop.BELOW_MINIMUM: gettext_lazy("the minimum is reached"),
    Stop.BELOW_FIRST_STEP: gettext_lazy("the first step is reached"),
}


# --- spans ------------------------------------------------------------------------------------------------------------


def _spans(explained: Explained, change: Change, what: str, sentence: Callable[[str, str, str], str]) -> list[str]:
    return _differing(change.facts_before[what], change.facts_after[what], explained.period, sentence)


def _differing(
    before: Sequence[Span], after: Sequence[Span], period: Period, sentence: Callable[[str, str, str], str]
) -> list[str]:
    """A sentence for each part of the period in which something else held than before."""
    was, is_ = spans_in(before, period), spans_in(after, period)
    days = sorted({period.start, period.end, *(day for start, end, _what in (*was, *is_) for day in (start, end))})
    found: list[tuple[date, date, str, str]] = []
    for start, end in pairwise(days):
        values = _held(was, start), _held(is_, start)
        if values[0] == values[1]:
            continue
        if found and (found[-1][1], *found[-1][2:]) == (start, *values):
            found[-1] = (found[-1][0], end, *values)
        else:
            found.append((start, end, *values))
    return [sentence(_span(start, end, period), was, is_) for start, end, was, is_ in found]


def _held(spans: Sequence[tuple[date, date, str]], day: date) -> str:
    return next((what for start, end, what in spans if start <= day < end), "")


def _span(start: date, end: date, period: Period) -> str:
    """The opening of a sentence: "From 1 July on", "From 1 July to 14 August"."""
    if end >= period.end:
        return _("From %(day)s on") % {"day": day_of_year(start)}
    last = day_of_year(date.fromordinal(end.toordinal() - 1))
    return _("From %(day)s to %(last)s") % {"day": day_of_year(start), "last": last}
