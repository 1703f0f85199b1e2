"""Which partner and which product a reported row means, as SQL that imports and matching share.

Both ask it once per customer and once per article of a report, not once per row.
"""

from __future__ import annotations

# `row` has vendor_id, distributor_id, article, gtin, distributor_article. First what is the same to the letter, then
# what a person has said, then the GTIN, and last an article that only lost its leading zeros in a spreadsheet.
_SAME_ARTICLE = """SELECT id FROM programs_product AS p
    WHERE p.vendor_id = {row}.vendor_id AND p.article = {row}.article"""
_SAID = """SELECT product_id FROM sales_articlenumber AS a
    WHERE a.vendor_id = {row}.vendor_id AND a.distributor_id = {row}.distributor_id
        AND a.number IN ({row}.article, nullif({row}.distributor_article, ''))
    ORDER BY a.number = {row}.article DESC LIMIT 1"""
_SAME_GTIN = """SELECT CASE WHEN count(*) = 1 THEN min(id) END FROM programs_product AS p
    WHERE p.vendor_id = {row}.vendor_id AND {row}.gtin <> '' AND p.gtin <> ''
        AND ltrim(p.gtin, '0') = ltrim({row}.gtin, '0')"""
_LOST_ZEROS = """SELECT CASE WHEN count(*) = 1 THEN min(id) END FROM programs_product AS p
    WHERE p.vendor_id = {row}.vendor_id AND {row}.article ~ '^[1-9][0-9]*$' AND p.article ~ '^0+[1-9][0-9]*$'
        AND ltrim(p.article, '0') = {row}.article"""


def product_of(row: str) -> str:
    """SQL for the id of the product that `row` (a table's alias) means; null when nobody knows."""
    ways = ", ".join(f"({way})" for way in (_SAME_ARTICLE, _SAID, _SAME_GTIN, _LOST_ZEROS))
    return f"coalesce({ways})".replace("{row}", row)


def partner_of(row: str) -> str:
    """SQL for the id of the partner that `row` means: the one its customer number was matched with."""
    return f"""(SELECT partner_id FROM sales_customernumber AS c
    WHERE c.vendor_id = {row}.vendor_id AND c.distributor_id = {row}.distributor_id
        AND c.number = {row}.customer_number)"""  # noqa: S608


# Customer numbers that one partner took along when it went on as another: what counts before that day counts for the
# first one, whenever it is reported; each day for one partner, also where that other one has gone on as a third since
# and took the number along again, which its history says. A number that a person has matched since is whose they said.
TAKEN_ALONG = """WITH RECURSIVE taken AS (
        SELECT number.id, number.distributor_id, number.number, gone.source_id, gone."on", gone.at
        FROM partners_succession AS gone JOIN sales_customernumber AS number ON number.vendor_id = gone.vendor_id
            AND number.partner_id = gone.target_id AND number.since = gone.at
        WHERE gone.vendor_id = %(vendor)s
        UNION ALL
        SELECT taken.id, taken.distributor_id, taken.number, gone.source_id, gone."on", gone.at
        FROM taken JOIN partners_succession AS gone ON gone.vendor_id = %(vendor)s AND gone.target_id = taken.source_id
        WHERE gone.at = (SELECT max(past.since) FROM sales_customernumberevent AS past
            WHERE past.pgh_obj_id = taken.id AND past.since < taken.at)
    )
    SELECT distributor_id, number AS customer_number, source_id, "on" AS until, coalesce(
        max("on") OVER (PARTITION BY id ORDER BY taken.at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), '-infinity'
    ) AS since
    FROM taken"""

# Every VAT id (upper case, letters and digits only) of exactly one partner enrolled with the vendor or applying to it
# that has not gone on as another one.
VAT_OWNERS = """SELECT upper(regexp_replace(partner.vat_id, '[^A-Za-z0-9]', '', 'g')) AS vat_id,
        min(partner.id) AS partner_id
    FROM partners_partner AS partner
    WHERE partner.vat_id <> '' AND EXISTS (SELECT 1 FROM partners_enrolment AS enrolment
        JOIN programs_program AS program ON program.id = enrolment.program_id
        WHERE enrolment.partner_id = partner.id AND program.vendor_id = %(vendor)s)
        AND NOT EXISTS (SELECT 1 FROM partners_succession AS gone
            WHERE gone.source_id = partner.id AND gone.vendor_id = %(vendor)s)
    GROUP BY 1 HAVING count(*) = 1"""
