"""The vendor's books: which cut a line is booked under, and how a closing freezes its share of lines.

Booking holds the row FOR SHARE until its commit; freezing takes it FOR UPDATE, so it waits for bookings under way and
later ones get the next number. Each line is thus in this closing or in a later one, never in both or none.
"""

from __future__ import annotations

from django.db import connection, transaction

from sales.models import Books, Sold

# Columns that a row has in common with the sale line it becomes, for the statements that book many rows at once.
SOLD_COLUMNS = tuple(str(field.column) for field in Sold._meta.local_fields)


def current_cut(*, vendor_id: int) -> int:
    """The cut number for lines booked in the caller's transaction; a freeze waits until that commits."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("lines are booked inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO sales_books (vendor_id, cut) VALUES (%s, 1) ON CONFLICT DO NOTHING", [vendor_id])
        # Django's select_for_update knows no FOR SHARE, under which bookings do not wait for each other.
        cursor.execute("SELECT cut FROM sales_books WHERE vendor_id = %s FOR SHARE", [vendor_id])
        return int(cursor.fetchone()[0])


def freeze(*, vendor_id: int) -> int:
    """Raise the vendor's cut and return the frozen one: lines with a cut up to it belong to the closing that asked."""
    Books.objects.get_or_create(vendor_id=vendor_id)
    books = Books.objects.select_for_update().get(vendor_id=vendor_id)
    Books.objects.filter(vendor_id=vendor_id).update(cut=books.cut + 1)
    return books.cut


def one_report_at_a_time(*, vendor_id: int, distributor_id: int) -> None:
    """Until the caller's transaction ends nobody else books or matches rows of this distributor and vendor.

    What is known when this returns stays known: a second import of a file waits here and then finds the first one.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("rows are compared inside a transaction")
    with connection.cursor() as cursor:
        name = f"sell-out {vendor_id} {distributor_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
