"""The role that works in production reads and writes, and cannot touch a fact."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.apps import apps
from psycopg import sql

from portal.management.commands.grant_role import ANALYSED, tables_of_facts
from portal.testing import DatabaseCloner, database_url
from tests.demo import WrittenDemo
from tests.roles import as_user, make_role, remove_role
from tests.services import manage, run_manage


@pytest.fixture
def database(cloned_database: DatabaseCloner) -> Iterator[str]:
    with cloned_database("roles") as url:
        yield url


@pytest.fixture
def role(database: str) -> Iterator[str]:
    name = f"{urlsplit(database).path[1:]}_app"
    make_role(database, name)
    yield name
    remove_role(database, name)


def test_what_is_booked_settled_and_recorded_are_facts() -> None:
    assert {
        "sales_saleline",
        "sales_selloutreport",
        "rebates_settlement",
        "rebates_ledgerentry",
        "rebates_posting",
        "rebates_journalexport",
        "programs_rebatetermsevent",
    } <= set(tables_of_facts())
    assert not {"sales_books", "rebates_closing", "common_outboxmail"} & set(tables_of_facts())


def test_the_working_role_reads_and_writes_but_changes_no_fact(database: str, role: str) -> None:
    # Twice: each migration is followed by it.
    for _ in range(2):
        said = manage(
            "grant_role", role, database_url=as_user(database, role), env={"MIGRATION_DATABASE_URL": database}
        )
        assert said.startswith(f"{role} may read and write")
    with psycopg.connect(as_user(database, role), autocommit=True) as connection:
        connection.execute("DELETE FROM common_outboxmail")
        connection.execute("DELETE FROM partners_viewedpage")
        for table in ANALYSED:
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
            analysed = "SELECT last_analyze IS NOT NULL FROM pg_stat_user_tables WHERE relname = %s"
            assert connection.execute(analysed, [table]).fetchone() == (True,), "it was left out with a warning"
        for table in ("partners_viewedpage", "partners_applicationstep"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL("UPDATE {} SET id = id").format(sql.Identifier(table)))
        keys = {model._meta.db_table: str(model._meta.pk.column) for model in apps.get_models()}
        for table in tables_of_facts():
            for statement in ("DELETE FROM {table}", "UPDATE {table} SET {key} = {key}", "TRUNCATE {table}"):
                names = {"table": sql.Identifier(table), "key": sql.Identifier(keys[table])}
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(sql.SQL(statement).format(**names))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE public.extra (id int)")


def test_the_working_role_can_do_all_that_the_demo_does(written_demo: WrittenDemo) -> None:
    """Imports, matching, closings, mails: none of it changes a fact. The demo was written by that role."""
    with psycopg.connect(database_url(written_demo.database)) as connection:
        (counted,) = connection.execute("SELECT count(*) FROM rebates_settlement").fetchone() or (0,)
        may = "SELECT has_table_privilege(%s, 'rebates_settlement', %s)"
        rights = [connection.execute(may, (written_demo.role, right)).fetchone() for right in ("INSERT", "UPDATE")]
    assert counted > 0
    assert rights == [(True,), (False,)]


@pytest.mark.parametrize(
    ("name", "says"),
    [("nobody_knows", "there is no role nobody_knows"), ("portal", "portal owns the tables or may do everything")],
)
def test_a_role_that_is_not_there_or_owns_the_tables_is_refused(database: str, name: str, says: str) -> None:
    process = run_manage("grant_role", name, database_url=database)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.strip().startswith(f"CommandError: {says}")
    assert len(errors.strip().splitlines()) == 1
