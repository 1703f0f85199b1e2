"""Files on their way into the database, block by block: as a value of a statement one is held eight times at once."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

BLOCK = 1_000_000


def insert(row: Any) -> None:
    """`row.save(force_insert=True)` of a row with a file in its field `content`."""
    content: bytes = row.content
    if len(content) <= BLOCK:
        row.save(force_insert=True)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE file_in_blocks (content bytea)")
        with cursor.copy("COPY file_in_blocks FROM STDIN") as copy:
            copy.write(rb"\\x")
            for start in range(0, len(content), BLOCK):
                copy.write(content[start : start + BLOCK].hex())
            copy.write("\n")
        row.content = RawSQL("SELECT content FROM file_in_blocks", [])
        try:
            row.save(force_insert=True)
        finally:
            row.content = content
        cursor.execute("DROP TABLE file_in_blocks")
