"""The engine's answers in a person's words: sentences, reasons, steps and periods in the active language.

The engine hands out English templates with typed values; they are translated first and filled afterwards. Nothing here
calculates: amounts come from the settlement or from `what_if`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from babel.numbers import format_currency
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats
from common.period_names import day_of_year
from common.sentences import fill
from common.ui import Step
from programs.models import Tier
from programs.terms import Counts, Measure, Mode, Terms
from rebates.engine import Kind, Line, Param, Reason, Settlement, what_if

REASONS: Mapping[Reason, Promise] = {
    Reason.DISTRIBUTOR: gettext_lazy("distributor not authorised on that day"),
    Reason.CURRENCY: gettext_lazy("in another currency"),
    Reason.PROGRAM: gettext_lazy("the program did not run on that day"),
    Reason.PRODUCT: gettext_lazy("product not in the group"),
    Reason.NOT_ENROLLED: gettext_lazy("not enrolled or not active on that day"),
    Reason.COUNTRY: gettext_lazy("country takes no part"),
    Reason.TIER: gettext_lazy("tier on that day takes no part"),
    Reason.AGREEMENT: gettext_lazy("individual agreement on that day"),
    Reason.NEWCOMER: gettext_lazy("only for newcomers"),
    Reason.PROJECT: gettext_lazy("sold under project conditions"),
    Reason.NO_VALUE: gettext_lazy("no value stated"),
    Reason.NO_TIER_RATE: gettext_lazy("no rate for the tier"),
    Reason.NO_ARTICLE_RATE: gettext_lazy("no rate for the article"),
}

BARRED: Mapping[Reason, Promise] = {
    Reason.NOT_ENROLLED: gettext_lazy("Further sales do not count: the enrolment is not active."),
    Reason.COUNTRY: gettext_lazy("Further sales do not count: the country takes no part."),
    Reason.TIER: gettext_lazy("Further sales do not count: the tier takes no part."),
    Reason.AGREEMENT: gettext_lazy("Further sales do not count: an individual agreement holds."),
    Reason.NEWCOMER: gettext_lazy("Further sales do not count: this rebate is for newcomers."),
}


# --- values ---------------------------------------------------------------------------------------


def exact_money(amount: Decimal, currency: str) -> str:
    """Money with every decimal it has: a result before it is rounded."""
    locale = formats.active_locale()
    text = format_currency(amount, currency, locale=locale, currency_digits=False, decimal_quantization=False)
    return text.replace("-", formats.MINUS)


def whole_money(amount: Decimal, currency: str) -> str:
    """An amount without cents, without their zeros: €10,000, 10.000 €."""
    locale = formats.active_locale()
    pattern = locale.currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(amount, currency, format=pattern, locale=locale, currency_digits=False)


def in_currencies(amounts: Mapping[str, Decimal]) -> str:
    """Sums by currency in one text; different currencies are never added."""
    return _(" and ").join(formats.money(amount, currency) for currency, amount in sorted(amounts.items()))


def measured(value: Decimal, counts: Counts, currency: str) -> str:
    """An attainment written out: "37 units" or "30,000.00 €"."""
    return units(value) if counts is Counts.UNITS else exact_money(value, currency)


def units(value: Decimal) -> str:
    """37 units."""
    count = int(value) if value == value.to_integral_value() else 2  # a part of a unit reads as a plural
    return ngettext("%(number)s unit", "%(number)s units", count) % {"number": formats.number(value)}


def reward(rate: Decimal, measure: Measure, currency: str) -> str:
    """What a step pays, in two or three words."""
    if measure is Measure.PERCENT:
        return formats.percent(rate)
    amount = exact_money(rate, currency)
    return _("%(amount)s each") % {"amount": amount} if measure is Measure.PER_UNIT else amount


# --- sentences ------------------------------------------------------------------------------------


def sentence(line: Line, currency: str) -> str:
    """One of the engine's sentences in the active language."""
    return fill(_(line.text), {name: _written(param, currency) for name, param in line.params.items()})


def _written(param: Param, currency: str) -> str:
    match param.kind:
        case Kind.MONEY:
            return exact_money(Decimal(param.value), currency)
        case Kind.NUMBER:
            return formats.number(Decimal(param.value))
        case Kind.PERCENT:
            return formats.percent(Decimal(param.value))
        case Kind.DATE:
            return day_of_year(date.fromisoformat(param.value))
        case Kind.TEXT:
            return param.value


