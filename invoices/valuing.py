"""What a partner's invoices are worth in rebate: what the terms give with them, less what they gave without."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from common.money import ZERO
from common.periods import Period
from partners.models import Enrolment, Partner
from programs.models import Program, RebateTerms, Vendor
from programs.terms import Evidence
from rebates.live import figures, published_terms, running_versions, together


def rebate_by_invoices(*, vendor: Vendor, partner: Partner | int, days: Iterable[date], today: date) -> Decimal:
    """What terms that count invoices give the partner, an object or an id, in the periods of these days, as the books
    stand."""
    enrolments = list(Enrolment.objects.filter(partner=partner, program__vendor=vendor).select_related("partner"))
    published = counting_invoices(programs=[each.program_id for each in enrolments])
    periods = {
        (terms.pk, period): (terms, period)
        for day in sorted(set(days))
        for terms, period in running_versions(published, today=day)
    }
    total = ZERO
    for program_id, period, versions in together(periods.values()):
        own = [each for each in enrolments if each.program_id == program_id]
        for figure in figures(versions=versions, period=period, today=today, enrolments=own):
            total += figure.settlement.amount
    return total


def counting_invoices(*, programs: Iterable[int]) -> list[RebateTerms]:
    """The published terms of these programs that count what invoices prove."""
    published = published_terms(programs=Program.objects.filter(pk__in=programs))
    return [terms for terms in published if terms.terms.evidence is Evidence.INVOICE]


def periods_of(*, vendor: Vendor, partner: Partner, day: date) -> set[Period]:
    """The periods of terms that count the partner's invoices of this day."""
    programs = Enrolment.objects.filter(partner=partner, program__vendor=vendor).values_list("program", flat=True)
    running = running_versions(counting_invoices(programs=programs), today=day)
    return {period for _terms, period in running}
