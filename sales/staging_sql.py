"""The statements that take a report's rows from a staging table into the books, in the order in which they run.

Parameters: vendor, distributor, and those a statement names. `chain`: ids of the report that is replaced and of those
it replaced itself; empty for a report that replaces none.
"""

from __future__ import annotations

from sales.books import SOLD_COLUMNS
from sales.identifying import TAKEN_ALONG, VAT_OWNERS, partner_of, product_of
from sales.models import CustomerNumber, Evidence, WaitingRow
from sales.readers.sellout import SellOutRow

State, Doubt = WaitingRow.State, WaitingRow.Doubt

# What a row must say again to be the same row.
COMPARED = ("customer_number", "document_date", "article", "quantity", "net", "currency", "project_ref")
JOINED_COLUMNS = "file_row, document_key, document_line, customer_number, article, gtin, distributor_article"
STAGED_COLUMNS = ", ".join("file_row" if name == "row" else name for name in SellOutRow.__slots__)

_TYPES = {"row": "integer", "document_date": "date", "quantity": "numeric(14, 3)", "net": "numeric(14, 2)"}
_STAGED = ", ".join(
    f"{'file_row' if name == 'row' else name} {_TYPES.get(name, 'text')}" for name in SellOutRow.__slots__
)
_KEY = "document_key, document_line"
_VALUES = ", ".join(COMPARED)
_OURS = "{0}.vendor_id = %(vendor)s AND {0}.distributor_id = %(distributor)s"
_LIVE = ", ".join(f"'{each.value}'" for each in (State.WAITING, State.DISMISSED, State.NO_PRODUCT, State.REJECTED))
_LIVE_ROW = f"state IN ({_LIVE})"
_SELL_OUT = f"evidence = '{Evidence.SELL_OUT.value}'"


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in COMPARED)


CREATE = f"""
CREATE TEMP TABLE sellout_staged ({_STAGED}) ON COMMIT DROP;
CREATE TEMP TABLE sellout_keys (document_key text, document_line text) ON COMMIT DROP;
CREATE TEMP TABLE sellout_known (
    document_key text, document_line text, line_id bigint, waiting_id bigint, live boolean, replaced boolean,
    generation integer, report_id bigint, customer_number text, document_date date, article text,
    quantity numeric(14, 3), net numeric(14, 2), currency text, project_ref text
) ON COMMIT DROP;
CREATE TEMP TABLE sellout_sorted (
    file_row integer, first_row integer, fate text, generation integer, line_id bigint, waiting_id bigint,
    partner_id bigint, product_id bigint, counts_on date, doubts text[], bookable boolean
) ON COMMIT DROP;
CREATE TEMP TABLE sellout_customers (customer_number text, partner_id bigint, dismissed boolean) ON COMMIT DROP;
CREATE TEMP TABLE sellout_articles (
    article text, gtin text, distributor_article text, product_id bigint, list_price numeric(12, 2), dismissed boolean
) ON COMMIT DROP
"""
TABLES = "sellout_staged, sellout_keys, sellout_known, sellout_sorted, sellout_customers, sellout_articles"

# --- what is known ---------------------------------------------------------------------------------------------------

