"""`python -m tests.faults.dying_at_commits [MODULE APP]`: processes that do a stage's work and die at one commit of it.

MODULE has the stages, and APP the services that commits are named after: `tests.faults.quarters` and `rebates.`.

Reads a line of JSON for each: name of the database, stage, number of the commit from 1 on, moment. Writes one: the
commits it came to, each named after the service it belongs to, and how it ended. Each process is forked from this one,
which has everything loaded and is connected to nothing.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from inspect import CO_GENERATOR
from types import FrameType
from typing import Any

import django

MODULE, APP = sys.argv[1:3] if __name__ == "__main__" and len(sys.argv) > 2 else ("tests.faults.quarters", "rebates.")
BEFORE, AFTER, CUT_BEFORE, CUT_AFTER = "before", "after", "cut before", "cut after"


def service() -> str:
    """The innermost public function of the app at work. One that is a transaction as a whole has returned."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        # The wrapper of `contextlib.ContextDecorator`, which `transaction.atomic` is.
        function = frame.f_locals.get("func") if frame.f_code.co_name == "inner" else None
        module = getattr(function, "__module__", None) or str(frame.f_globals.get("__name__"))
        name = getattr(function, "__name__", None) or frame.f_code.co_name
        # A context manager's own frame works for whoever has entered it.
        own = not frame.f_code.co_flags & CO_GENERATOR
        if own and module.startswith(APP) and not name.startswith(("_", "<")):
            return f"{module.removeprefix(APP)}.{name}"
        frame = frame.f_back
    return "nobody"


class Commits:
    """Notes each commit in the pipe, and makes the fatal one so. A statement outside a transaction is a commit."""

    def __init__(self, fatal: int, moment: str, pipe: int) -> None:
        self.left, self.moment, self.pipe = fatal, moment, pipe

    def watch(self, connection: Any) -> None:
        commit = connection._commit
        connection._commit = lambda: self.commit(connection, commit)
        connection.execute_wrappers.append(self.execute)

    def execute(self, execute: Callable[..., Any], query: str, params: Any, many: bool, context: Any) -> Any:
        connection = context["connection"]
        if connection.in_atomic_block or not query.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            return execute(query, params, many, context)
        return self.commit(connection, lambda: execute(query, params, many, context))

    def commit(self, connection: Any, go: Callable[[], Any]) -> Any:
        os.write(self.pipe, f"{service()}\n".encode())
        self.left -= 1
        if self.left == 0 and self.moment in (BEFORE, CUT_BEFORE):
            self.strike(connection)
        done = go()
        if self.left == 0:
            self.strike(connection)
        return done

    def strike(self, connection: Any) -> None:
        if self.moment in (BEFORE, AFTER):
            os.kill(os.getpid(), signal.SIGKILL)
        cut(connection)


def cut(connection: Any) -> None:
    """Let the server end the connection, and wait until it has."""
    other = connection.get_new_connection(connection.get_connection_params())
    other.execute("SELECT pg_terminate_backend(%s, 10000)", [connection.connection.info.backend_pid])
    other.close()


def child(database: str, stage: str, fatal: int, moment: str, pipe: int) -> None:
    connection = sys.modules["django.db"].connection
    connection.settings_dict["NAME"] = database
    Commits(fatal, moment, pipe).watch(connection)
    sys.modules[MODULE].STAGES[stage].work()


def forked(database: str, stage: str, fatal: int, moment: str) -> dict[str, Any]:
    """What became of a process that was asked this."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            child(database, stage, fatal, moment, writing)
            os._exit(0)
        except BaseException:  # noqa: BLE001 - whatever it is, this process ends here
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        points = pipe.read().split()
    return {"points": points, "ended": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}


def main() -> None:
    # What the processes say goes to the log.
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)
        for line in sys.stdin:
            print(json.dumps(forked(*json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    __import__(MODULE)
    # Addresses in mails need all pages: loaded once here instead of in every fork.
    __import__("portal.urls")
    main()
