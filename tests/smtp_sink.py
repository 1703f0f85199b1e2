"""A mail server for tests that speaks real SMTP and keeps what it took. Some addresses behave badly on purpose.

`refuse@` is refused for good, `later@` for now; `dropped@` loses the connection after the message was taken,
`hangs-up@` before. `sender_code` refuses every sender.
"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class Session(socketserver.StreamRequestHandler):
    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        sink: Sink = self.server.sink  # type: ignore[attr-defined]
        self.say("220 sink")
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self.say("250 sink")
            elif verb == "MAIL":
                self.say(f"{sink.sender_code} sender")
            elif verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                self.say(
                    {"refuse": "550 no such box", "later": "451 come back"}.get(recipient.partition("@")[0], "250 ok")
                )
            elif verb == "DATA":
                if not self._take(sink, recipient):
                    break
            elif verb == "QUIT":
                self.say("221 bye")
                break
            else:
                self.say("250 ok")

    def _take(self, sink: Sink, recipient: str) -> bool:
        if recipient.startswith("hangs-up@"):
            return False
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        sink.take(recipient, b"".join(lines))
        if recipient.startswith("dropped@"):
            return False
        self.say("250 taken")
        return True


class Sink:
    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.sender_code = 250
        self._lock = threading.Lock()
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.server.daemon_threads = True
        self.server.sink = self  # type: ignore[attr-defined]

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _message in self.taken]

    def take(self, recipient: str, content: bytes) -> None:
        message = message_from_bytes(content, policy=policy.default)
        with self._lock:
            self.taken.append((recipient, message))


@contextmanager
def running_sink() -> Iterator[Sink]:
    sink = Sink()
    thread = threading.Thread(target=sink.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.server.shutdown()
        sink.server.server_close()
        thread.join()