# A key's latest booking, taken back or not (its generation counts on), and the row that waits under it, if any. Of a
# report that is replaced all rows are known, also those that the new file has no longer.
KEYS = f"""
INSERT INTO sellout_keys ({_KEY})
SELECT {_KEY} FROM sellout_staged
UNION SELECT {_KEY} FROM sales_saleline WHERE report_id = ANY(%(chain)s)
UNION SELECT {_KEY} FROM sales_waitingrow WHERE report_id = ANY(%(chain)s)
"""  # noqa: S608
KNOWN = f"""
INSERT INTO sellout_known ({_KEY}, line_id, waiting_id, live, replaced, generation, report_id, {_VALUES})
SELECT {_KEY}, line.id, waiting.id, waiting.id IS NOT NULL OR line.live,
    coalesce(waiting.report_id, line.report_id) = ANY(%(chain)s), line.generation,
    coalesce(waiting.report_id, line.report_id),
    {", ".join(f"CASE WHEN waiting.id IS NULL THEN line.{name} ELSE waiting.{name} END" for name in COMPARED)}
FROM (
    SELECT DISTINCT ON ({_KEY}) {_KEY}, id, generation, report_id, {_VALUES},
        NOT EXISTS (SELECT 1 FROM sales_saleline AS reversal WHERE reversal.reverses_id = known.id) AS live
    FROM sales_saleline AS known JOIN sellout_keys USING ({_KEY})
    WHERE {_OURS.format("known")} AND {_SELL_OUT} AND reverses_id IS NULL
    ORDER BY {_KEY}, generation DESC
) AS line
FULL JOIN (
    SELECT {_KEY}, id, report_id, {_VALUES} FROM sales_waitingrow AS known JOIN sellout_keys USING ({_KEY})
    WHERE {_OURS.format("known")} AND {_LIVE_ROW}
) AS waiting USING ({_KEY})
"""  # noqa: S608
# Lines numbered in one report and counted by article in another never meet as the same row: each would be booked.
# Each document of the file is looked up by its key: LIMIT keeps the planner from reading all that a distributor has
# sent in all its years to join it.
_COUNTED = "starts_with({0}.document_line, {0}.article || '#')"
_KNOWN_OTHERWISE = f"""
SELECT staged.document_number, staged.file_row FROM documents AS staged CROSS JOIN LATERAL (
    SELECT FROM {{table}} AS known WHERE {_OURS.format("known")} AND known.document_key = staged.document_key
        AND {{live}} AND (known.report_id = ANY(%(chain)s)) IS NOT TRUE AND {_COUNTED.format("known")} <> staged.counted
    LIMIT 1
) AS otherwise
"""  # noqa: S608
_LIVE_LINE = f"""known.{_SELL_OUT} AND known.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM sales_saleline AS reversal WHERE reversal.reverses_id = known.id)"""  # noqa: S608
NUMBERED_OTHERWISE = f"""
WITH documents AS MATERIALIZED (
    SELECT document_key, min(document_number) AS document_number, min(file_row) AS file_row,
        {_COUNTED.format("staged")} AS counted
    FROM sellout_staged AS staged WHERE document_number <> '' GROUP BY document_key, counted
)
SELECT count(*) OVER (), document_number, file_row FROM (
    {_KNOWN_OTHERWISE.format(table="sales_saleline", live=_LIVE_LINE)}
    UNION {_KNOWN_OTHERWISE.format(table="sales_waitingrow", live=f"known.{_LIVE_ROW}")}
) AS found
ORDER BY file_row LIMIT %(limit)s
"""  # noqa: S608

# --- who and what ----------------------------------------------------------------------------------------------------

_ROW = "SELECT %(vendor)s::bigint AS vendor_id, %(distributor)s::bigint AS distributor_id"
# A customer whom a person dismissed is not brought back by its VAT id.
MATCH_BY_VAT_ID = f"""
INSERT INTO sales_customernumber (vendor_id, distributor_id, number, partner_id, source)
SELECT vendor_id, distributor_id, customer_number, min(partner_id), '{CustomerNumber.Source.VAT_ID.value}'
FROM (
    {_ROW}, customer_number, owner.partner_id
    FROM (SELECT DISTINCT customer_number, customer_vat_id AS vat_id FROM sellout_staged WHERE customer_vat_id <> '')
        AS asked
    LEFT JOIN ({VAT_OWNERS}) AS owner USING (vat_id)
) AS found
WHERE NOT EXISTS (
    SELECT 1 FROM sales_waitingrow AS gone WHERE {_OURS.format("gone")}
        AND gone.state = '{State.DISMISSED.value}' AND gone.customer_number = found.customer_number
)
GROUP BY vendor_id, distributor_id, customer_number
HAVING count(*) = count(partner_id) AND count(DISTINCT partner_id) = 1
ON CONFLICT DO NOTHING
"""  # noqa: S608
CUSTOMERS = f"""
INSERT INTO sellout_customers (customer_number, partner_id, dismissed)
SELECT asked.customer_number, {partner_of("asked")}, EXISTS (
    SELECT 1 FROM sales_waitingrow AS gone WHERE {_OURS.format("gone")}
        AND gone.state = '{State.DISMISSED.value}' AND gone.customer_number = asked.customer_number
)
FROM ({_ROW}, customer_number FROM sellout_staged GROUP BY customer_number) AS asked
"""  # noqa: S608
ARTICLES = f"""
INSERT INTO sellout_articles (article, gtin, distributor_article, product_id, list_price, dismissed)
SELECT asked.article, asked.gtin, asked.distributor_article, product.id, product.list_price, EXISTS (
    SELECT 1 FROM sales_articlenumber AS said
    WHERE {_OURS.format("said")} AND said.dismissed AND said.number = asked.article
)
FROM (
    SELECT asked.*, {product_of("asked")} AS product_id
    FROM ({_ROW}, article, gtin, distributor_article FROM sellout_staged
        GROUP BY article, gtin, distributor_article) AS asked
) AS asked
LEFT JOIN programs_product AS product ON product.id = asked.product_id
"""  # noqa: S608

