"""A partner's way to the next tier in words: notices, criteria as a checklist, the forecast, the chart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.ui import Chart, Event, Series, Tone
from programs.criteria import Criterion, Evidence, Group, Measurement
from programs.models import Tier
from programs.texts import all_in_language, sentence_of
from tiers import forecast
from tiers.models import TierMove
from tiers.way import RevenueWay, Way

Link = tuple[str, str]
"""Address and words."""


@dataclass(frozen=True)
class Notice:
    tone: Tone
    title: str
    text: str


@dataclass(frozen=True)
class Row:
    """A line of the checklist: a criterion, or a group with `rows`. `share`: percent of what is needed."""

    text: str
    met: bool
    progress: str = ""
    share: int = 0
    advice: str = ""
    due: str = ""
    evidence: Sequence[str] = ()
    until: str = ""
    link: Link | None = None
    rows: Sequence[Row] = ()


# --- what holds ------------------------------------------------------------------------------------------------------


def notices(way: Way) -> list[Notice]:
    """What is open about the tier, and whose turn it is."""
    found = []
    vendor = way.enrolment.program.vendor.name
    if not way.active:
        status = way.status.get_status_display() if way.status is not None else _("not active")
        title = _("Your participation: %(status)s") % {"status": status}
        found.append(
            Notice("warning", title, _("While it is not active, your tier brings neither rates nor benefits."))
        )
    if (decision := way.decision) is not None:
        values = {"vendor": vendor, "tier": decision.tier.name, "day": _last_day(decision.valid.upper)}
        title = _("%(vendor)s has set your tier to %(tier)s until %(day)s") % values
        after = _("After that it follows the requirements again.")
        found.append(Notice("info", title, f"{decision.reason} {after}".strip()))
    if (move := way.held.open) is not None:
        found.append(_of_move(way, move))
    return found


def _of_move(way: Way, move: TierMove) -> Notice:
    held = way.held.tier.name if way.held.tier is not None else ""
    values = {
        "tier": move.to_tier.name,
        "held": held,
        "vendor": way.enrolment.program.vendor.name,
        "since": formats.date_long(move.opened_on),
        "day": formats.date_long(move.due_on),
    }
    if move.direction == TierMove.Direction.RISE:
        title = _("Your rise to %(tier)s is proposed") % values
        return Notice(
            "success", title, _("It has been with your channel manager at %(vendor)s since %(since)s.") % values
        )
    title = _("Your tier %(held)s ends on %(day)s unless everything it asks for is met again") % values
    return Notice("warning", title, _("From that day on it would be %(tier)s. What is missing stands below.") % values)


def history(way: Way) -> list[Event]:
    """Tiers held, the latest first."""
    return [
        Event(at=each.valid.lower, title=each.tier.name, text=each.reason, icon="award", tone=_tone(each, way))
        for each in way.history
    ]


def _tone(each: object, way: Way) -> Tone:
    return "success" if way.history and each is way.history[0] else "neutral"


# --- the checklist ---------------------------------------------------------------------------------------------------


def checklist(
    way: Way, tier: Tier, link: Callable[[Criterion], Link | None], *, due_on: date | None = None
) -> list[Row]:
    """What a tier asks for. `due_on`: the day on which the tier is lost if something is still missing."""
    missing = {each.key for each in way.asked(tier).missing(way.look_up)}
    return [_row(entry, way, link, missing, due_on) for entry in way.asked(tier).of]


def _row(
    entry: Criterion | Group,
    way: Way,
    link: Callable[[Criterion], Link | None],
    missing: Collection[str],
    due_on: date | None,
) -> Row:
    if isinstance(entry, Group):
        rows = [_row(each, way, link, missing, due_on) for each in entry.of]
        return Row(_heading(entry), entry.met(way.look_up), rows=rows)
    program, measured = way.enrolment.program, way.look_up(entry)
    open_ = entry.key in missing
    return Row(
        text=sentence_of(entry, program),
        met=measured.met,
        progress=str(entry.kind.progress(entry.params, program, measured)),
        share=share_of(measured),
        advice=str(entry.kind.advice(entry.params, program, measured)) if open_ else "",
        due=_("by %(day)s") % {"day": _last_day(due_on)} if open_ and due_on is not None else "",
        evidence=[_evidence(each) for each in measured.evidence],
        until=_("holds until %(day)s") % {"day": _last_day(measured.until)} if measured.met and measured.until else "",
        link=link(entry) if open_ else None,
    )


def share_of(measured: Measurement) -> int:
    """Percent, rounded down: 100 is only what is met."""
    if measured.met or not measured.need:
        return 100
    return max(0, int(measured.have * 100 / measured.need))


def _heading(group: Group) -> str:
    if group.need == 1:
        return _("One of these is enough:")
    need = len(group.of) if group.need is None else group.need
    return ngettext("%(count)s of these is needed:", "%(count)s of these are needed:", need) % {"count": need}


def _evidence(each: Evidence) -> str:
    if each.until is None:
        return each.what
    return _("%(what)s, until %(day)s") % {"what": each.what, "day": _last_day(each.until)}


def _last_day(end: date | None) -> str:
    """The last day before the first one without."""
    return formats.date_long(end - timedelta(days=1)) if end is not None else ""


def still_missing(way: Way) -> str:
    """How much of the next tier is missing, as a sentence."""
    if (ahead := way.judged.ahead) is None:
        return ""
    if not way.asked(ahead).of:
        return _("%(vendor)s gives this tier to partners of its choice.") % {
            "vendor": way.enrolment.program.vendor.name
        }
    count = len(way.judged.missing)
    if not count:
        return _("Everything that %(tier)s asks for is met.") % {"tier": ahead.name}
    text = ngettext("%(count)s requirement is still open.", "%(count)s requirements are still open.", count)
    return text % {"count": formats.number(count)}


# --- what it gives ---------------------------------------------------------------------------------------------------


def benefits(way: Way) -> list[str]:
    """What the next tier gives that the one held does not."""
    if (ahead := way.judged.ahead) is None:
        return []
    known = set(all_in_language(way.held.tier.benefits)) if way.held.tier is not None else set()
    return [text for text in all_in_language(ahead.benefits) if text not in known]


def gains(way: Way) -> list[str]:
    """The same in money, for what was sold in the last twelve months."""
    ahead = way.judged.ahead
    if ahead is None:
        return []
    return [
        _("%(terms)s: with your %(units)s units of the last 12 months, %(tier)s would have brought %(amount)s.")
        % {
            "terms": gain.terms,
            "units": formats.number(gain.units),
            "tier": ahead.name,
            "amount": formats.money(gain.amount, way.enrolment.program.currency, signed=True),
        }
        for gain in way.gains
        if gain.units
    ]


# --- the forecast ----------------------------------------------------------------------------------------------------


def outlooks(way: Way, today: date) -> list[str]:
    """Sentences about the next tier's target and that of the tier held."""
    if (revenue := way.revenue) is None:
        return []
    found = []
    if revenue.ahead is not None:
        found.append(_towards(revenue.ahead, revenue, way.enrolment.program.currency, today))
    if revenue.lost_on is not None and way.held.tier is not None:
        values = {
            "pace": _pace(revenue),
            "day": formats.date_long(revenue.lost_on),
            "amount": formats.money(revenue.kept, way.enrolment.program.currency),
            "tier": way.held.tier.name,
        }
        found.append(_("%(pace)s you are below the %(amount)s that %(tier)s asks for from %(day)s on.") % values)
    return found


