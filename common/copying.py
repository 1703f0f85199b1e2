"""New rows by COPY: what is written by the ten thousand costs a fraction of INSERT, above all where values are long.

And what the planner is told of a table that was written anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models


def insert_all(rows: Sequence[models.Model]) -> None:
    """`bulk_create` of rows of one model, which have their keys afterwards. No signals are sent.

    One statement, all or nothing. Raises what a statement raises, IntegrityError and DataError among it.
    """
    if not rows:
        return
    connection, options = connections[DEFAULT_DB_ALIAS], rows[0]._meta
    fields: Sequence[models.Field[Any, Any]] = options.local_concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(options.db_table)
    # What happens while rows are on their way is raised by the end of COPY, outside any call that Django watches.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [options.db_table, options.pk.column, len(rows)],
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def tell_planner(model: type[models.Model]) -> None:
    """Most of the model's rows were just written anew. `grant_role` gives the working role the right to say so.

    Of a day or a period that it has not seen the planner expects hardly a row, and reads or sorts ten thousand for one
    page. Not where another transaction is at the table: it tells the planner as well.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE (SKIP_LOCKED) {connection.ops.quote_name(model._meta.db_table)}")
