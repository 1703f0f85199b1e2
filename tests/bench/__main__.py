"""`make bench`: seed, measure, print one table, and write it to docs/benchmarks.md.

Services, databases and data are the run's own and gone after it. Every figure is a ratio against something measured in
the same run, interleaved with it, so that it says something about the portal and little about the machine. Nothing here
fails because of a time: a target that is missed is printed as missed.

BENCH_LINES (2000000) and BENCH_PARTNERS (10000) make it smaller for a look; BENCH_LARGE=1 adds ten million lines.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from portal.embedded import Postgres, Valkey
from tests.bench.results import CLOSING_MEGABYTES, Result, Run, markdown, quoted, table, told, within

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "benchmarks.md"
README = ROOT / "README.md"
"""Quotes some of it."""
LINES = int(os.environ.get("BENCH_LINES", "2000000"))
PARTNERS = int(os.environ.get("BENCH_PARTNERS", "10000"))
LARGE = bool(os.environ.get("BENCH_LARGE"))


def main() -> None:
    started = time.monotonic()
    with services() as database:
        manage(database.url, "migrate", "--verbosity", "0")
        runs: list[Run] = []
        for lines in (LINES, LINES // 4, *((LINES * 5,) if LARGE else ())):
            say(f"{lines:,} lines of {PARTNERS:,} partners")
            with fresh(database, f"bench_{lines}") as url:
                runs.append(measured(lines, url, whole=lines == LINES))
            # After each size: the largest takes an hour, and what is known is known.
            results = runs[0].results + per_line(sorted(runs, key=lambda run: run.lines))
            FILE.write_text(markdown(results, lines=LINES, partners=PARTNERS, seconds=time.monotonic() - started))
            README.write_text(quoted(README.read_text(), results))
    print(table(results))


@contextlib.contextmanager
def services() -> Iterator[Postgres]:
    """PostgreSQL as it writes for real, and a broker; their folder is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"portal-bench-{os.getuid()}-"))
    folder.chmod(0o711)  # a server that runs as another user must reach its folder
    database, broker = Postgres(folder / "db"), Valkey(folder / "broker")
    try:
        os.environ["DATABASE_URL"] = database.start().url
        os.environ["REDIS_URL"] = broker.start().url
        os.environ["PORTAL_VAR"] = str(folder / "var")
        yield database
    finally:
        broker.stop()
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def fresh(database: Postgres, name: str) -> Iterator[str]:
    """The address of an empty, migrated database."""
    with psycopg.connect(host=str(database.socket), user="portal", dbname="postgres", autocommit=True) as connection:
        identifier = sql.Identifier(name)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE portal").format(identifier))
        yield f"{database.url.rsplit('/', 1)[0]}/{name}"
        # Without force: the server ends its own vacuum by itself then, which others may not.
        connection.execute(sql.SQL("DROP DATABASE {}").format(identifier))


def manage(url: str, *arguments: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)


def measured(lines: int, url: str, *, whole: bool) -> Run:
    """Seed and measure in processes of their own: each has its own settings, connections and peak of memory."""
    begun = time.perf_counter()
    manage(url, "seed_volume", "--partners", str(PARTNERS), "--lines", str(lines))
    run = Run(lines=lines, seed_seconds=time.perf_counter() - begun)
    say(f"seeded in {run.seed_seconds:.0f} s")
    paying = ("payments_before",) if whole else ()
    more = ("status", "pages", "tiers", "invoices", "deals", "statements") if whole else ()
    for part in ("closings_before", *paying, "imports", "closing", *more):
        say(part.replace("_", " "))
        environment = {**os.environ, "DATABASE_URL": url}
        command = [sys.executable, "-m", "tests.bench.measuring", part]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        run.read(done.stdout)
    return run


def per_line(runs: list[Run]) -> list[Result]:
    """What one line costs at each size, beside the smallest."""
    first = runs[0]
    results = []
    for what, seconds in (("import", "import_seconds_per_row"), ("closing", "closing_seconds_per_line")):
        for run in runs[1:]:
            ratio = run.values[seconds] / first.values[seconds]
            text = f"{what}: cost of a line with {run.lines:,} lines against {first.lines:,}"
            results.append(Result(text, f"{ratio:.2f}×"))
    for run in runs:
        text = f"closing with {run.lines:,} lines in a year"
        ratio, megabytes = run.values["closing_against_floor"], run.values["closing_megabytes"]
        # The target is that of a full quarter: with few lines the floor is hardly more than nothing.
        results.append(told(f"{text}, its mails included, against its floor", f"{ratio:.2f}×"))
        results.append(within(f"{text}: memory at its peak", megabytes, CLOSING_MEGABYTES, "MB"))
    return results


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