# --- what is doubtful ------------------------------------------------------------------------------------------------

PRICE_FACTOR = 10
"""A price per piece more than this many times the list price, or less than that part of it, is doubtful."""
_PRICE = "abs(staged.net / nullif(staged.quantity, 0))"
_DOUBTS = {
    Doubt.FUTURE: "staged.document_date > %(today)s",
    Doubt.OLD: "staged.document_date < %(oldest)s",
    Doubt.QUANTITY: "abs(staged.quantity) > %(largest)s",
    Doubt.PRICE: f"staged.net <> 0 AND article.list_price > 0 AND ({_PRICE} > article.list_price * {PRICE_FACTOR}"
    f" OR {_PRICE} * {PRICE_FACTOR} < article.list_price)",
}
# What a person accepted before stays accepted while the value in question is the same.
_ACCEPTED = {
    Doubt.FUTURE: "accepted.document_date = staged.document_date",
    Doubt.OLD: "accepted.document_date = staged.document_date",
    Doubt.QUANTITY: "accepted.quantity = staged.quantity",
    Doubt.PRICE: "(accepted.quantity, accepted.net) = (staged.quantity, staged.net)",
}
_STILL_DOUBTED = ", ".join(
    f"CASE WHEN ({test}) AND ('{doubt.value}' = ANY(accepted.doubts) AND {_ACCEPTED[doubt]}) IS NOT TRUE"
    f" THEN '{doubt.value}' END"
    for doubt, test in _DOUBTS.items()
)
# --- what becomes of each row ----------------------------------------------------------------------------------------

