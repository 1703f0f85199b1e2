"""`python -m tests.faults.sending`: processes that send what is in the outbox, all at once, and die on the way.

Reads a line of JSON for each round: name of the database, port of the mail server, settings, and for each process the
moment at which it dies and at which of its mails, or nothing. Writes one: how each process ended. They are forks of
this one, which has everything loaded and is connected to nothing; they begin when all of them are connected.
"""

from __future__ import annotations

import json
import os
import signal
import smtplib
import sys
import traceback
from collections.abc import Callable
from typing import Any

import django

BEFORE_CLAIM, AFTER_CLAIM = "before the claim is committed", "after the claim"
UNDER_WAY, TAKEN, ANSWERED = "before the server's answer", "after the server's 250", "after that is committed"
MOMENTS = (BEFORE_CLAIM, AFTER_CLAIM, UNDER_WAY, TAKEN, ANSWERED)
LEAVES_UNCERTAIN = frozenset({AFTER_CLAIM, UNDER_WAY, TAKEN})

Deadly = tuple[str, int] | None
"""The moment, and at which mail of the process, from 1 on."""


class Dying:
    """Watches what the process says to the database and to the mail server, and ends it at its moment."""

    def __init__(self, moment: str, mail: int) -> None:
        self.moment, self.left = moment, mail

    def strikes(self, moment: str) -> None:
        if moment == self.moment:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, connection: Any) -> None:
        commit, send = connection._commit, smtplib.SMTP.send

        def committing() -> None:
            self.strikes(BEFORE_CLAIM)
            commit()
            self.strikes(AFTER_CLAIM)

        def sending(server: smtplib.SMTP, content: Any) -> None:
            send(server, content)
            if isinstance(content, bytes) and content.endswith(b"\r\n.\r\n"):
                self.strikes(UNDER_WAY)

        smtplib_any: Any = smtplib.SMTP
        connection._commit, smtplib_any.send = committing, sending
        connection.execute_wrappers.append(self.execute)

    def execute(self, execute: Callable[..., Any], query: str, params: Any, many: bool, context: Any) -> Any:
        """Sees the statement that says a mail is sent, which is a commit of its own."""
        if not query.startswith('UPDATE "common_outboxmail"') or "sent" not in params:
            return execute(query, params, many, context)
        self.strikes(TAKEN)
        done = execute(query, params, many, context)
        self.strikes(ANSWERED)
        return done


def child(database: str, port: int, changed: dict[str, Any], deadly: Deadly, ready: int, start: int) -> None:
    settings, outbox, timezone = (
        getattr(sys.modules[module], name)
        for module, name in (("django.conf", "settings"), ("common", "outbox"), ("django.utils", "timezone"))
    )
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    for name, value in changed.items():
        setattr(settings, name, value)
    connection: Any = sys.modules["django.db"].connection
    connection.settings_dict["NAME"] = database
    connection.ensure_connection()
    if deadly is not None:
        Dying(*deadly).watch(connection)
    os.write(ready, b".")
    os.read(start, 1)
    while (batch := outbox.send_batch(now=timezone.now(), limit=20)).taken and not batch.stopped:
        pass


def forked(run: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            run()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - whatever it is, this process ends here
            traceback.print_exc()
            os._exit(1)
    return pid


def round_of(database: str, port: int, changed: dict[str, Any], deaths: list[Deadly]) -> list[int]:
    """How each process ended: 0, or minus the signal."""
    (all_ready, ready), (start, go) = os.pipe(), os.pipe()

    def run(deadly: Deadly) -> None:
        os.close(go)
        child(database, port, changed, deadly, ready, start)

    pids = [forked(lambda deadly=deadly: run(deadly)) for deadly in deaths]  # type: ignore[misc]
    os.close(ready)
    os.close(start)
    seen = 0
    while seen < len(pids) and (said := os.read(all_ready, len(pids))):
        seen += len(said)
    os.close(go)
    os.close(all_ready)
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def main() -> None:
    # What the processes say goes to the log.
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)
        for line in sys.stdin:
            print(json.dumps(round_of(*json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    __import__("common.outbox")
    main()
