"""What a vendor's list of partners shows of their sales, kept until lines are booked (`sales.standing`)."""

from __future__ import annotations

import pgtrigger
from django.db import models

from partners.models import Partner
from programs.models import CURRENCY, Vendor


class Standing(models.Model):
    """A partner's sales with a vendor as of `day`; true while no `ChangedPartner` row names it.

    `revenue`: of the running quarter, `revenue_before`: of the last one by the same day. `last_sale`: None for who
    never bought, or only gave back. There is a row for each partner that is `enrolled` in a program of the vendor, in
    any status, or ever had a line.
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
    enrolled = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "partner"], name="standing_once")]
        indexes = [models.Index("vendor", models.F("revenue").desc(), name="standing_by_revenue")]


class ListedPartners(models.Model):
    """How many partners a vendor's list has of each activity as of `day`: who is enrolled and was not merged away.

    Written with the standings, which are of that day then, and true as long as they are.
    """

    vendor = models.OneToOneField(Vendor, primary_key=True, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    currency = CURRENCY.clone()
    active = models.PositiveIntegerField()
    sleeping = models.PositiveIntegerField()
    never = models.PositiveIntegerField()


class ChangedPartner(models.Model):
    """Lines of the partner were booked, or it was enrolled or merged away. Written in that transaction, taken away in
    that which counts."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )


# Whose lines these are, and whose invoices they prove too, which then no longer count: there are few of them, so each
# is looked for among the documents. Of another distributor's a partner may be marked for nothing.
_MARK = """
    INSERT INTO sales_changedpartner (vendor_id, partner_id)
    SELECT vendor_id, partner_id FROM new_lines
    UNION SELECT vendor_id, partner_id FROM sales_saleline
    WHERE evidence = 'invoice' AND vendor_id = ANY (ARRAY(SELECT DISTINCT vendor_id FROM new_lines))
        AND document_key = ANY (ARRAY(SELECT document_key FROM new_lines WHERE evidence = 'sell_out'));
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