NEW, CHANGED, UNCHANGED, DUPLICATE, CLASH = "new", "changed", "unchanged", "duplicate", "clash"
_ADDED = f"sorted.fate IN ('{NEW}', '{CHANGED}')"
SORT = f"""
INSERT INTO sellout_sorted (file_row, first_row, fate, generation, line_id, waiting_id, partner_id, product_id, doubts,
    bookable)
SELECT file_row, first_row, fate, generation, line_id, waiting_id, partner_id, product_id, doubts,
    {_ADDED} AND partner_id IS NOT NULL AND product_id IS NOT NULL AND doubts = '{{}}'
        AND currency = ANY(%(currencies)s)
FROM (
    SELECT staged.file_row, staged.first_row, staged.currency, customer.partner_id, article.product_id,
        CASE
            WHEN staged.first_row <> staged.file_row THEN '{DUPLICATE}'
            WHEN known.live IS NOT TRUE THEN '{NEW}'
            WHEN ({_of("staged")}) IS NOT DISTINCT FROM ({_of("known")})
                THEN CASE WHEN known.replaced THEN '{UNCHANGED}' ELSE '{DUPLICATE}' END
            WHEN known.replaced THEN '{CHANGED}'
            ELSE '{CLASH}'
        END AS fate,
        coalesce(known.generation + 1, 0) AS generation,
        CASE WHEN known.live AND known.waiting_id IS NULL THEN known.line_id END AS line_id, known.waiting_id,
        array_remove(ARRAY[{_STILL_DOUBTED}], NULL)::text[] AS doubts
    FROM (SELECT *, min(file_row) OVER (PARTITION BY {_KEY}) AS first_row FROM sellout_staged) AS staged
    JOIN sellout_customers AS customer USING (customer_number)
    JOIN sellout_articles AS article USING (article, gtin, distributor_article)
    LEFT JOIN sellout_known AS known USING ({_KEY})
    LEFT JOIN (
        SELECT DISTINCT ON ({_KEY}) * FROM sales_waitingrow AS row WHERE %(replacing)s AND {_OURS.format("row")}
            AND row.settled_at IS NOT NULL AND row.state <> '{State.REJECTED.value}'
        ORDER BY {_KEY}, row.settled_at DESC
    ) AS accepted USING ({_KEY})
) AS sorted
"""  # noqa: S608
# The same key with other values, in the file itself or in what is known.
CLASHES = f"""
SELECT count(*) OVER (), staged.file_row, staged.document_number, staged.document_line, first.file_row,
    {_of("staged")},
    {", ".join(f"CASE WHEN first.file_row IS NULL THEN known.{name} ELSE first.{name} END" for name in COMPARED)}
FROM (
    SELECT * FROM sellout_sorted WHERE fate = '{CLASH}' OR first_row <> file_row
) AS sorted
JOIN sellout_staged AS staged USING (file_row)
LEFT JOIN sellout_staged AS first ON first.file_row = sorted.first_row AND sorted.first_row <> sorted.file_row
LEFT JOIN sellout_known AS known ON known.document_key = staged.document_key
    AND known.document_line = staged.document_line
WHERE sorted.fate = '{CLASH}' OR ({_of("staged")}) IS DISTINCT FROM ({_of("first")})
ORDER BY staged.file_row LIMIT %(limit)s
"""  # noqa: S608
# The reports that the rows with other values stand in: those that this file may be meant to replace.
CLASHING_REPORTS = f"""
SELECT known.report_id, count(*) FROM sellout_sorted AS sorted
JOIN sellout_staged AS staged USING (file_row) JOIN sellout_known AS known USING ({_KEY})
WHERE sorted.fate = '{CLASH}' AND known.report_id IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 DESC
"""  # noqa: S608

# A return that names its sale counts when that sale counted, whether it is booked, waits or stands in this file; any
# other return on its own day.
_NAMED = """known.document_key = staged.original_document_key
    AND CASE WHEN staged.original_line = '' THEN known.article = staged.article
        ELSE known.document_line = staged.original_line END"""
COUNTS_ON = f"""
UPDATE sellout_sorted AS sorted SET counts_on = coalesce(
    (SELECT min(known.counts_on) FROM sales_saleline AS known
        WHERE {_OURS.format("known")} AND {_SELL_OUT} AND known.reverses_id IS NULL AND {_NAMED}),
    (SELECT min(known.counts_on) FROM sales_waitingrow AS known
        WHERE {_OURS.format("known")} AND known.{_LIVE_ROW} AND {_NAMED}),
    (SELECT min(known.document_date) FROM sellout_staged AS known WHERE {_NAMED})
)
FROM sellout_staged AS staged
WHERE staged.file_row = sorted.file_row AND staged.original_document_key <> ''
    AND (staged.quantity < 0 OR staged.net < 0) AND {_ADDED}
"""  # noqa: S608

TAKEN_ALONG_SINCE = f"""
UPDATE sellout_sorted AS sorted SET partner_id = gone.source_id
FROM ({TAKEN_ALONG}) AS gone JOIN sellout_staged AS staged USING (customer_number)
WHERE gone.distributor_id = %(distributor)s AND staged.file_row = sorted.file_row AND {_ADDED}
    AND coalesce(sorted.counts_on, staged.document_date) >= gone.since
    AND coalesce(sorted.counts_on, staged.document_date) < gone.until
"""  # noqa: S608

COUNT = f"""
SELECT count(*), count(*) FILTER (WHERE fate = '{DUPLICATE}'), count(*) FILTER (WHERE fate = '{UNCHANGED}'),
    count(*) FILTER (WHERE bookable)
FROM sellout_sorted
"""  # noqa: S608

# --- taking back what a replacement says otherwise or no longer ------------------------------------------------------

