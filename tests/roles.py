"""The two roles of production: one owns the tables, the other works with them."""

from __future__ import annotations

import contextlib
from urllib.parse import urlsplit

import psycopg
from psycopg import sql


def as_user(url: str, name: str) -> str:
    """The same database, as somebody else."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{name}@{parts.netloc.rpartition('@')[2]}").geturl()


def make_role(url: str, name: str) -> None:
    """A role that may log in, and nothing else, in place of an older one that has no rights any more.

    Only the server's own administrator makes roles.
    """
    _administer(url, "DROP ROLE IF EXISTS {}", name)
    _administer(url, "CREATE ROLE {} LOGIN", name)


def remove_role(url: str, name: str) -> None:
    """Take the role's rights in this database, which must be all it has, and the role."""
    _administer(url, "DROP OWNED BY {}", name)
    _administer(url, "DROP ROLE {}", name)


def _administer(url: str, statement: str, name: str) -> None:
    with contextlib.closing(psycopg.connect(as_user(url, "postgres"), autocommit=True)) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
