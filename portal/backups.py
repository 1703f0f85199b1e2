"""Backups: the whole database as one snapshot, in a folder of its own, with a note by which a restore knows it again.

All files that people upload are rows, so that the database is everything. A backup appears under its name when it is
complete and on the disk, or not at all. A restore is one transaction into an empty database, in which the system is
paused, too: it is there with its pause, or not at all (`common.pausing`).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from common import digests
from common.digests import Fingerprint
from common.errors import DomainError
from common.models import Pause
from portal import postgres

DUMP, MANIFEST, UNFINISHED = "database.dump", "manifest.json", ".unfinished"
FORMAT = 1


class BackupFailed(DomainError):
    """There is no backup; nothing of it is left."""


class NoBackup(DomainError):
    """The folder holds no backup, or not the one it says."""


class NotEmpty(DomainError):
    """There are tables in the database already; a restore never writes over anything."""


class TooNew(DomainError):
    """The backup was made by a newer version of the portal, whose tables this one does not know."""


class RestoreFailed(DomainError):
    """Nothing was restored; the database is as empty as before."""


class DigestDiffers(DomainError):
    """What was restored is not what was backed up. The system is there, and stays paused."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself. `digest` is of the very snapshot that was dumped, `sha256` of the dump."""

    made_at: datetime
    digest: str
    sections: Mapping[str, Fingerprint]
    migrations: tuple[str, ...]
    sha256: str
    bytes: int
    format: int = FORMAT

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "made_at": self.made_at.isoformat()}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Raises KeyError, TypeError, ValueError."""
        values = json.loads(text)
        if values["format"] != FORMAT:
            raise ValueError(f"its format is {values['format']}")
        sections = {key: Fingerprint(**each) for key, each in values["sections"].items()}
        made_at, migrations = datetime.fromisoformat(values["made_at"]), tuple(values["migrations"])
        return cls(**{**values, "made_at": made_at, "sections": sections, "migrations": migrations})


@dataclass(frozen=True)
class Restored:
    """`digest`: of what is there now. `migrated`: how many migrations were newer than the backup and are applied."""

    manifest: Manifest
    digest: str
    migrated: int


# --- making one ------------------------------------------------------------------------------------------------------


def backup(*, folder: Path, now: datetime) -> tuple[Path, Manifest]:
    """Make a backup below `folder` and return its own folder, named after the moment. Raises BackupFailed."""
    unfinished = folder / UNFINISHED
    made = folder / f"portal-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    try:
        with _alone_in(folder):
            shutil.rmtree(unfinished, ignore_errors=True)  # of one that was killed
            try:
                manifest = _write(unfinished, now)
                if made.exists():
                    raise BackupFailed(f"{made} is there already.")
                unfinished.rename(made)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
            _sync(folder)
    except (OSError, postgres.ProgramFailed) as error:
        raise BackupFailed(f"No backup was made: {error}") from error
    return made, manifest


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed(f"Another backup into {folder} is under way.") from None
        yield
    finally:
        os.close(handle)


def _write(folder: Path, now: datetime) -> Manifest:
    folder.mkdir(mode=0o700)
    dump = folder / DUMP
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        postgres.dump(dump, snapshot=snapshot)
        sections = digests.take()
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        migrations = tuple(name for (name,) in cursor.fetchall())
    manifest = Manifest(now, digests.overall(sections), sections, migrations, _sha256(dump), dump.stat().st_size)
    with (folder / MANIFEST).open("x") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(manifest.to_json() + "\n")
        file.flush()
        os.fsync(file.fileno())
    _sync(folder)
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- bringing one back -----------------------------------------------------------------------------------------------


def restore(*, folder: Path, now: datetime) -> Restored:
    """Bring the backup in `folder` into the empty database, paused, and compare what is there with what was.

    Migrations that are newer than the backup are applied. Raises NoBackup, TooNew, NotEmpty, RestoreFailed,
    DigestDiffers.
    """
    manifest = _read(folder)
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := set(manifest.migrations) - known:
        raise TooNew(f"The backup is of a newer version of the portal, which knows {min(unknown)}.")
    if tables := connection.introspection.table_names(include_views=True):
        raise NotEmpty(f"The database is not empty: it has {len(tables)} tables. Restore into a new one.")
    connection.close()
    try:
        postgres.load(folder / DUMP, last=_paused_by(manifest, now))
    except (OSError, postgres.ProgramFailed) as error:
        raise RestoreFailed(f"Nothing was restored: {error}") from error
    missing = len(known - set(manifest.migrations))
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
    found = {key: each for key, each in digests.take().items() if key in manifest.sections}
    digest = digests.overall(found)
    if digest != manifest.digest:
        changed = sorted(key for key, each in manifest.sections.items() if found.get(key) != each)
        raise DigestDiffers(
            f"What was restored differs from the backup in {', '.join(changed)}: "
            f"{digest} instead of {manifest.digest}. The portal is paused; do not release it."
        )
    return Restored(manifest, digest, missing)


def _read(folder: Path) -> Manifest:
    try:
        manifest = Manifest.from_json((folder / MANIFEST).read_text())
        found = _sha256(folder / DUMP)
    except OSError as error:
        raise NoBackup(f"{folder} holds no backup: {error.strerror}: {error.filename}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise NoBackup(f"{folder / MANIFEST} cannot be read: {error}") from error
    if found != manifest.sha256:
        raise NoBackup(f"{folder / DUMP} is damaged: its SHA-256 is {found} instead of {manifest.sha256}.")
    return manifest


def _paused_by(manifest: Manifest, now: datetime) -> str:
    """The statement that pauses the restored system, as its tables were when the backup was made."""
    statement = sql.SQL(
        "INSERT INTO public.{table} (paused_at, backup_at, backup_digest, comment) "
        "VALUES ({now}, {at}, {digest}, '');\n"
    )
    return statement.format(
        table=sql.Identifier(Pause._meta.db_table), now=now, at=manifest.made_at, digest=manifest.digest
    ).as_string(None)