_GONE = f"""known.replaced AND known.live AND NOT EXISTS (
    SELECT 1 FROM sellout_staged AS staged JOIN sellout_sorted AS sorted USING (file_row)
    WHERE staged.document_key = known.document_key AND staged.document_line = known.document_line
        AND sorted.fate = '{UNCHANGED}'
)"""  # noqa: S608
COUNT_GONE = f"SELECT count(*) FROM sellout_known AS known WHERE {_GONE}"  # noqa: S608
_NEGATED = {"quantity": "-line.quantity", "net": "-line.net", "report_id": "%(report)s", "report_row": "NULL"}
REVERSE = f"""
INSERT INTO sales_saleline ({", ".join(SOLD_COLUMNS)}, partner_id, product_id, evidence, cut, generation, reverses_id,
    booked_at)
SELECT {", ".join(_NEGATED.get(name, f"line.{name}") for name in SOLD_COLUMNS)}, line.partner_id, line.product_id,
    line.evidence, %(cut)s, line.generation, line.id, %(now)s
FROM sellout_known AS known JOIN sales_saleline AS line ON line.id = known.line_id
WHERE known.waiting_id IS NULL AND {_GONE} ORDER BY line.id
"""  # noqa: S608
SUPERSEDE = f"""
UPDATE sales_waitingrow AS waiting SET state = '{State.SUPERSEDED.value}'
FROM sellout_known AS known WHERE waiting.id = known.waiting_id AND {_GONE}
"""  # noqa: S608
# A row that waited once and was booked gives its key free when its line is taken back.
SUPERSEDE_BOOKED = f"""
UPDATE sales_waitingrow AS waiting SET state = '{State.SUPERSEDED.value}'
FROM sales_saleline AS reversal
WHERE reversal.report_id = %(report)s AND waiting.sale_line_id = reversal.reverses_id
"""  # noqa: S608

# --- booking ---------------------------------------------------------------------------------------------------------

# Where each column comes from; `staged` has the others under their own names.
_SOURCES = {
    "vendor_id": "%(vendor)s",
    "distributor_id": "%(distributor)s",
    "counts_on": "coalesce(sorted.counts_on, staged.document_date)",
    "report_id": "%(report)s",
    "report_row": "staged.file_row",
}
_SELECTED = ", ".join(_SOURCES.get(name, f"staged.{name}") for name in SOLD_COLUMNS)
BOOK = f"""
INSERT INTO sales_saleline ({", ".join(SOLD_COLUMNS)}, partner_id, product_id, evidence, cut, generation, booked_at)
SELECT {_SELECTED}, sorted.partner_id, sorted.product_id, '{Evidence.SELL_OUT.value}', %(cut)s, sorted.generation,
    %(now)s
FROM sellout_staged AS staged JOIN sellout_sorted AS sorted USING (file_row)
WHERE {_ADDED} AND sorted.bookable ORDER BY staged.file_row
"""  # noqa: S608
_SAID_TOO = "customer_name, customer_vat_id, customer_postcode, customer_city, gtin, distributor_article, article_name"
# Customers and articles that somebody dismissed stay dismissed: they do not come back with every report.
WAIT = f"""
INSERT INTO sales_waitingrow ({", ".join(SOLD_COLUMNS)}, {_SAID_TOO}, doubts, state)
SELECT {_SELECTED}, {", ".join(f"staged.{name}" for name in _SAID_TOO.split(", "))}, sorted.doubts,
    CASE WHEN sorted.partner_id IS NULL AND customer.dismissed
        THEN '{State.DISMISSED.value}'
        WHEN sorted.product_id IS NULL AND article.dismissed THEN '{State.NO_PRODUCT.value}'
        ELSE '{State.WAITING.value}' END
FROM sellout_staged AS staged JOIN sellout_sorted AS sorted USING (file_row)
JOIN sellout_customers AS customer ON customer.customer_number = staged.customer_number
JOIN sellout_articles AS article ON (article.article, article.gtin, article.distributor_article)
    = (staged.article, staged.gtin, staged.distributor_article)
WHERE {_ADDED} AND NOT sorted.bookable ORDER BY staged.file_row
"""  # noqa: S608
