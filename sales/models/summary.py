"""Reported sales summed up as they are booked, by a trigger on sale lines: pages of millions of lines read these.

Lines are append-only, so the sums are exact. Only distributors' reports are summed: whether an invoice counts depends
on what is reported later, so the few invoices are looked at line by line (`sales.revenue`). The distributor is part of
each key because one report of a distributor is booked at a time: imports never wait for each other's sums.
"""

from __future__ import annotations

import pgtrigger
from django.db import models

from partners.models import OfPartner, Partner
from programs.models import CURRENCY, Distributor, Vendor

# In the order of the key, so that bookings which do meet lock the sums in the same order.
_SUM = """
    INSERT INTO {table} AS known ({key}, lines, quantity, net, without_value, bought)
    SELECT {selected}, count(*), sum(quantity), coalesce(sum(net), 0), count(*) FILTER (WHERE net IS NULL),
        count(*) FILTER (WHERE quantity > 0 AND reverses_id IS NULL)
            - count(*) FILTER (WHERE quantity < 0 AND reverses_id IS NOT NULL)
    FROM {lines} WHERE evidence = 'sell_out' GROUP BY {key} ORDER BY {key}
    ON CONFLICT ({key}) DO UPDATE SET lines = known.lines + excluded.lines,
        quantity = known.quantity + excluded.quantity, net = known.net + excluded.net,
        without_value = known.without_value + excluded.without_value, bought = known.bought + excluded.bought;
"""


def summing(lines: str) -> str:
    """The statements that add the rows of `lines`, a table like that of the sale lines, to the sums."""
    by_quarter = _SUM.format(
        table="sales_partnerquarter",
        key="vendor_id, quarter, partner_id, distributor_id, currency",
        selected="vendor_id, date_trunc('quarter', counts_on::timestamp)::date AS quarter, partner_id, distributor_id,"
        " currency",
        lines=lines,
    )
    by_day = _SUM.format(
        table="sales_vendorday",
        key="vendor_id, day, distributor_id, currency",
        selected="vendor_id, counts_on AS day, distributor_id, currency",
        lines=lines,
    )
    return by_quarter + by_day


SUM_UP = pgtrigger.Trigger(
    name="sales_summed_up",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="new_lines"),  # type: ignore[no-untyped-call]
    func=summing("new_lines") + "RETURN NULL;",
)


class Sums(models.Model):
    """Of lines that count in one currency. `without_value`: lines whose net is empty; they add nothing to `net`.

    `bought`: lines that are no returns and have not been taken back.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    distributor = models.ForeignKey(Distributor, on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = CURRENCY.clone()
    lines = models.PositiveIntegerField()
    quantity = models.DecimalField(max_digits=20, decimal_places=3)
    net = models.DecimalField(max_digits=20, decimal_places=2)
    without_value = models.PositiveIntegerField()
    # What one booking adds may be below zero.
    bought = models.IntegerField()

    class Meta:
        abstract = True


class PartnerQuarter(Sums):
    """What one distributor reported as sold to a partner in a calendar quarter, by its first day."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    quarter = models.DateField()

    objects = OfPartner.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "quarter", "partner", "distributor", "currency"], name="partner_quarter_once"
            )
        ]


class VendorDay(Sums):
    """What one distributor reported as sold to all of a vendor's partners on a day."""

    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vendor", "day", "distributor", "currency"], name="vendor_day_once")
        ]
