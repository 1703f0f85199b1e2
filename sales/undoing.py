"""Undoing a wrong match: what was booked for it is taken back and booked anew, or waits again.

Sale lines never change. Each line of the number that still stands is reversed (the same day and amount, negative,
under the current cut), and its key goes on with the next generation. What is settled already thus becomes an
adjustment of the next closing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from common.money import ZERO
from common.periods import Period
from partners.models import Partner
from programs.models import Product
from sales.books import SOLD_COLUMNS, current_cut, one_report_at_a_time
from sales.matching import check_candidate, check_may_match, check_product
from sales.models import ArticleNumber, CustomerNumber, Evidence, SaleLine, WaitingRow
from sales.sealed import sealed_periods

State = WaitingRow.State


class NothingToUndo(DomainError):
    """The number is nobody's, or already whose it is to become."""


class ChangedMeanwhile(DomainError):
    """Somebody else has matched the number otherwise since the person looked at it."""


@dataclass(frozen=True)
class Part:
    """Lines, and their net by currency; of one settled period, or of all. Lines without a value count with none."""

    lines: int
    net: Mapping[str, Decimal]
    period: Period | None = None


@dataclass(frozen=True)
class Effect:
    """What undoing would move: in all, and in each settled period it touches, oldest first."""

    all: Part
    settled: tuple[Part, ...] = ()


def live_lines_of_customer(number: CustomerNumber) -> QuerySet[SaleLine]:
    """What counts for the number's partner because of it."""
    return _live(number).filter(customer_number=number.number, partner=number.partner_id)


def live_lines_of_article(number: ArticleNumber) -> QuerySet[SaleLine]:
    """What counts for the number's product because of it; what bears the product's own number does not."""
    lines = _live(number).filter(article=number.number, product=number.product_id)
    return lines.exclude(product__article=number.number)


def _live(number: CustomerNumber | ArticleNumber) -> QuerySet[SaleLine]:
    return SaleLine.objects.filter(
        vendor=number.vendor_id,
        distributor=number.distributor_id,
        evidence=Evidence.SELL_OUT,
        reverses__isnull=True,
        reversed_by__isnull=True,
    ).order_by()


def effect_of(lines: QuerySet[SaleLine], *, vendor_id: int) -> Effect:
    """What moves with these lines, in two queries however many they are."""
    months = list(
        lines.annotate(month=TruncMonth("counts_on"))
        .values("month", "currency")
        .annotate(lines=Count("id"), amount=Sum("net", default=ZERO))
        .order_by("month", "currency")
    )
    parts = [
        _part([each for each in months if period.contains(each["month"])], period)
        for period in sealed_periods(vendor_id)
    ]
    return Effect(_part(months), tuple(part for part in parts if part.lines))


def _part(months: Sequence[Mapping[str, Any]], period: Period | None = None) -> Part:
    net: dict[str, Decimal] = {}
    for each in months:
        net[each["currency"]] = net.get(each["currency"], ZERO) + each["amount"]
    return Part(sum(each["lines"] for each in months), net, period)


def move_customer(*, actor: Actor, number: CustomerNumber, was: Partner, to: Partner | None, now: datetime) -> int:
    """The number, matched with `was`, is `to`'s; None: nobody knows whose, and its rows wait again.

    Returns how many lines were taken back. Raises `NotAllowed`, `NotACandidate`, `NothingToUndo`, `ChangedMeanwhile`.
    """
    check_may_match(actor, number.vendor)
    if to == was:
        raise NothingToUndo(_("This customer number is %(partner)s's already.") % {"partner": was.name})
    if to is not None:
        check_candidate(number.vendor, to)
    with transaction.atomic():
        one_report_at_a_time(vendor_id=number.vendor_id, distributor_id=number.distributor_id)
        held = CustomerNumber.objects.select_for_update().get(pk=number.pk)
        _check_unchanged(held.partner_id, was.pk)
        lines = live_lines_of_customer(held)
        moved = take_back(held.vendor_id, lines, now)
        if to is None:
            _wait_again()
        else:
            book_again(now, partner_id=to.pk)
        held.partner, held.source = to, CustomerNumber.Source.PERSON
        held.said_by_id, held.since = actor.user_id, now
        held.save(update_fields=["partner", "source", "said_by", "since"])
        clean_up()
    return moved


def move_article(*, actor: Actor, number: ArticleNumber, was: Product, to: Product | None, now: datetime) -> int:
    """The article number, matched with `was`, means `to`; None: nobody knows what, and its rows wait again.

    Returns how many lines were taken back. Raises `NotAllowed`, `ForeignProduct`, `NothingToUndo`, `ChangedMeanwhile`.
    """
    check_may_match(actor, number.vendor)
    if to == was:
        raise NothingToUndo(_("This article number means %(product)s already.") % {"product": was})
    if to is not None:
        check_product(number.vendor, to)
    with transaction.atomic():
        one_report_at_a_time(vendor_id=number.vendor_id, distributor_id=number.distributor_id)
        held = ArticleNumber.objects.select_for_update().get(pk=number.pk)
        _check_unchanged(held.product_id, was.pk)
        moved = take_back(held.vendor_id, live_lines_of_article(held), now)
        if to is None:
            _wait_again()
        else:
            book_again(now, product_id=to.pk)
        held.product, held.said_by_id, held.since = to, actor.user_id, now
        held.save(update_fields=["product", "said_by", "since"])
        clean_up()
    return moved


def _check_unchanged(held: int | None, was: int) -> None:
    if held != was:
        raise ChangedMeanwhile(_("Somebody has matched this number otherwise meanwhile. Please look at it again."))


