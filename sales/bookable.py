"""Which waiting rows can become sale lines by now, as SQL: counted for people, booked by `sales.matching`.

Customers and articles are looked up once each, not once per row. Parameters: vendor, currencies, and what limits the
rows: distributor, number (of a customer), article, rows (ids); null: all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from programs.models import Vendor
from sales.identifying import TAKEN_ALONG, VAT_OWNERS, partner_of, product_of
from sales.models import CustomerNumber, WaitingRow

State = WaitingRow.State

_OURS = "{0}.vendor_id = %(vendor)s AND (%(distributor)s::bigint IS NULL OR {0}.distributor_id = %(distributor)s)"
_WAITS = f"{_OURS.format('row')} AND row.state = '{State.WAITING.value}'"

# Customers by their VAT id, where all they report belongs to one partner and nobody has said anything about the number.
_BY_VAT_ID = f"""
SELECT vendor_id, distributor_id, customer_number, min(partner_id) AS partner_id
FROM (
    SELECT DISTINCT vendor_id, distributor_id, customer_number, customer_vat_id AS vat_id
    FROM sales_waitingrow AS row WHERE {_WAITS} AND customer_vat_id <> ''
) AS asked
LEFT JOIN ({VAT_OWNERS}) AS owner USING (vat_id)
WHERE NOT EXISTS (
    SELECT 1 FROM sales_customernumber AS known WHERE known.vendor_id = asked.vendor_id
        AND known.distributor_id = asked.distributor_id AND known.number = asked.customer_number
)
GROUP BY vendor_id, distributor_id, customer_number
HAVING count(*) = count(partner_id) AND count(DISTINCT partner_id) = 1
"""  # noqa: S608
REMEMBER_VAT_IDS = f"""
INSERT INTO sales_customernumber (vendor_id, distributor_id, number, partner_id, source, since)
SELECT vendor_id, distributor_id, customer_number, partner_id, '{CustomerNumber.Source.VAT_ID.value}', %(now)s
FROM ({_BY_VAT_ID}) AS found ON CONFLICT DO NOTHING
"""  # noqa: S608

# `bookable`: the id of each row with its partner and product; {by_vat_id} adds customers not remembered yet.
_BOOKABLE = f"""
undoubted AS MATERIALIZED (
    SELECT id, vendor_id, distributor_id, customer_number, article, gtin, distributor_article, counts_on
    FROM sales_waitingrow AS row
    WHERE {_WAITS} AND row.currency = ANY(%(currencies)s) AND (row.doubts = '{{{{}}}}' OR row.settled_at IS NOT NULL)
        AND (%(number)s::text IS NULL OR row.customer_number = %(number)s)
        AND (%(article)s::text IS NULL OR row.article = %(article)s)
        AND (%(rows)s::bigint[] IS NULL OR row.id = ANY(%(rows)s))
), customer AS (
    SELECT vendor_id, distributor_id, customer_number, {partner_of("asked")} AS partner_id
    FROM (SELECT DISTINCT vendor_id, distributor_id, customer_number FROM undoubted) AS asked
    {{by_vat_id}}
), of_partners AS MATERIALIZED (
    SELECT undoubted.*, partner_id FROM undoubted JOIN customer USING (vendor_id, distributor_id, customer_number)
    WHERE partner_id IS NOT NULL
), meant AS (
    SELECT asked.*, {product_of("asked")} AS product_id
    FROM (SELECT DISTINCT vendor_id, distributor_id, article, gtin, distributor_article FROM of_partners) AS asked
), bookable AS (
    SELECT of_partners.id, coalesce(gone.source_id, partner_id) AS partner_id, product_id
    FROM of_partners JOIN meant USING (vendor_id, distributor_id, article, gtin, distributor_article)
    LEFT JOIN ({TAKEN_ALONG}) AS gone ON gone.distributor_id = of_partners.distributor_id
        AND gone.customer_number = of_partners.customer_number
        AND of_partners.counts_on >= gone.since AND of_partners.counts_on < gone.until
    WHERE product_id IS NOT NULL
)
"""  # noqa: S608
BOOKABLE = f"WITH {_BOOKABLE.format(by_vat_id='')}"
_COUNT = f"""
WITH {_BOOKABLE.format(by_vat_id=f"UNION ALL SELECT * FROM ({_BY_VAT_ID}) AS by_vat_id")} SELECT count(*) FROM bookable
"""  # noqa: S608


def limits(
    *,
    vendor: Vendor,
    currencies: Sequence[str],
    distributor_id: int | None = None,
    number: str | None = None,
    article: str | None = None,
    rows: Sequence[int] | None = None,
) -> dict[str, Any]:
    """The parameters of the statements here."""
    return {
        "vendor": vendor.pk,
        "currencies": list(currencies),
        "distributor": distributor_id,
        "number": number,
        "article": article,
        "rows": None if rows is None else list(rows),
    }


def count_bookable(*, vendor: Vendor, currencies: Sequence[str]) -> int:
    """Waiting rows of which everything is known by now, so that they only need to be booked."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, limits(vendor=vendor, currencies=currencies))
        return int(cursor.fetchone()[0])
