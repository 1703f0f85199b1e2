"""`python -m portal.serve`: the whole portal with demo data, by one command and ended by one Ctrl-C.

Database, broker and demo data, then web, then worker and scheduler. `PORT`, `DATABASE_URL` and `REDIS_URL` are
honoured; everything written goes to `var/`, and nothing listens beyond this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import psycopg
import redis

from portal.embedded import EmbeddedError, Postgres, Valkey
from portal.supervise import ROOT, Child, ServeError, Stop, Stopped, only_one, port_from, take_port

STOP_SECONDS = 10
START_SECONDS = 120


def say(text: str) -> None:
    print(f"portal: {text}", flush=True)


# What may be set for a portal elsewhere. Mail stays here, too: demo people have no letterbox.
NOT_FOR_THE_DEMO = ("ALLOWED_HOSTS", "EMAIL_URL", "MIGRATION_DATABASE_URL", "PORTAL_URL", "PYTHONDONTWRITEBYTECODE")


def environment_of(var: Path, port: int) -> dict[str, str]:
    """What all processes of the demo get."""
    if os.environ.get("PORTAL_ENV") == "production":
        raise ServeError("PORTAL_ENV=production is set, and this is a demo: see docs/operations.md.")
    kept = {key: value for key, value in os.environ.items() if key not in NOT_FOR_THE_DEMO}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_DEMO": "1",
        "PORTAL_VAR": str(var),
        "PORT": str(port),
        # In a container root is often the only user there is, and the worker reads JSON only.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }


def check_given_database(url: str) -> None:
    if not url.startswith(("postgres://", "postgresql://")):
        raise ServeError("DATABASE_URL must begin with postgres:// (the portal runs on PostgreSQL only).")
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.Error as error:
        raise ServeError(f"the database of DATABASE_URL does not answer: {' '.join(str(error).split())}") from None


def check_given_broker(url: str) -> None:
    try:
        redis.Redis.from_url(url, socket_connect_timeout=10, socket_timeout=10).ping()
    except (redis.RedisError, ValueError) as error:
        raise ServeError(f"the broker of REDIS_URL does not answer: {error}") from None


def start_services(cleanup: contextlib.ExitStack, var: Path, environment: dict[str, str]) -> None:
    """Database and broker: those that are named, otherwise embedded ones, whose addresses go to the environment."""
    if url := environment.get("DATABASE_URL"):
        check_given_database(url)
    else:
        database = Postgres(var / "db")
        cleanup.callback(database.stop)
        environment["DATABASE_URL"] = database.start().url
    if url := environment.get("REDIS_URL"):
        check_given_broker(url)
    else:
        broker = Valkey(var / "broker")
        cleanup.callback(broker.stop)
        environment["REDIS_URL"] = broker.start().url


def code_of_today() -> str:
    """Changes with the apps' code and presets, and every day: then the demo's data is looked after again."""
    whole = hashlib.sha256(datetime.now().astimezone().date().isoformat().encode())
    for app in sorted(path.parent for path in ROOT.glob("*/apps.py")):
        for path in sorted(app.rglob("*")):
            if path.suffix in (".py", ".yaml"):
                whole.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def prepare(cleanup: contextlib.ExitStack, stop: Stop, var: Path, environment: dict[str, str]) -> str:
    """Migrate and seed, unless the embedded database saw this very code today. Returns the logins to print."""
    # Beside the cluster: who removes one removes the other. What happens to a named database is not known here.
    note = var / "db" / "prepared.json" if not os.environ.get("DATABASE_URL") else None
    code = code_of_today()
    if note is not None:
        with contextlib.suppress(OSError, ValueError, KeyError):
            prepared = json.loads(note.read_text())
            if prepared["code"] == code:
                return str(prepared["logins"])
    say("preparing the database and the demo data")
    child = Child("demo data", (sys.executable, "manage.py", "prepare_demo"))
    cleanup.callback(lambda: child.end(0))
    child.start(environment, capture=True)
    while (ended_with := child.exit_code()) is None:
        stop.wait(0.1)
    if ended_with != 0:
        raise ServeError("the demo data could not be prepared; what went wrong stands above.")
    logins = child.output()
    if note is not None:
        note.write_text(json.dumps({"code": code, "logins": logins}))
    return logins


def web(sockets: Sequence[int]) -> Child:
    bound = (part for number in sockets for part in ("--bind", f"fd://{number}"))
    workers = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload")
    quiet = ("--log-level", "warning", "--graceful-timeout", "5", "--no-control-socket")
    command = (sys.executable, "-m", "gunicorn", "portal.wsgi", *bound, *workers, *quiet)
    return Child("web", command, dies_by=signal.SIGQUIT)


CELERY = (sys.executable, "-m", "celery", "-A", "portal.celery", "--quiet")


def worker() -> Child:
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return Child("worker", (*CELERY, "worker", "--concurrency", "2", *alone), dies_by=signal.SIGQUIT)


def scheduler(var: Path) -> Child:
    return Child("scheduler", (*CELERY, "beat", "--pidfile=", f"--schedule={var / 'beat-schedule'}"))


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (http.client.HTTPException, OSError):
        return False
    finally:
        connection.close()


def check_all_run(children: Sequence[Child]) -> None:
    for child in children:
        if (code := child.exit_code()) is not None:
            raise ServeError(f"{child.name} ended unexpectedly ({code}); the reason stands above.")


def stop_all(children: Sequence[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.end(deadline)


def serve(cleanup: contextlib.ExitStack, stop: Stop) -> None:
    """Start everything, print the address, and watch until it is time to stop."""
    port = port_from(os.environ.get("PORT") or "8000")
    address = f"http://localhost:{port}/"
    var = Path(os.environ.get("PORTAL_VAR") or ROOT / "var").resolve()
    cleanup.enter_context(only_one(var, address))
    sockets = [cleanup.enter_context(each) for each in take_port(port)]
    environment = environment_of(var, port)
    say("starting database and broker")
    start_services(cleanup, var, environment)
    stop.check()
    logins = prepare(cleanup, stop, var, environment)

    children = [web([each.fileno() for each in sockets])]
    cleanup.callback(stop_all, children)
    children[0].start(environment, sockets=tuple(each.fileno() for each in sockets))
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        stop.wait(0.1)
        check_all_run(children)
        if time.monotonic() > deadline:
            raise ServeError(f"the web server did not answer within {START_SECONDS} s.")
    for each in sockets:
        each.close()
    for child in (worker(), scheduler(var)):
        child.start(environment)
        children.append(child)

    print(f"\n{logins.strip()}\n", flush=True)
    say(f"mail is caught: {address}demo/mail/")
    say(f"ready at {address} (Ctrl-C ends everything)")
    while True:
        stop.wait(0.3)
        check_all_run(children)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m portal.serve", description=__doc__.splitlines()[0])
    parser.add_argument("--end-with-parent", action="store_true", help="stop when the process that started this does")
    stop = Stop(with_parent=parser.parse_args().end_with_parent)
    try:
        with contextlib.ExitStack() as cleanup:
            serve(cleanup, stop)
    except Stopped:
        say("stopped")
        return 0
    except (ServeError, EmbeddedError) as error:
        print(f"portal: {error}", file=sys.stderr)
    except OSError as error:
        print(f"portal: {error.strerror}: {error.filename}" if error.filename else f"portal: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