def next_step(
    terms: Terms, settlement: Settlement, *, group: str = "", tier: str | None = None, above: Tier | None = None
) -> str:
    """The next step in money: "3 more Top sellers by 31 December: +75.00 €"; what else holds where there is none.

    `group` names the product group the terms count, if they do not count every product. For terms
    with rates `tier` is the code of the one held today, `above` the next one that has rates.
    """
    if not settlement.running:
        return ""
    if settlement.barred is not None:
        return str(BARRED[settlement.barred])
    if terms.rates is not None:
        return _rate_of_more(terms, tier, above, settlement.currency)
    step = settlement.next_step
    if step is None:
        return _further_sales(terms, settlement)
    if not group or terms.counts is Counts.REVENUE:
        return sentence(step.sentence, settlement.currency)
    whole = int(step.missing) if step.missing == step.missing.to_integral_value() else 2
    if step.at_least:
        text = ngettext(
            "%(missing)s more unit of “%(group)s” by %(until)s: at least %(gain)s",
            "%(missing)s more units of “%(group)s” by %(until)s: at least %(gain)s",
            whole,
        )
    else:
        text = ngettext(
            "%(missing)s more unit of “%(group)s” by %(until)s: %(gain)s",
            "%(missing)s more units of “%(group)s” by %(until)s: %(gain)s",
            whole,
        )
    return text % {
        "missing": formats.number(step.missing),
        "group": group,
        "until": day_of_year(step.until),
        "gain": formats.money(step.gain, settlement.currency, signed=True),
    }


def _rate_of_more(terms: Terms, tier: str | None, above: Tier | None, currency: str) -> str:
    """What the next unit pays in the tier held, or would pay in the next one."""
    rates = terms.rates or {}
    if paid := [rate for rate in rates.get(tier or "", {}).values() if rate > 0]:
        values = _least_and_most(paid, currency, signed=True)
        if min(paid) == max(paid):
            return _("Every further unit: %(most)s") % values
        return _("Every further unit: %(least)s to %(most)s, by article") % values
    if above is None or not (ahead := [rate for rate in rates.get(above.code, {}).values() if rate > 0]):
        return _("The tier held today pays no rate per unit.")
    values = {"tier": above.name, **_least_and_most(ahead, currency, signed=False)}
    if min(ahead) == max(ahead):
        return _("From the tier %(tier)s on every unit pays %(most)s.") % values
    return _("From the tier %(tier)s on every unit pays %(least)s to %(most)s, by article.") % values


def _least_and_most(rates: Sequence[Decimal], currency: str, *, signed: bool) -> dict[str, str]:
    return {
        "least": formats.money(min(rates), currency, signed=signed),
        "most": formats.money(max(rates), currency, signed=signed),
    }


def _further_sales(terms: Terms, settlement: Settlement) -> str:
    """What more sales bring where no further step is ahead."""
    currency = settlement.currency
    if terms.measure is Measure.PER_UNIT:
        gain = what_if(terms, settlement, extra_units=Decimal(1)).amount - settlement.amount
        text = _("Highest step reached. Every further unit: %(gain)s")
        values = {}
    else:
        more = Decimal(1000)
        gain = what_if(terms, settlement, extra_revenue=more).amount - settlement.amount
        text = _("Highest step reached. Every further %(more)s: %(gain)s")
        values = {"more": formats.money(more, currency)}
    if gain <= 0:
        return _("The most these terms pay is reached.")
    return text % {**values, "gain": formats.money(gain, currency, signed=True)}


# --- steps ----------------------------------------------------------------------------------------


def steps(terms: Terms, currency: str) -> list[Step]:
    """The steps of the terms for a progress bar, lowest first. A minimum takes the place of the steps below it."""
    minimum = terms.minimum or Decimal(0)
    below = [step for step in terms.steps if step.from_ <= minimum]
    shown = [(minimum, below[-1])] if below else []
    shown += [(step.from_, step) for step in terms.steps if step.from_ > minimum]
    return [
        Step(bound, _from(bound, terms.counts, currency), reward(step.rate, step.measure, currency))
        for bound, step in shown
    ]


def _from(bound: Decimal, counts: Counts, currency: str) -> str:
    if counts is Counts.UNITS:
        written = formats.number(bound)
    elif bound == bound.to_integral_value():
        written = whole_money(bound, currency)
    else:
        written = exact_money(bound, currency)
    return _("from %(bound)s") % {"bound": written}


def step_reached(terms: Terms, settlement: Settlement) -> str:
    """The bound of the step that a settlement was paid by: "from 25"; a dash where none was reached."""
    if settlement.step is None or settlement.stop is not None:
        return formats.NOTHING
    return _from(settlement.step, terms.counts, settlement.currency)


def end_of(terms: Terms) -> Decimal | None:
    """Where the last step ends: the cap of what counts, if there is one."""
    return terms.cap.basis if terms.cap is not None else None


def in_words(terms: Terms) -> str:
    """How the steps apply, in one sentence."""
    if terms.rates is not None:
        return _("Each unit pays the rate of its article and of the tier on the day of the sale.")
    if terms.measure is Measure.LUMP_SUM:
        if terms.mode is Mode.GRADUATED:
            return _("Each step reached pays its sum.")
        return _("The step reached pays its sum.")
    if terms.mode is Mode.GRADUATED:
        return _("Each step pays its rate on the part inside it.")
    return _("The step reached pays its rate on everything sold in the period.")
