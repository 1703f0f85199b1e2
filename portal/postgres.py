"""PostgreSQL's own programs for dumps: those of the machine, or those that came with the embedded server."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from portal.children import die_with_parent
from portal.embedded import EmbeddedError, programs_folder

DEBIAN = Path("/usr/lib/postgresql")
PLAIN = ("--no-owner", "--no-privileges")
"""Owner and rights belong to the system, not to the data: `grant_role` gives them."""


class ProgramFailed(Exception):
    """A program is missing, or ended with an error. The message is one line."""


def dump(path: Path, *, snapshot: str) -> None:
    """Write the database, as the transaction that exported `snapshot` sees it, to a new file. Raises ProgramFailed."""
    command, env = _connecting("pg_dump", "--format=custom", *PLAIN, f"--snapshot={snapshot}", "--no-password")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        _run(command, env, stdout=file)
        os.fsync(file.fileno())


def load(path: Path, *, last: str) -> None:
    """Bring a dump into the database, and `last` in the same transaction: all of it or nothing. Raises ProgramFailed.

    The statements go from pg_restore through our hands to psql, which gets its COMMIT only when all of them have come
    to their end. If anything dies before, psql reads to its end and leaves without one.
    """
    command, env = _connecting("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--no-password")
    restore = [_program("pg_restore"), "--file=-", *PLAIN, str(path)]
    with (
        tempfile.TemporaryFile() as read_errors,
        tempfile.TemporaryFile() as write_errors,
        _start(restore, env, stdout=subprocess.PIPE, stderr=read_errors) as reader,
        _start(command, env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=write_errors) as writer,
    ):
        assert reader.stdout is not None
        assert writer.stdin is not None
        try:
            writer.stdin.write(b"BEGIN;\n")
            shutil.copyfileobj(reader.stdout, writer.stdin)
            if reader.wait() == 0:
                writer.stdin.write(f"{last}COMMIT;\nANALYZE;\n".encode())
            writer.stdin.close()
        except BrokenPipeError:  # psql has given up, and says why
            reader.kill()
            with contextlib.suppress(BrokenPipeError):
                writer.stdin.close()
        _check(writer, command, write_errors)
        _check(reader, restore, read_errors)


def _connecting(name: str, *options: str) -> tuple[list[str], dict[str, str]]:
    """The command of a program that works on Django's database, and its environment, in which the password stands."""
    command, env = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, list(options))
    return [_program(name), *command[1:]], {**os.environ, **(env or {}), "LC_ALL": "C"}


def _run(command: Sequence[str], env: dict[str, str], *, stdout: IO[bytes]) -> None:
    with tempfile.TemporaryFile() as errors, _start(command, env, stdout=stdout, stderr=errors) as process:
        process.wait()
        _check(process, command, errors)


def _start(
    command: Sequence[str],
    env: dict[str, str],
    *,
    stdout: IO[bytes] | int,
    stderr: IO[bytes],
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=env,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )


def _check(process: subprocess.Popen[bytes], command: Sequence[str], errors: IO[bytes]) -> None:
    if process.wait() == 0:
        return
    errors.seek(0)
    lines = [line.strip() for line in errors.read().decode(errors="replace").splitlines() if line.strip()]
    raise ProgramFailed(lines[0] if lines else f"{Path(command[0]).name} ended with {process.returncode}.")


def _program(name: str) -> str:
    """Where a program of the server's own major version lies, or of the next newer one: an older one would refuse.

    Raises ProgramFailed.
    """
    connection.ensure_connection()
    server = connection.get_database_version()[0]
    found: dict[int, Path] = {}
    for folder in _folders():
        version = _major(folder / name)
        if version >= server:
            found.setdefault(version, folder / name)
    if not found:
        raise ProgramFailed(f"{name} of PostgreSQL {server} or newer is not on this machine.")
    return str(found[min(found)])


def _folders() -> list[Path]:
    on_path = [Path(folder) for folder in os.get_exec_path()]
    try:
        embedded = [programs_folder()]
    except EmbeddedError:
        embedded = []
    return [*sorted(DEBIAN.glob("*/bin")), *on_path, *embedded]


def _major(program: Path) -> int:
    """The major version of a program; 0 if it is not there or does not start."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    version = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(version[1]) if version else 0