# --- the statements --------------------------------------------------------------------------------------------------

_SOLD = ", ".join(SOLD_COLUMNS)
# The lines to be moved, fixed before anything is written: what follows must not look for them again.
_CREATE = "CREATE TEMP TABLE lines_undone (line_id bigint PRIMARY KEY) ON COMMIT DROP"
_DROP = "DROP TABLE lines_undone"
# A reversal stands in no report: a person has made it.
_NEGATED = {"quantity": "-line.quantity", "net": "-line.net", "report_id": "NULL", "report_row": "NULL"}
_REVERSE = f"""
INSERT INTO sales_saleline ({_SOLD}, partner_id, product_id, evidence, cut, generation, reverses_id, booked_at)
SELECT {", ".join(_NEGATED.get(name, f"line.{name}") for name in SOLD_COLUMNS)}, line.partner_id, line.product_id,
    line.evidence, %(cut)s, line.generation, line.id, %(now)s
FROM lines_undone JOIN sales_saleline AS line ON line.id = lines_undone.line_id ORDER BY line.id
"""  # noqa: S608
_BOOK_AGAIN = f"""
WITH again AS (
    INSERT INTO sales_saleline ({_SOLD}, partner_id, product_id, evidence, cut, generation, booked_at)
    SELECT {", ".join(f"line.{name}" for name in SOLD_COLUMNS)}, coalesce(%(partner)s, line.partner_id),
        coalesce(%(product)s, line.product_id), line.evidence, reversal.cut, line.generation + 1, %(now)s
    FROM lines_undone JOIN sales_saleline AS line ON line.id = lines_undone.line_id
    JOIN sales_saleline AS reversal ON reversal.reverses_id = line.id ORDER BY line.id
    RETURNING id, vendor_id, distributor_id, evidence, document_key, document_line
)
UPDATE sales_waitingrow AS row SET sale_line_id = again.id FROM again
WHERE row.vendor_id = again.vendor_id AND row.distributor_id = again.distributor_id
    AND row.document_key = again.document_key AND row.document_line = again.document_line
    AND row.state = '{State.BOOKED.value}' AND again.evidence = '{Evidence.SELL_OUT.value}'
"""  # noqa: S608
_SUPERSEDE = f"""
UPDATE sales_waitingrow AS row SET state = '{State.SUPERSEDED.value}'
FROM lines_undone WHERE row.sale_line_id = lines_undone.line_id AND row.state = '{State.BOOKED.value}'
"""  # noqa: S608
# What a row says besides the line it became: from itself where it waited before, else from the newest row of the same
# customer and of the same article that did.
_OF_CUSTOMER = ("customer_name", "customer_vat_id", "customer_postcode", "customer_city")
_OF_ARTICLE = ("gtin", "distributor_article", "article_name")
_SAID = ", ".join(
    f"coalesce(own.{name}, {other}.{name}, '')"
    for other, names in (("customer", _OF_CUSTOMER), ("article", _OF_ARTICLE))
    for name in names
)


def _newest(key: str, names: tuple[str, ...]) -> str:
    return f"""SELECT DISTINCT ON (row.vendor_id, row.distributor_id, row.{key})
        row.vendor_id, row.distributor_id, row.{key}, {", ".join(f"row.{name}" for name in names)}
    FROM sales_waitingrow AS row
    JOIN (SELECT DISTINCT vendor_id, distributor_id, {key} FROM undone) AS asked
        USING (vendor_id, distributor_id, {key})
    ORDER BY row.vendor_id, row.distributor_id, row.{key}, row.id DESC"""  # noqa: S608


_WAIT_AGAIN = f"""
WITH undone AS MATERIALIZED (
    SELECT line.* FROM lines_undone JOIN sales_saleline AS line ON line.id = lines_undone.line_id
), customer AS ({_newest("customer_number", _OF_CUSTOMER)}), article AS ({_newest("article", _OF_ARTICLE)})
INSERT INTO sales_waitingrow ({_SOLD}, {", ".join((*_OF_CUSTOMER, *_OF_ARTICLE))}, state, doubts, settled_by_id,
    settled_at)
SELECT {", ".join(f"undone.{name}" for name in SOLD_COLUMNS)}, {_SAID}, '{State.WAITING.value}',
    coalesce(own.doubts, '{{}}'), own.settled_by_id, own.settled_at
FROM undone
LEFT JOIN sales_waitingrow AS own ON own.sale_line_id = undone.id
LEFT JOIN customer ON customer.customer_number = undone.customer_number
LEFT JOIN article ON article.article = undone.article
ORDER BY undone.id
"""  # noqa: S608


def take_back(vendor_id: int, lines: QuerySet[SaleLine], now: datetime) -> int:
    """Reverse the lines, which `book_again` or `_wait_again` then finds in the table of undone lines."""
    cut = current_cut(vendor_id=vendor_id)
    statement, parameters = lines.values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        cursor.execute(f"INSERT INTO lines_undone (line_id) {statement}", parameters)
        moved = int(cursor.rowcount)
        cursor.execute("ANALYZE lines_undone")
        cursor.execute(_REVERSE, {"cut": cut, "now": now})
    return moved


def book_again(now: datetime, *, partner_id: int | None = None, product_id: int | None = None) -> None:
    """Book what was taken back for this partner, or as this product."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOK_AGAIN, {"partner": partner_id, "product": product_id, "now": now})


def _wait_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE)
        cursor.execute(_WAIT_AGAIN)


def clean_up() -> None:
    """Forget which lines were taken back."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
