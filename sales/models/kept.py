"""What a vendor's list of partners shows of their sales, kept until lines are booked (`sales.standing`)."""

from __future__ import annotations

import pgtrigger
from django.db import models

from partners.models import Partner
from programs.models import CURRENCY, Vendor


class Standing(models.Model):
    """A partner's sales with a vendor as of `day`; true while no `ChangedPartner` row names it.

    `revenue`: of the running quarter, `revenue_before`: of the last one by the same day. `last_sale`: None for who only
    gave back. Who never had a line is missing.
    """

    class Activity(models.TextChoices):
        """Whether a partner still buys: each is in exactly one of these (`sales.partner_list` has them in words)."""

        ACTIVE = "active"
        SLEEPING = "sleeping"
        NEVER = "never"

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+", related_query_name="standings")
    day = models.DateField()
    currency = CURRENCY.clone()
    activity = models.CharField(max_length=10, choices=Activity)
    revenue = models.DecimalField(max_digits=20, decimal_places=2)
    revenue_before = models.DecimalField(max_digits=20, decimal_places=2)
    last_sale = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "partner"], name="standing_once")]


class ChangedPartner(models.Model):
    """Lines of the partner were booked. Written in the transaction of the booking, taken away in that which counts."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )


# Whose lines these are, and whose invoices they prove too, which then no longer count.
_MARK = """
    INSERT INTO sales_changedpartner (vendor_id, partner_id)
    SELECT vendor_id, partner_id FROM new_lines
    UNION SELECT invoice.vendor_id, invoice.partner_id
    FROM (SELECT DISTINCT vendor_id, distributor_id, document_key FROM new_lines WHERE evidence = 'sell_out') AS proven
    JOIN sales_saleline AS invoice USING (vendor_id, distributor_id, document_key) WHERE invoice.evidence = 'invoice';
    RETURN NULL;
"""
MARK_PARTNERS = pgtrigger.Trigger(
    name="sales_partners_changed",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="new_lines"),  # type: ignore[no-untyped-call]
    func=_MARK,
)