def _towards(outlook: forecast.Outlook, revenue: RevenueWay, currency: str, today: date) -> str:
    values = {
        "pace": _pace(revenue),
        "target": formats.money(outlook.target, currency),
        "best": formats.money(outlook.best, currency),
        "missing": formats.money(outlook.missing, currency),
        "month": "",
    }
    if outlook.reached_on is None:
        text = _("%(pace)s you come to at most %(best)s within 12 months: %(missing)s are missing to %(target)s.")
        return text % values
    if outlook.reached_on <= today:
        return _("You have reached the %(target)s.") % values
    return _("%(pace)s you reach %(target)s on %(day)s.") % {**values, "day": formats.date_long(outlook.reached_on)}


def _pace(revenue: RevenueWay) -> str:
    return _("At this year's pace") if revenue.pace.this_year else _("At the pace of the last 12 months")


def chart(way: Way) -> Chart | None:
    """Revenue of the window month by month: as it was, as it goes on, and the target."""
    if (revenue := way.revenue) is None or not any(point.revenue for point in (*revenue.before, *revenue.after)):
        return None
    was, will = list(revenue.before), list(revenue.after)
    amounts: list[Decimal | None] = [forecast.cents(point.revenue) for point in was]
    ahead = [forecast.cents(point.revenue) for point in will]
    target = revenue.ahead.target if revenue.ahead is not None else revenue.kept
    title = _("Revenue of the last %(months)s months, as it was and as it goes on")
    return Chart(
        id="revenue",
        title=title % {"months": revenue.months},
        axis=_("On"),
        labels=[formats.date_short(point.day) for point in (*was, *will)],
        series=[
            Series(_("reached"), [*amounts, *[None] * len(will)]),
            Series(_("at this pace"), [*[None] * (len(was) - 1), amounts[-1], *ahead]),
            Series(_("target"), [target] * (len(was) + len(will)), muted=True),
        ],
        unit=way.enrolment.program.currency,
    )
