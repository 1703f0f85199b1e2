"""What the page of a rebate says beside the chain: its state, its history, its terms, the answer to "what if"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from common import formats
from common.period_names import day_of_year, period_name
from common.periods import Period
from common.ui import Event, Fact, Tone
from programs.models import Tier
from programs.terms import Counts, Evidence
from rebates import explaining
from rebates.engine import Settlement
from rebates.explained import Explained
from rebates.selectors import Earned, PeriodState

TONES: dict[PeriodState, Tone] = {
    PeriodState.RUNNING: "info",
    PeriodState.ENDED: "warning",
    PeriodState.CLOSING: "warning",
    PeriodState.CLOSED: "success",
}


@dataclass(frozen=True)
class Answer:
    """The answer to "what if": the new amount, what is more than now, and the sentence for the step."""

    asked: str
    amount: str
    more: Decimal
    currency: str


def state_in_words(row: Earned) -> str:
    """The state with the day on which it changes."""
    if row.state is PeriodState.RUNNING:
        return _("runs until %(day)s") % {"day": day_of_year(row.period.last_day)}
    if row.state is PeriodState.ENDED:
        return _("closes on %(day)s") % {"day": day_of_year(row.closes_on)}
    return str(row.state.label)


def answer_of(now: Settlement, new: Settlement, units: Decimal, revenue: Decimal) -> Answer:
    asked = [
        explaining.measured(value, counts, now.currency)
        for value, counts in ((units, Counts.UNITS), (revenue, Counts.REVENUE))
        if value
    ]
    return Answer(
        asked=_("With %(more)s more") % {"more": _(" and ").join(asked)},
        amount=formats.money(new.amount, now.currency),
        more=new.amount - now.amount,
        currency=now.currency,
    )


def as_earned(explained: Explained) -> Earned:
    return Earned(
        enrolment=explained.enrolment,
        terms=explained.terms,
        period=explained.period,
        currency=explained.currency,
        earned=explained.earned,
        adjusted=explained.adjusted,
        state=explained.state,
    )


def history(explained: Explained) -> list[Event]:
    """What each closing settled for the period, newest first."""
    events = []
    for each in reversed(explained.settled):
        adjustment = explained.is_adjustment(each)
        amount = formats.money(each.amount, each.currency, signed=adjustment)
        closing = period_name(Period.parse(each.closing.period))
        text = (
            _("Adjusted with the closing of %(period)s") if adjustment else _("Settled with the closing of %(period)s")
        )
        events.append(
            Event(each.settled_at, amount, text % {"period": closing}, icon="pencil" if adjustment else "check2")
        )
    return events


def since(explained: Explained) -> str:
    """What has changed since the last settlement, and what becomes of it."""
    if explained.since == 0:
        return ""
    amount = formats.money(explained.since, explained.currency, signed=True)
    day = explained.change_comes_on
    if day is None:
        text = _(
            "Sales reported since then change the amount by %(amount)s. "
            "The period is too old for the next closing; the vendor looks at it."
        )
        return text % {"amount": amount}
    text = _("Sales reported since then change the amount by %(amount)s. That comes with the next closing, on %(day)s.")
    return text % {"amount": amount, "day": formats.date_long(day)}


def terms_facts(explained: Explained, group: str, tiers: Mapping[str, Tier]) -> list[Fact]:
    document = explained.document
    counts = _("units") if document.counts is Counts.UNITS else _("revenue")
    facts = [
        Fact(_("Counts"), counts, hint=_("of “%(group)s”") % {"group": group} if group else _("of all products")),
        Fact(
            _("Period"),
            f"{formats.date_short(explained.period.start)} – {formats.date_short(explained.period.last_day)}",
        ),
        Fact(_("Proven by"), _("distributors' reports") if document.evidence is Evidence.SELL_OUT else _("invoices")),
    ]
    if document.minimum is not None:
        facts.append(Fact(_("Minimum"), explaining.measured(document.minimum, document.counts, explained.currency)))
    if document.cap is not None and document.cap.basis is not None:
        facts.append(
            Fact(_("Counts up to"), explaining.measured(document.cap.basis, document.counts, explained.currency))
        )
    if document.cap is not None and document.cap.amount is not None:
        facts.append(Fact(_("Pays at most"), formats.money(document.cap.amount, explained.currency)))
    if document.eligible.tiers is not None:
        names = [tiers[code].name if code in tiers else code for code in document.eligible.tiers]
        facts.append(Fact(_("Tiers"), ", ".join(names)))
    if document.eligible.countries is not None:
        facts.append(Fact(_("Countries"), ", ".join(document.eligible.countries)))
    if document.eligible.without_individual_agreement:
        facts.append(Fact(_("Individual agreement"), _("takes no part")))
    facts.append(
        Fact(
            _("Version"),
            str(explained.terms.version),
            hint=_("since %(day)s") % {"day": formats.date_short(explained.terms.starts_on)},
        )
    )
    return facts
