"""Gives the role the portal works as its rights: read and write everywhere, but never change or remove a fact."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from pgtrigger import Protect, registered
from psycopg import sql

READ_AND_WRITE = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    # Tables of the next migration, in the moment before this command runs again.
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
)

ANALYSED = ("sales_standing", "rebates_runningfigure")
"""What is written anew all at once, after which the portal tells the planner so."""
MAINTAIN_SINCE = 170_000
"""PostgreSQL 17. Before it only a table's owner may; the server's autovacuum does so some time later."""


def protected() -> Mapping[str, frozenset[str]]:
    """What a trigger keeps everybody from, by table: UPDATE, DELETE or both."""
    found: dict[str, set[str]] = defaultdict(set)
    for model, trigger in registered():
        # Not its subclasses: a trigger that keeps some columns leaves the others to be changed.
        if type(trigger) is Protect and trigger.condition is None:
            found[model._meta.db_table] |= {"UPDATE", "DELETE"} & set(str(trigger.operation).split(" OR "))
    return {table: frozenset(operations) for table, operations in sorted(found.items()) if operations}


def tables_of_facts() -> list[str]:
    """Tables that a trigger protects from every change and removal, whoever asks."""
    return [table for table, operations in protected().items() if len(operations) == len(("UPDATE", "DELETE"))]


class Command(BaseCommand):
    help = (
        "Grant ROLE what the portal needs to work, without changing or removing facts. Run it as the owner of the "
        "tables (MIGRATION_DATABASE_URL) after each migration; running it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="The role in DATABASE_URL.")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        facts = tables_of_facts()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
            found = cursor.fetchone()
            if found is None:
                raise CommandError(f"there is no role {role}: create it first (CREATE ROLE {role} LOGIN PASSWORD '…').")
            cursor.execute("SELECT current_user")
            if found[0] or cursor.fetchone() == (role,):
                raise CommandError(f"{role} owns the tables or may do everything: the portal needs a role of its own.")
            for statement in READ_AND_WRITE:
                cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role)))
            if connection.pg_version >= MAINTAIN_SINCE:  # type: ignore[attr-defined]
                for table in ANALYSED:
                    grant = sql.SQL("GRANT MAINTAIN ON {table} TO {role}")
                    cursor.execute(grant.format(table=sql.Identifier(table), role=sql.Identifier(role)))
            for table, operations in protected().items():
                revoke = sql.SQL("REVOKE {operations} ON {table} FROM {role}")
                rights = sql.SQL(", ").join(sql.SQL(each) for each in sorted(operations))
                names = {"table": sql.Identifier(table), "role": sql.Identifier(role)}
                cursor.execute(revoke.format(operations=rights, **names))
        self.stdout.write(f"{role} may read and write; {len(facts)} tables of facts it may only read and add to.")
