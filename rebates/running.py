"""Running rebates of all of a vendor's partners at once: kept, and calculated anew for whom something has changed.

The engine decides every amount. What it gave is kept until the database says that something it depends on has changed:
triggers write an `Outdated` row in the transaction of each change. So a line committed shows in the next request, and
that request calculates for the partners concerned only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from common.copying import tell_planner
from partners.models import Enrolment
from programs.models import Program, Vendor
from rebates.live import Figure, figures, published_in_short, published_terms, running_versions, together
from rebates.models import RunningFigure

BATCH = 2_000


@dataclass(frozen=True)
class Running:
    """Sums by currency over all partners, how many of them earn something, and the largest figures."""

    amounts: Mapping[str, Decimal]
    earning: int
    largest: Sequence[RunningFigure]


def running(*, vendor: Vendor, today: date, largest: int) -> Running:
    """What a vendor's programs pay so far in the periods that run today."""
    kept = up_to_date(vendor_id=vendor.pk, today=today)
    by_currency = kept.order_by().values_list("currency").annotate(total=Sum("amount"))
    earning = kept.filter(amount__gt=0)
    # Found without what is shown of them: else the database joins it to everybody's rows before it sorts them.
    first = earning.order_by("-amount", "id").values("id")[:largest]
    shown = RunningFigure.objects.select_related("partner", "terms__program").filter(id__in=first)
    return Running(
        amounts=dict(by_currency),
        earning=earning.aggregate(partners=Count("partner", distinct=True))["partners"],
        largest=list(shown.order_by("-amount", "id")),
    )


BY_PARTNER = """
SELECT partner_id, sum(amount) FROM rebates_runningfigure
WHERE vendor_id = %(vendor)s AND terms_id = ANY (%(terms)s) AND period = ANY (%(periods)s)
    AND currency = %(currency)s AND partner_id = ANY (%(partners)s)
GROUP BY partner_id
"""


def running_by_partner(*, vendor: Vendor, currency: str, today: date, partners: Sequence[int]) -> Mapping[int, Decimal]:
    """Running rebates of these partners in one currency, by id of the partner; who takes part in nothing is missing."""
    terms, periods = _brought_up_to_date(vendor.pk, today)
    these = list(partners)
    with connection.cursor() as cursor:
        cursor.execute(
            BY_PARTNER,
            {"vendor": vendor.pk, "terms": terms, "periods": periods, "currency": currency, "partners": these},
        )
        return dict(cursor.fetchall())


MISSING = """
SELECT EXISTS (SELECT FROM rebates_outdated WHERE vendor_id = %(vendor)s) OR EXISTS (
    SELECT FROM unnest(%(terms)s::bigint[], %(periods)s::text[]) AS asked (terms, period)
    WHERE NOT EXISTS (
        SELECT FROM rebates_runningfigure kept WHERE kept.terms_id = asked.terms AND kept.period = asked.period
    )
)
"""


def up_to_date(*, vendor_id: int, today: date) -> QuerySet[RunningFigure]:
    """The figures of the periods that run today, after whatever changed has been calculated."""
    terms, periods = _brought_up_to_date(vendor_id, today)
    return RunningFigure.objects.filter(vendor_id=vendor_id, terms__in=terms, period__in=set(periods))


def _brought_up_to_date(vendor_id: int, today: date) -> tuple[list[int], list[str]]:
    """Which terms run today, each with its period, after whatever changed has been calculated."""
    versions = running_versions(published_in_short(vendor_id=vendor_id), today=today)
    terms, periods = [each.pk for each, _period in versions], [str(period) for _terms, period in versions]
    with connection.cursor() as cursor:
        cursor.execute(MISSING, {"vendor": vendor_id, "terms": terms, "periods": periods})
        (missing,) = cursor.fetchone()
    if missing:
        _calculate(vendor_id, today)
    return terms, periods


@transaction.atomic
def _calculate(vendor_id: int, today: date) -> None:
    """One at a time per vendor: who waited finds the work done. What changes meanwhile stays outdated."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"running figures {vendor_id}"])
        # Taken away before anything is read: each later statement sees at least the changes that these rows stand for.
        cursor.execute("DELETE FROM rebates_outdated WHERE vendor_id = %s RETURNING partner_id", [vendor_id])
        changed = {pk for (pk,) in cursor}
    versions = running_versions(published_terms(programs=Program.objects.filter(vendor_id=vendor_id)), today=today)
    of_vendor = RunningFigure.objects.filter(vendor_id=vendor_id)
    known = set(of_vendor.order_by().values_list("terms_id", "period").distinct())
    for terms_id, period_code in known - {(terms.pk, str(period)) for terms, period in versions}:
        of_vendor.filter(terms=terms_id, period=period_code).delete()
    written = False
    for program_id, period, of_program in together(versions):
        whole = [terms for terms in of_program if None in changed or (terms.pk, str(period)) not in known]
        partly = [terms for terms in of_program if terms not in whole]
        of_vendor.filter(terms__in=whole, period=str(period)).delete()
        written = _keep(vendor_id, figures(versions=whole, period=period, today=today)) > 0 or written
        of_vendor.filter(terms__in=partly, period=str(period), partner__in=changed).delete()
        enrolled = Enrolment.objects.filter(program_id=program_id, partner__in=changed)
        concerned = list(enrolled.select_related("partner")) if partly else []
        _keep(vendor_id, figures(versions=partly, period=period, today=today, enrolments=concerned))
    # Terms that nobody takes part in are asked about with each request, and leave nothing to tell.
    if written:
        tell_planner(RunningFigure)


def _keep(vendor_id: int, found: Iterable[Figure]) -> int:
    """Returns how many."""
    kept = RunningFigure.objects.bulk_create(
        (
            RunningFigure(
                vendor_id=vendor_id,
                partner_id=figure.enrolment.partner_id,
                enrolment=figure.enrolment,
                terms=figure.terms,
                period=str(figure.period),
                amount=figure.settlement.amount,
                currency=figure.settlement.currency,
            )
            for figure in found
        ),
        batch_size=BATCH,
    )
    return len(kept)
